/**
 * What the threads of tests do.
 *
 * @module
 */
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import type { Kernel } from "../../../lib/kernel/kernel.ts";
import {
  decodeEpollEvent,
  EPOLL_CTL_ADD,
  EPOLL_EVENT_SIZE,
  EPOLLIN,
} from "../../../lib/linux/epoll.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, F_SETLK, F_WRLCK, O_RDONLY } from "../../../lib/linux/fcntl.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { AF_INET, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { LOCK_ORDER } from "../../../lib/kernel/threads/lock.ts";
import { endProcess } from "../../../lib/kernel/threads/process_end.ts";
import { Header } from "../../../lib/kernel/threads/process_memory.ts";
import { LostThread } from "./lost_thread.ts";
import { LONG_PATH } from "./paths.ts";

/** One thread's part; returns what the test wants to know. */
export type Program = (
  kernel: Kernel,
  args: readonly number[],
  report: (value: unknown) => void,
) => unknown;

const decoder = new TextDecoder();

function receive(kernel: Kernel, fd: number): string | number {
  const buffer = new Uint8Array(64);
  const count = kernel.recv(fd, buffer, buffer.length, 0);
  return count < 0 ? count : decoder.decode(buffer.subarray(0, count));
}

/** The programs by name; the first argument is a descriptor where nothing else is said. */
export const PROGRAMS = {
  /** What recv gives. */
  recv: (kernel, [fd = -1]) => receive(kernel, fd),
  /** What recv gives, and then again. */
  recvTwice: (kernel, [fd = -1], report) => {
    report(receive(kernel, fd));
    return receive(kernel, fd);
  },
  /** What read gives. */
  read: (kernel, [fd = -1]) => kernel.read(fd, new Uint8Array(8), 8),
  /** What writing a mebibyte at a time gives in the end. */
  fill: (kernel, [fd = -1]) => {
    const block = new Uint8Array(1 << 20);
    for (;;) {
      const result = kernel.write(fd, block, block.length);
      if (result < 0) return result;
    }
  },
  /** What accept gives. */
  accept: (kernel, [fd = -1]) => kernel.accept(fd, null),
  /** What poll for reading gives, and the events. */
  poll: (kernel, [fd = -1, timeout = -1]) => {
    const entry = { fd, events: POLLIN, revents: 0 };
    return [kernel.poll([entry], timeout), entry.revents];
  },
  /** What a poll of nothing gives. */
  pollNothing: (kernel) => kernel.poll([], -1),
  /** What select of nothing gives. */
  selectNothing: (kernel) => kernel.select(0, null, null, null, null),
  /** What epoll_wait gives: its result, and the data of the first event. */
  epollWait: (kernel, [fd = -1]) => {
    const bytes = new Uint8Array(EPOLL_EVENT_SIZE);
    const result = kernel.epollPwait(fd, bytes, 1, -1);
    return [result, Number(decodeEpollEvent(bytes, 0)?.data)];
  },
  /** Calls `dup` and `close` for as long as the process lives; returns the last error. */
  churn: (kernel, [fd = -1]) => {
    for (;;) {
      const copy = kernel.dup(fd);
      if (copy < 0) return copy;
      const result = kernel.close(copy);
      if (result < 0) return result;
    }
  },
  /** Makes no call for a while; what one gives then. */
  spin: (kernel, _args, report) => {
    report("spinning");
    const end = performance.now() + 1000;
    while (performance.now() < end);
    return kernel.kind(0);
  },
  /** Closes; the result. */
  close: (kernel, [fd = -1]) => kernel.close(fd),
  /** Ends the process with every lock, as a call that was cut short leaves them. */
  cutShort: (kernel, [status = 0], report) => {
    const { joined, table } = new LostThread(kernel.share());
    for (const name of LOCK_ORDER) joined.locks[name].acquire();
    report("locked");
    const isEnded = endProcess(joined, table, status);
    const { header } = joined.memory;
    return [isEnded, header[Header.state], header[Header.status]];
  },
  /** Ends the process. */
  exit: (kernel, [status = 0]) => {
    kernel.exit(status);
    return kernel.socket(AF_INET, SOCK_DGRAM, 0);
  },
  /** Opens, makes and leaves open what the first argument says how often. */
  open: (kernel, [count = 1]) =>
    Array.from({ length: count }, () => kernel.socket(AF_INET, SOCK_DGRAM, 0)),
  /** What the process is like, seen from another thread. */
  look: (kernel, [fd = -1]) => {
    const limit = { current: 0, maximum: 0 };
    kernel.prlimit(7, null, limit);
    const path = new Uint8Array(4096);
    const length = kernel.getcwd(path, path.length);
    const mask = kernel.umask(0);
    kernel.umask(mask);
    return {
      limit,
      mask,
      folder: decoder.decode(path.subarray(0, length - 1)),
      closeOnExec: kernel.fcntl(fd, 1, 0),
      kind: kernel.kind(fd),
    };
  },
  /** Changes what belongs to the process. */
  change: (kernel, [fd = -1]) => {
    kernel.prlimit(7, { current: 10, maximum: 20 }, null);
    kernel.umask(0o77);
    kernel.fcntl(fd, 2, 1);
    return kernel.chdir("/");
  },
  /** Opens a file in the current folder, and waits for an event counter then. */
  openHere: (kernel, [gate = -1], report) => {
    report(kernel.openat(AT_FDCWD, LONG_PATH, O_RDONLY, 0));
    return kernel.read(gate, new Uint8Array(8), 8);
  },
  /** Resolves `localhost`; the count. */
  resolve: (kernel) => kernel.resolve("localhost", AF_INET, []),
  /** Connects to a port of loopback, waits for an event counter, and connects again. */
  connectTwice: (kernel, [fd = -1, port = 0, gate = -1], report) => {
    const address = encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, port));
    report(kernel.connect(fd, address));
    kernel.read(gate, new Uint8Array(8), 8);
    return kernel.connect(fd, address);
  },
  /** Registers the second descriptor with the first, an instance of epoll. */
  epollAdd: (kernel, [epoll = -1, fd = -1, data = 0]) =>
    kernel.epollCtl(epoll, EPOLL_CTL_ADD, fd, { events: EPOLLIN, data: BigInt(data) }),
  /** Takes a lock on the file's first byte. */
  lock: (kernel, [fd = -1]) =>
    kernel.fcntlLock(fd, F_SETLK, { type: F_WRLCK, whence: 0, start: 0, length: 1, pid: 0 }),
  /** Receives datagrams until one says "end"; the texts of all others. */
  receiveAll: (kernel, [fd = -1]) => {
    const texts: (string | number)[] = [];
    for (;;) {
      const text = receive(kernel, fd);
      if (text === "end" || typeof text === "number") return texts;
      texts.push(text);
    }
  },
  /** What each of the numbers from the first to the second argument is. */
  kinds: (kernel, [first = 0, last = 0]) =>
    Array.from({ length: last - first + 1 }, (_, index) => kernel.kind(first + index)),
  /** Whether everything but EBADF happens to numbers that no process has. */
  hostile: (kernel) => {
    const numbers = [-1, -2, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, NaN, 0.5, Infinity, 1e6, 4096];
    const wrong: string[] = [];
    for (let turn = 0; turn < 2000; turn++) {
      const fd = numbers[turn % numbers.length] as number;
      const results = [
        kernel.close(fd),
        kernel.recv(fd, new Uint8Array(1), 1, 0),
        kernel.dup(fd),
        kernel.dup2(fd, 5),
        kernel.dup2(0, fd),
        kernel.fcntl(fd, 2, 1),
        kernel.kind(fd),
      ];
      if (results.some((result) => result !== -Errno.EBADF)) wrong.push(`${fd}: ${results}`);
    }
    return wrong;
  },
} as const satisfies Readonly<Record<string, Program>>;

/** Name of a program. */
export type ProgramName = keyof typeof PROGRAMS;
