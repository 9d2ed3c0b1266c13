/**
 * Preview 1's functions about the guest itself: arguments, environment, clocks, random bytes, its end.
 *
 * @module
 */
import {
  CLOCK_RESOLUTION,
  monotonicTime,
  processTime,
  THREAD_TIME_RESOLUTION,
  threadTime,
  wallTime,
} from "../wasi/clocks.ts";
import { fillRandom } from "../wasi/random.ts";
import { WasiErrno, wasiErrno } from "./errno.ts";
import {
  CLOCKID_MONOTONIC,
  CLOCKID_PROCESS_CPUTIME_ID,
  CLOCKID_REALTIME,
  CLOCKID_THREAD_CPUTIME_ID,
} from "./flags.ts";
import type { FunctionTable } from "./function_table.ts";
import { signalAction } from "./signals.ts";
import type { WasiProcess } from "./wasi_process.ts";

/** A clock: what it shows, and the least step of it, in nanoseconds. */
interface Clock {
  readonly time: () => bigint;
  readonly resolution: bigint;
}

/** The clocks by `clockid`. */
const CLOCKS: ReadonlyMap<number, Clock> = new Map([
  [CLOCKID_REALTIME, { time: wallTime, resolution: CLOCK_RESOLUTION }],
  [CLOCKID_MONOTONIC, { time: monotonicTime, resolution: CLOCK_RESOLUTION }],
  [CLOCKID_PROCESS_CPUTIME_ID, { time: processTime, resolution: CLOCK_RESOLUTION }],
  [CLOCKID_THREAD_CPUTIME_ID, { time: threadTime, resolution: THREAD_TIME_RESOLUTION }],
]);

function totalLength(strings: readonly Uint8Array[]): number {
  return strings.reduce((total, { length }) => total + length, 0);
}

/** Writes strings one after the other at `at`, and where each begins at `pointers`. */
function stringsOut(
  { memory }: WasiProcess,
  strings: readonly Uint8Array[],
  pointers: number,
  at: number,
): number {
  if (memory.bytes(pointers, 4 * strings.length) === null) return WasiErrno.EFAULT;
  if (memory.bytes(at, totalLength(strings)) === null) return WasiErrno.EFAULT;
  let place = at;
  strings.forEach((string, index) => {
    memory.copyOut(place, string);
    memory.store32(pointers + 4 * index, place);
    place += string.length;
  });
  return 0;
}

function sizesOut(
  { memory }: WasiProcess,
  strings: readonly Uint8Array[],
  count: number,
  length: number,
): number {
  if (memory.bytes(length, 4) === null) return WasiErrno.EFAULT;
  if (memory.store32(count, strings.length) < 0) return WasiErrno.EFAULT;
  memory.store32(length, totalLength(strings));
  return 0;
}

function argsGet(process: WasiProcess, pointers: number, at: number): number {
  return stringsOut(process, process.args, pointers, at);
}

function argsSizesGet(process: WasiProcess, count: number, length: number): number {
  return sizesOut(process, process.args, count, length);
}

function environGet(process: WasiProcess, pointers: number, at: number): number {
  return stringsOut(process, process.environment, pointers, at);
}

function environSizesGet(process: WasiProcess, count: number, length: number): number {
  return sizesOut(process, process.environment, count, length);
}

function clockResGet({ memory }: WasiProcess, id: number, at: number): number {
  const clock = CLOCKS.get(id);
  if (clock === undefined) return WasiErrno.EINVAL;
  return wasiErrno(memory.store64(at, clock.resolution));
}

function clockTimeGet({ memory }: WasiProcess, id: number, _precision: bigint, at: number): number {
  const clock = CLOCKS.get(id);
  if (clock === undefined) return WasiErrno.EINVAL;
  return wasiErrno(memory.store64(at, clock.time()));
}

function randomGet({ memory }: WasiProcess, at: number, length: number): number {
  const bytes = memory.bytes(at, length);
  if (bytes === null) return WasiErrno.EFAULT;
  fillRandom(bytes);
  return 0;
}

function schedYield(): number {
  return 0;
}

function procExit(process: WasiProcess, status: number): number {
  return process.exit(status);
}

function procRaise(process: WasiProcess, signal: number): number {
  const action = signalAction(signal);
  if (action === null) return WasiErrno.EINVAL;
  if (action === "stop") return WasiErrno.ENOTSUP;
  return action === "ignore" ? 0 : process.exit(action);
}

/** Functions about the guest itself. */
export const PROCESS_FUNCTIONS: FunctionTable = {
  "args_get": [{ parameters: "ii", call: argsGet }],
  "args_sizes_get": [{ parameters: "ii", call: argsSizesGet }],
  "environ_get": [{ parameters: "ii", call: environGet }],
  "environ_sizes_get": [{ parameters: "ii", call: environSizesGet }],
  "clock_res_get": [{ parameters: "ii", call: clockResGet }],
  "clock_time_get": [{ parameters: "iIi", call: clockTimeGet }],
  "random_get": [{ parameters: "ii", call: randomGet }],
  "sched_yield": [{ parameters: "", call: schedYield }],
  "proc_exit": [{ parameters: "i", returnsNothing: true, call: procExit }],
  "proc_raise": [{ parameters: "i", call: procRaise }],
};
