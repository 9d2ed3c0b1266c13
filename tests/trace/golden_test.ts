/**
 * Every call of `System` against the line that strace prints for it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  Errno,
  FileStatus,
  SockaddrStorage,
} from "../../lib/linux/mod.ts";
import * as linux from "../../lib/linux/mod.ts";
import type { Method } from "../../lib/trace/formats.ts";
import { lineOf, type Script } from "./fake_system.ts";

/** What a system does, what is called, and the line without its column. */
type Case = [script: Script, use: (system: System) => void, line: string];

const encoder = new TextEncoder();

/** 127.0.0.1:8081. */
const ADDRESS = new Uint8Array([2, 0, 0x1f, 0x91, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
const ADDRESS_TEXT = '{sa_family=AF_INET, sin_port=htons(8081), sin_addr=inet_addr("127.0.0.1")}';

function fill(storage: SockaddrStorage | null): number {
  storage?.set(ADDRESS);
  return 0;
}

function receive(buffer: Uint8Array | null, text: string): number {
  const bytes = encoder.encode(text);
  buffer?.set(bytes.subarray(0, buffer.length));
  return bytes.length;
}

function status(mode: number, size: number, rdev = 0): (status: FileStatus) => number {
  return (result) => {
    result.mode = mode;
    result.size = size;
    result.rdev = rdev;
    return 0;
  };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

function ints(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.from(values).buffer);
}

const REFUSED = -Errno.ECONNREFUSED;
const AGAIN = -Errno.EAGAIN;
const BADF = -Errno.EBADF;
const FAULT = -Errno.EFAULT;

const AGAIN_TEXT = "-1 EAGAIN (Resource temporarily unavailable)";
const BADF_TEXT = "-1 EBADF (Bad file descriptor)";
const FAULT_TEXT = "-1 EFAULT (Bad address)";
const INVAL_TEXT = "-1 EINVAL (Invalid argument)";

const CASES: Readonly<Record<Method, readonly Case[]>> = {
  socket: [
    [
      { socket: () => 3 },
      (s) => s.socket(AF_INET, linux.SOCK_STREAM, 0),
      "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3",
    ],
    [
      { socket: () => 4 },
      (s) => s.socket(AF_INET6, linux.SOCK_DGRAM | 0o2004000, linux.IPPROTO_UDP),
      "socket(AF_INET6, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_UDP) = 4",
    ],
    [
      { socket: () => -Errno.EINVAL },
      (s) => s.socket(99, 77, 55),
      `socket(0x63 /* AF_??? */, 0x4d /* SOCK_??? */, 55) = ${INVAL_TEXT}`,
    ],
    [
      { socket: () => -Errno.EINVAL },
      (s) => s.socket(-1, -1, -1),
      "socket(0xffffffff /* AF_??? */, SOCK_CLOEXEC|SOCK_NONBLOCK|0xfff7f7ff, 4294967295) = " +
      INVAL_TEXT,
    ],
    [
      { socket: () => -Errno.ESOCKTNOSUPPORT },
      (s) => s.socket(AF_INET, 0, 0x1234),
      "socket(AF_INET, 0, 0x1234 /* IPPROTO_??? */) = " +
      "-1 ESOCKTNOSUPPORT (Socket type not supported)",
    ],
    [
      { socket: () => -Errno.EINVAL },
      (s) => s.socket(AF_UNIX, linux.SOCK_STREAM | 0x100000, 0),
      `socket(AF_UNIX, SOCK_STREAM|0x100000 /* SOCK_??? */, 0) = ${INVAL_TEXT}`,
    ],
  ],
  socketpair: [
    [
      { socketpair: (_domain, _type, _protocol, fds) => (fds.set([8, 9]), 0) },
      (s) => s.socketpair(AF_UNIX, linux.SOCK_STREAM, 0, new Int32Array(2)),
      "socketpair(AF_UNIX, SOCK_STREAM, 0, [8, 9]) = 0",
    ],
    [
      { socketpair: () => -Errno.EOPNOTSUPP },
      (s) => s.socketpair(AF_INET, linux.SOCK_STREAM, 0, new Int32Array(2)),
      "socketpair(AF_INET, SOCK_STREAM, IPPROTO_IP, 0x...) = " +
      "-1 EOPNOTSUPP (Operation not supported)",
    ],
  ],
  bind: [
    [{ bind: () => 0 }, (s) => s.bind(3, ADDRESS), `bind(3, ${ADDRESS_TEXT}, 16) = 0`],
    [{ bind: () => FAULT }, (s) => s.bind(3, null), `bind(3, NULL, ?) = ${FAULT_TEXT}`],
    [
      { bind: () => -Errno.EINVAL },
      (s) => s.bind(3, ADDRESS.subarray(0, 1)),
      `bind(3, 0x..., 1) = ${INVAL_TEXT}`,
    ],
  ],
  listen: [[{ listen: () => 0 }, (s) => s.listen(3, -1), "listen(3, -1) = 0"]],
  accept: [
    [
      { accept: (_fd, peer) => (fill(peer), 5) },
      (s) => s.accept(3, new SockaddrStorage()),
      `accept(3, ${ADDRESS_TEXT}, [16]) = 5`,
    ],
    [{ accept: () => 5 }, (s) => s.accept(3, null), "accept(3, NULL, NULL) = 5"],
    [
      { accept: () => AGAIN },
      (s) => s.accept(3, new SockaddrStorage()),
      `accept(3, 0x..., 0x...) = ${AGAIN_TEXT}`,
    ],
  ],
  accept4: [
    [
      { accept4: () => 5 },
      (s) => s.accept4(3, null, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC),
      "accept4(3, NULL, NULL, SOCK_CLOEXEC|SOCK_NONBLOCK) = 5",
    ],
    [
      { accept4: () => -Errno.EINVAL },
      (s) => s.accept4(3, null, linux.SOCK_NONBLOCK | 1),
      `accept4(3, NULL, NULL, SOCK_NONBLOCK|0x1) = ${INVAL_TEXT}`,
    ],
  ],
  connect: [
    [
      { connect: () => REFUSED },
      (s) => s.connect(3, ADDRESS),
      `connect(3, ${ADDRESS_TEXT}, 16) = -1 ECONNREFUSED (Connection refused)`,
    ],
  ],
  send: [
    [
      { send: () => 5 },
      (s) => s.send(3, bytes("hello"), 5, linux.MSG_NOSIGNAL | linux.MSG_DONTWAIT),
      'send(3, "hello", 5, MSG_DONTWAIT|MSG_NOSIGNAL) = 5',
    ],
  ],
  recv: [
    [
      { recv: (_fd, buffer) => receive(buffer, "hello") },
      (s) => s.recv(3, new Uint8Array(100), 100, linux.MSG_PEEK),
      'recv(3, "hello", 100, MSG_PEEK) = 5',
    ],
    [
      { recv: () => AGAIN },
      (s) => s.recv(3, new Uint8Array(100), 100, 0),
      `recv(3, 0x..., 100, 0) = ${AGAIN_TEXT}`,
    ],
    [
      { recv: () => -Errno.EINVAL },
      (s) => s.recv(3, new Uint8Array(1), 1, -1),
      "recv(3, 0x..., 1, MSG_OOB|MSG_PEEK|MSG_DONTROUTE|MSG_CTRUNC|MSG_PROXY|MSG_TRUNC|" +
      "MSG_DONTWAIT|MSG_EOR|MSG_WAITALL|MSG_FIN|MSG_SYN|MSG_CONFIRM|MSG_RST|MSG_ERRQUEUE|" +
      "MSG_NOSIGNAL|MSG_MORE|MSG_WAITFORONE|MSG_BATCH|MSG_ZEROCOPY|MSG_FASTOPEN|" +
      `MSG_CMSG_CLOEXEC|0x9bfa0000) = ${INVAL_TEXT}`,
    ],
  ],
  sendto: [
    [
      { sendto: () => 45 },
      (s) => s.sendto(3, bytes("hello world, this is a longer message"), 37, 0, ADDRESS),
      `sendto(3, "hello world, this is a longer me"..., 37, 0, ${ADDRESS_TEXT}, 16) = 45`,
    ],
    [
      { sendto: () => 3 },
      (s) => s.sendto(3, bytes("\x018\x017"), 4, 0, undefined),
      'sendto(3, "\\18\\0017", 4, 0, NULL, 0) = 3',
    ],
    [
      { sendto: () => FAULT },
      (s) => s.sendto(3, null, 3, 0, null),
      `sendto(3, NULL, 3, 0, NULL, ?) = ${FAULT_TEXT}`,
    ],
  ],
  recvfrom: [
    [
      { recvfrom: (_fd, buffer, _length, _flags, from) => (fill(from), receive(buffer, "hey")) },
      (s) => s.recvfrom(3, new Uint8Array(9), 9, linux.MSG_DONTWAIT, new SockaddrStorage()),
      `recvfrom(3, "hey", 9, MSG_DONTWAIT, ${ADDRESS_TEXT}, [16]) = 3`,
    ],
    [
      { recvfrom: (_fd, buffer) => receive(buffer, "hello, a longer datagram") },
      (s) => s.recvfrom(3, new Uint8Array(99), 5, linux.MSG_TRUNC, null),
      'recvfrom(3, "hello", 5, MSG_TRUNC, NULL, NULL) = 24',
    ],
    [
      { recvfrom: (_fd, buffer) => receive(buffer, "hey") },
      (s) => s.recvfrom(3, new Uint8Array(9), 9, 0, new SockaddrStorage()),
      'recvfrom(3, "hey", 9, 0, 0x..., [0]) = 3',
    ],
    [
      { recvfrom: () => 0 },
      (s) => s.recvfrom(3, null, 0, 0, null),
      "recvfrom(3, NULL, 0, 0, NULL, NULL) = 0",
    ],
  ],
  sendmsg: [
    [
      { sendmsg: () => 8 },
      (s) =>
        s.sendmsg(
          3,
          [{ base: bytes("abc"), length: 3 }, { base: bytes("defgh!"), length: 5 }],
          linux.MSG_NOSIGNAL,
          ADDRESS,
        ),
      `sendmsg(3, {msg_name=${ADDRESS_TEXT}, msg_namelen=16, ` +
      'msg_iov=[{iov_base="abc", iov_len=3}, {iov_base="defgh", iov_len=5}], msg_iovlen=2, ' +
      "msg_controllen=0, msg_flags=0}, MSG_NOSIGNAL) = 8",
    ],
    [
      { sendmsg: () => FAULT },
      (s) => s.sendmsg(3, [{ base: null, length: 3 }], 0, undefined),
      "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=NULL, iov_len=3}], " +
      `msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = ${FAULT_TEXT}`,
    ],
  ],
  recvmsg: [
    [
      {
        recvmsg: (_fd, buffers, _flags, message) => {
          receive(buffers[0]?.base ?? null, "ab");
          receive(buffers[1]?.base ?? null, "cd");
          fill(message.name);
          message.flags = linux.MSG_TRUNC;
          return 4;
        },
      },
      (s) =>
        s.recvmsg(
          3,
          [2, 3, 4].map((length) => ({ base: new Uint8Array(length), length })),
          0,
          { name: new SockaddrStorage(), flags: 0 },
        ),
      `recvmsg(3, {msg_name=${ADDRESS_TEXT}, msg_namelen=16, msg_iov=[{iov_base="ab", iov_len=2}, ` +
      '{iov_base="cd", iov_len=3}, {iov_base="", iov_len=4}], msg_iovlen=3, msg_controllen=0, ' +
      "msg_flags=MSG_TRUNC}, 0) = 4",
    ],
    [
      { recvmsg: () => 0 },
      (s) => s.recvmsg(3, [], 0, { name: null, flags: 0 }),
      "recvmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[], msg_iovlen=0, msg_controllen=0, " +
      "msg_flags=0}, 0) = 0",
    ],
    [
      { recvmsg: () => AGAIN },
      (s) => s.recvmsg(3, [], linux.MSG_DONTWAIT, { name: null, flags: 0 }),
      `recvmsg(3, {msg_namelen=0}, MSG_DONTWAIT) = ${AGAIN_TEXT}`,
    ],
    [
      { recvmsg: () => AGAIN },
      (s) => s.recvmsg(3, [], 0, { name: new SockaddrStorage(), flags: 0 }),
      `recvmsg(3, {...}, 0) = ${AGAIN_TEXT}`,
    ],
  ],
  shutdown: [
    [{ shutdown: () => 0 }, (s) => s.shutdown(3, 2), "shutdown(3, SHUT_RDWR) = 0"],
    [
      { shutdown: () => -Errno.EINVAL },
      (s) => s.shutdown(3, 7),
      `shutdown(3, 0x7 /* SHUT_??? */) = ${INVAL_TEXT}`,
    ],
  ],
  getsockname: [
    [
      { getsockname: (_fd, name) => fill(name) },
      (s) => s.getsockname(3, new SockaddrStorage()),
      `getsockname(3, ${ADDRESS_TEXT}, [16]) = 0`,
    ],
    [
      { getsockname: () => BADF },
      (s) => s.getsockname(99, new SockaddrStorage()),
      `getsockname(99, 0x..., 0x...) = ${BADF_TEXT}`,
    ],
  ],
  getpeername: [
    [
      { getpeername: () => -Errno.ENOTCONN },
      (s) => s.getpeername(3, new SockaddrStorage()),
      "getpeername(3, 0x..., 0x...) = -1 ENOTCONN (Transport endpoint is not connected)",
    ],
  ],
  getsockopt: [
    [
      { getsockopt: (_fd, _level, _name, value) => (value?.set(ints(1)), 0) },
      (s) => s.getsockopt(3, linux.SOL_SOCKET, linux.SO_TYPE, ints(0), new Int32Array([4])),
      "getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [4]) = 0",
    ],
    [
      {
        getsockopt: (_fd, _level, _name, value, length) => {
          value?.set(ints(Errno.ECONNREFUSED));
          length[0] = 4;
          return 0;
        },
      },
      (s) => s.getsockopt(3, 1, linux.SO_ERROR, ints(0, 0, 0), new Int32Array([12])),
      "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [12 => 4]) = 0",
    ],
    [
      { getsockopt: () => -Errno.EINVAL },
      (s) => s.getsockopt(3, linux.SOL_TCP, linux.TCP_NODELAY, ints(0), new Int32Array([-1])),
      `getsockopt(3, SOL_TCP, TCP_NODELAY, 0x..., [-1]) = ${INVAL_TEXT}`,
    ],
    [
      { getsockopt: () => FAULT },
      (s) => s.getsockopt(3, linux.SOL_SOCKET, linux.SO_RCVBUF, null, new Int32Array([4])),
      `getsockopt(3, SOL_SOCKET, SO_RCVBUF, NULL, [4]) = ${FAULT_TEXT}`,
    ],
    [
      { getsockopt: () => 0 },
      (s) => s.getsockopt(3, linux.SOL_SOCKET, linux.SO_TYPE, ints(1), new Int32Array([0])),
      "getsockopt(3, SOL_SOCKET, SO_TYPE, 0x..., [0]) = 0",
    ],
    [
      { getsockopt: () => -Errno.EOPNOTSUPP },
      (s) => s.getsockopt(3, 12345, -1, ints(0), new Int32Array([4])),
      "getsockopt(3, 0x3039 /* SOL_?? */, 4294967295, 0x..., [4]) = " +
      "-1 EOPNOTSUPP (Operation not supported)",
    ],
  ],
  setsockopt: [
    [
      { setsockopt: () => 0 },
      (s) => s.setsockopt(3, linux.SOL_SOCKET, linux.SO_REUSEADDR, ints(1), 4),
      "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
    ],
    [
      { setsockopt: () => -Errno.ENOPROTOOPT },
      (s) => s.setsockopt(3, linux.SOL_TCP, linux.TCP_FASTOPEN, ints(1), 4),
      "setsockopt(3, SOL_TCP, TCP_FASTOPEN, [1], 4) = -1 ENOPROTOOPT (Protocol not available)",
    ],
    [
      { setsockopt: () => -Errno.ENOPROTOOPT },
      (s) => s.setsockopt(3, linux.SOL_SOCKET, 12345, bytes("abcd\0"), 5),
      'setsockopt(3, SOL_SOCKET, 0x3039 /* SO_??? */, "abcd\\0", 5) = ' +
      "-1 ENOPROTOOPT (Protocol not available)",
    ],
    [
      { setsockopt: () => FAULT },
      (s) => s.setsockopt(3, linux.SOL_SOCKET, linux.SO_REUSEADDR, null, 4),
      `setsockopt(3, SOL_SOCKET, SO_REUSEADDR, NULL, 4) = ${FAULT_TEXT}`,
    ],
    [
      { setsockopt: () => -Errno.EINVAL },
      (s) => s.setsockopt(3, linux.SOL_SOCKET, linux.SO_REUSEADDR, ints(1), -1),
      `setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0x..., -1) = ${INVAL_TEXT}`,
    ],
  ],
  read: [
    [
      { read: (_fd, buffer) => receive(buffer, "a\nb") },
      (s) => s.read(3, new Uint8Array(5), 5),
      'read(3, "a\\nb", 5) = 3',
    ],
    [{ read: () => 0 }, (s) => s.read(3, new Uint8Array(5), 5), 'read(3, "", 5) = 0'],
    [{ read: () => FAULT }, (s) => s.read(3, null, 5), `read(3, NULL, 5) = ${FAULT_TEXT}`],
  ],
  write: [
    [
      { write: () => 2 },
      (s) => s.write(1, new Uint8Array([0xff, 0x30, 0x7f, 0x22, 0x5c, 9, 11, 12, 13]), 9),
      'write(1, "\\3770\\177\\"\\\\\\t\\v\\f\\r", 9) = 2',
    ],
    [
      { write: () => 32 },
      (s) => s.write(1, bytes("a".repeat(32)), 32),
      `write(1, "${"a".repeat(32)}", 32) = 32`,
    ],
    [
      { write: () => FAULT },
      (s) => s.write(1, bytes("short"), 500),
      `write(1, "short", 500) = ${FAULT_TEXT}`,
    ],
  ],
  readv: [
    [
      { readv: (_fd, buffers) => receive(buffers[0]?.base ?? null, "hex") },
      (s) =>
        s.readv(8, [{ base: new Uint8Array(3), length: 3 }, {
          base: new Uint8Array(5),
          length: 5,
        }]),
      'readv(8, [{iov_base="hex", iov_len=3}, {iov_base="", iov_len=5}], 2) = 3',
    ],
    [
      { readv: () => BADF },
      (s) => s.readv(8, [{ base: new Uint8Array(3), length: 3 }, { base: null, length: 5 }]),
      `readv(8, [{iov_base=0x..., iov_len=3}, {iov_base=NULL, iov_len=5}], 2) = ${BADF_TEXT}`,
    ],
  ],
  writev: [
    [
      { writev: () => 3 },
      (s) => s.writev(8, [{ base: bytes("abc"), length: 3 }]),
      'writev(8, [{iov_base="abc", iov_len=3}], 1) = 3',
    ],
    [{ writev: () => 0 }, (s) => s.writev(8, []), "writev(8, [], 0) = 0"],
    [
      { writev: () => 0 },
      (s) => s.writev(8, Array.from({ length: 33 }, () => ({ base: null, length: 0 }))),
      `writev(8, [${"{iov_base=NULL, iov_len=0}, ".repeat(32)}...], 33) = 0`,
    ],
  ],
  pread: [
    [
      { pread: (_fd, buffer) => receive(buffer, "hello") },
      (s) => s.pread(8, new Uint8Array(100), 100, 2 ** 40),
      'pread64(8, "hello", 100, 1099511627776) = 5',
    ],
  ],
  pwrite: [
    [
      { pwrite: () => 3 },
      (s) => s.pwrite(8, bytes("xyz"), 3, -1),
      'pwrite64(8, "xyz", 3, -1) = 3',
    ],
  ],
  sendfile: [
    [{ sendfile: () => 9 }, (s) => s.sendfile(4, 8, null, 10), "sendfile(4, 8, NULL, 10) = 9"],
    [
      {
        sendfile: (_output, _input, offset) => {
          if (offset !== null) offset.value += 3;
          return 3;
        },
      },
      (s) => s.sendfile(4, 8, { value: 1 }, 3),
      "sendfile(4, 8, [1] => [4], 3) = 3",
    ],
    [
      { sendfile: () => BADF },
      (s) => s.sendfile(4, 99, { value: 4 }, 3),
      `sendfile(4, 99, [4], 3) = ${BADF_TEXT}`,
    ],
  ],
  close: [[{ close: () => BADF }, (s) => s.close(99), `close(99) = ${BADF_TEXT}`]],
  closeRange: [
    [
      { closeRange: () => 0 },
      (s) => s.closeRange(3, 0xffffffff, linux.CLOSE_RANGE_CLOEXEC),
      "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0",
    ],
    [
      { closeRange: () => -Errno.EINVAL },
      (s) => s.closeRange(4, 3, 8),
      `close_range(4, 3, 0x8 /* CLOSE_RANGE_??? */) = ${INVAL_TEXT}`,
    ],
  ],
  epollCreate1: [
    [{ epollCreate1: () => 3 }, (s) => s.epollCreate1(0), "epoll_create1(0) = 3"],
    [
      { epollCreate1: () => -Errno.EINVAL },
      (s) => s.epollCreate1(5),
      `epoll_create1(0x5 /* EPOLL_??? */) = ${INVAL_TEXT}`,
    ],
  ],
  epollCtl: [
    [
      { epollCtl: () => 0 },
      (s) =>
        s.epollCtl(3, linux.EPOLL_CTL_ADD, 5, {
          events: linux.EPOLLIN + linux.EPOLLET,
          data: 0x1234567890n,
        }),
      "epoll_ctl(3, EPOLL_CTL_ADD, 5, " +
      "{events=EPOLLIN|EPOLLET, data={u32=878082192, u64=78187493520}}) = 0",
    ],
    [
      { epollCtl: () => FAULT },
      (s) => s.epollCtl(3, linux.EPOLL_CTL_MOD, 5, null),
      `epoll_ctl(3, EPOLL_CTL_MOD, 5, NULL) = ${FAULT_TEXT}`,
    ],
    [
      { epollCtl: () => 0 },
      (s) => s.epollCtl(3, linux.EPOLL_CTL_DEL, 5, { events: 1, data: 1n }),
      "epoll_ctl(3, EPOLL_CTL_DEL, 5, 0x...) = 0",
    ],
  ],
  epollPwait: [
    [
      {
        epollPwait(_epfd, events) {
          if (events !== null) {
            linux.encodeEpollEvent({ events: 0x11, data: 2n ** 64n - 1n }, events, 0);
          }
          return 1;
        },
      },
      (s) => s.epollPwait(3, new Uint8Array(64), 4, 10),
      "epoll_pwait(3, [{events=EPOLLIN|EPOLLHUP, data={u32=4294967295, u64=18446744073709551615}}], " +
      "4, 10, NULL, 8) = 1",
    ],
    [
      { epollPwait: () => 0 },
      (s) => s.epollPwait(3, null, 4, -1),
      "epoll_pwait(3, NULL, 4, -1, NULL, 8) = 0",
    ],
    [
      { epollPwait: () => BADF },
      (s) => s.epollPwait(99, new Uint8Array(16), 1, -1),
      `epoll_pwait(99, 0x..., 1, -1, NULL, 8) = ${BADF_TEXT}`,
    ],
  ],
  eventfd2: [
    [
      { eventfd2: () => 3 },
      (s) => s.eventfd2(7, linux.EFD_SEMAPHORE | linux.EFD_CLOEXEC),
      "eventfd2(7, EFD_SEMAPHORE|EFD_CLOEXEC) = 3",
    ],
  ],
  chdir: [[{ chdir: () => 0 }, (s) => s.chdir("/tmp"), 'chdir("/tmp") = 0']],
  fchdir: [[{ fchdir: () => BADF }, (s) => s.fchdir(99), `fchdir(99) = ${BADF_TEXT}`]],
  getcwd: [
    [
      { getcwd: (buffer) => receive(buffer, "/tmp\0") },
      (s) => s.getcwd(new Uint8Array(100), 100),
      'getcwd("/tmp", 100) = 5',
    ],
    [
      { getcwd: () => -Errno.ERANGE },
      (s) => s.getcwd(new Uint8Array(2), 2),
      "getcwd(0x..., 2) = -1 ERANGE (Numerical result out of range)",
    ],
  ],
  dup: [[{ dup: () => 12 }, (s) => s.dup(3), "dup(3) = 12"]],
  dup2: [[{ dup2: () => 50 }, (s) => s.dup2(3, 50), "dup2(3, 50) = 50"]],
  dup3: [
    [
      { dup3: () => 51 },
      (s) => s.dup3(3, 51, linux.O_CLOEXEC),
      "dup3(3, 51, O_CLOEXEC) = 51",
    ],
    [
      { dup3: () => -Errno.EINVAL },
      (s) => s.dup3(3, 52, 0x10),
      `dup3(3, 52, 0x10 /* O_??? */) = ${INVAL_TEXT}`,
    ],
  ],
  pipe2: [
    [
      { pipe2: (fds) => (fds.set([5, 6]), 0) },
      (s) => s.pipe2(new Int32Array(2), linux.O_CLOEXEC | linux.O_NONBLOCK),
      "pipe2([5, 6], O_NONBLOCK|O_CLOEXEC) = 0",
    ],
    [
      { pipe2: () => -Errno.EMFILE },
      (s) => s.pipe2(new Int32Array(2), 0),
      "pipe2(0x..., 0) = -1 EMFILE (Too many open files)",
    ],
  ],
  fcntl: [
    [{ fcntl: () => 7 }, (s) => s.fcntl(3, linux.F_DUPFD, 0), "fcntl(3, F_DUPFD, 0) = 7"],
    [
      { fcntl: () => 11 },
      (s) => s.fcntl(3, linux.F_DUPFD_CLOEXEC, 10),
      "fcntl(3, F_DUPFD_CLOEXEC, 10) = 11",
    ],
    [{ fcntl: () => 0 }, (s) => s.fcntl(3, linux.F_GETFD, 0), "fcntl(3, F_GETFD) = 0"],
    [
      { fcntl: () => 1 },
      (s) => s.fcntl(3, linux.F_GETFD, 0),
      "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)",
    ],
    [
      { fcntl: () => 0 },
      (s) => s.fcntl(3, linux.F_SETFD, 3),
      "fcntl(3, F_SETFD, FD_CLOEXEC|0x2) = 0",
    ],
    [
      { fcntl: () => 0x802 },
      (s) => s.fcntl(3, linux.F_GETFL, 0),
      "fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)",
    ],
    [
      { fcntl: () => 0 },
      (s) => s.fcntl(3, linux.F_GETFL, 0),
      "fcntl(3, F_GETFL) = 0 (flags O_RDONLY)",
    ],
    [
      { fcntl: () => 0 },
      (s) => s.fcntl(3, linux.F_SETFL, linux.O_APPEND | linux.O_NONBLOCK),
      "fcntl(3, F_SETFL, O_RDONLY|O_APPEND|O_NONBLOCK) = 0",
    ],
    [
      { fcntl: () => 65536 },
      (s) => s.fcntl(3, linux.F_SETPIPE_SZ, 65536),
      "fcntl(3, F_SETPIPE_SZ, 65536) = 65536",
    ],
    [
      { fcntl: () => BADF },
      (s) => s.fcntl(99, linux.F_GETFL, 0),
      `fcntl(99, F_GETFL) = ${BADF_TEXT}`,
    ],
    [
      { fcntl: () => -Errno.EINVAL },
      (s) => s.fcntl(3, 999, 5),
      `fcntl(3, 0x3e7 /* F_??? */, 0x5) = ${INVAL_TEXT}`,
    ],
  ],
  fcntlLock: [
    [
      { fcntlLock: () => 0 },
      (s) => s.fcntlLock(8, linux.F_SETLK, { type: 1, whence: 0, start: 1, length: 2, pid: 0 }),
      "fcntl(8, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1, l_len=2}) = 0",
    ],
    [
      { fcntlLock: (_fd, _command, lock) => (lock && Object.assign(lock, { type: 2, pid: 5 }), 0) },
      (s) => s.fcntlLock(8, linux.F_GETLK, { type: 1, whence: 1, start: -1, length: 0, pid: 0 }),
      "fcntl(8, F_GETLK, {l_type=F_UNLCK, l_whence=SEEK_CUR, l_start=-1, l_len=0, l_pid=5}) = 0",
    ],
    [
      { fcntlLock: () => -Errno.EINVAL },
      (s) => s.fcntlLock(8, linux.F_GETLK, { type: 9, whence: 7, start: 0, length: 0, pid: 0 }),
      `fcntl(8, F_GETLK, 0x...) = ${INVAL_TEXT}`,
    ],
    [
      { fcntlLock: () => FAULT },
      (s) => s.fcntlLock(8, linux.F_SETLK, null),
      `fcntl(8, F_SETLK, NULL) = ${FAULT_TEXT}`,
    ],
  ],
  ioctl: [
    [
      { ioctl: (_fd, _request, value) => (value?.set([7]), 0) },
      (s) => s.ioctl(3, linux.FIONREAD, new Int32Array(1)),
      "ioctl(3, FIONREAD, [7]) = 0",
    ],
    [
      { ioctl: (_fd, _request, value) => (value?.set([24 | (80 << 16), 7 | (8 << 16)]), 0) },
      (s) => s.ioctl(0, linux.TIOCGWINSZ, new Int32Array(2)),
      "ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=7, ws_ypixel=8}) = 0",
    ],
    [
      { ioctl: () => BADF },
      (s) => s.ioctl(99, linux.TIOCOUTQ, new Int32Array(1)),
      `ioctl(99, TIOCOUTQ, 0x...) = ${BADF_TEXT}`,
    ],
    [
      { ioctl: () => BADF },
      (s) => s.ioctl(99, linux.FIONBIO, new Int32Array([1])),
      `ioctl(99, FIONBIO, [1]) = ${BADF_TEXT}`,
    ],
    [{ ioctl: () => 0 }, (s) => s.ioctl(3, linux.FIOCLEX, null), "ioctl(3, FIOCLEX) = 0"],
    [
      { ioctl: () => -Errno.ENOTTY },
      (s) => s.ioctl(3, 0xc0105566, null),
      "ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0x55, 0x66, 0x10), NULL) = " +
      "-1 ENOTTY (Inappropriate ioctl for device)",
    ],
  ],
  poll: [
    [
      {
        poll: (fds) => {
          fds.forEach((entry) => entry.revents = entry.fd < 0 ? 0 : linux.POLLIN | linux.POLLHUP);
          return 1;
        },
      },
      (s) => s.poll([{ fd: 3, events: 0x2001, revents: 0 }, { fd: -1, events: 1, revents: 0 }], -1),
      "poll([{fd=3, events=POLLIN|POLLRDHUP}, {fd=-1}], 2, -1) = " +
      "1 ([{fd=3, revents=POLLIN|POLLHUP}])",
    ],
    [
      { poll: () => 0 },
      (s) => s.poll([{ fd: 3, events: 0, revents: 0 }], 1.5),
      "poll([{fd=3, events=0}], 1, 1.5) = 0 (Timeout)",
    ],
    [
      { poll: () => -Errno.EINTR },
      (s) => s.poll([], 5),
      "poll([], 0, 5) = -1 EINTR (Interrupted system call)",
    ],
    [
      { poll: () => 0 },
      (s) => s.poll([{ fd: 3, events: 0x800, revents: 0 }], 0),
      "poll([{fd=3, events=0x800 /* POLL??? */}], 1, 0) = 0 (Timeout)",
    ],
  ],
  select: [
    [
      { select: (_count, readSet, writeSet) => (readSet?.fill(0), writeSet?.set([0x10]), 1) },
      (s) =>
        s.select(20, new Uint8Array([8, 2]), new Uint8Array([0x18]), new Uint8Array(1), 1000.002),
      "select(20, [3 9], [3 4], [], {tv_sec=1, tv_usec=2}) = 1 (out [4])",
    ],
    [
      { select: () => 2 },
      (s) => s.select(5, new Uint8Array([8]), null, new Uint8Array([8]), null),
      "select(5, [3], NULL, [3], NULL) = 2 (in [3], except [3])",
    ],
    [
      { select: () => 0 },
      (s) => s.select(0, null, null, null, 0),
      "select(0, NULL, NULL, NULL, {tv_sec=0, tv_usec=0}) = 0 (Timeout)",
    ],
    [
      { select: () => -Errno.EINVAL },
      (s) => s.select(-1, new Uint8Array(1), null, null, -1000),
      `select(-1, 0x..., NULL, NULL, {tv_sec=-1, tv_usec=0}) = ${INVAL_TEXT}`,
    ],
  ],
  openat: [
    [
      { openat: () => 8 },
      (s) =>
        s.openat(linux.AT_FDCWD, "/tmp/f", linux.O_RDWR | linux.O_CREAT | linux.O_TRUNC, 0o644),
      'openat(AT_FDCWD, "/tmp/f", O_RDWR|O_CREAT|O_TRUNC, 0644) = 8',
    ],
    [
      { openat: () => 8 },
      (s) => s.openat(5, "é", linux.O_DIRECTORY | linux.O_CLOEXEC, 0o644),
      'openat(5, "\\303\\251", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 8',
    ],
    [
      { openat: () => FAULT },
      (s) => s.openat(linux.AT_FDCWD, null, linux.O_RDONLY, 0),
      `openat(AT_FDCWD, NULL, O_RDONLY) = ${FAULT_TEXT}`,
    ],
    [
      { openat: () => BADF },
      (s) => s.openat(-5, "a".repeat(40), linux.O_TMPFILE | linux.O_RDWR, 0),
      `openat(-5, "${"a".repeat(40)}", O_RDWR|O_TMPFILE, 000) = ${BADF_TEXT}`,
    ],
    [
      { openat: () => -Errno.EINVAL },
      (s) => s.openat(-5, "", 0x7fffffff, 0o7777),
      'openat(-5, "", O_ACCMODE|O_CREAT|O_EXCL|O_NOCTTY|O_TRUNC|O_APPEND|O_NONBLOCK|O_SYNC|' +
      "O_DIRECT|O_LARGEFILE|O_NOFOLLOW|O_NOATIME|O_CLOEXEC|O_PATH|O_TMPFILE|FASYNC|0x7f80003c, " +
      `07777) = ${INVAL_TEXT}`,
    ],
  ],
  lseek: [
    [{ lseek: () => 4 }, (s) => s.lseek(8, -1, linux.SEEK_END), "lseek(8, -1, SEEK_END) = 4"],
    [
      { lseek: () => -Errno.EINVAL },
      (s) => s.lseek(8, 0, 7),
      `lseek(8, 0, 0x7 /* SEEK_??? */) = ${INVAL_TEXT}`,
    ],
  ],
  fstat: [
    [
      { fstat: (_fd, result) => status(linux.S_IFREG | 0o644, 16)(result) },
      (s) => s.fstat(8, new FileStatus()),
      "fstat(8, {st_mode=S_IFREG|0644, st_size=16, ...}) = 0",
    ],
    [
      { fstat: (_fd, result) => status(linux.S_IFDIR | 0o1777, 4096)(result) },
      (s) => s.fstat(8, new FileStatus()),
      "fstat(8, {st_mode=S_IFDIR|S_ISVTX|0777, st_size=4096, ...}) = 0",
    ],
    [
      { fstat: (_fd, result) => status(linux.S_IFCHR | 0o620, 0, 0x8801)(result) },
      (s) => s.fstat(0, new FileStatus()),
      "fstat(0, {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0x1), ...}) = 0",
    ],
    [{ fstat: () => BADF }, (s) => s.fstat(9, new FileStatus()), `fstat(9, 0x...) = ${BADF_TEXT}`],
  ],
  fstatat: [
    [
      { fstatat: (_directory, _path, result) => status(linux.S_IFIFO, 0)(result) },
      (s) => s.fstatat(8, "", new FileStatus(), linux.AT_EMPTY_PATH),
      'newfstatat(8, "", {st_mode=S_IFIFO|000, st_size=0, ...}, AT_EMPTY_PATH) = 0',
    ],
    [
      { fstatat: () => -Errno.ENOENT },
      (s) => s.fstatat(linux.AT_FDCWD, "/x", new FileStatus(), linux.AT_SYMLINK_NOFOLLOW),
      'newfstatat(AT_FDCWD, "/x", 0x..., AT_SYMLINK_NOFOLLOW) = ' +
      "-1 ENOENT (No such file or directory)",
    ],
  ],
  ftruncate: [
    [
      { ftruncate: () => -Errno.EINVAL },
      (s) => s.ftruncate(8, -1),
      `ftruncate(8, 18446744073709551615) = ${INVAL_TEXT}`,
    ],
  ],
  truncate: [[{ truncate: () => 0 }, (s) => s.truncate("f", 4), 'truncate("f", 4) = 0']],
  fsync: [[{ fsync: () => 0 }, (s) => s.fsync(8), "fsync(8) = 0"]],
  fdatasync: [[{ fdatasync: () => 0 }, (s) => s.fdatasync(8), "fdatasync(8) = 0"]],
  utimensat: [
    [
      { utimensat: () => 0 },
      (s) =>
        s.utimensat(8, "f", {
          atime: { seconds: 5, nanoseconds: 6 },
          mtime: { seconds: 0, nanoseconds: linux.UTIME_NOW },
        }, linux.AT_SYMLINK_NOFOLLOW),
      'utimensat(8, "f", [{tv_sec=5, tv_nsec=6}, UTIME_NOW], AT_SYMLINK_NOFOLLOW) = 0',
    ],
    [
      { utimensat: () => -Errno.ENOENT },
      (s) => s.utimensat(linux.AT_FDCWD, "/x", null, 0),
      'utimensat(AT_FDCWD, "/x", NULL, 0) = -1 ENOENT (No such file or directory)',
    ],
  ],
  unlinkat: [
    [
      { unlinkat: () => 0 },
      (s) => s.unlinkat(linux.AT_FDCWD, "d", linux.AT_REMOVEDIR),
      'unlinkat(AT_FDCWD, "d", AT_REMOVEDIR) = 0',
    ],
  ],
  mkdirat: [
    [{ mkdirat: () => 0 }, (s) => s.mkdirat(5, "d", 0o1777), 'mkdirat(5, "d", 01777) = 0'],
    [{ mkdirat: () => 0 }, (s) => s.mkdirat(5, "d", 0), 'mkdirat(5, "d", 000) = 0'],
    [{ mkdirat: () => 0 }, (s) => s.mkdirat(5, "d", 7), 'mkdirat(5, "d", 007) = 0'],
  ],
  renameat: [
    [
      { renameat: () => 0 },
      (s) => s.renameat(linux.AT_FDCWD, "a", 5, "b"),
      'renameat(AT_FDCWD, "a", 5, "b") = 0',
    ],
  ],
  linkat: [
    [
      { linkat: () => -Errno.EEXIST },
      (s) => s.linkat(4, "a", 5, "b", linux.AT_SYMLINK_FOLLOW),
      'linkat(4, "a", 5, "b", AT_SYMLINK_FOLLOW) = -1 EEXIST (File exists)',
    ],
  ],
  symlinkat: [
    [{ symlinkat: () => 0 }, (s) => s.symlinkat("to", 5, "l"), 'symlinkat("to", 5, "l") = 0'],
  ],
  readlinkat: [
    [
      { readlinkat: (_directory, _path, buffer) => receive(buffer, "target") },
      (s) => s.readlinkat(5, "l", new Uint8Array(9), 9),
      'readlinkat(5, "l", "target", 9) = 6',
    ],
  ],
  faccessat: [
    [
      { faccessat: () => -Errno.EACCES },
      (s) => s.faccessat(5, "f", linux.R_OK | linux.X_OK),
      'faccessat(5, "f", R_OK|X_OK) = -1 EACCES (Permission denied)',
    ],
    [{ faccessat: () => 0 }, (s) => s.faccessat(5, "f", 0), 'faccessat(5, "f", F_OK) = 0'],
    [
      { faccessat: () => -Errno.EINVAL },
      (s) => s.faccessat(5, "f", 8),
      `faccessat(5, "f", 0x8 /* ?_OK */) = ${INVAL_TEXT}`,
    ],
  ],
  getdents: [
    [
      {
        getdents: (_fd, buffer) => {
          if (buffer === null) return FAULT;
          const first = linux.encodeDirent64(
            { ino: 1n, offset: 1n, type: 8, name: bytes("a") },
            buffer,
            0,
          );
          const entry = { ino: 2n, offset: 2n, type: 4, name: bytes("bcd") };
          return first + linux.encodeDirent64(entry, buffer, first);
        },
      },
      (s) => s.getdents(13, new Uint8Array(500), 500),
      "getdents64(13, 0x... /* 2 entries */, 500) = 48",
    ],
    [
      { getdents: () => -Errno.ENOTDIR },
      (s) => s.getdents(13, new Uint8Array(500), 500),
      "getdents64(13, 0x..., 500) = -1 ENOTDIR (Not a directory)",
    ],
  ],
  umask: [[{ umask: () => 0o22 }, (s) => s.umask(0o777), "umask(0777) = 022"]],
  prlimit: [
    [
      { prlimit: (_resource, _new, old) => (old && Object.assign(old, { current: 1024 }), 0) },
      (s) =>
        s.prlimit(linux.RLIMIT_NOFILE, { current: 512, maximum: 4096 }, {
          current: 0,
          maximum: Infinity,
        }),
      "prlimit64(0, RLIMIT_NOFILE, {rlim_cur=512, rlim_max=4*1024}, " +
      "{rlim_cur=1024, rlim_max=RLIM64_INFINITY}) = 0",
    ],
    [
      { prlimit: () => -Errno.EINVAL },
      (s) => s.prlimit(77, null, { current: 0, maximum: 0 }),
      `prlimit64(0, 0x4d /* RLIMIT_??? */, NULL, 0x...) = ${INVAL_TEXT}`,
    ],
  ],
  resolve: [
    [
      { resolve: (_name, _family, addresses) => (addresses.push(ADDRESS), 1) },
      (s) => s.resolve("localhost", AF_INET, [new Uint8Array(2)]),
      `resolve("localhost", AF_INET, [${ADDRESS_TEXT}]) = 1`,
    ],
    [
      { resolve: () => -Errno.ENOENT },
      (s) => s.resolve("nowhere.invalid", 0, []),
      'resolve("nowhere.invalid", AF_UNSPEC, []) = -1 ENOENT (No such file or directory)',
    ],
    [
      { resolve: () => FAULT },
      (s) => s.resolve(null, 0, []),
      `resolve(NULL, AF_UNSPEC, []) = ${FAULT_TEXT}`,
    ],
  ],
};

for (const [method, cases] of Object.entries(CASES)) {
  Deno.test(`trace() prints ${method}() in strace's words`, () => {
    for (const [script, use, line] of cases) assertEquals(lineOf(script, use), `${line}\n`);
  });
}
