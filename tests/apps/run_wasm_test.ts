/** `vmsock run` with WebAssembly modules, as their users call it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assembleWithExceptions, exampleText, type ProgramDialect } from "../guest/wat.ts";
import { ModuleFile } from "./module_file.ts";
import { startVmsock } from "./running.ts";
import { startServer } from "./scripted_server.ts";
import { STACK_FLAGS, vmsock } from "./vmsock.ts";

const DIALECTS: readonly ProgramDialect[] = ["linux", "akuma"];

/** Sends bytes to a port and returns what comes back until the end. */
async function exchange(port: number, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const received = new Response(connection.readable).bytes();
  const writer = connection.writable.getWriter();
  await writer.write(bytes);
  await connection.closeWrite();
  return await received;
}

function hasNetcat(): boolean {
  try {
    return new Deno.Command("nc", { args: ["-h"], stdout: "null", stderr: "null" })
      .outputSync().code >= 0;
  } catch {
    return false;
  }
}

const NO_NETCAT = hasNetcat() ? "" : " (skipped: needs nc)";

async function netcat(args: readonly string[], input: string): Promise<string> {
  const process = new Deno.Command("nc", { args: [...args], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return new TextDecoder().decode((await process.output()).stdout);
}

function portOf(line: string): number {
  const port = Number(/^listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1]);
  assert(port > 0, line);
  return port;
}

for (const { stack, flags } of STACK_FLAGS) {
  for (const dialect of DIALECTS) {
    const words = `[${stack}] a module in the ${dialect} dialect`;

    Deno.test(`${words} echoes what real clients send`, async () => {
      using program = await ModuleFile.of(exampleText("echo_server", dialect));
      const args = [`--stack=${stack}`, "run", program.path, "0", "3"];
      await using server = await startVmsock(args, program.flags(flags));
      const port = portOf(server.firstLine);
      const bytes = crypto.getRandomValues(new Uint8Array(50_000));
      const much = new Uint8Array(300_000).map((_, index) => bytes[index % bytes.length] ?? 0);
      assertEquals(
        await exchange(port, new TextEncoder().encode("hello")),
        new TextEncoder().encode("hello"),
      );
      assertEquals(await exchange(port, much), much);
      assertEquals(await exchange(port, new Uint8Array()), new Uint8Array());
      assertEquals(await server.end(), { text: "", code: 0 });
    });

    Deno.test({
      name: `${words} echoes what nc sends${NO_NETCAT}`,
      ignore: NO_NETCAT !== "",
      fn: async () => {
        using program = await ModuleFile.of(exampleText("echo_server", dialect));
        const args = [`--stack=${stack}`, "run", program.path, "0", "1"];
        await using server = await startVmsock(args, program.flags(flags));
        const port = String(portOf(server.firstLine));
        assertEquals(await netcat(["-N", "127.0.0.1", port], "line\n"), "line\n");
        assertEquals((await server.end()).code, 0);
      },
    });

    Deno.test(`${words} gets what Deno.serve serves`, async () => {
      const body = "body\n".repeat(50_000);
      const requests: string[] = [];
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen: () => {} },
        (request) => {
          requests.push(`${request.method} ${new URL(request.url).pathname}`);
          return new Response(body, { headers: { "x-test": "1" } });
        },
      );
      using program = await ModuleFile.of(exampleText("http_get", dialect));
      const { port } = server.addr;
      const args = [`--stack=${stack}`, "run", program.path, "localhost", String(port), "/a/b"];
      const { text, stderr, code } = await vmsock(args, { flags: program.flags(flags) });
      assertEquals([stderr, code, requests], ["", 0, ["GET /a/b"]]);
      const [head = "", rest] = text.split("\r\n\r\n");
      assertMatch(head, /^HTTP\/1\.[01] 200 OK\r\n/);
      assertStringIncludes(head, "x-test: 1");
      assert(rest === body, "the body is whole");
    });

    Deno.test(`${words} sends the request that it says, and fails with a status`, async () => {
      await using server = await startServer(async (exchange) => {
        await exchange.request();
        await exchange.send("HTTP/1.0 204 No Content\r\n\r\n");
      });
      using program = await ModuleFile.of(exampleText("http_get", dialect));
      const run = (...args: string[]) =>
        vmsock([`--stack=${stack}`, "run", program.path, ...args], { flags: program.flags(flags) });
      const { text } = await run("127.0.0.1", String(server.port), "/x");
      assertEquals(text, "HTTP/1.0 204 No Content\r\n\r\n");
      assertEquals(server.requests, [
        "GET /x HTTP/1.0\r\nConnection: close\r\nHost: 127.0.0.1\r\n\r\n",
      ]);
      const usage = await run("127.0.0.1");
      assertEquals([usage.code, usage.stderr], [2, "usage: http_get HOST PORT PATH\n"]);
      const unknown = await run("no-such-host.invalid", "80", "/");
      assertEquals([unknown.code, unknown.stderr], [1, "http_get: failed with 2\n"]);
    });
  }
}

