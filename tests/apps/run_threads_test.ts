/** `vmsock run` with WebAssembly modules that start threads. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { LinuxModule } from "../../lib/apps/wasm/linux/linux_module.ts";
import {
  ThreadControl,
  type ThreadedProgram,
  type WorkerOrder,
  type WorkerReport,
} from "../../lib/apps/wasm/linux/thread_control.ts";
import { SharedGuestHeap } from "../../lib/guest/linux/shared_guest_heap.ts";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { openStack } from "../../lib/stack/open.ts";
import { assemble } from "../guest/wat.ts";
import { ModuleFile } from "./module_file.ts";
import { startVmsock } from "./running.ts";
import { type Outcome, vmsock } from "./vmsock.ts";

const LIBRARY = decodeURIComponent(new URL("../../lib/", import.meta.url).pathname);
const NO_THREADS = Deno.build.os === "linux" ? "" : " (skipped: needs Linux)";

/**
 * A module with a shared memory and functions for it. `$call` makes a system call; `$join` waits until
 * `$count` threads have said `$done`; `$check` traps where a result is negative.
 */
function moduleText(rest: string): string {
  return `(module
    (import "linux" "syscall"
      (func $syscall (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
    (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
    (import "env" "memory" (memory 1 1024 shared))
    (func $call (param $nr i64) (param $a i64) (param $b i64) (param $c i64) (result i64)
      (call $syscall (local.get $nr) (local.get $a) (local.get $b) (local.get $c)
        (i64.const 0) (i64.const 0) (i64.const 0)))
    (func $check (param $result i64) (result i64)
      (if (i64.lt_s (local.get $result) (i64.const 0)) (then (unreachable)))
      (local.get $result))
    (func $start (param $argument i32)
      (if (i32.le_s (call $spawn (local.get $argument)) (i32.const 0)) (then (unreachable))))
    (func $done
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 100))))
    (func $join (param $count i32)
      (local $seen i32)
      (block $all
        (loop $again
          (local.set $seen (i32.atomic.load (i32.const 0)))
          (br_if $all (i32.ge_u (local.get $seen) (local.get $count)))
          (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const -1)))
          (br $again))))
    (func $forever
      (drop (memory.atomic.wait32 (i32.const 60000) (i32.const 0) (i64.const -1))))
    ;; A pipe, whose ends are put at 16.
    (func $pipe
      (drop (call $check (call $call (i64.const 59) (i64.const 16) (i64.const 0) (i64.const 0)))))
    (func $read (param $address i32) (param $length i32) (result i64)
      (call $call (i64.const 63) (i64.load32_u (i32.const 16))
        (i64.extend_i32_u (local.get $address)) (i64.extend_i32_u (local.get $length))))
    (func $write (param $fd i64) (param $address i32) (param $length i32)
      (drop (call $check (call $call (i64.const 64) (local.get $fd)
        (i64.extend_i32_u (local.get $address)) (i64.extend_i32_u (local.get $length))))))
    ${rest})`;
}

const FLAGS: readonly string[] = ["--allow-net", "--allow-ffi", `--allow-read=${LIBRARY}`];

async function runText(
  text: string,
  options: readonly string[] = [],
  flags: readonly string[] = FLAGS,
): Promise<Outcome> {
  using program = await ModuleFile.of(text);
  const outcome = await vmsock([...options, "run", program.path], { flags: merge(flags, program) });
  return { ...outcome, stderr: outcome.stderr.replaceAll(program.path, "PROGRAM") };
}

/** Permission flags of which only one may be --allow-read. */
function merge(flags: readonly string[], program: ModuleFile): string[] {
  const read = flags.find((flag) => flag.startsWith("--allow-read="));
  if (read === undefined) return program.flags(flags);
  return [...flags.filter((flag) => flag !== read), `${read},${program.path}`];
}

function threadTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `threads of a module: ${name}${NO_THREADS}`, ignore: NO_THREADS !== "", fn });
}

