/**
 * Calls of every method of `System` with numbers that no guest should give, for as long as wanted:
 *
 *     deno run -A tests/kernel/hostile.ts [libc|deno] [CALLS] [SEED]
 *
 * A call must not throw, return anything but a result of Linux's, wait, or touch a byte outside what
 * it was given. Paths stay in a folder of this run, addresses on loopback, at ports of this run.
 *
 * @module
 */
import { Kernel } from "../../lib/kernel/kernel.ts";
import type { System } from "../../lib/kernel/system.ts";
import { IPV4_LOOPBACK, IPV6_LOOPBACK, SocketAddress } from "../../lib/ip.ts";
import { AT_FDCWD, F_GETFL, F_SETFL, O_CREAT, O_NONBLOCK, O_RDWR } from "../../lib/linux/fcntl.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
} from "../../lib/linux/in.ts";
import {
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  SIOCATMARK,
  TIOCGWINSZ,
  TIOCOUTQ,
} from "../../lib/linux/ioctl.ts";
import { type PollFd, POLLOUT } from "../../lib/linux/poll.ts";
import { RLIMIT_NOFILE } from "../../lib/linux/resource.ts";
import { encodeSockaddr, SockaddrStorage, UnixAddress } from "../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../lib/linux/socket.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import { FileStatus, UTIME_OMIT } from "../../lib/linux/stat.ts";
import type { Timespec } from "../../lib/linux/time.ts";
import { UIO_MAXIOV } from "../../lib/linux/uio.ts";
import type { Stack } from "../../lib/stack/stack.ts";
import { openStack } from "../../lib/stack/open.ts";
import { Random } from "../linux/random.ts";
import { removeTree } from "../remove_tree.ts";
import { openDescriptors } from "./open_descriptors.ts";

/** What is no sensible number anywhere. */
const NUMBERS = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  -1,
  0.5,
  -0.5,
  1.5,
  1e-300,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 3,
  -(2 ** 32),
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  2 ** 64,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
] as const;

/** Those that no file of any size can be given: a file of 2⁵² bytes would take long to copy. */
const NO_OFFSETS = [NaN, Infinity, -Infinity, -1, 0.5, -0.5, 2 ** 53, -(2 ** 53), 2 ** 64] as const;

/** Options whose value a guest chooses among addresses, or that make close() wait. */
const CAREFUL: ReadonlySet<number> = new Set([
  SO_LINGER,
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
]);

/** A descriptor that is always ready for writing and that no call is given. */
const KEEPER = 1000;

/** Bytes from which all buffers of a call are cut. */
const ARENA_SIZE = 1024;
const CANARY = 0xa5;

/** Bytes of the arena that a call may write. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** What went wrong, with what is needed to make it happen again. */
export class HostileError extends Error {
  override readonly name = "HostileError";
}

/** Arguments for one guest's calls. */
class Attack {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly folder: string;
  readonly #arena = new Uint8Array(ARENA_SIZE);
  #next = 0;
  #writable: Range[] = [];
  /** The arguments of the current call, for messages. */
  told: unknown[] = [];