/** A module with this in it, beside the system call and a page of memory. */
function moduleText(rest: string, memory = '(memory (export "memory") 1)'): string {
  return `(module
    (import "linux" "syscall" (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
    ${memory}
    (func $call (param $nr i64) (param $a i64) (param $b i64) (param $c i64) (result i64)
      (call $syscall (local.get $nr) (local.get $a) (local.get $b) (local.get $c)
        (i64.const 0) (i64.const 0) (i64.const 0)))
    ${rest})`;
}

/** Runs a module without any permission but to read it; returns status, output and errors. */
async function runText(
  text: string,
  args: readonly string[] = [],
  options: readonly string[] = [],
): Promise<readonly [code: number, output: string, errors: string]> {
  using program = await ModuleFile.of(text);
  const outcome = await vmsock(["run", ...options, program.path, ...args], {
    flags: program.flags(),
  });
  return [outcome.code, outcome.text, outcome.stderr.replaceAll(program.path, "PROGRAM")];
}

Deno.test("a module's exit status is main's result, or what exit was called with", async () => {
  const rows: readonly (readonly [text: string, code: number])[] = [
    [`(func (export "main") (param i32 i32) (result i32) (i32.const 7))`, 7],
    [`(func (export "main") (param i32 i32) (result i32) (i32.const 0x1ff))`, 255],
    [`(func (export "main") (param i32 i32) (result i32) (i32.const -1))`, 255],
    [`(func (export "_start"))`, 0],
    [
      `(func (export "_start")
        (drop (call $call (i64.const 93) (i64.const 9) (i64.const 0) (i64.const 0)))
        (unreachable))`,
      9,
    ],
    [
      `(func (export "main") (param i32 i32) (result i32)
        (drop (call $call (i64.const 94) (i64.const 0x103) (i64.const 0) (i64.const 0)))
        (unreachable))`,
      3,
    ],
    // Both: _start is the one that is called.
    [
      `(func (export "_start")) (func (export "main") (param i32 i32) (result i32) (i32.const 7))`,
      0,
    ],
  ];
  for (const [text, code] of rows) {
    assertEquals(await runText(moduleText(text)), [code, "", ""], text);
  }
});

