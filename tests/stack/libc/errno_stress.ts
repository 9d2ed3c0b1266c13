/**
 * Failing calls of mixed kinds, each checked for its errno, while garbage is made: what a garbage
 * collection between a call and the reading of errno would get wrong shows here.
 *
 * Run by itself it makes as many calls as asked, in this thread and in workers at once:
 *
 *     deno run -A --v8-flags=--stress-scavenge=5 tests/stack/libc/errno_stress.ts 20000000 2
 */
import { Errno } from "../../../lib/linux/errno.ts";
import { F_SETFL } from "../../../lib/linux/fcntl.ts";
import {
  AF_INET,
  MSG_DONTWAIT,
  SHUT_RD,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { type Libc, openLibc } from "../../../lib/stack/libc/libc.ts";

/** What a stress run found. */
export interface StressResult {
  /** Calls made. */
  readonly calls: number;
  /** Each wrong errno: what was wanted and what came. */
  readonly wrong: readonly string[];
}

interface FailingCall {
  readonly name: string;
  readonly want: number;
  call(): number;
}

function failingCalls(libc: Libc, descriptors: number[]): FailingCall[] {
  const buffer = new Uint8Array(64);
  const address = new Uint8Array(16);
  const length = new Uint32Array([16]);
  const value = new Int32Array(1);
  const socket = (type: number): number => {
    const fd = libc.socket(AF_INET, type, 0);
    descriptors.push(fd);
    return fd;
  };
  address.set([AF_INET, 0, 0, 0, 127, 0, 0, 1]);
  const datagram = socket(SOCK_DGRAM);
  const stream = socket(SOCK_STREAM);
  const shut = socket(SOCK_STREAM);
  const bound = socket(SOCK_STREAM);
  libc.bind(datagram, address, 16);
  libc.bind(bound, address, 16);
  // A port that is bound without a listener refuses connections.
  const refusing = new Uint8Array(16);
  libc.getsockname(bound, refusing, length);

  return [
    { name: "recv", want: Errno.EBADF, call: () => libc.recv(-1, buffer, 64, 0) },
    { name: "close", want: Errno.EBADF, call: () => libc.close(-1) },
    {
      name: "recv",
      want: Errno.EAGAIN,
      call: () => libc.recv(datagram, buffer, 64, MSG_DONTWAIT),
    },
    { name: "recv", want: Errno.ENOTCONN, call: () => libc.recv(stream, buffer, 64, 0) },
    { name: "send", want: Errno.EPIPE, call: () => libc.send(stream, buffer, 64, 0x4000) },
    { name: "send", want: Errno.EDESTADDRREQ, call: () => libc.send(datagram, buffer, 64, 0) },
    { name: "shutdown", want: Errno.ENOTCONN, call: () => libc.shutdown(shut, SHUT_RD) },
    { name: "shutdown", want: Errno.EINVAL, call: () => libc.shutdown(stream, 77) },
    { name: "listen", want: Errno.EOPNOTSUPP, call: () => libc.listen(datagram, 1) },
    {
      name: "setsockopt",
      want: Errno.ENOPROTOOPT,
      call: () => libc.setsockopt(stream, SOL_SOCKET, SO_TYPE, value, 4),
    },
    { name: "lseek", want: Errno.ESPIPE, call: () => libc.lseek(stream, 0n, 0) },
    { name: "fcntl", want: Errno.EBADF, call: () => libc.fcntl(-1, F_SETFL, 0) },
    {
      name: "getpeername",
      want: Errno.ENOTCONN,
      call: () => libc.getpeername(stream, address, length),
    },
    { name: "connect", want: Errno.ECONNREFUSED, call: () => libc.connect(stream, refusing, 16) },
  ];
}

/** A generator of 32-bit numbers: xorshift. */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Makes `count` failing calls in an order that `seed` decides.
 *
 * A refused connect, which costs a hundred times as much, is one call in 64.
 */
export function stressErrno(seed: number, count: number): StressResult {
  const libc = openLibc();
  const descriptors: number[] = [];
  const calls = failingCalls(libc, descriptors);
  const cheap = calls.length - 1;
  const next = random(seed);
  const wrong: string[] = [];
  let garbage: unknown[] = [];
  for (let index = 0; index < count; index++) {
    const pick = next();
    const failing = calls[(pick & 63) === 0 ? cheap : (pick >>> 6) % cheap] as FailingCall;
    const result = failing.call();
    if (result !== -failing.want) {
      wrong.push(`${failing.name}: want ${-failing.want}, got ${result}`);
    }
    garbage.push({ index, text: `${pick}` });
    if (garbage.length === 1000) garbage = [];
  }
  for (const fd of descriptors) libc.close(fd);
  libc.release();
  return { calls: count, wrong };
}

function stressInWorkers(count: number, workers: number): Promise<StressResult[]> {
  const running: Promise<StressResult>[] = [];
  for (let index = 1; index <= workers; index++) {
    const worker = new Worker(import.meta.url, { type: "module", name: `${index}` });
    running.push(
      new Promise((resolve, reject) => {
        worker.onmessage = (event: MessageEvent<StressResult>) => {
          resolve(event.data);
          worker.terminate();
        };
        worker.onerror = (event) => reject(new Error(event.message));
      }),
    );
    worker.postMessage({ seed: index + 1, count });
  }
  return Promise.all([...running, Promise.resolve(stressErrno(1, count))]);
}

// A worker is its own main module; only its global scope can post messages.
if ("postMessage" in globalThis) {
  const scope = globalThis as unknown as Worker;
  scope.onmessage = (event: MessageEvent<{ seed: number; count: number }>) => {
    scope.postMessage(stressErrno(event.data.seed, event.data.count));
  };
} else if (import.meta.main) {
  const [count = 1_000_000, workers = 2] = Deno.args.map(Number);
  const results = await stressInWorkers(Math.ceil(count / (workers + 1)), workers);
  const calls = results.reduce((sum, result) => sum + result.calls, 0);
  const wrong = results.flatMap((result) => result.wrong);
  const summary = `${calls} failing calls in ${results.length} threads, ${wrong.length} wrong`;
  const lines = [summary, ...wrong.slice(0, 10)].map((line) => `${line}\n`);
  Deno.stdout.writeSync(new TextEncoder().encode(lines.join("")));
  Deno.exit(wrong.length === 0 ? 0 : 1);
}
