/** Every kind of guest over the user stack, unchanged: httpd with curl as its client, get, scripts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bringUp } from "../../../lib/device/interface_request.ts";
import { openLibc } from "../../../lib/stack/libc/libc.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const FLAGS = ["--stack=user", "--address=10.9.0.2/24", "--gateway=10.9.0.1"];

function vmsock(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}cli.ts`, ...args],
    stdout: "piped",
    stderr: "piped",
  });
}

const decoder = new TextDecoder();
const libc = openLibc();
assertEquals(bringUp(libc, "lo", null), 0);
libc.release();
const folder = await Deno.makeTempDir();
const data = crypto.getRandomValues(new Uint8Array(60_000));
Deno.writeFileSync(`${folder}/data`, data);
Deno.writeTextFileSync(`${folder}/index.html`, "hello\n");

// httpd on the user stack, Linux's curl as its client.
const server = vmsock("httpd", "--root", folder, "--port=8080", ...FLAGS).spawn();
const lines = server.stderr.getReader();
await lines.read();
const curl = await new Deno.Command("curl", {
  args: ["-s", "-S", "--max-time", "20", "http://10.9.0.2:8080/", "http://10.9.0.2:8080/data"],
}).output();
assertEquals(decoder.decode(curl.stderr), "");
assertEquals(decoder.decode(curl.stdout.subarray(0, 6)), "hello\n");
assertEquals(curl.stdout.subarray(6), data);
server.kill("SIGINT");
await lines.cancel();
await server.stdout.cancel();
await server.status;

// get and a script as clients of Linux's TCP; the device is made anew, with its address.
const client = vmsock("get", ...FLAGS, "--timeout=20", "http://10.9.0.1:8001/").spawn();
const linux = await listenOnceThere();
const serving = serve(linux, 2);
const got = await client.output();
assertEquals(decoder.decode(got.stderr), "");
assertEquals(decoder.decode(got.stdout), "from Linux");
const script = vmsock("run", ...FLAGS, `${ROOT}examples/http_get.mc`, "10.9.0.1", "8002", "/")
  .spawn();
linux.close();
const again = await listenOnceThere(8002);
const second = serve(again, 1);
const ran = await script.output();
assertStringIncludes(decoder.decode(ran.stdout), "from Linux");
again.close();
await Promise.allSettled([serving, second]);

// What is missing is said.
const missing = await vmsock("get", "--stack=user", "http://10.9.0.1/").output();
assertEquals(missing.code, 2);
assertStringIncludes(decoder.decode(missing.stderr), "--address=CIDR");
Deno.removeSync(folder, { recursive: true });

/** Listens at the host's address on the device, as soon as the program has brought it up. */
async function listenOnceThere(port = 8001): Promise<Deno.TcpListener> {
  for (;;) {
    try {
      return Deno.listen({ hostname: "10.9.0.1", port });
    } catch (error) {
      assert(error instanceof Deno.errors.AddrNotAvailable, String(error));
      await new Deno.Command("true").output();
    }
  }
}

async function serve(listener: Deno.TcpListener, count: number): Promise<void> {
  for (let served = 0; served < count; served++) {
    const connection = await listener.accept().catch(() => null);
    if (connection === null) return;
    await connection.read(new Uint8Array(4096));
    const body = "from Linux";
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head + body));
    connection.close();
  }
}