Deno.test("a module finds its arguments and environment at the end of its memory", async () => {
  // Writes memory from argc to its end.
  const dump = (argc: string) =>
    `(drop (call $call (i64.const 64) (i64.const 1) (i64.extend_i32_u ${argc})
      (i64.extend_i32_u (i32.sub (i32.mul (memory.size) (i32.const 65536)) ${argc}))))`;
  const start = `(module
    (import "linux" "syscall" (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
    (import "linux" "args" (func $args (result i32)))
    (memory (export "memory") 1)
    (func $call (param $nr i64) (param $a i64) (param $b i64) (param $c i64) (result i64)
      (call $syscall (local.get $nr) (local.get $a) (local.get $b) (local.get $c)
        (i64.const 0) (i64.const 0) (i64.const 0)))
    (func (export "_start") ${dump("(call $args)")}))`;
  const main = moduleText(`(func (export "main") (param $argc i32) (param $argv i32) (result i32)
    ${dump("(i32.sub (local.get $argv) (i32.const 4))")}
    (local.get $argc))`);
  for (const [module, expected] of [[start, 0], [main, 3]] as const) {
    using program = await ModuleFile.of(module);
    const { code, stdout, stderr } = await vmsock(
      ["run", "--env", "A=1", "--env=B==", "--env", "A=2", program.path, "--x", "ä"],
      { flags: program.flags() },
    );
    assertEquals([code, stderr], [expected, ""]);
    const view = new DataView(stdout.buffer);
    const words = Array.from({ length: 10 }, (_, index) => view.getUint32(4 * index, true));
    const end = 2 * 65_536;
    const text = (address: number) =>
      new TextDecoder().decode(stdout.subarray(stdout.length - (end - address))).split("\0")[0];
    assertEquals(words[0], 3);
    assertEquals(words.slice(1, 4).map(text), [program.path, "--x", "ä"]);
    assertEquals(words[4], 0);
    assertEquals(words.slice(5, 7).map(text), ["A=2", "B=="]);
    assertEquals(words.slice(7), [0, 0, 0]);
  }
});

Deno.test("a module that traps says so, and its status is 134", async () => {
  const rows: readonly (readonly [text: string, message: string])[] = [
    [`(func (export "_start") (unreachable))`, "unreachable"],
    [
      `(func (export "_start") (drop (i32.load (i32.const 0x7fffffff))))`,
      "memory access out of bounds",
    ],
    [`(func $f (export "_start") (call $f) (call $f))`, "Maximum call stack size exceeded"],
    [`(func (export "_start")) (func $s (unreachable)) (start $s)`, "unreachable"],
  ];
  for (const [text, message] of rows) {
    assertEquals(await runText(moduleText(text)), [
      134,
      "",
      `vmsock: PROGRAM trapped: ${message}\n`,
    ]);
  }
});

Deno.test("a module's start function has no system calls yet", async () => {
  const text = moduleText(`
    (global $result (mut i64) (i64.const 0))
    (func $s (global.set $result (call $call (i64.const 172) (i64.const 0) (i64.const 0) (i64.const 0))))
    (start $s)
    (func (export "main") (param i32 i32) (result i32)
      (i32.wrap_i64 (i64.sub (i64.const 0) (global.get $result))))`);
  assertEquals(await runText(text), [38, "", ""]);
});

Deno.test("a module that is no program is refused in one line", async () => {
  const start = `(func (export "_start"))`;
  const rows: readonly (readonly [text: string, message: string])[] = [
    [moduleText(start, "(memory 1)"), `PROGRAM exports no memory: a guest's has the name "memory"`],
    [moduleText(""), "PROGRAM exports neither _start nor main"],
    [
      `(module (import "linux" "other" (func)) (memory (export "memory") 1) ${start})`,
      `PROGRAM imports "linux" "other", a function: there are "linux" and "akuma" with "syscall" and "args"`,
    ],
    [
      `(module (import "linux" "syscall" (func)) (import "akuma" "syscall" (func))
        (memory (export "memory") 1) ${start})`,
      `PROGRAM imports "syscall" of both "linux" and "akuma": a program has one of them`,
    ],
    [
      `(module (import "linux" "args" (global i32)) (memory (export "memory") 1) ${start})`,
      `PROGRAM imports "linux" "args", a global: there are "linux" and "akuma" with "syscall" and "args"`,
    ],
    [
      `(module (import "linux" "syscall" (func)) (memory (export "memory") 1)
        (func (export "main") (param i32 i32) (result i32) (i32.const 0))
        (memory $m2 0))`.replace("(memory $m2 0)", ""),
      "PROGRAM imports a function with another signature",
    ],
    [
      moduleText(
        `(func (export "main") (param i32 i32) (result i32) (i32.const 0))`,
        '(memory (export "memory") 1 1)',
      ),
      "PROGRAM has a memory that cannot grow: its arguments take a page beyond its initial size",
    ],
  ];
  for (const [text, message] of rows) {
    const [code, output, errors] = await runText(text);
    assertEquals([code, output], [1, ""], message);
    assert(errors.startsWith(`vmsock: ${message}`), errors);
    assertEquals(errors.split("\n").length, 2, "one line");
  }
});