threadTest("what one opens, the others use", async () => {
  // Each thread writes its argument to a pipe of the first one, which prints them in order.
  const { code, text, stderr } = await runText(moduleText(`
    (func (export "_start")
      (local $at i32)
      (call $pipe)
      (call $start (i32.const 0))
      (call $start (i32.const 1))
      (call $start (i32.const 2))
      (call $start (i32.const 3))
      (loop $next
        (drop (call $check (call $read (i32.const 200) (i32.const 1))))
        (i32.store8
          (i32.add (i32.const 100) (i32.load8_u (i32.const 200)))
          (i32.add (i32.const 0x41) (i32.load8_u (i32.const 200))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 4))))
      (call $join (i32.const 4))
      (call $write (i64.const 1) (i32.const 100) (i32.const 4)))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (i32.store8 (i32.add (i32.const 300) (local.get $argument)) (local.get $argument))
      (call $write (i64.load32_u (i32.const 20))
        (i32.add (i32.const 300) (local.get $argument)) (i32.const 1))
      (call $done))`));
  assertEquals([code, text, stderr], [0, "ABCD", ""]);
});

threadTest("each has a number of its own, and all one process number", async () => {
  // Status: bit 0 for another tid, bit 1 for the same pid, bit 2 if the tid is what was handed over.
  const { code, stderr } = await runText(moduleText(`
    (global $status (mut i32) (i32.const 0))
    (func $number (param $nr i64) (result i32)
      (i32.wrap_i64 (call $call (local.get $nr) (i64.const 0) (i64.const 0) (i64.const 0))))
    (func (export "main") (param i32 i32) (result i32)
      (i32.store (i32.const 32) (call $number (i64.const 178)))
      (i32.store (i32.const 36) (call $number (i64.const 172)))
      (i32.store (i32.const 48) (call $spawn (i32.const 0)))
      (call $join (i32.const 1))
      (i32.load (i32.const 40)))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (local $own i32)
      (local.set $own (call $number (i64.const 178)))
      (i32.store (i32.const 40)
        (i32.or (i32.or
          (i32.ne (local.get $own) (i32.load (i32.const 32)))
          (i32.shl
            (i32.eq (call $number (i64.const 172)) (i32.load (i32.const 36)))
            (i32.const 1)))
          (i32.shl (i32.eq (local.get $own) (local.get $tid)) (i32.const 2))))
      (call $done))`));
  assertEquals([code, stderr], [7, ""]);
});

/** How the second thread of a program ends, while the first one waits in read(2). */
function endingText(ending: string): string {
  return moduleText(`
    (func (export "_start")
      (call $pipe)
      (call $start (i32.const 5))
      (drop (call $read (i32.const 200) (i32.const 1)))
      ;; What a thread prints that should be gone.
      (call $write (i64.const 1) (i32.const 16) (i32.const 1)))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32) ${ending})`);
}

threadTest("exit_group ends one that waits in a call", async () => {
  const { code, text, stderr } = await runText(endingText(
    "(drop (call $call (i64.const 94) (i64.const 9) (i64.const 0) (i64.const 0))) (unreachable)",
  ));
  assertEquals([code, text, stderr], [9, "", ""]);
});

threadTest("a trap ends them all, and is reported", async () => {
  const { code, text, stderr } = await runText(endingText("(unreachable)"));
  assertEquals([code, text, stderr], [134, "", "vmsock: PROGRAM trapped: unreachable\n"]);
});

threadTest(
  "the first one's return ends one that waits in a call, in memory or not at all",
  async () => {
    const { code, text, stderr } = await runText(moduleText(`
    (func (export "main") (param i32 i32) (result i32)
      (call $pipe)
      (call $start (i32.const 0))
      (call $start (i32.const 1))
      (call $start (i32.const 2))
      (call $join (i32.const 3))
      (i32.const 6))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (call $done)
      (if (i32.eq (local.get $argument) (i32.const 0))
        (then (drop (call $read (i32.const 200) (i32.const 1)))))
      (if (i32.eq (local.get $argument) (i32.const 1))
        (then (call $forever)))
      (if (i32.eq (local.get $argument) (i32.const 2))
        (then (loop $on (br $on))))
      (unreachable))`));
    assertEquals([code, text, stderr], [6, "", ""]);
  },
);

