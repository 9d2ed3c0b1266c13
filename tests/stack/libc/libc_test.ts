import { closeSync, openSync } from "node:fs";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN } from "../../../lib/linux/epoll.ts";
import { EFD_NONBLOCK } from "../../../lib/linux/eventfd.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_EMPTY_PATH,
  decodeFlock,
  encodeFlock,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_SETLK,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  FLOCK_SIZE,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../../../lib/linux/fcntl.ts";
import { FIONREAD } from "../../../lib/linux/ioctl.ts";
import { EAI_NONAME } from "../../../lib/linux/netdb.ts";
import { POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import {
  AF_INET,
  AF_UNIX,
  MSG_PEEK,
  SHUT_WR,
  SO_RCVBUF,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { hostLayout } from "../../../lib/stack/libc/host_layout.ts";
import { type Libc, openLibc } from "../../../lib/stack/libc/libc.ts";
import { Message } from "../../../lib/stack/libc/message.ts";

/** An offset that 32 bits do not hold, with bits in both halves. */
const FAR = 5 * 2 ** 32 + 0x12345;

/** A C library, and descriptors that it closes in the end. */
class Bench implements Disposable {
  readonly libc: Libc = openLibc();
  readonly #descriptors: number[] = [];
  readonly #opened: number[] = [];

  ok(result: number): number {
    assert(result >= 0, `errno ${-result}`);
    return result;
  }

  own(descriptor: number): number {
    this.#descriptors.push(this.ok(descriptor));
    return descriptor;
  }

  socket(type = SOCK_DGRAM): number {
    return this.own(this.libc.socket(AF_INET, type, 0));
  }

  /** A socket with an address; the address's bytes. */
  bound(type = SOCK_DGRAM): { fd: number; address: Uint8Array<ArrayBuffer> } {
    const fd = this.socket(type);
    const address = Uint8Array.of(AF_INET, 0, 0, 0, 127, 0, 0, 1, ...new Array(8).fill(0));
    this.ok(this.libc.bind(fd, address, 16));
    const length = Uint32Array.of(16);
    this.ok(this.libc.getsockname(fd, address, length));
    return { fd, address };
  }

  pair(type = SOCK_STREAM): readonly [number, number] {
    const ends = new Int32Array(2);
    this.ok(this.libc.socketpair(AF_UNIX, type, 0, ends));
    return [this.own(ends[0] ?? -1), this.own(ends[1] ?? -1)];
  }

  /** An empty file that has no name any more. */
  file(): number {
    const path = Deno.makeTempFileSync({ prefix: "vmsock_libc_" });
    return this.#open(path, "r+");
  }

  /** An empty folder that has no name any more. */
  directory(): number {
    return this.#open(Deno.makeTempDirSync({ prefix: "vmsock_libc_" }), "r");
  }

  #open(path: string, flags: string): number {
    // What node opens is the host's descriptor; node closes it.
    const descriptor = openSync(path, flags);
    this.#opened.push(descriptor);
    Deno.removeSync(path);
    return descriptor;
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors) this.libc.close(descriptor);
    for (const descriptor of this.#opened) closeSync(descriptor);
    this.libc.release();
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function room(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

function text(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

/** Each function once, so that a wrong prototype shows: 64-bit arguments with numbers beyond 32. */
const FUNCTIONS: Readonly<Record<keyof Libc, (bench: Bench) => void>> = {
  socket({ libc }) {
    const fd = libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 6);
    assertEquals(libc.fcntl(fd, F_GETFL, 0), O_RDWR | O_NONBLOCK);
    assertEquals(libc.close(fd), 0);
    assertEquals(libc.socket(-1, SOCK_STREAM, 0), -Errno.EAFNOSUPPORT);
    assertEquals(libc.socket(AF_INET, SOCK_STREAM, -1), -Errno.EINVAL);
  },
  socketpair(bench) {
    const [a, b] = bench.pair();
    assertEquals(bench.libc.write(a, bytes("pair"), 4), 4);
    assertEquals(bench.libc.read(b, room(8), 8), 4);
    const ends = new Int32Array(2);
    assertEquals(bench.libc.socketpair(AF_INET, SOCK_STREAM, 0, ends), -Errno.EOPNOTSUPP);
  },
  bind(bench) {
    const { fd, address } = bench.bound();
    assertEquals(bench.libc.bind(fd, address, 16), -Errno.EINVAL);
    assertEquals(bench.libc.bind(bench.socket(), address, 16), -Errno.EADDRINUSE);
    assertEquals(bench.libc.bind(bench.socket(), address, 15), -Errno.EINVAL);
  },
  listen(bench) {
    assertEquals(bench.libc.listen(bench.bound(SOCK_STREAM).fd, -1), 0);
    assertEquals(bench.libc.listen(bench.socket(), 1), -Errno.EOPNOTSUPP);
  },
  accept4(bench) {
    const { fd, address } = bench.bound(SOCK_STREAM);
    bench.ok(bench.libc.listen(fd, 1));
    for (const named of [true, false]) {
      const client = bench.socket(SOCK_STREAM);
      bench.ok(bench.libc.connect(client, address, 16));
      const peer = room(16);
      const length = Uint32Array.of(16);
      const accepted = bench.own(
        bench.libc.accept4(fd, named ? peer : null, named ? length : null, SOCK_NONBLOCK),
      );
      assertEquals(bench.libc.recv(accepted, room(1), 1, 0), -Errno.EAGAIN);
      assertEquals(peer[0], named ? AF_INET : 0);
    }
    assertEquals(bench.libc.accept4(fd, null, null, 1), -Errno.EINVAL);
  },
  connect(bench) {
    const { address } = bench.bound(SOCK_STREAM);
    const client = bench.socket(SOCK_STREAM);
    assertEquals(bench.libc.connect(client, address, 16), -Errno.ECONNREFUSED);
    assertEquals(bench.libc.connect(client, address, 3), -Errno.EINVAL);
  },
  send(bench) {
    const [a, b] = bench.pair(SOCK_DGRAM);
    assertEquals(bench.libc.send(a, bytes("send"), 3, 0), 3);
    assertEquals(bench.libc.recv(b, room(8), 8, 0), 3);
    assertEquals(bench.libc.send(a, null, 3, 0), -Errno.EFAULT);
    assertEquals(bench.libc.send(a, null, 0, 0), 0);
  },
  recv(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.send(a, bytes("recv"), 4, 0));
    const buffer = room(8);
    assertEquals(bench.libc.recv(b, buffer, 2, MSG_PEEK), 2);
    assertEquals(bench.libc.recv(b, buffer, 8, 0), 4);
    assertEquals(text(buffer), "recv\0\0\0\0");
  },
  sendto(bench) {
    const { fd, address } = bench.bound();
    assertEquals(bench.libc.sendto(bench.socket(), bytes("sendto"), 6, 0, address, 16), 6);
    assertEquals(bench.libc.recv(fd, room(8), 8, 0), 6);
    const short = bench.libc.sendto(bench.socket(), bytes("x"), 1, 0, address, 2);
    assertEquals(short, -Errno.EINVAL);
  },
  recvfrom(bench) {
    const { fd, address } = bench.bound();
    bench.ok(bench.libc.sendto(fd, bytes("x"), 1, 0, address, 16));
    const from = room(16);
    const length = Uint32Array.of(16);
    assertEquals(bench.libc.recvfrom(fd, room(8), 8, 0, from, length), 1);
    assertEquals([from, length[0]], [address, 16]);
  },
  sendmsg(bench) {
    const { fd, address } = bench.bound();
    const message = new Message(bench.libc);
    message.setBuffers([{ base: bytes("send"), length: 4 }, { base: bytes("msg"), length: 2 }]);
    message.setHeader(2, address, 16);
    assertEquals(bench.libc.sendmsg(bench.socket(), message.header, 0), 6);
    const buffer = room(8);
    assertEquals(bench.libc.recv(fd, buffer, 8, 0), 6);
    assertEquals(text(buffer), "sendms\0\0");
  },
  recvmsg(bench) {
    const { fd, address } = bench.bound();
    bench.ok(bench.libc.sendto(fd, bytes("recvmsg"), 7, 0, address, 16));
    const message = new Message(bench.libc);
    const buffers = [{ base: room(3), length: 3 }, { base: room(8), length: 8 }];
    const from = room(16);
    message.setBuffers(buffers);
    message.setHeader(2, from, 16);
    assertEquals(bench.libc.recvmsg(fd, message.header, 0), 7);
    assertEquals(buffers.map(({ base }) => text(base)), ["rec", "vmsg\0\0\0\0"]);
    assertEquals([from, message.nameLength, message.flags], [address, 16, 0]);
  },
  shutdown(bench) {
    const [a, b] = bench.pair();
    assertEquals(bench.libc.shutdown(a, SHUT_WR), 0);
    assertEquals(bench.libc.read(b, room(1), 1), 0);
    assertEquals(bench.libc.shutdown(a, -1), -Errno.EINVAL);
  },
  getsockname(bench) {
    const { fd, address } = bench.bound();
    const name = room(16);
    const length = Uint32Array.of(4);
    assertEquals(bench.libc.getsockname(fd, name, length), 0);
    assertEquals(length[0], 16);
    assertEquals([...name], [...address.subarray(0, 4), ...new Array(12).fill(0)]);
  },
  getpeername(bench) {
    const { address } = bench.bound();
    const fd = bench.socket();
    const name = room(16);
    const length = Uint32Array.of(16);
    assertEquals(bench.libc.getpeername(fd, name, length), -Errno.ENOTCONN);
    bench.ok(bench.libc.connect(fd, address, 16));
    assertEquals(bench.libc.getpeername(fd, name, length), 0);
    assertEquals(name, address);
  },
  getsockopt(bench) {
    const value = Int32Array.of(-1);
    const length = Uint32Array.of(4);
    const fd = bench.socket(SOCK_STREAM);
    assertEquals(bench.libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, length), 0);
    assertEquals([value[0], length[0]], [SOCK_STREAM, 4]);
    const unknown = bench.libc.getsockopt(fd, -1, SO_TYPE, value, length);
    assertEquals(unknown, -Errno.EOPNOTSUPP);
    assertEquals(bench.libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, null, length), -Errno.EFAULT);
  },
  setsockopt(bench) {
    const fd = bench.socket();
    assertEquals(bench.libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, Int32Array.of(20_000), 4), 0);
    const value = Int32Array.of(-1);
    bench.ok(bench.libc.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, Uint32Array.of(4)));
    assertEquals(value[0], 40_000);
    const negative = bench.libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, value, -1);
    assertEquals(negative, -Errno.EINVAL);
  },
  read(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.write(a, bytes("read"), 4));
    const buffer = room(8);
    assertEquals(bench.libc.read(b, buffer, 3), 3);
    assertEquals(text(buffer), "rea\0\0\0\0\0");
    assertEquals(bench.libc.read(b, null, 1), -Errno.EFAULT);
    assertEquals(bench.libc.read(-1, null, 0), -Errno.EBADF);
  },
  write(bench) {
    const [a, b] = bench.pair(SOCK_DGRAM);
    assertEquals(bench.libc.write(a, bytes("write"), 4), 4);
    assertEquals(bench.libc.read(b, room(8), 8), 4);
    assertEquals(bench.libc.write(-1, bytes("x"), 1), -Errno.EBADF);
  },
  readv(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.write(a, bytes("readv"), 5));
    const message = new Message(bench.libc);
    const buffers = [{ base: room(2), length: 2 }, { base: room(4), length: 4 }];
    message.setBuffers(buffers);
    assertEquals(bench.libc.readv(b, message.iov, 2), 5);
    assertEquals(buffers.map(({ base }) => text(base)), ["re", "adv\0"]);
    assertEquals(bench.libc.readv(b, message.iov, -1), -Errno.EINVAL);
  },
  writev(bench) {
    const [a, b] = bench.pair();
    const message = new Message(bench.libc);
    message.setBuffers([{ base: bytes("wri"), length: 3 }, { base: bytes("tev"), length: 2 }]);
    assertEquals(bench.libc.writev(a, message.iov, 2), 5);
    const buffer = room(8);
    assertEquals(bench.libc.read(b, buffer, 8), 5);
    assertEquals(text(buffer), "write\0\0\0");
  },
  pread(bench) {
    const fd = bench.file();
    bench.ok(bench.libc.ftruncate(fd, BigInt(FAR + 10)));
    bench.ok(bench.libc.pwrite(fd, bytes("far"), 3, BigInt(FAR)));
    const buffer = room(8);
    assertEquals(bench.libc.pread(fd, buffer, 8, BigInt(FAR - 2)), 8);
    assertEquals(text(buffer), "\0\0far\0\0\0");
    assertEquals(bench.libc.pread(fd, buffer, 8, BigInt(FAR + 10)), 0);
    // What remains of the offset in 32 bits.
    assertEquals(bench.libc.pread(fd, buffer, 3, BigInt(FAR % 2 ** 32)), 3);
    assertEquals(text(buffer.subarray(0, 3)), "\0\0\0");
    assertEquals(bench.libc.pread(fd, buffer, 8, -1n), -Errno.EINVAL);
  },
  pwrite(bench) {
    const fd = bench.file();
    assertEquals(bench.libc.pwrite(fd, bytes("far"), 2, BigInt(FAR)), 2);
    assertEquals(bench.libc.lseek(fd, 0n, SEEK_END), FAR + 2);
    assertEquals(bench.libc.pwrite(fd, bytes("x"), 1, -(2n ** 40n)), -Errno.EINVAL);
  },
  sendfile(bench) {
    const input = bench.file();
    const output = bench.file();
    bench.ok(bench.libc.pwrite(input, bytes("far"), 3, BigInt(FAR)));
    const offset = BigInt64Array.of(BigInt(FAR));
    assertEquals(bench.libc.sendfile(output, input, offset, 100), 3);
    assertEquals(offset[0], BigInt(FAR + 3));
    const buffer = room(3);
    bench.ok(bench.libc.pread(output, buffer, 3, 0n));
    assertEquals(text(buffer), "far");
    assertEquals(bench.libc.sendfile(output, input, null, 2), 2);
    assertEquals(bench.libc.lseek(input, 0n, SEEK_CUR), 2);
    assertEquals(bench.libc.sendfile(output, -1, null, 1), -Errno.EBADF);
  },
  ftruncate(bench) {
    const fd = bench.file();
    assertEquals(bench.libc.ftruncate(fd, BigInt(FAR)), 0);
    assertEquals(bench.libc.lseek(fd, 0n, SEEK_END), FAR);
    assertEquals(bench.libc.ftruncate(fd, -1n), -Errno.EINVAL);
  },
  fsync(bench) {
    assertEquals(bench.libc.fsync(bench.file()), 0);
    assertEquals(bench.libc.fsync(bench.socket()), -Errno.EINVAL);
  },
  utimensat(bench) {
    const fd = bench.file();
    const times = BigInt64Array.of(1n, 2n, 2n ** 33n, 999_999_999n);
    const path = new Uint8Array(1);
    assertEquals(bench.libc.utimensat(fd, path, times, AT_EMPTY_PATH), 0);
    const buffer = new Uint8Array(hostLayout(Deno.build.arch).statSize);
    assertEquals(bench.libc.fstat(fd, buffer), 0);
    const status = new FileStatus();
    hostLayout(Deno.build.arch).decodeStat(buffer, status);
    assertEquals([status.atimeSeconds, status.atimeNanoseconds], [1, 2]);
    assertEquals([status.mtimeSeconds, status.mtimeNanoseconds], [2 ** 33, 999_999_999]);
    assertEquals(bench.libc.utimensat(-1, path, times, AT_EMPTY_PATH), -Errno.EBADF);
  },
  fdatasync(bench) {
    assertEquals(bench.libc.fdatasync(bench.file()), 0);
    assertEquals(bench.libc.fdatasync(bench.socket()), -Errno.EINVAL);
  },
  getdents64(bench) {
    const fd = bench.directory();
    // The directory was removed: it has no entries left.
    const result = bench.libc.getdents64(fd, room(1024), 1024);
    assert(result === 0 || result === -Errno.ENOENT, String(result));
    assertEquals(bench.libc.getdents64(bench.file(), room(64), 64), -Errno.ENOTDIR);
  },
  close({ libc }) {
    const fd = libc.socket(AF_INET, SOCK_DGRAM, 0);
    assertEquals(libc.close(fd), 0);
    assertEquals(libc.close(fd), -Errno.EBADF);
  },
  dup3(bench) {
    const [fd, target] = [bench.socket(), bench.socket()];
    assertEquals(bench.libc.dup3(fd, target, O_CLOEXEC), target);
    assertEquals(bench.libc.fcntl(target, F_GETFD, 0), FD_CLOEXEC);
    assertEquals(bench.libc.dup3(fd, fd, 0), -Errno.EINVAL);
  },
  pipe2(bench) {
    const ends = new Int32Array(2);
    assertEquals(bench.libc.pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    const [reading, writing] = [bench.own(ends[0] ?? -1), bench.own(ends[1] ?? -1)];
    assertEquals(bench.libc.read(reading, room(1), 1), -Errno.EAGAIN);
    assertEquals(bench.libc.write(writing, bytes("x"), 1), 1);
    assertEquals(bench.libc.pipe2(ends, 1), -Errno.EINVAL);
  },
  open({ libc }) {
    const fd = libc.open(bytes("/dev/null\0"), O_RDWR | O_CLOEXEC, 0);
    assertGreater(fd, 2);
    assertEquals(libc.close(fd), 0);
    assertEquals(libc.open(bytes("/dev/null/none\0"), O_RDWR, 0), -Errno.ENOTDIR);
  },
  readlink({ libc }) {
    const target = room(4096);
    const length = libc.readlink(bytes("/proc/self/cwd\0"), target, 4096);
    assertEquals(text(target.subarray(0, length)), Deno.cwd());
    assertEquals(libc.readlink(bytes("/\0"), target, 4096), -Errno.EINVAL);
  },
  fcntl(bench) {
    const fd = bench.socket();
    assertEquals(bench.libc.fcntl(fd, F_GETFL, 0), 2);
    assertEquals(bench.libc.fcntl(fd, -1, 0), -Errno.EINVAL);
  },
  fcntlLock(bench) {
    const fd = bench.file();
    const bytesOfLock = room(FLOCK_SIZE);
    const lock = { type: F_WRLCK, whence: SEEK_SET, start: FAR, length: FAR, pid: 0 };
    encodeFlock(lock, bytesOfLock);
    assertEquals(bench.libc.fcntlLock(fd, F_SETLK, bytesOfLock), 0);
    assertEquals(bench.libc.fcntlLock(fd, F_GETLK, bytesOfLock), 0);
    assertEquals(decodeFlock(bytesOfLock)?.type, F_UNLCK);
    encodeFlock({ ...lock, type: 99 }, bytesOfLock);
    assertEquals(bench.libc.fcntlLock(fd, F_SETLK, bytesOfLock), -Errno.EINVAL);
  },
  ioctl(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.write(a, bytes("12345"), 5));
    const value = Int32Array.of(-1);
    assertEquals(bench.libc.ioctl(b, FIONREAD, value), 0);
    assertEquals(value[0], 5);
    assertEquals(bench.libc.ioctl(b, FIONREAD, null), -Errno.EFAULT);
    assertEquals(bench.libc.ioctl(b, 0x10000 + FIONREAD, value), -Errno.ENOTTY);
    assertEquals(bench.libc.ioctl(bench.file(), 0xffffffff, value), -Errno.ENOTTY);
  },
  poll(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.write(a, bytes("x"), 1));
    const fds = Int32Array.of(a, POLLIN, b, POLLIN | POLLOUT);
    assertEquals(bench.libc.poll(fds, 2, 0), 1);
    assertEquals([fds[1], fds[3]], [POLLIN, POLLIN | POLLOUT | ((POLLIN | POLLOUT) << 16)]);
    assertEquals(bench.libc.poll(fds, 2, -1), 1);
  },
  ppoll(bench) {
    const [a] = bench.pair();
    const fds = Int32Array.of(a, POLLOUT);
    assertEquals(bench.libc.ppoll(fds, 1, null), 1);
    assertEquals(bench.libc.ppoll(fds, 1, BigInt64Array.of(2n ** 40n, 999_999_999n)), 1);
    const quiet = Int32Array.of(a, POLLIN);
    assertEquals(bench.libc.ppoll(quiet, 1, BigInt64Array.of(0n, 1000n)), 0);
    const wrong = BigInt64Array.of(0n, 1_000_000_000n);
    assertEquals(bench.libc.ppoll(quiet, 1, wrong), -Errno.EINVAL);
  },
  select(bench) {
    const [a, b] = bench.pair();
    bench.ok(bench.libc.write(a, bytes("x"), 1));
    const setOf = (fd: number): Uint8Array<ArrayBuffer> => {
      const set = room(8 * Math.ceil((fd + 1) / 64));
      set[fd >> 3] = 1 << (fd & 7);
      return set;
    };
    const readSet = setOf(b);
    assertEquals(bench.libc.select(b + 1, readSet, null, null, null), 1);
    assertEquals(readSet, setOf(b));
    const time = BigInt64Array.of(0n, 1000n);
    assertEquals(bench.libc.select(a + 1, setOf(a), null, null, time), 0);
    assertEquals(bench.libc.select(-1, null, null, null, time), -Errno.EINVAL);
  },
  epollCreate1({ libc }) {
    const fd = libc.epollCreate1(EPOLL_CLOEXEC);
    assertEquals(libc.fcntl(fd, F_GETFD, 0), FD_CLOEXEC);
    assertEquals(libc.close(fd), 0);
    assertEquals(libc.epollCreate1(1), -Errno.EINVAL);
  },
  epollCtl(bench) {
    const epoll = bench.own(bench.libc.epollCreate1(0));
    const event = room(16);
    assertEquals(bench.libc.epollCtl(epoll, EPOLL_CTL_ADD, bench.socket(), event), 0);
    assertEquals(bench.libc.epollCtl(epoll, EPOLL_CTL_ADD, bench.file(), event), -Errno.EPERM);
    assertEquals(bench.libc.epollCtl(epoll, EPOLL_CTL_ADD, 0, null), -Errno.EFAULT);
  },
  epollWait(bench) {
    const epoll = bench.own(bench.libc.epollCreate1(0));
    const event = new Uint8Array(Int32Array.of(EPOLLIN, 7, 7, 7).buffer);
    bench.ok(bench.libc.epollCtl(epoll, EPOLL_CTL_ADD, bench.own(bench.libc.eventfd(1, 0)), event));
    const events = new Int32Array(4);
    assertEquals(bench.libc.epollWait(epoll, events, 1, -1), 1);
    assertEquals([...events].slice(0, 3), [EPOLLIN, 7, 7]);
    assertEquals(bench.libc.epollWait(epoll, events, 0, 0), -Errno.EINVAL);
  },
  eventfd(bench) {
    const fd = bench.own(bench.libc.eventfd(0xffffffff, EFD_NONBLOCK));
    const count = new BigUint64Array(1);
    assertEquals(bench.libc.read(fd, count, 8), 8);
    assertEquals(count[0], 0xffffffffn);
    assertEquals(bench.libc.read(fd, count, 8), -Errno.EAGAIN);
    assertEquals(bench.libc.eventfd(0, 64), -Errno.EINVAL);
  },
  lseek(bench) {
    const fd = bench.file();
    assertEquals(bench.libc.lseek(fd, BigInt(FAR), SEEK_SET), FAR);
    assertEquals(bench.libc.lseek(fd, -5n, SEEK_CUR), FAR - 5);
    assertEquals(bench.libc.lseek(fd, -BigInt(FAR), SEEK_CUR), -Errno.EINVAL);
    assertEquals(bench.libc.lseek(fd, 0n, SEEK_CUR), FAR - 5);
    assertEquals(bench.libc.lseek(bench.socket(), 0n, SEEK_CUR), -Errno.ESPIPE);
  },
  fstat(bench) {
    const layout = hostLayout(Deno.build.arch);
    const fd = bench.file();
    bench.ok(bench.libc.ftruncate(fd, BigInt(FAR)));
    const buffer = room(layout.statSize);
    assertEquals(bench.libc.fstat(fd, buffer), 0);
    const status = new FileStatus();
    assert(layout.decodeStat(buffer, status));
    assertEquals([status.size, status.nlink], [FAR, 0]);
    assertEquals(bench.libc.fstat(-1, buffer), -Errno.EBADF);
  },
  getaddrinfo({ libc }) {
    const list = new BigUint64Array(1);
    assertEquals(libc.getaddrinfo(bytes("127.0.0.1\0"), room(48), list), 0);
    const [first = 0n] = list;
    assertGreater(first, 0n);
    libc.freeaddrinfo(first);
    // AI_NUMERICHOST: what is no address is no name either.
    const hints = room(48);
    hints[0] = 4;
    assertEquals(libc.getaddrinfo(bytes("name\0"), hints, list), EAI_NONAME);
  },
  freeaddrinfo({ libc }) {
    const list = new BigUint64Array(1);
    for (let round = 0; round < 1000; round++) {
      assertEquals(libc.getaddrinfo(bytes("::1\0"), room(48), list), 0);
      libc.freeaddrinfo(list[0] ?? 0n);
    }
  },
  copyFrom({ libc }) {
    const source = bytes("copied");
    const destination = room(8);
    libc.copyFrom(destination, libc.addressOf(source) + 1n, 4);
    assertEquals(text(destination), "opie\0\0\0\0");
  },
  addressOf({ libc }) {
    const buffer = room(64);
    const start = libc.addressOf(buffer);
    // The heap of a 64-bit process lies beyond 32 bits.
    assertGreater(start, 2n ** 32n);
    assertEquals(libc.addressOf(buffer.subarray(17)), start + 17n);
    assertEquals(libc.addressOf(new DataView(buffer.buffer, 9)), start + 9n);
  },
  release() {
    const first = openLibc();
    const second = openLibc();
    first.release();
    first.release();
    assertEquals(second.close(-1), -Errno.EBADF);
    second.release();
    const third = openLibc();
    assertEquals(third.close(-1), -Errno.EBADF);
    third.release();
  },
};

for (const [name, test] of Object.entries(FUNCTIONS)) {
  Deno.test({
    name: `openLibc() ${name}() calls C's function with the right types`,
    ignore: Deno.build.os !== "linux",
    fn() {
      using bench = new Bench();
      test(bench);
    },
  });
}
