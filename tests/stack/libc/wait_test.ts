import { assert, assertEquals } from "@std/assert";
import { POLLERR, POLLIN, POLLOUT, POLLPRI, POLLRDNORM } from "../../../lib/linux/poll.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import type { FileStatus } from "../../../lib/linux/stat.ts";
import type { HostBytes } from "../../../lib/stack/libc/libc.ts";
import { LibcFile } from "../../../lib/stack/libc/libc_file.ts";
import type { LibcThread } from "../../../lib/stack/libc/libc_thread.ts";
import { Waiter } from "../../../lib/stack/libc/wait.ts";
import { FileKind, OpenFile } from "../../../lib/stack/open_file.ts";

/** What a call of the C library was given; sets and pollfds as they were before it. */
type Call =
  | { readonly name: "poll"; readonly pollfds: number[]; readonly timeout: number }
  | { readonly name: "ppoll"; readonly pollfds: number[]; readonly timeout: bigint[] | null }
  | {
    readonly name: "select";
    readonly count: number;
    readonly sets: number[][];
    readonly timeout: bigint[] | null;
  };

/** A C library whose waits end at once with an answer that is given. */
class FakeLibc {
  readonly calls: Call[] = [];
  /** What the next call returns. */
  result = 0;
  /** Bits that select leaves of its sets; pollfds' revents are in the upper halves. */
  answer: (memory: readonly (Int32Array | Uint8Array)[]) => void = () => {};

  poll(fds: HostBytes, count: number, timeout: number): number {
    const pollfds = fds as Int32Array;
    this.calls.push({ name: "poll", pollfds: [...pollfds.subarray(0, 2 * count)], timeout });
    this.answer([pollfds]);
    return this.result;
  }

  ppoll(fds: HostBytes, count: number, time: HostBytes | null): number {
    const pollfds = fds as Int32Array;
    const timeout = time === null ? null : [...time as BigInt64Array];
    this.calls.push({ name: "ppoll", pollfds: [...pollfds.subarray(0, 2 * count)], timeout });
    this.answer([pollfds]);
    return this.result;
  }

  select(
    count: number,
    readSet: HostBytes | null,
    writeSet: HostBytes | null,
    exceptSet: HostBytes | null,
    time: HostBytes | null,
  ): number {
    const sets = [readSet, writeSet, exceptSet].map((set) => set as Uint8Array);
    const used = 8 * Math.ceil(count / 64);
    const timeout = time === null ? null : [...time as BigInt64Array];
    this.calls.push({
      name: "select",
      count,
      sets: sets.map((set) => [...set.subarray(0, used)]),
      timeout,
    });
    if (this.result === 0) { for (const set of sets) set.fill(0); }
    this.answer(sets);
    return this.result;
  }
}

/** A file that the host does not know, such as replaced stdio. */
class ForeignFile extends OpenFile {
  readonly kind = FileKind.character;
  readonly #ready: number;

  constructor(ready: number) {
    super();
    this.#ready = ready;
  }

  override poll(events: number): number {
    return events & this.#ready;
  }

  close(): number {
    return 0;
  }

  getStatusFlags(): number {
    return 0;
  }

  setStatusFlags(_flags: number): number {
    return 0;
  }

  fstat(_status: FileStatus): number {
    return 0;
  }
}

function setUp(): { libc: FakeLibc; waiter: Waiter; file: (descriptor: number) => OpenFile } {
  const libc = new FakeLibc();
  const thread = { libc } as unknown as LibcThread;
  const file = (descriptor: number): OpenFile =>
    new LibcFile(thread, descriptor, { kind: FileKind.socket });
  return { libc, waiter: new Waiter(thread), file };
}

/** How a time-out in milliseconds goes to the C library. */
function pollTimeout(timeout: number): number | bigint[] | null {
  const { libc, waiter, file } = setUp();
  assertEquals(waiter.poll([file(3)], Int16Array.of(POLLIN), new Int16Array(1), 1, timeout), 0);
  return libc.calls[0]?.timeout ?? null;
}

function selectTimeout(timeout: number): bigint[] | null {
  const { libc, waiter, file } = setUp();
  assertEquals(waiter.select([file(3)], Int16Array.of(POLLIN), new Int16Array(1), 1, timeout), 0);
  const [call] = libc.calls;
  assert(call?.name === "select");
  return call.timeout;
}

const DAYS_25 = 2 ** 31;
const LONGEST = [9007199254740n, 991n] as const;

Deno.test("Waiter poll() passes whole milliseconds that an int holds to poll", () => {
  for (const timeout of [0, 1, 1000, DAYS_25 - 1]) assertEquals(pollTimeout(timeout), timeout);
});