threadTest("exit ends one alone, and the process with the last one", async () => {
  // The first thread exits with 7; the other one waits until it is gone, prints, and returns.
  const { code, text, stderr } = await runText(moduleText(`
    (data (i32.const 400) "last\\n")
    (func (export "_start")
      (call $pipe)
      (call $start (i32.const 0))
      (drop (call $call (i64.const 93) (i64.const 7) (i64.const 0) (i64.const 0)))
      (unreachable))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      ;; A tenth of a second, in which the process would have ended.
      (drop (memory.atomic.wait32 (i32.const 60000) (i32.const 0) (i64.const 100000000)))
      (call $write (i64.const 1) (i32.const 400) (i32.const 5)))`));
  assertEquals([code, text, stderr], [7, "last\n", ""]);
});

threadTest("any number of them, one after another", async () => {
  const { code, stderr } = await runText(moduleText(`
    (func (export "_start")
      (local $count i32)
      (loop $one
        (call $start (i32.const 1))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (call $join (local.get $count))
        (br_if $one (i32.lt_u (local.get $count) (i32.const 600)))))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (call $done))`));
  assertEquals([code, stderr], [0, ""]);
});

threadTest("what they map is each one's own", async () => {
  // Each maps 8 pages 50 times and fills them with its number; the first one looks.
  const { code, stderr } = await runText(moduleText(`
    (func $map (result i32)
      (i32.wrap_i64 (call $check (call $syscall (i64.const 222) (i64.const 0) (i64.const 32768)
        (i64.const 3) (i64.const 0x22) (i64.const -1) (i64.const 0)))))
    (func $work (param $number i32)
      (local $round i32)
      (local $address i32)
      (loop $next
        (local.set $address (call $map))
        (if (i32.ne (i32.load8_u (i32.add (local.get $address) (i32.const 7))) (i32.const 0))
          (then (unreachable)))
        (memory.fill (local.get $address) (local.get $number) (i32.const 32768))
        (if (i32.ne
            (i32.load8_u (i32.add (local.get $address) (i32.const 32767))) (local.get $number))
          (then (unreachable)))
        ;; Every second one is given back, as zeros.
        (if (i32.and (local.get $round) (i32.const 1))
          (then
            (drop (call $check (call $call (i64.const 215)
              (i64.extend_i32_u (local.get $address)) (i64.const 32768) (i64.const 0)))))
          (else
            (i32.store
              (i32.add (i32.mul (local.get $number) (i32.const 1024))
                (i32.mul (local.get $round) (i32.const 4)))
              (local.get $address))))
        (local.set $round (i32.add (local.get $round) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $round) (i32.const 50)))))
    (func (export "main") (param i32 i32) (result i32)
      (local $number i32)
      (local $round i32)
      (local $address i32)
      (call $start (i32.const 1))
      (call $start (i32.const 2))
      (call $start (i32.const 3))
      (call $start (i32.const 4))
      (call $join (i32.const 4))
      (local.set $number (i32.const 1))
      (loop $thread
        (local.set $round (i32.const 0))
        (loop $next
          (local.set $address (i32.load
            (i32.add (i32.mul (local.get $number) (i32.const 1024))
              (i32.mul (local.get $round) (i32.const 4)))))
          (if (i32.ne (i32.load8_u (local.get $address)) (local.get $number))
            (then (return (i32.const 1))))
          (if (i32.ne
              (i32.load8_u (i32.add (local.get $address) (i32.const 32767))) (local.get $number))
            (then (return (i32.const 2))))
          (local.set $round (i32.add (local.get $round) (i32.const 2)))
          (br_if $next (i32.lt_u (local.get $round) (i32.const 50))))
        (local.set $number (i32.add (local.get $number) (i32.const 1)))
        (br_if $thread (i32.le_u (local.get $number) (i32.const 4))))
      (i32.const 0))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (call $work (local.get $argument))
      (call $done))`));
  assertEquals([code, stderr], [0, ""]);
});

