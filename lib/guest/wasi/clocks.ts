/**
 * The clocks of WASI guests.
 *
 * @module
 */

/** Nanoseconds in a second. */
export const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Nanoseconds between two readings that differ: what `performance.now()` tells apart. */
export const CLOCK_RESOLUTION = 1_000n;

/** Nanoseconds from some moment on, never less than before. */
export function monotonicTime(): bigint {
  return BigInt(Math.round(performance.now() * 1e6));
}

/** Milliseconds since 1970 at which `performance.now()` was 0; NaN before the first look. */
let origin = NaN;

/** Nanoseconds since the start of 1970. */
export function wallTime(): bigint {
  const elapsed = performance.now();
  // Date.now() has whole milliseconds only, but follows a clock that is set, or a machine that slept.
  const drift = Date.now() - (origin + elapsed);
  if (!(drift > -2 && drift < 1)) origin = Date.now() - elapsed;
  const whole = Math.floor(origin);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((origin - whole + elapsed) * 1e6));
}

/** What Node's process object tells of CPU time, in microseconds. */
interface CpuUsage {
  readonly user: number;
  readonly system: number;
}

interface NodeProcess {
  cpuUsage(): CpuUsage;
  threadCpuUsage?(): CpuUsage;
}

function nodeProcess(): NodeProcess {
  return (globalThis as unknown as { process: NodeProcess }).process;
}

function nanoseconds({ user, system }: CpuUsage): bigint {
  return BigInt(Math.round(user + system)) * 1_000n;
}

/** Nanoseconds between two readings of {@linkcode threadTime} that differ: the kernel's tick. */
export const THREAD_TIME_RESOLUTION = 10_000_000n;

/** Nanoseconds of CPU time that this process has used, all its threads. */
export function processTime(): bigint {
  return nanoseconds(nodeProcess().cpuUsage());
}

/** Nanoseconds of CPU time that this thread has used; the process's where that cannot be told. */
export function threadTime(): bigint {
  const process = nodeProcess();
  return process.threadCpuUsage === undefined
    ? processTime()
    : nanoseconds(process.threadCpuUsage());
}

/**
 * How long to wait until a moment, in milliseconds for `System.poll`.
 *
 * @param deadline Nanoseconds of {@linkcode monotonicTime}.
 * @returns 0 once it has come; never so little that the wait would end before it.
 */
export function millisecondsUntil(deadline: bigint): number {
  const left = deadline - monotonicTime();
  return left <= 0n ? 0 : Number(left) / 1e6;
}
