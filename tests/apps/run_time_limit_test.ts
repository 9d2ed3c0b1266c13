/**
 * `--timeout` ends what no poll(2) of Deno's sees: standard input and output, name lookups, named
 * pipes, WebAssembly that computes.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { namespaceTest, runInNamespace } from "../namespace.ts";
import { ModuleFile } from "./module_file.ts";
import { denoArguments, STACK_FLAGS, type StackFlags } from "./vmsock.ts";

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

  namespaceTest(
    `[${stack}] the lookup of a name that is granted for a port has its limit`,
    async () => {
      const code = `let fd = socket(2, 1); set_timeout(fd, 50);
      print(connect(fd, "silent.example", 80)); print(connect(socket(2, 1), "silent.example", 80));`;
      const granted = flags.map((flag) =>
        flag === "--allow-net" ? "--allow-net=silent.example:80" : flag
      );
      const args = denoArguments([`--stack=${stack}`, "run", "--timeout=0.9", "-c", code], granted);
      const result = JSON.parse(await runInNamespace(SILENT_NAME_SERVER, ...args));
      const [text, stderr, status] = result as [string, string, number];
      assertMatch(stderr, LIMIT_ERROR);
      assertEquals([text, status], ["-5\n", 1]);
    },
  );
}

/** What a program says and how it ends whose output nobody reads. */
async function runUnread(
  args: readonly string[],
  flags: readonly string[],
): Promise<readonly [stderr: string, status: number]> {
  const process = new Deno.Command(Deno.execPath(), {
    args: denoArguments(args, flags),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = await new Response(process.stderr).text();
  const { code } = await process.status;
  await process.stdout.cancel();
  return [stderr, code];
}

/** Exit status of a process that had to be ended: without libc only a signal does that. */
function endedStatus(stack: StackFlags["stack"]): number {
  return stack === "libc" ? 1 : 128 + 9;
}

const SCRIPT_ERROR = "runtime error: time limit exceeded (0.3 s)\n";

function preview1(body: string): string {
  return `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 2)
    (data (i32.const 0) "\\20\\00\\00\\00\\00\\f0\\00\\00")
    (func (export "_start") (loop ${body} (br 0))))`;
}

const PROGRAMS: readonly (readonly [what: string, text: string])[] = [
  [
    "a module of preview 1 that writes",
    preview1("(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))"),
  ],
  ["a module of preview 1 that computes", preview1("")],
  [
    "a module with system calls that writes",
    `(module
       (import "linux" "syscall"
         (func $call (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
       (memory (export "memory") 2)
       (func (export "_start")
         (loop
           (drop (call $call (i64.const 64) (i64.const 1) (i64.const 0) (i64.const 60000)
             (i64.const 0) (i64.const 0) (i64.const 0)))
           (br 0))))`,
  ],
];

for (const { stack, flags } of STACK_FLAGS) {
  const options = [`--stack=${stack}`, "run", "--timeout=0.3"];

  for (
    const [what, code] of [
      ["prints", `while true { print("a line of output that nobody reads"); }`],
      ["writes by a host call", `while true { write_str(1, "more output", 11); }`],
      ["prints in a thread", `fun f() { while true { print("much output"); } } join(spawn(f));`],
    ] as const
  ) {
    Deno.test(`[${stack}] --timeout ends a script that ${what} what nobody reads`, async () => {
      const result = await runUnread([...options, "-c", code], flags);
      assertEquals(result, [SCRIPT_ERROR, endedStatus(stack)]);
    });
  }

  for (const [flag, end] of [[0, "write"], [1, "read"]] as const) {
    Deno.test(`[${stack}] --timeout ends a script that opens a pipe which nobody ${end}s`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        const pipe = `${folder}/pipe`;
        await new Deno.Command("mkfifo", { args: [pipe] }).output();
        const access = [`--allow-read=${folder}`, `--allow-write=${folder}`];
        const code = `open(argv(1), ${flag}); print("not reached");`;
        const result = await runUnread([...options, "-c", code, pipe], [...flags, ...access]);
        assertEquals(result, [SCRIPT_ERROR, endedStatus(stack)]);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }

  for (const [what, text] of PROGRAMS) {
    Deno.test(`[${stack}] --timeout ends ${what}`, async () => {
      using program = await ModuleFile.of(text);
      const result = await runUnread([...options, program.path], program.flags(flags));
      const message = `vmsock: ${program.path}: time limit exceeded (0.3 s)\n`;
      assertEquals(result, [message, endedStatus(stack)]);
    });
  }
}

Deno.test("--timeout ends a program whose errors nobody reads either", async () => {
  const code = `while true { eprint_str("more and more errors"); }`;
  const process = new Deno.Command(Deno.execPath(), {
    args: denoArguments(["run", "--timeout=0.3", "-c", code]),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  assertEquals((await process.status).code, endedStatus("deno"));
  await process.stderr.cancel();
});