  constructor(kernel: Kernel, random: Random, folder: string) {
    this.kernel = kernel;
    this.random = random;
    this.folder = folder;
    for (const domain of [AF_INET, AF_INET6]) {
      const any = encodeSockaddr(
        new SocketAddress(domain === AF_INET ? IPV4_LOOPBACK : IPV6_LOOPBACK, 0),
      );
      const listener = kernel.socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0);
      kernel.bind(listener, any);
      kernel.listen(listener, 8);
      const name = new SockaddrStorage();
      kernel.getsockname(listener, name);
      kernel.connect(kernel.socket(domain, SOCK_STREAM | SOCK_NONBLOCK, 0), name.toBytes());
      kernel.bind(kernel.socket(domain, SOCK_DGRAM | SOCK_NONBLOCK, 0), any);
    }
    for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
      kernel.socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, new Int32Array(2));
    }
    kernel.pipe2(new Int32Array(2), O_NONBLOCK);
    const keeper = kernel.socket(AF_INET, SOCK_DGRAM, 0);
    kernel.dup2(keeper, KEEPER);
    kernel.close(keeper);
    kernel.openat(AT_FDCWD, folder, 0, 0);
    const file = kernel.openat(AT_FDCWD, `${folder}/file`, O_CREAT | O_RDWR, 0o600);
    kernel.write(file, new Uint8Array(4096), 4096);
    kernel.dup(file);
  }

  /** Begins a call: all canaries in place. */
  begin(): void {
    this.#arena.fill(CANARY);
    this.#next = 0;
    this.#writable = [];
    this.told = [];
  }

  /** Says which byte was touched that should not have been; null for none. */
  findTouched(): number | null {
    const touched = this.#arena.findIndex((byte, at) =>
      byte !== CANARY && !this.#writable.some(({ start, end }) => at >= start && at < end)
    );
    return touched < 0 ? null : touched;
  }

  tell<T>(value: T): T {
    this.told.push(value);
    return value;
  }

  oneIn(count: number): boolean {
    return this.random.integer(count) === 0;
  }

  /** Any number. */
  number(...sensible: readonly number[]): number {
    const { random } = this;
    if (sensible.length > 0 && !this.oneIn(4)) return this.tell(random.pick(sensible));
    switch (random.integer(4)) {
      case 0:
        return this.tell(random.signed());
      case 1:
        return this.tell(random.integer(64) - 8);
      default:
        return this.tell(random.pick(NUMBERS));
    }
  }

  /** A descriptor, mostly one that may be open. */
  fd(): number {
    if (this.oneIn(5)) return this.number();
    return this.tell(this.random.integer(20));
  }

  /** A descriptor to be lost, rarely one that may be open: a guest without any does little. */
  lostFd(): number {
    return this.oneIn(4) ? this.fd() : this.number(19);
  }

  /** A descriptor whose calls do not wait. */
  quickFd(): number {
    const fd = this.fd();
    const flags = this.kernel.fcntl(fd, F_GETFL, 0);
    if (flags >= 0) this.kernel.fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    return fd;
  }

  /** Bits, in 32 or more. */
  flags(): number {
    if (this.oneIn(2)) return this.tell(0);
    if (this.oneIn(2)) return this.number();
    return this.tell(1 << this.random.integer(32) | 1 << this.random.integer(32));
  }

  /** A file's offset or length that is small, or none at all. */
  offset(): number {
    const { random } = this;
    return this.tell(this.oneIn(2) ? random.pick(NO_OFFSETS) : random.integer(100_000));
  }

  #cut(size: number): { view: Uint8Array<ArrayBuffer>; start: number } {
    const start = this.#next + 8 + this.random.integer(8);
    this.#next = start + size;
    if (this.#next > ARENA_SIZE) throw new Error("the arena is too small");
    return { view: this.#arena.subarray(start, start + size), start };
  }

  /** Bytes that a call reads, or null. */
  source(): Uint8Array<ArrayBuffer> | null {
    if (this.oneIn(10)) return this.tell(null);
    return this.#cut(this.tell(this.random.integer(64))).view;
  }

  /** Bytes that a call may write `length` of, or null; and the length, cut to an int or not. */
  target(isInt = false): readonly [Uint8Array<ArrayBuffer> | null, number] {
    const size = this.random.integer(64);
    const asked = this.number(
      size,
      this.random.integer(size + 1),
      size + 1 + this.random.integer(8),
    );
    const length = isInt ? asked | 0 : asked;
    if (this.oneIn(10)) return [this.tell(null), length];
    const { view, start } = this.#cut(this.tell(size));
    if (length > 0 && length <= size) this.#writable.push({ start, end: start + length });
    return [view, length];
  }

  /** A length for bytes that are only read. */
  lengthOf(bytes: Uint8Array | null): number {
    const size = bytes?.length ?? 0;
    return this.number(size, size, this.random.integer(size + 8));
  }

  /** A list of buffers, which a call may fill if `filled`. */
  buffers(filled: boolean): { base: Uint8Array<ArrayBuffer> | null; length: number }[] {
    const count = this.tell(this.oneIn(50) ? UIO_MAXIOV + 1 : this.random.integer(4));
    if (count > UIO_MAXIOV) return Array.from({ length: count }, () => ({ base: null, length: 0 }));
    return Array.from({ length: count }, () => {
      if (filled) {
        const [base, length] = this.target();
        return { base, length };
      }
      const base = this.source();
      return { base, length: this.lengthOf(base) };
    });
  }

  /** Ints that a call may write, or null. */
  ints(count: number, nullable: true): Int32Array<ArrayBuffer> | null;
  ints(count: number): Int32Array<ArrayBuffer>;
  ints(count: number, nullable = false): Int32Array<ArrayBuffer> | null {
    if (nullable && this.oneIn(6)) return this.tell(null);
    const start = this.#next + 8 + (-this.#next & 3);
    this.#next = start + 4 * count;
    this.#writable.push({ start, end: this.#next });
    return new Int32Array(this.#arena.buffer, start, count);
  }

  /** An address on loopback at a port of this guest's, one of AF_UNIX in the folder, or nonsense. */
  address(): Uint8Array<ArrayBuffer> | null {
    const { random } = this;
    const name = new SockaddrStorage();
    switch (random.integer(7)) {
      case 0:
        return this.tell(null);
      case 1:
        return this.tell(new Uint8Array(random.integer(140)));
      case 2: {
        // A family that no socket of the guest's has.
        const bytes = random.bytes(2 + random.integer(140));
        bytes[0] = 50 + random.integer(200);
        return this.tell(bytes);
      }
      case 3:
        return this.tell(encodeSockaddr(new UnixAddress("pathname", `${this.folder}/socket`)));
      case 4:
        return this.tell(encodeSockaddr(new UnixAddress("abstract", this.folder)));
      default: {
        const fd = random.integer(24);
        if (this.kernel.getsockname(fd, name) < 0) return this.tell(new Uint8Array(16));
        const bytes = name.toBytes();
        return this.tell(this.oneIn(5) ? bytes.subarray(0, random.integer(bytes.length)) : bytes);
      }
    }
  }

  /** A path in the folder, or none. */
  path(): string | null {
    const name = this.random.pick(["file", "link", "inner", "inner/file", "none", "", "a/b/c"]);
    if (this.oneIn(10)) return this.tell(this.oneIn(2) ? null : "");
    return this.tell(`${this.folder}/${name}`);
  }

  /** Entries that end a poll at once, whatever the time-out. */
  entries(): PollFd[] {
    const count = this.random.integer(6);
    const entries = Array.from({ length: count }, () => ({
      fd: this.fd(),
      events: this.number(1, 4),
      revents: 0,
    }));
    return [...entries, { fd: KEEPER, events: POLLOUT, revents: 0 }];
  }

  /** A set for select, or null. */
  set(): Uint8Array<ArrayBuffer> | null {
    if (this.oneIn(3)) return this.tell(null);
    const size = this.random.integer(20);
    const { view, start } = this.#cut(size);
    this.#writable.push({ start, end: start + size });
    for (let at = 0; at < size; at++) view[at] = this.oneIn(4) ? this.random.integer(256) : 0;
    return view;
  }

  /** A level and a name of an option. */
  option(): readonly [level: number, name: number] {
    const { level, name } = this.random.pick(SOCKET_OPTIONS);
    return [this.number(level), this.number(name)];
  }
}

/** What can be called. */
type Call = Exclude<keyof System, "keepsLookups">;

/** How a call is made with hostile arguments; the type checker holds it against `System`. */
const CALLS: Readonly<Record<Call, (a: Attack) => number>> = {
  kind: (a) => a.kernel.kind(a.fd()),
  rejected: (a) => a.kernel.rejected("call", [], -1 - a.random.integer(100)),
  takeDenial: (a) => a.kernel.takeDenial() === null ? 0 : 1,
  socket: (a) =>
    a.kernel.socket(
      a.number(AF_INET, AF_INET6, AF_UNIX),
      a.number(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET),
      a.number(0, 6, 17),
    ),
  socketpair: (a) =>
    a.kernel.socketpair(
      a.number(AF_UNIX),
      a.number(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET),
      a.number(0),
      a.ints(2),
    ),
  bind: (a) => a.kernel.bind(a.fd(), a.address()),
  listen: (a) => a.kernel.listen(a.fd(), a.number(1, 8)),
  accept: (a) => a.kernel.accept(a.quickFd(), a.oneIn(2) ? null : new SockaddrStorage()),
  accept4: (a) =>
    a.kernel.accept4(a.quickFd(), a.oneIn(2) ? null : new SockaddrStorage(), a.flags()),
  connect: (a) => a.kernel.connect(a.quickFd(), a.address()),
  send(a) {
    const source = a.source();
    return a.kernel.send(a.quickFd(), source, a.lengthOf(source), a.flags());
  },
  recv: (a) => a.kernel.recv(a.quickFd(), ...a.target(), a.flags()),
  sendto(a) {
    const source = a.source();
    const address = a.oneIn(4) ? undefined : a.address();
    return a.kernel.sendto(a.quickFd(), source, a.lengthOf(source), a.flags(), address);
  },
  recvfrom: (a) => a.kernel.recvfrom(a.quickFd(), ...a.target(), a.flags(), new SockaddrStorage()),
  sendmsg: (a) =>
    a.kernel.sendmsg(
      a.quickFd(),
      a.buffers(false),
      a.flags(),
      a.oneIn(2) ? undefined : a.address(),
    ),
  recvmsg(a) {
    const name = a.oneIn(2) ? null : new SockaddrStorage();
    return a.kernel.recvmsg(a.quickFd(), a.buffers(true), a.flags(), { name, flags: 0 });
  },
  shutdown: (a) => a.kernel.shutdown(a.fd(), a.number(0, 1, 2)),
  getsockname: (a) => a.kernel.getsockname(a.fd(), new SockaddrStorage()),
  getpeername: (a) => a.kernel.getpeername(a.fd(), new SockaddrStorage()),
  getsockopt(a) {
    const [level, name] = a.option();
    const [value, room] = a.target(true);
    const length = a.ints(1);
    length[0] = room;
    return a.kernel.getsockopt(a.fd(), level, name, value, length);
  },
  setsockopt(a) {
    const [level, name] = a.option();
    const value = a.source();
    if (CAREFUL.has(name)) value?.fill(0);
    const length = a.lengthOf(value);
    const result = a.kernel.setsockopt(a.fd(), level, name, value, length);
    value?.fill(CANARY);
    return result;
  },
  read: (a) => a.kernel.read(a.quickFd(), ...a.target()),
  write(a) {
    const source = a.source();
    return a.kernel.write(a.quickFd(), source, a.lengthOf(source));
  },
  readv: (a) => a.kernel.readv(a.quickFd(), a.buffers(true)),
  writev: (a) => a.kernel.writev(a.quickFd(), a.buffers(false)),
  pread: (a) => a.kernel.pread(a.quickFd(), ...a.target(), a.number(0, 5)),
  pwrite(a) {
    const source = a.source();
    return a.kernel.pwrite(a.quickFd(), source, a.lengthOf(source), a.offset());
  },
  sendfile(a) {
    const offset = a.oneIn(2) ? null : { value: a.number(0, 5) };
    return a.kernel.sendfile(a.quickFd(), a.quickFd(), offset, a.number(10, 1000));
  },
  close: (a) => a.kernel.close(a.lostFd()),
  closeRange(a) {
    const first = a.lostFd();
    const last = a.tell(a.random.pick([first, first + 1, 0, -1, 0.5, NaN, 2 ** 32]));
    return a.kernel.closeRange(first, last, a.flags());
  },
  epollCreate1: (a) => a.kernel.epollCreate1(a.flags()),
  epollCtl(a) {
    const event = a.oneIn(5) ? null : { events: a.number(1, 4), data: BigInt(a.random.integer(9)) };
    return a.kernel.epollCtl(a.fd(), a.number(1, 2, 3), a.fd(), event);
  },
  epollPwait(a) {
    const [events, room] = a.target();
    return a.kernel.epollPwait(a.fd(), events, a.oneIn(2) ? room : Math.floor(room / 16), 0);
  },
  eventfd2: (a) => a.kernel.eventfd2(a.number(0, 1), a.flags()),
  dup: (a) => a.kernel.dup(a.fd()),
  dup2: (a) => a.kernel.dup2(a.fd(), a.lostFd()),
  dup3: (a) => a.kernel.dup3(a.fd(), a.lostFd(), a.flags()),
  pipe2: (a) => a.kernel.pipe2(a.ints(2), a.flags()),
  fcntl: (a) =>
    a.kernel.fcntl(a.fd(), a.number(0, 1, 2, 3, 4, 5, 6, 1030, 1031, 1032), a.number(0, 4096)),
  fcntlLock(a) {
    const lock = {
      type: a.number(0, 1, 2),
      whence: a.number(0, 1, 2),
      start: a.number(0),
      length: a.number(1),
      pid: a.number(0),
    };
    return a.kernel.fcntlLock(a.fd(), a.number(5, 6), a.oneIn(5) ? null : lock);
  },
  ioctl(a) {
    const request = a.number(
      FIONREAD,
      FIONBIO,
      TIOCOUTQ,
      SIOCATMARK,
      TIOCGWINSZ,
      FIOCLEX,
      FIONCLEX,
    );
    return a.kernel.ioctl(a.fd(), request, a.ints(a.oneIn(2) ? 1 : 2, true));
  },
  poll: (a) => a.kernel.poll(a.entries(), a.number(0, 1)),
  select(a) {
    const timeout = a.tell(a.random.pick([0, -0, NaN, -1, 0.5, 1e-9, -Infinity]));
    return a.kernel.select(a.number(0, 24, 160), a.set(), a.set(), a.set(), timeout);
  },
  openat: (a) => a.kernel.openat(a.fd(), a.path(), a.flags(), a.number(0o600)),
  lseek: (a) => a.kernel.lseek(a.fd(), a.offset(), a.number(0, 1, 2, 3, 4)),
  fstat: (a) => a.kernel.fstat(a.fd(), new FileStatus()),
  fstatat: (a) => a.kernel.fstatat(a.fd(), a.path(), new FileStatus(), a.flags()),
  ftruncate: (a) => a.kernel.ftruncate(a.fd(), a.offset()),
  truncate: (a) => a.kernel.truncate(a.path(), a.offset()),
  fsync: (a) => a.kernel.fsync(a.fd()),
  fdatasync: (a) => a.kernel.fdatasync(a.fd()),
  unlinkat: (a) => a.kernel.unlinkat(a.fd(), a.path(), a.flags()),
  mkdirat: (a) => a.kernel.mkdirat(a.fd(), a.path(), a.number(0o700)),
  renameat: (a) => a.kernel.renameat(a.fd(), a.path(), a.fd(), a.path()),
  linkat: (a) => a.kernel.linkat(a.fd(), a.path(), a.fd(), a.path(), a.flags()),
  symlinkat: (a) => a.kernel.symlinkat(a.path(), a.fd(), a.path()),
  readlinkat: (a) => a.kernel.readlinkat(a.fd(), a.path(), ...a.target()),
  faccessat: (a) => a.kernel.faccessat(a.fd(), a.path(), a.number(0, 4, 7)),
  utimensat(a) {
    const time = (): Timespec => ({ seconds: a.offset(), nanoseconds: a.number(0, UTIME_OMIT) });
    const times = a.oneIn(3) ? null : { atime: time(), mtime: time() };
    return a.kernel.utimensat(a.fd(), a.path(), times, a.flags());
  },
  getdents: (a) => a.kernel.getdents(a.fd(), ...a.target()),
  chdir: (a) => a.kernel.chdir(a.path()),
  fchdir: (a) => a.kernel.fchdir(a.fd()),
  getcwd: (a) => a.kernel.getcwd(...a.target()),
  umask: (a) => a.kernel.umask(a.number(0o22)),
  prlimit(a) {
    // Rarely one that is allowed: it would end the guest's means.
    const limit = { current: a.number(1024), maximum: a.oneIn(20) ? a.number(4096) : 4096 };
    return a.kernel.prlimit(
      a.number(RLIMIT_NOFILE),
      a.oneIn(3) ? null : limit,
      { current: 0, maximum: 0 },
    );
  },
  resolve: (a) => a.kernel.resolve(a.oneIn(2) ? null : "127.0.0.1", a.number(0, 2, 10), []),
};

const NAMES = Object.keys(CALLS) as (Call)[];

/** Calls of one guest before the next one begins. */
const CALLS_OF_A_GUEST = 400;

/** Largest errno that Linux gives. */
const MAX_ERRNO = 4095;

/** Replaced stdio: nothing that a guest does reaches this process's own. */
const STDIO = {
  stdin: (buffer: Uint8Array): number => Math.min(buffer.length, 3),
  stdout: (buffer: Uint8Array): number => buffer.length,
  stderr: (buffer: Uint8Array): number => buffer.length,
};

function format(value: unknown): string {
  return value instanceof Uint8Array ? `bytes(${value.length})` : String(value);
}

function callOnce(attack: Attack, name: Call): string | null {
  let result: number;
  attack.begin();
  try {
    result = CALLS[name](attack);
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : error}`;
  }
  if (!Number.isInteger(result) || result < -MAX_ERRNO) return `returned ${result}`;
  const touched = attack.findTouched();
  return touched === null ? null : `touched byte ${touched}`;
}

function attackGuest(stack: Stack, seed: number, calls: number): void {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_hostile_" }));
  const random = new Random(seed);
  try {
    using kernel = new Kernel(stack, { stdio: STDIO, keepStack: true });
    const attack = new Attack(kernel, random, folder);
    for (let call = 0; call < calls; call++) {
      const name = random.pick(NAMES);
      const wrong = callOnce(attack, name);
      if (wrong !== null) {
        const args = attack.told.map(format).join(", ");
        throw new HostileError(`${name}(${args}) ${wrong} (seed ${seed}, call ${call})`);
      }
    }
  } finally {
    removeTree(folder);
  }
}

/** How long and on what {@linkcode attackKernel} works. */
export interface HostileOptions {
  /** The stack below the kernel. */
  readonly stack: "libc" | "deno";
  /** How many calls to make. */
  readonly calls: number;
  /** Decides everything. */
  readonly seed: number;
}

/**
 * Makes hostile calls, with a new guest on the same stack every 400.
 *
 * @throws {HostileError} At the first call that does what it must not, or where a guest leaves a
 * descriptor open.
 */
export function attackKernel({ stack: name, calls, seed }: HostileOptions): void {
  const stack = openStack(name);
  try {
    // The first guest loads what later ones share.
    attackGuest(stack, seed, 1);
    const before = openDescriptors();
    for (let done = 0; done < calls; done += CALLS_OF_A_GUEST) {
      attackGuest(stack, seed + done, Math.min(CALLS_OF_A_GUEST, calls - done));
      const after = settledDescriptors(stack, before.length);
      if (after.length !== before.length) {
        const extra = after.filter((descriptor) => !before.includes(descriptor));
        throw new HostileError(
          `seed ${seed + done} leaves ${after.length - before.length} descriptors: ${extra}`,
        );
      }
    }
  } finally {
    stack.close();
  }
}

/** The open descriptors, once what a stack closes in the background is closed. */
function settledDescriptors(stack: Stack, wanted: number): string[] {
  let found = openDescriptors();
  for (let turn = 0; turn < 100 && found.length !== wanted; turn++) {
    // Asking a socket lets the deno stack's worker take a turn.
    using kernel = new Kernel(stack, { stdio: STDIO, keepStack: true });
    const fd = kernel.socket(AF_INET, SOCK_DGRAM, 0);
    kernel.poll([{ fd, events: 1, revents: 0 }], 1);
    kernel.exit();
    found = openDescriptors();
  }
  return found;
}

if (import.meta.main) {
  const [stack = "libc", calls = "1000000", seed = "1"] = Deno.args;
  if (stack !== "libc" && stack !== "deno") throw new Error(`unknown stack ${stack}`);
  attackKernel({ stack, calls: Number(calls), seed: Number(seed) });
  const line = `${calls} hostile calls on ${stack}, nothing wrong\n`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
