/**
 * Calls at random on descriptors that threads share, for as long as wanted:
 *
 *     deno run -A tests/kernel/threads/stress.ts [CALLS] [SEED] [THREADS]
 *
 * by default 100,000 calls of 8 threads. Nothing may be lost: in the end every descriptor is closed by
 * its number, and the host must have as many open as before. Nothing may be mistaken for something
 * else: each thread keeps a pair of sockets that the process does not know of, at numbers of the host
 * that the process has just given back. And all threads have to come to their end.
 *
 * @module
 */
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { Errno, errnoName } from "../../../lib/linux/errno.ts";
import { encodeSockaddr, SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import {
  AF_INET,
  AF_UNIX,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { encodeTimeval, TIMEVAL_SIZE } from "../../../lib/linux/time.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { openDescriptors } from "../open_descriptors.ts";
import { openSignalSockets, pause } from "./host_threads.ts";
import type { StressReport, StressTask } from "./stress_calls.ts";
import { TestWorker } from "./test_worker.ts";

/** Numbers that the threads share: few, so that they meet. */
const NUMBERS = 40;

/** Where the numbers begin that nobody closes. */
const FIRST_MASTER = 200;

/** Milliseconds that a call of the masters waits at most. */
const WAIT = 1;

/** Milliseconds for a thousand calls, on a machine that has much else to do. */
const PATIENCE = 5000;

/** How a stress runs. */
export interface StressOptions {
  /** Calls of all threads together. */
  readonly calls: number;
  /** Decides which calls each thread makes, not how they interleave. */
  readonly seed: number;
  readonly threads: number;
}

/** What came of it. */
export interface StressResult {
  readonly calls: number;
  /** How many calls gave each errno, by name. */
  readonly errors: Readonly<Record<string, number>>;
  /** What must not be; nothing in the best case. */
  readonly wrong: readonly string[];
}

function check(result: number, call: string): number {
  if (result < 0) throw new Error(`${call} gives ${errnoName(-result)}`);
  return result;
}

/** Sockets whose calls wait a little, at numbers beyond the limit; the address of the listener. */
function makeMasters(kernel: Kernel): { masters: number[]; address: Uint8Array<ArrayBuffer> } {
  const listener = check(kernel.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  check(kernel.bind(listener, encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, 0))), "bind");
  check(kernel.listen(listener, 64), "listen");
  const name = new SockaddrStorage();
  check(kernel.getsockname(listener, name), "getsockname");
  const ends = new Int32Array(4);
  check(kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, ends.subarray(0, 2)), "socketpair");
  check(kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, ends.subarray(2, 4)), "socketpair");
  const timeout = new Uint8Array(TIMEVAL_SIZE);
  encodeTimeval({ seconds: 0, microseconds: WAIT * 1000 }, timeout);
  const masters = [listener, ...ends].map((fd, index) => {
    for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) {
      check(kernel.setsockopt(fd, SOL_SOCKET, option, timeout, TIMEVAL_SIZE), "setsockopt");
    }
    const master = check(kernel.dup2(fd, FIRST_MASTER + index), "dup2");
    check(kernel.close(fd), "close");
    return master;
  });
  return { masters, address: name.toBytes() };
}

/** A worker's report, or that it did not come to its end. */
async function start(task: StressTask, patience: number): Promise<StressReport> {
  const worker = new TestWorker({ type: "stress", task });
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`thread ${task.index} hangs`)), patience);
  try {
    const report = await Promise.race([worker.result, promise]);
    // What Deno has open for a worker goes with its thread.
    await worker.gone();
    return report as StressReport;
  } finally {
    clearTimeout(timer);
  }
}

/** The descriptors of this process but those that Deno opens for its cache. */
function hostDescriptors(): number {
  return openDescriptors().filter((name) => !name.includes("/deno/")).length;
}

/** Waits until workers have gone with what Deno had open for them; returns how many are open. */
async function settledDescriptors(wanted: number): Promise<number> {
  for (let turn = 0; turn < 2000 && hostDescriptors() !== wanted; turn++) {
    await pause();
  }
  return hostDescriptors();
}

/** Runs the threads. */
export async function stress({ calls, seed, threads }: StressOptions): Promise<StressResult> {
  const path = await Deno.makeTempFile({ prefix: "vmsock_stress_" });
  const kernel = new Kernel(openStack("libc"), { checkLocks: true });
  try {
    const { masters, address } = makeMasters(kernel);
    const shared = kernel.share();
    const run = (count: number, share: number): Promise<StressReport[]> =>
      Promise.all(Array.from({ length: count }, (_, index) =>
        start({
          shared,
          index,
          seed,
          calls: share,
          numbers: NUMBERS,
          masters,
          address,
          path,
        }, 60_000 + PATIENCE * share / 1000)));
    // The first worker of a process makes Deno open what it keeps.
    openSignalSockets();
    await run(1, 0);
    const before = hostDescriptors();
    check(kernel.prlimit(RLIMIT_NOFILE, { current: NUMBERS, maximum: 4096 }, null), "prlimit");
    const reports = await run(threads, Math.ceil(calls / threads));
    const wrong = reports.flatMap((report) => report.wrong);
    for (let fd = 0; fd < FIRST_MASTER; fd++) kernel.close(fd);
    for (let fd = 0; fd < FIRST_MASTER; fd++) {
      if (kernel.kind(fd) !== -Errno.EBADF) wrong.push(`${fd} is open after it was closed`);
    }
    if (kernel.dup2(masters[0] ?? -1, 0) !== 0) wrong.push("0 cannot be used again");
    kernel.close(0);
    // Standard descriptors are the host's own and stay open there.
    const after = await settledDescriptors(before);
    if (after !== before) {
      wrong.push(`${after - before} descriptors lost: ${openDescriptors().join(" ")}`);
    }
    const errors: Record<string, number> = {};
    for (const report of reports) {
      for (const [errno, count] of Object.entries(report.errors)) {
        const name = errnoName(Number(errno));
        errors[name] = (errors[name] ?? 0) + count;
      }
    }
    return { calls: reports.reduce((sum, report) => sum + report.calls, 0), errors, wrong };
  } finally {
    kernel.exit();
    await Deno.remove(path);
  }
}

if (import.meta.main) {
  const [calls = "100000", seed = "1", threads = "8"] = Deno.args;
  const options = { calls: Number(calls), seed: Number(seed), threads: Number(threads) };
  const { calls: made, errors, wrong } = await stress(options);
  // deno-lint-ignore no-console -- a program's output
  console.log(`${made} calls of ${threads} threads, seed ${seed}: ${JSON.stringify(errors)}`);
  // deno-lint-ignore no-console -- a program's output
  console.log(wrong.length === 0 ? "nothing wrong" : wrong.join("\n"));
  Deno.exit(wrong.length === 0 ? 0 : 1);
}