Deno.test("a module that asks for no arguments runs in a memory that cannot grow", async () => {
  const text = moduleText(
    `(data (i32.const 0) "ok\\n")
     (func (export "_start")
       (drop (call $call (i64.const 64) (i64.const 1) (i64.const 0) (i64.const 3))))`,
    '(memory (export "memory") 1 1)',
  );
  assertEquals(await runText(text), [0, "ok\n", ""]);
});

Deno.test("a module cannot go on once it has exited", async () => {
  // It would catch what ends it, and call again.
  const bytes = await assembleWithExceptions(moduleText(`
    (data (i32.const 0) "still here")
    (func (export "_start")
      (try
        (do (drop (call $call (i64.const 94) (i64.const 5) (i64.const 0) (i64.const 0))))
        (catch_all
          (drop (call $call (i64.const 64) (i64.const 1) (i64.const 0) (i64.const 10))))))`));
  using program = ModuleFile.ofBytes(bytes);
  const { code, text } = await vmsock(["run", program.path], { flags: program.flags() });
  assertEquals([code, text], [5, ""]);
});

Deno.test("run says what is wrong with options, files and kinds of WebAssembly", async () => {
  const rows: readonly (readonly [options: string[], message: string, code: number])[] = [
    [["--env", "=x"], `--env is NAME=VALUE, not "=x"`, 2],
    [["--env", "x"], `--env is NAME=VALUE, not "x"`, 2],
    [["--errno=linux"], "--errno is for moca scripts", 2],
    [["--max-heap=1M"], "--max-heap is for moca scripts", 2],
    [["--timeout=soon"], "--timeout takes seconds, such as --timeout=2.5, not soon", 2],
    [["--dump-bytecode"], "--dump-bytecode is for moca scripts", 2],
  ];
  for (const [options, message, code] of rows) {
    const result = await runText(moduleText(`(func (export "_start"))`), [], options);
    assertEquals(result, [code, "", `vmsock: ${message}\n`]);
  }
  const script = await vmsock(["run", "--env", "A=1", "-c", "print(1);"], { flags: [] });
  assertEquals([script.code, script.stderr], [2, "vmsock: --env is for WebAssembly programs\n"]);
  const broken = ModuleFile.ofBytes(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 9]));
  using invalid = broken;
  const { code, stderr } = await vmsock(["run", invalid.path], { flags: invalid.flags() });
  assertEquals(code, 1);
  assertMatch(stderr, /^vmsock: .* is not a valid WebAssembly module: .*\n$/);
  const [status, , errors] = await runText(`(module (import "env" "f" (func)))`);
  assertEquals(status, 1);
  assertMatch(
    errors,
    /^vmsock: PROGRAM imports "env": vmsock runs a module that imports "linux" or/,
  );
  const unreadable = await vmsock(["run", invalid.path], { flags: [] });
  assertMatch(unreadable.stderr, /Permission denied, add --allow-read=/);
});

Deno.test("--trace shows a module's calls, unknown numbers too", async () => {
  const text = moduleText(`(data (i32.const 0) "hi\\n")
    (func (export "_start")
      (drop (call $call (i64.const 64) (i64.const 1) (i64.const 0) (i64.const 3)))
      (drop (call $call (i64.const 5000) (i64.const 1) (i64.const -1) (i64.const 0)))
      (drop (call $call (i64.const 80) (i64.const 0) (i64.const 0x100000) (i64.const 0))))`);
  const [code, output, errors] = await runText(text, [], ["--trace"]);
  assertEquals([code, output], [0, "hi\n"]);
  const lines = errors.trimEnd().split("\n");
  assertEquals(lines[0], `write(1, "hi\\n", 3)                     = 3`);
  assertMatch(
    lines[1] ?? "",
    /^syscall_0x1388\(0x1, 0xf+, 0, 0, 0, 0\) += -1 ENOSYS \(Function not implemented\)$/,
  );
  assertMatch(lines.at(-1) ?? "", /^fstat\(0, 0x100000\) += -1 EFAULT \(Bad address\)$/);
});