Deno.test("Waiter poll() waits for ever at any negative time-out", () => {
  for (const timeout of [-1, -0.25, -DAYS_25, -Infinity]) assertEquals(pollTimeout(timeout), -1);
});

Deno.test("Waiter poll() passes fractions and what no int holds to ppoll, rounded up to nanoseconds", () => {
  assertEquals(pollTimeout(0.5), [0n, 500_000n]);
  assertEquals(pollTimeout(1500.25), [1n, 500_250_000n]);
  assertEquals(pollTimeout(1e-9), [0n, 1n]);
  assertEquals(pollTimeout(999.9999999), [1n, 0n]);
  assertEquals(pollTimeout(DAYS_25), [2147483n, 648_000_000n]);
});

Deno.test("Waiter poll() takes time-outs beyond exact arithmetic for the longest one", () => {
  for (const timeout of [Number.MAX_SAFE_INTEGER, 1e17, 1e300, Number.MAX_VALUE, Infinity]) {
    assertEquals(pollTimeout(timeout), [LONGEST[0], LONGEST[1] * 1_000_000n]);
  }
});

Deno.test("Waiter select() passes time-outs rounded up to microseconds", () => {
  assertEquals(selectTimeout(0), [0n, 0n]);
  assertEquals(selectTimeout(1), [0n, 1000n]);
  assertEquals(selectTimeout(0.0001), [0n, 1n]);
  assertEquals(selectTimeout(1500.25), [1n, 500_250n]);
  assertEquals(selectTimeout(999.9999999), [1n, 0n]);
  assertEquals(selectTimeout(DAYS_25), [2147483n, 648_000n]);
  for (const timeout of [1e300, Infinity]) {
    assertEquals(selectTimeout(timeout), [LONGEST[0], LONGEST[1] * 1000n]);
  }
});

Deno.test("Waiter select() waits for ever at a negative time-out", () => {
  assertEquals(selectTimeout(-1), null);
});

Deno.test("Waiter poll() gives each entry's descriptor and events, and takes revents", () => {
  const { libc, waiter, file } = setUp();
  libc.result = 2;
  libc.answer = ([pollfds]) => {
    assert(pollfds instanceof Int32Array);
    pollfds[1] = (pollfds[1] ?? 0) | (POLLERR << 16);
    pollfds[5] = (pollfds[5] ?? 0) | (0x8000 << 16);
  };
  const revents = Int16Array.of(7, 7, 7);
  const events = Int16Array.of(POLLIN | POLLOUT, -1, 0x8001);
  assertEquals(waiter.poll([file(3), null, file(9)], events, revents, 3, -1), 2);
  assertEquals([...revents], [POLLERR, 0, -0x8000]);
  const pollfds = [3, POLLIN | POLLOUT, -1, 0xffff, 9, 0x8001];
  assertEquals(libc.calls, [{ name: "poll", pollfds, timeout: -1 }]);
});

Deno.test("Waiter poll() takes more entries than before", () => {
  const { libc, waiter, file } = setUp();
  for (const count of [1, 16, 17, 100, 5]) {
    const files = Array.from({ length: count }, (_, index) => file(index));
    const events = new Int16Array(count).fill(POLLIN);
    assertEquals(waiter.poll(files, events, new Int16Array(count), count, 0), 0);
    const call = libc.calls.at(-1);
    assert(call?.name === "poll");
    assertEquals(call.pollfds, files.flatMap((_, index) => [index, POLLIN]));
  }
});

Deno.test("Waiter poll() gives a negated errno on, with nothing added", () => {
  const { libc, waiter, file } = setUp();
  libc.result = -Errno.EINTR;
  const files = [file(3), new ForeignFile(POLLIN)];
  const result = waiter.poll(files, Int16Array.of(POLLIN, POLLIN), new Int16Array(2), 2, -1);
  assertEquals(result, -Errno.EINTR);
});

Deno.test("Waiter poll() does not wait when a file that is not the host's is ready", () => {
  const { libc, waiter, file } = setUp();
  const files = [file(3), new ForeignFile(POLLIN | POLLRDNORM)];
  const revents = new Int16Array(2);
  libc.result = 1;
  libc.answer = ([pollfds]) => {
    assert(pollfds instanceof Int32Array);
    pollfds[1] = POLLIN | (POLLIN << 16);
  };
  assertEquals(waiter.poll(files, Int16Array.of(POLLIN, POLLIN), revents, 2, -1), 2);
  assertEquals([...revents], [POLLIN, POLLIN]);
  assertEquals(libc.calls, [{ name: "poll", pollfds: [3, POLLIN, -1, POLLIN], timeout: 0 }]);
});

