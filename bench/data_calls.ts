/**
 * What a data call costs through the kernel, and through the kernel of a process that is shared among
 * threads, beside the same call in C and beside raw FFI: CPU time of whole send and recv pairs,
 * medians of rounds in which the four take turns.
 *
 *     deno run -A bench/data_calls.ts [ROUNDS]
 *
 * Needs gcc.
 */
const ROUNDS = Number(Deno.args[0] ?? 7);
const DIRECTORY = new URL(".", import.meta.url).pathname;

/** The case, the bytes of a transfer, how often a round repeats it. */
const CASES: readonly (readonly [string, number, number])[] = [
  ["eagain", 64, 2_000_000],
  ["tcp", 64, 100_000],
  ["tcp", 1024, 100_000],
  ["tcp", 16384, 60_000],
  ["tcp", 65536, 30_000],
  ["udp", 64, 200_000],
  ["udp", 1024, 200_000],
  ["udp", 32768, 50_000],
];

function run(command: string, ...args: (string | number)[]): number {
  const { success, stdout, stderr } = new Deno.Command(command, { args: args.map(String) })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

function print(line: string): void {
  // deno-lint-ignore no-console -- what a bench is for
  console.log(line);
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

const program = Deno.makeTempFileSync({ prefix: "data_calls_" });
try {
  const { success, stderr } = new Deno.Command("gcc", {
    args: ["-O2", "-o", program, `${DIRECTORY}data_calls.c`],
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  print(`CPU nanoseconds a call pair, medians of ${ROUNDS} rounds`);
  print("case    bytes        C      FFI   kernel   thread   kernel/C  kernel-FFI  thread-kernel");
  for (const [name, size, count] of CASES) {
    const times: Record<"c" | "raw" | "kernel" | "thread", number[]> = {
      c: [],
      raw: [],
      kernel: [],
      thread: [],
    };
    for (let round = 0; round < ROUNDS; round++) {
      times.c.push(run(program, name, size, count));
      for (const way of ["raw", "kernel", "thread"] as const) {
        const guest = `${DIRECTORY}data_calls_guest.ts`;
        times[way].push(run(Deno.execPath(), "run", "-A", guest, way, name, size, count));
      }
    }
    const { c, raw, kernel, thread } = {
      c: median(times.c),
      raw: median(times.raw),
      kernel: median(times.kernel),
      thread: median(times.thread),
    };
    print(
      [
        name.padEnd(7),
        String(size).padStart(5),
        c.toFixed(0).padStart(8),
        raw.toFixed(0).padStart(8),
        kernel.toFixed(0).padStart(8),
        thread.toFixed(0).padStart(8),
        (kernel / c).toFixed(3).padStart(10),
        (kernel - raw).toFixed(0).padStart(11),
        (thread - kernel).toFixed(0).padStart(14),
      ].join(" "),
    );
  }
} finally {
  Deno.removeSync(program);
}
