/**
 * Steps at random on a table of descriptors that threads share, without a host below: files are words
 * in memory, so that a second is worth a million steps.
 *
 *     deno run -A tests/kernel/threads/table_stress.ts [STEPS] [SEED] [THREADS]
 *
 * A file is opened for one number and never gets another. A call must find a file of its number, which
 * nobody closes during the call; every file is closed once.
 *
 * @module
 */
import {
  Header,
  ProcessMemory,
  type SharedProcess,
} from "../../../lib/kernel/threads/process_memory.ts";
import { SharedEpollRegistrations } from "../../../lib/kernel/threads/shared_epoll.ts";
import { SharedTable } from "../../../lib/kernel/threads/shared_table.ts";
import { FakeHost, type TableStressReport, type TableStressTask } from "./table_steps.ts";
import { TestWorker } from "./test_worker.ts";

/** Numbers that are used: few, so that the threads meet. */
const NUMBERS = 6;

/** Numbers that there are. */
const ROOM = 64;

/** How a stress runs. */
export interface TableStressOptions {
  /** Steps of all threads together. */
  readonly steps: number;
  /** Decides which steps each thread makes, not how they interleave. */
  readonly seed: number;
  readonly threads: number;
}

/** What came of it. */
export interface TableStressResult {
  /** How often a file was used. */
  readonly used: number;
  /** What must not be. */
  readonly wrong: readonly string[];
}

function makeProcess(): SharedProcess {
  const memory = ProcessMemory.allocate(ROOM);
  const parts = new ProcessMemory(memory, ROOM);
  SharedTable.format(parts);
  SharedEpollRegistrations.format(parts);
  parts.header[Header.limit] = ROOM;
  parts.header[Header.maximum] = ROOM;
  return {
    memory,
    generation: new SharedArrayBuffer(4),
    numbers: ROOM,
    rules: {},
    limits: null,
    checkLocks: true,
  };
}

async function start(task: TableStressTask): Promise<TableStressReport> {
  return await new TestWorker({ type: "table", task }).result as TableStressReport;
}

/** Runs the threads. */
export async function stressTable(options: TableStressOptions): Promise<TableStressResult> {
  const { steps, seed, threads } = options;
  const shared = makeProcess();
  const count = 4 * ROOM;
  const files = new Int32Array(new SharedArrayBuffer(4 * FakeHost.words * count));
  const run = (count: number, share: number): Promise<TableStressReport[]> =>
    Promise.all(Array.from(
      { length: count },
      (_, index) => start({ shared, index, seed, steps: share, numbers: NUMBERS, files }),
    ));
  // The first worker makes Deno load, and in tests check, what the others find.
  await run(1, 0);
  const reports = await run(threads, Math.ceil(steps / threads));
  const wrong = reports.flatMap((report) => report.wrong);
  const memory = new ProcessMemory(shared.memory, ROOM);
  const open = memory.slots.filter((word) => word !== 0).length;
  const word = (host: number, index: number): number => files[host * FakeHost.words + index] ?? 0;
  let unclosed = 0;
  for (let host = 0; host < count; host++) {
    unclosed += word(host, FakeHost.opened) - word(host, FakeHost.closed);
    if (word(host, FakeHost.users) !== 0) wrong.push("a file is used after the end");
  }
  if (unclosed !== open) wrong.push(`${unclosed} files are open, and ${open} numbers`);
  return { used: reports.reduce((sum, report) => sum + report.used, 0), wrong };
}

if (import.meta.main) {
  const [steps = "10000000", seed = "1", threads = "8"] = Deno.args;
  const options = { steps: Number(steps), seed: Number(seed), threads: Number(threads) };
  const { used, wrong } = await stressTable(options);
  // deno-lint-ignore no-console -- a program's output
  console.log(`${steps} steps of ${threads} threads, seed ${seed}: files used ${used} times`);
  // deno-lint-ignore no-console -- a program's output
  console.log(wrong.length === 0 ? "nothing wrong" : wrong.join("\n"));
  Deno.exit(wrong.length === 0 ? 0 : 1);
}
