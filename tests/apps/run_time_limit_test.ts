/** `--timeout` ends what no poll(2) of Deno's sees: standard input and name lookups. */
import { assertEquals, assertMatch } from "@std/assert";
import { namespaceTest, runInNamespace } from "../namespace.ts";
import { denoArguments, STACK_FLAGS } from "./vmsock.ts";

const LIMIT_ERROR = /^runtime error: time limit exceeded \(0\.[0-9]+ s\)\n {2}--> <code>:\d+:\d+\n/;

/** A script whose standard input stays open. */
class Child {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #text = "";

  constructor(args: readonly string[], flags: readonly string[]) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: denoArguments(args, flags),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#process.stderr).text();
  }

  /** Writes to its standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Ends its standard input. */
  async close(): Promise<void> {
    await this.#input.close();
  }

  /** Waits until it has printed a text, or no more comes. */
  async until(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      const { value, done } = await this.#output.read();
      if (done) return;
      this.#text += value;
    }
  }

  /** Waits for its end: what it wrote to standard output and standard error, and its status. */
  async end(): Promise<readonly [text: string, stderr: string, status: number]> {
    await this.until("\0");
    const { code } = await this.#process.status;
    await this.#input.close().catch(() => {});
    return [this.#text, await this.#errors, code];
  }
}

for (const { stack, flags } of STACK_FLAGS) {
  const start = (code: string, timeout: string): Child =>
    new Child([`--stack=${stack}`, "run", `--timeout=${timeout}`, "-c", code], flags);

  for (
    const code of [
      `read(stdin(), 9);`,
      `poll(new Vec<PollFd> { PollFd { fd: stdin(), events: 1, revents: 0 } }, -1);`,
      `fun f() -> int { return len(read(stdin(), 9)); } join(spawn(f));`,
    ]
  ) {
    Deno.test(`[${stack}] --timeout ends \`${code}\``, async () => {
      const child = start(`print("begun"); ${code} print("not reached");`, "0.4");
      const [text, stderr, status] = await child.end();
      assertEquals([text, status], ["begun\n", 1]);
      assertMatch(stderr, LIMIT_ERROR);
    });
  }

  Deno.test(`[${stack}] with --timeout, standard input comes as it is written, to its end`, async () => {
    const child = start(
      `let i = stdin(); let t = read(i, 3); while len(t) > 0 { print(t); t = read(i, 3); }
       print(len(read(i, 3)));`,
      "20",
    );
    await child.write("abcde");
    await child.until("de\n");
    await child.write("fg");
    await child.until("fg\n");
    await child.close();
    assertEquals(await child.end(), ["abc\nde\nfg\n0\n", "", 0]);
  });

  Deno.test(`[${stack}] a thread that waits for standard input leaves the others their turns`, async () => {
    const child = start(
      `fun other() -> int {
         let u = udp_socket(2); bind(u, "127.0.0.1", 0); set_timeout(u, 50);
         return recvfrom(u, 1).result;
       }
       fun input() -> int { return len(read(stdin(), 9)); }
       let a = spawn(input); let b = spawn(other); print(join(b)); print(join(a));`,
      "20",
    );
    await child.until("-5\n");
    await child.write("four");
    assertEquals(await child.end(), ["-5\n4\n", "", 0]);
  });
}

const SILENT_NAME_SERVER = new URL("./silent_name_server.ts", import.meta.url);

for (const { stack, flags } of STACK_FLAGS) {
  namespaceTest(`[${stack}] --timeout and set_timeout() end a name lookup`, async () => {
    const code = `let fd = socket(2, 1); set_timeout(fd, 50);
      print(connect(fd, "silent.example", 80)); print(connect(socket(2, 1), "localhost", 1));
      print(resolve("localhost").len() > 0); resolve("silent.example"); print("not reached");`;
    const args = denoArguments([`--stack=${stack}`, "run", "--timeout=0.9", "-c", code], flags);
    const result = JSON.parse(await runInNamespace(SILENT_NAME_SERVER, ...args));
    const [text, stderr, status] = result as [string, string, number];
    assertMatch(stderr, LIMIT_ERROR);
    assertEquals([text, status], ["-5\n-4\ntrue\n", 1]);
  });
}