threadTest("what was added to the memory while one started is there", async () => {
  // The first thread adds 20 pages; the second one fills the last of them, and has it written.
  const { code, text, stderr } = await runText(moduleText(`
    (func (export "_start")
      (call $start (i32.const 0))
      (i32.store (i32.const 32) (memory.grow (i32.const 20)))
      (call $join (i32.const 1)))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (local $last i32)
      (block $grown (loop $again
        (local.set $last (i32.load (i32.const 32)))
        (br_if $grown (local.get $last))
        (br $again)))
      (local.set $last
        (i32.mul (i32.add (local.get $last) (i32.const 19)) (i32.const 65536)))
      (memory.fill (local.get $last) (i32.const 0x41) (i32.const 65536))
      (call $write (i64.const 1) (local.get $last) (i32.const 3))
      (call $done))`));
  assertEquals([code, text, stderr], [0, "AAA", ""]);
});

threadTest("--trace shows the calls of all, each line with its thread", async () => {
  // The second thread writes what the first one waits for.
  const { code, stderr } = await runText(
    moduleText(`
    (data (i32.const 100) "ab")
    (func (export "_start")
      (call $pipe)
      (call $start (i32.const 0))
      (drop (call $check (call $read (i32.const 200) (i32.const 1))))
      (call $join (i32.const 1)))
    (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
      (call $write (i64.load32_u (i32.const 20)) (i32.const 101) (i32.const 1))
      (call $done))`),
    ["--trace"],
  );
  assertEquals(code, 0);
  const first = Number(/^\[pid (\d+)\]/.exec(stderr)?.[1]);
  const linesOf = (pid: number): string[] =>
    stderr.split("\n").filter((line) => line.startsWith(`[pid ${pid}] `))
      .map((line) => line.slice(line.indexOf("]") + 2).replace(/ +=/, " ="));
  assertEquals(linesOf(first), [
    "pipe2([3, 4], 0) = 0",
    "read(3,  <unfinished ...>",
    '<... read resumed>"b", 1) = 1',
  ]);
  assertEquals(linesOf(first + 1), [
    'write(4, "b", 1 <unfinished ...>',
    "<... write resumed>) = 1",
  ]);
  assertEquals(stderr.split("\n").length, 6, stderr);
});

