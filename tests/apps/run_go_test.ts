/**
 * Programs of Go's own tool chain (GOOS=wasip1): its scheduler waits in poll_oneoff alone. Built here,
 * since they have megabytes; that takes `go` and a module from its proxy, or from its cache.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { whyUnreachable } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { startVmsock } from "./running.ts";
import { STACK_FLAGS, vmsock } from "./vmsock.ts";

const SOURCE = new URL("../guests/wasi_p1/go/", import.meta.url);

function go(...args: string[]): Deno.CommandOutput {
  return new Deno.Command("go", {
    args,
    cwd: SOURCE,
    env: { GOOS: "wasip1", GOARCH: "wasm", GOFLAGS: "-mod=mod -buildvcs=false" },
    stdout: "piped",
    stderr: "piped",
  }).outputSync();
}

/** Why nothing can be built here; null if it can. */
function whyNoGo(): string | null {
  try {
    const version = new TextDecoder().decode(go("env", "GOVERSION").stdout).trim();
    const [, minor = "0"] = /^go1\.(\d+)/.exec(version) ?? [];
    if (Number(minor) < 21) return `go 1.21 is needed for GOOS=wasip1, not ${version}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no go";
    throw error;
  }
  const { success, stderr } = go("mod", "download");
  return success ? null : `no module: ${new TextDecoder().decode(stderr).split("\n")[0]}`;
}

const missing = whyNoGo();

/** The program, built at the first use. */
class Program implements Disposable {
  #folder: string | null = null;

  get path(): string {
    if (this.#folder === null) {
      this.#folder = Deno.makeTempDirSync({ prefix: "vmsock_go_" });
      const { success, stderr } = go("build", "-ldflags=-s -w", "-o", this.#file(), ".");
      if (!success) throw new Error(new TextDecoder().decode(stderr));
    }
    return this.#file();
  }

  #file(): string {
    return `${this.#folder}/guest.wasm`;
  }

  [Symbol.dispose](): void {
    if (this.#folder !== null) Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** Registers a test of the program on one stack, or says that it is skipped. */
function testGo(
  name: string,
  body: (path: string) => Promise<void>,
  reason: string | null = null,
): void {
  Deno.test({ ...unlessSkipped(name, missing, reason), fn: () => body(program.path) });
}

const program = new Program();
Deno.test.afterAll(() => program[Symbol.dispose]());

for (const { stack, flags } of STACK_FLAGS) {
  const reading = [...flags, "--allow-read"];

  testGo(`[${stack}] net/http serves on a listening socket that it finds open`, async (path) => {
    const port = unusedPort();
    const requests = 30;
    const options = ["--env=GREETING=hi", `--tcplisten=127.0.0.1:${port}`];
    await using running = await startVmsock(
      [`--stack=${stack}`, "run", ...options, path, "serve", `${requests}`],
      reading,
    );
    assertEquals(running.firstLine, "serving");
    const body = "x".repeat(300_000);
    const answers = await Promise.all(
      Array.from({ length: requests }, async (_, index) => {
        const url = `http://127.0.0.1:${port}/${index}`;
        return await (await fetch(url, { method: "POST", body })).text();
      }),
    );
    assertEquals(answers, answers.map((_, index) => `POST /${index} 300000 hi\n`));
    assertEquals(await running.end(), { text: "", code: 0 });
  });

  testGo(`[${stack}] net/http gets from a server, over WasmEdge's sockets`, async (path) => {
    const body = `first line\n${"x".repeat(2_000_000)}`;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      return new Response(body);
    });
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const outcome = await vmsock([`--stack=${stack}`, "run", path, "get", url], { flags: reading });
    await server.shutdown();
    assertEquals([outcome.text, outcome.stderr], [`200 ${body.length}\nfirst line\n`, ""]);
  });

  for (const address of ["127.0.0.1", "::1"]) {
    testGo(
      `[${stack}] goroutines share sockets, timers and deadlines, ${address}`,
      async (path) => {
        const run = async (...args: string[]): Promise<string> => {
          const { code, text, stderr } = await vmsock([`--stack=${stack}`, "run", path, ...args], {
            flags: reading,
          });
          assertEquals([code, stderr], [0, ""], args.join(" "));
          return text;
        };
        assertEquals(await run("echo", address), "20 clients\n");
        assertEquals(await run("udp", address), "re: datagram\n");
        assertEquals(await run("refused", address), "Connection refused\n");
        assertEquals(await run("deadline", address), "true\n");
      },
      whyUnreachable(address),
    );
  }

  testGo(`[${stack}] package os works in a folder`, async (path) => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "vmsock_go_data_" }));
    try {
      const args = ["run", "--dir", `${folder}::/data`, path, "files"];
      const { code, text, stderr } = await vmsock([`--stack=${stack}`, ...args], {
        flags: [...reading, "--allow-write"],
      });
      assertEquals([code, stderr], [0, ""]);
      assertMatch(text, /^b true\nmoved false\ntext true\nopen \/data\/.*: Bad file number\n$/);
      assertEquals([...Deno.readDirSync(folder)], []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** A port at which nobody listens. */
function unusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