Deno.test("Waiter poll() waits for the host when a file that is not the host's is not ready", () => {
  const { libc, waiter, file } = setUp();
  const revents = new Int16Array(2);
  const files = [file(3), new ForeignFile(POLLIN)];
  assertEquals(waiter.poll(files, Int16Array.of(POLLIN, POLLOUT), revents, 2, 10), 0);
  assertEquals(libc.calls[0]?.timeout, 10);
});

Deno.test("Waiter select() puts each file into the sets that it is asked for", () => {
  const { libc, waiter, file } = setUp();
  const files = [file(0), file(9), null, file(70)];
  const events = Int16Array.of(POLLIN, POLLOUT | POLLPRI, POLLIN, POLLIN | POLLOUT);
  const revents = Int16Array.of(7, 7, 7, 7);
  libc.result = 3;
  libc.answer = ([readSet, writeSet]) => {
    assert(readSet !== undefined && writeSet !== undefined);
    readSet[0] = 0;
    writeSet[1] = 0;
  };
  assertEquals(waiter.select(files, events, revents, 4, 0), 3);
  assertEquals([...revents], [0, POLLPRI, 0, POLLIN | POLLOUT]);
  const zeros = (length: number): number[] => new Array(length).fill(0);
  assertEquals(libc.calls, [{
    name: "select",
    count: 71,
    sets: [
      [1, ...zeros(7), 0x40, ...zeros(7)],
      [0, 2, ...zeros(6), 0x40, ...zeros(7)],
      [0, 2, ...zeros(14)],
    ],
    timeout: [0n, 0n],
  }]);
});

Deno.test("Waiter select() leaves nothing of the call before in its sets", () => {
  const { libc, waiter, file } = setUp();
  const events = Int16Array.of(POLLIN | POLLOUT | POLLPRI);
  libc.result = 3;
  waiter.select([file(5)], events, new Int16Array(1), 1, 0);
  waiter.select([file(7)], Int16Array.of(POLLIN), new Int16Array(1), 1, 0);
  const call = libc.calls.at(-1);
  assert(call?.name === "select");
  assertEquals(call.sets.map(([first]) => first), [0x80, 0, 0]);
});

Deno.test("Waiter select() makes sets for descriptors beyond FD_SETSIZE", () => {
  for (const descriptor of [1023, 1024, 5000]) {
    const { libc, waiter, file } = setUp();
    waiter.select([file(descriptor)], Int16Array.of(POLLOUT), new Int16Array(1), 1, 0);
    const [call] = libc.calls;
    assert(call?.name === "select");
    assertEquals(call.count, descriptor + 1);
    assertEquals(call.sets[1]?.[descriptor >> 3], 1 << (descriptor & 7));
  }
});

Deno.test("Waiter select() tells files apart that share a descriptor", () => {
  const { libc, waiter, file } = setUp();
  const shared = file(4);
  const files = [shared, shared, shared];
  const revents = new Int16Array(3);
  // Both bits are there, each once.
  libc.result = 2;
  const events = Int16Array.of(POLLIN, POLLOUT, POLLIN | POLLOUT | POLLPRI);
  libc.answer = ([, , exceptSet]) => exceptSet?.fill(0);
  assertEquals(waiter.select(files, events, revents, 3, 0), 4);
  assertEquals([...revents], [POLLIN, POLLOUT, POLLIN | POLLOUT]);
});

Deno.test("Waiter select() does not wait when a file that is not the host's is ready", () => {
  const { libc, waiter, file } = setUp();
  const revents = new Int16Array(2);
  libc.result = 1;
  const files = [new ForeignFile(POLLIN | POLLOUT), file(3)];
  const events = Int16Array.of(POLLIN | POLLOUT | POLLPRI, POLLIN);
  assertEquals(waiter.select(files, events, revents, 2, -1), 3);
  assertEquals([...revents], [POLLIN | POLLOUT, POLLIN]);
  const [call] = libc.calls;
  assert(call?.name === "select");
  assertEquals([call.count, call.timeout], [4, [0n, 0n]]);
});

Deno.test("Waiter select() with no file waits all the same", () => {
  const { libc, waiter } = setUp();
  assertEquals(waiter.select([], new Int16Array(0), new Int16Array(0), 0, 20), 0);
  const [call] = libc.calls;
  assert(call?.name === "select");
  assertEquals([call.count, call.timeout], [0, [0n, 20_000n]]);
});