threadTest("a server with a thread for each connection", async () => {
  const url = new URL("../../examples/thread_echo_server.wat", import.meta.url);
  using program = await ModuleFile.of(Deno.readTextFileSync(url));
  const args = ["run", program.path, "0", "8"];
  await using server = await startVmsock(args, merge(FLAGS, program));
  const port = Number(/^listening on 127\.0\.0\.1:(\d+)$/.exec(server.firstLine)?.[1]);
  // All are open before the first one is served: one thread alone could not answer the last one.
  const connections = await Promise.all(
    Array.from({ length: 8 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  for (const [index, connection] of connections.toReversed().entries()) {
    const sent = new TextEncoder().encode(`number ${index}`);
    await connection.write(sent);
    const received = new Uint8Array(100);
    const count = await connection.read(received);
    assertEquals(received.subarray(0, count ?? 0), sent);
  }
  for (const connection of connections) connection.close();
  assertEquals(await server.end(), { text: "", code: 0 });
});

const MINIMAL = moduleText(`(func (export "_start"))
  (func (export "wasi_thread_start") (param i32 i32))`);

threadTest("one that starts when the process has ended says nothing about that", async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = await WebAssembly.compile(await assemble(MINIMAL));
  using kernel = new Kernel(openStack("libc"));
  const process = kernel.share();
  kernel.exit();
  const url = new URL("../../lib/apps/wasm/linux/linux_thread.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const heard = new Promise<WorkerReport>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  const guest: LinuxModule = {
    path: "program.wasm",
    module,
    dialect: "aarch64",
    memory: null,
    entry: "_start",
    asksForArguments: false,
    hasThreads: true,
  };
  const program: ThreadedProgram = {
    guest,
    memory,
    heap: SharedGuestHeap.allocate(),
    process,
    control: ThreadControl.allocate(1),
    pid: 1,
    dialect: guest.dialect,
    stack: 0,
    argc: 0,
    parsed: { operands: [], options: new Map() },
  };
  worker.postMessage({ tid: 2, argument: 0, program } satisfies WorkerOrder);
  assertEquals(await heard, { kind: "idle" });
  worker.terminate();
});

Deno.test("a module with threads says in one line what is missing", async () => {
  const spawn = '(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))';
  const linux = '(import "linux" "args" (func (result i32)))';
  const start = '(func (export "_start"))';
  const threadStart = '(func (export "wasi_thread_start") (param i32 i32))';
  const shared = '(import "env" "memory" (memory 1 2 shared))';
  const noMemory = "PROGRAM starts threads without a memory for them: it has to import one that " +
    "is shared";
  const rows: readonly (readonly [text: string, message: string])[] = [
    [`(module ${linux} ${spawn} (memory (export "memory") 1) ${start} ${threadStart})`, noMemory],
    [
      `(module ${linux} ${spawn} (import "env" "memory" (memory 1)) ${start} ${threadStart})`,
      noMemory,
    ],
    [
      `(module ${linux} ${spawn} ${shared} ${start})`,
      "PROGRAM starts threads and exports no wasi_thread_start",
    ],
    [
      `(module ${linux} ${spawn} ${shared} ${threadStart})`,
      "PROGRAM exports neither _start nor main",
    ],
    [
      `(module ${linux} (import "wasi" "thread-spawn" (global i32)) ${shared} ${start})`,
      'PROGRAM imports "wasi" "thread-spawn", a global: there are',
    ],
  ];
  for (const [text, message] of rows) {
    const { code, text: output, stderr } = await runText(text);
    assertEquals([code, output], [1, ""], message);
    assert(stderr.startsWith(`vmsock: ${message}`), stderr);
    assertEquals(stderr.split("\n").length, 2, "one line");
  }
});

threadTest("an import of another type is refused in one line", async () => {
  const { code, stderr } = await runText(
    `(module (import "linux" "args" (func (result i64)))
      (import "wasi" "thread-spawn" (func (param i32) (result i32)))
      (import "env" "memory" (memory 1 2 shared))
      (import "linux" "syscall" (func))
      (func (export "_start"))
      (func (export "wasi_thread_start") (param i32 i32)))`,
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^vmsock: PROGRAM imports a function with another signature: .*\n$/);
});

Deno.test("a module with threads names the permissions that it lacks", async () => {
  const rows: readonly (readonly [options: string[], flags: string[]])[] = [
    [["--stack=deno"], [...FLAGS]],
    ...(NO_THREADS === ""
      ? [
        [[], ["--allow-net", "--allow-ffi"]] as [string[], string[]],
        // Some of the modules are not enough.
        [[], ["--allow-net", "--allow-ffi", `--allow-read=${LIBRARY}kernel`]] as [
          string[],
          string[],
        ],
      ]
      : []),
    [[], ["--allow-net"]],
  ];
  for (const [options, flags] of rows) {
    const { code, text, stderr } = await runText(MINIMAL, options, flags);
    assertEquals([code, text], [1, ""]);
    assertStringIncludes(stderr, "--allow-ffi");
    assertStringIncludes(stderr, `--allow-read=${LIBRARY}`);
    assertEquals(stderr.split("\n").length, 2, stderr);
  }
});

Deno.test("a module that imports its memory, shared or not, and starts no threads needs none", async () => {
  for (const type of ["1", "1 2", "1 2 shared"]) {
    const { code, text, stderr } = await runText(
      `(module
        (import "linux" "syscall" (func $syscall
          (param i64 i64 i64 i64 i64 i64 i64) (result i64)))
        (import "env" "its memory" (memory ${type}))
        (data (i32.const 0) "here\\n")
        (func (export "_start")
          (drop (call $syscall (i64.const 64) (i64.const 1) (i64.const 0) (i64.const 5)
            (i64.const 0) (i64.const 0) (i64.const 0)))))`,
      [],
      [],
    );
    assertEquals([code, text, stderr], [0, "here\n", ""], type);
  }
});
