/**
 * What a thread of `stress.ts` does: makes calls at random on descriptors that all threads share, and watches a
 * socket pair of its own that no call of theirs can reach.
 *
 * @module
 */
import { Kernel } from "../../../lib/kernel/kernel.ts";
import type { SharedProcess } from "../../../lib/kernel/threads/process_memory.ts";
import { EFD_NONBLOCK } from "../../../lib/linux/eventfd.ts";
import { EPOLL_EVENT_SIZE, EPOLLET, EPOLLIN, EPOLLONESHOT } from "../../../lib/linux/epoll.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { AT_FDCWD, F_DUPFD, O_NONBLOCK, O_RDWR } from "../../../lib/linux/fcntl.ts";
import { POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { SockaddrStorage } from "../../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../../lib/linux/socket.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { Random } from "../../linux/random.ts";

/** What a thread is told. */
export interface StressTask {
  readonly shared: SharedProcess;
  /** Which thread it is. */
  readonly index: number;
  readonly seed: number;
  /** How many calls it makes. */
  readonly calls: number;
  /** Numbers below this one are anybody's. */
  readonly numbers: number;
  /** Numbers that nobody closes, of sockets whose calls wait a little. */
  readonly masters: readonly number[];
  /** Address of a listener. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** A file that may be written. */
  readonly path: string;
}

/** What a thread has found out. */
export interface StressReport {
  readonly calls: number;
  /** How many calls gave each errno. */
  readonly errors: Readonly<Record<number, number>>;
  /** What must not be. */
  readonly wrong: readonly string[];
}

/** Errors that no call of these can give, unless a descriptor means something else than it should. */
const IMPOSSIBLE: ReadonlySet<number> = new Set([Errno.EFAULT, Errno.ENOSYS, Errno.EIO]);

/** Sends tokens through sockets of a kernel of its own: a stray call on them would be noticed. */
class Canary {
  readonly #kernel = new Kernel(openStack("libc"));
  readonly #ends = new Int32Array(2);
  readonly #token: Uint32Array<ArrayBuffer>;
  readonly #got = new Uint32Array(2);
  #uses = 0;

  constructor(index: number) {
    this.#token = Uint32Array.of(index, 0);
    this.#open();
  }

  /** Sends a token and receives it; says what is wrong. */
  check(): string | null {
    const [a = -1, b = -1] = this.#ends;
    const token = new Uint8Array(this.#token.buffer);
    this.#token[1] = (this.#token[1] as number) + 1;
    const sent = this.#kernel.send(a, token, 8, MSG_DONTWAIT);
    if (sent !== 8) return `canary: send gives ${sent}`;
    const got = this.#kernel.recv(b, new Uint8Array(this.#got.buffer), 8, MSG_DONTWAIT);
    if (got !== 8) return `canary: recv gives ${got}`;
    if (this.#got[0] !== this.#token[0] || this.#got[1] !== this.#token[1]) {
      return `canary: ${this.#got} instead of ${this.#token}`;
    }
    // The host's descriptors are to change hands as often as they can.
    if (++this.#uses % 4 === 0) {
      const closed = [this.#kernel.close(a), this.#kernel.close(b)];
      if (closed.some((result) => result !== 0)) return `canary: close gives ${closed}`;
      this.#open();
    }
    return null;
  }

  #open(): void {
    this.#kernel.socketpair(AF_UNIX, SOCK_SEQPACKET, 0, this.#ends);
  }

  close(): void {
    this.#kernel.exit();
  }
}

/** One thread's calls. */
class Caller {
  readonly #kernel: Kernel;
  readonly #task: StressTask;
  readonly #random: Random;
  readonly #pair = new Int32Array(2);
  readonly #bytes = new Uint8Array(64);
  readonly #events = new Uint8Array(4 * EPOLL_EVENT_SIZE);
  readonly #status = new FileStatus();
  readonly #name = new SockaddrStorage();

  constructor(kernel: Kernel, task: StressTask) {
    this.#kernel = kernel;
    this.#task = task;
    this.#random = new Random(task.seed * 7919 + task.index);
  }

  /** Makes a call. */
  call(): number {
    const k = this.#kernel;
    const fd = (): number => this.#random.integer(this.#task.numbers + 2) - 1;
    const type = (): number => this.#random.pick([SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET]);
    switch (this.#random.integer(34)) {
      case 0:
        return k.socketpair(AF_UNIX, type() | SOCK_NONBLOCK, 0, this.#pair);
      case 1:
        return k.pipe2(this.#pair, O_NONBLOCK);
      case 2:
        return k.eventfd2(1, EFD_NONBLOCK);
      case 3:
        return k.epollCreate1(0);
      case 4:
        return k.socket(AF_INET, this.#random.pick([SOCK_STREAM, SOCK_DGRAM]) | SOCK_NONBLOCK, 0);
      case 5:
        return k.openat(AT_FDCWD, this.#task.path, O_RDWR, 0);
      case 6:
      case 7:
      case 8:
        return k.close(fd());
      case 9:
        return k.dup(fd());
      case 10:
        return k.dup2(fd(), fd());
      case 11:
      case 12:
        // So that there are calls that wait while their numbers are closed.
        return k.dup2(this.#random.pick(this.#task.masters), fd());
      case 13:
        return k.fcntl(fd(), F_DUPFD, fd());
      case 14:
        return k.accept4(fd(), this.#name, SOCK_NONBLOCK);
      case 15:
        return k.connect(fd(), this.#task.address);
      case 16:
        return k.shutdown(fd(), this.#random.integer(4));
      case 17:
      case 18:
        return k.send(fd(), this.#bytes, this.#random.integer(64), 0);
      case 19:
      case 20:
        return k.recv(fd(), this.#bytes, 64, 0);
      case 21:
        return k.read(fd(), this.#bytes, 64);
      case 22:
        return k.write(fd(), this.#bytes, 8);
      case 23:
        return k.fstat(fd(), this.#status);
      case 24:
        return k.fcntl(fd(), this.#random.pick([1, 2, 3]), this.#random.integer(2));
      case 25: {
        const entries = Array.from(
          { length: this.#random.integer(6) },
          () => ({ fd: fd(), events: POLLIN | POLLOUT, revents: 0 }),
        );
        return k.poll(entries, this.#random.integer(2));
      }
      case 26:
        return k.select(8, Uint8Array.of(this.#random.integer(256)), null, null, 0);
      case 27:
      case 28: {
        const event = {
          events: EPOLLIN + this.#random.pick([0, EPOLLET, EPOLLONESHOT]),
          data: 1n,
        };
        return k.epollCtl(fd(), this.#random.pick([1, 1, 1, 2, 3]), fd(), event);
      }
      case 29:
        return k.epollPwait(fd(), this.#events, 4, this.#random.integer(2));
      case 30:
        return k.sendfile(fd(), fd(), null, 8);
      case 31: {
        const first = fd();
        return k.closeRange(first, first + this.#random.integer(3), this.#random.pick([0, 0, 4]));
      }
      case 32:
        return k.prlimit(RLIMIT_NOFILE, {
          current: this.#random.integer(this.#task.numbers) + 1,
          maximum: 4096,
        }, null);
      default:
        return k.prlimit(RLIMIT_NOFILE, { current: this.#task.numbers, maximum: 4096 }, null);
    }
  }
}

/** Makes the calls of one thread. */
export function runStress(task: StressTask): StressReport {
  using kernel = Kernel.attach(task.shared);
  const caller = new Caller(kernel, task);
  const canary = new Canary(task.index);
  const errors: Record<number, number> = {};
  const wrong: string[] = [];
  let calls = 0;
  for (; calls < task.calls && wrong.length < 10; calls++) {
    const result = caller.call();
    if (result < 0) errors[-result] = (errors[-result] ?? 0) + 1;
    if (!Number.isInteger(result) || IMPOSSIBLE.has(-result)) wrong.push(`call gives ${result}`);
    const found = canary.check();
    if (found !== null) wrong.push(found);
  }
  canary.close();
  return { calls, errors, wrong };
}
