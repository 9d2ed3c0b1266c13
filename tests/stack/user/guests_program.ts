/** Every kind of guest over the user stack, unchanged: httpd, get, scripts. */
import { assertEquals, assertStringIncludes } from "@std/assert";
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

// httpd on the user stack, a client over Linux's TCP.
const server = vmsock("httpd", "--root", folder, "--port=8080", ...FLAGS).spawn();
const lines = server.stderr.getReader();
await lines.read();
const fetched = async (path: string): Promise<Uint8Array> => {
  const signal = AbortSignal.timeout(20_000);
  return await (await fetch(`http://10.9.0.2:8080${path}`, { signal })).bytes();
};
assertEquals(decoder.decode(await fetched("/")), "hello\n");
assertEquals(await fetched("/data"), data);
server.kill("SIGINT");
await lines.cancel();
await server.stdout.cancel();
await server.status;

// get and a script as clients of Linux's TCP, which listens before the device is made.
const linux = Deno.listen({ hostname: "0.0.0.0", port: 8001 });
const serving = serve(linux);
const got = await vmsock("get", ...FLAGS, "--timeout=20", "http://10.9.0.1:8001/").output();
assertEquals(decoder.decode(got.stderr), "");
assertEquals(decoder.decode(got.stdout), "from Linux");
const script = ["run", ...FLAGS, `${ROOT}examples/http_get.mc`, "10.9.0.1", "8001", "/"];
const ran = await vmsock(...script).output();
assertStringIncludes(decoder.decode(ran.stdout), "from Linux");
linux.close();
await serving;

// What is missing is said.
const missing = await vmsock("get", "--stack=user", "http://10.9.0.1/").output();
assertEquals(missing.code, 2);
assertStringIncludes(decoder.decode(missing.stderr), "--address=CIDR");
Deno.removeSync(folder, { recursive: true });

async function serve(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) {
    await connection.read(new Uint8Array(4096));
    const body = "from Linux";
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head + body));
    connection.close();
  }
}
