import { assertEquals } from "@std/assert";
import { Policy } from "../../lib/kernel/policy/policy.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { AT_FDCWD, O_PATH } from "../../lib/linux/fcntl.ts";
import { IP_ADD_MEMBERSHIP, IP_TTL, IPPROTO_IP } from "../../lib/linux/in.ts";
import { POLLIN } from "../../lib/linux/poll.ts";
import { RLIMIT_NOFILE } from "../../lib/linux/resource.ts";
import { encodeSockaddr, SockaddrStorage, UnixAddress } from "../../lib/linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  SHUT_WR,
  SO_ACCEPTCONN,
  SO_ATTACH_FILTER,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  SO_MARK,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import { SOCKET_OPTIONS } from "../../lib/linux/socket_options.ts";
import { UIO_MAXIOV } from "../../lib/linux/uio.ts";
import { assertErrno, bytes, Guest, loopback, testOn, testOnEach } from "./guest.ts";

testOn("libc", "sendto() of an AF_UNIX socket made as SOCK_RAW asks the policy", (receiver) => {
  const name = new UnixAddress("pathname", bytes(`${receiver.folder}/socket`));
  const address = encodeSockaddr(name);
  const target = receiver.socket(AF_UNIX, SOCK_DGRAM);
  receiver.ok(receiver.kernel.bind(target, address));

  using sender = new Guest("libc", { policy: new Policy({ deny: ["unix:*"] }) });
  const pair = new Int32Array(2);
  sender.ok(sender.kernel.socketpair(AF_UNIX, SOCK_RAW, 0, pair));
  for (const fd of [sender.socket(AF_UNIX, SOCK_RAW), pair[0] as number]) {
    assertErrno(sender.kernel.sendto(fd, bytes("x"), 1, 0, address), Errno.EACCES);
    const buffers = [{ base: bytes("x"), length: 1 }];
    assertErrno(sender.kernel.sendmsg(fd, buffers, 0, address), Errno.EACCES);
  }
  const entry = { fd: target, events: POLLIN, revents: 0 };
  assertEquals(receiver.kernel.poll([entry], 0), 0);
});

testOn("libc", "socket() makes a datagram socket of SOCK_RAW in AF_UNIX", (guest) => {
  assertEquals(guest.getInt(guest.socket(AF_UNIX, SOCK_RAW), SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
});

const INT32_NEIGHBOURS = [NaN, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, Infinity, -Infinity] as const;

testOnEach("socketpair() looks for room after the flags and before everything else", (guest) => {
  const ends = new Int32Array(2);
  const pair = (domain: number, type: number, protocol = 0): number =>
    guest.kernel.socketpair(domain, type, protocol, ends);
  assertErrno(pair(AF_INET, SOCK_STREAM), Errno.EOPNOTSUPP);
  assertErrno(pair(AF_INET, SOCK_RAW), Errno.EPROTONOSUPPORT);
  assertErrno(pair(77, SOCK_STREAM), Errno.EAFNOSUPPORT);
  // Room for one number is not enough.
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, { current: 4, maximum: 4 }, null));
  for (const [domain, type] of [[AF_INET, SOCK_STREAM], [77, 1], [AF_UNIX, 77 & 15]] as const) {
    assertErrno(pair(domain, type), Errno.EMFILE);
  }
  assertErrno(pair(AF_UNIX, SOCK_STREAM | 0x100), Errno.EINVAL);
  assertEquals([...ends], [0, 0]);
  assertEquals(guest.kernel.socket(AF_INET, SOCK_STREAM, 0), 3);
});

testOnEach("socket() checks its arguments before it looks for room", (guest) => {
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, { current: 3, maximum: 3 }, null));
  assertErrno(guest.kernel.socket(77, SOCK_STREAM, 0), Errno.EAFNOSUPPORT);
  assertErrno(guest.kernel.socket(AF_INET, SOCK_STREAM, 0), Errno.EMFILE);
});

testOnEach("socket() and setsockopt() take negative zero for zero", (guest) => {
  const fd = guest.ok(guest.kernel.socket(AF_INET, SOCK_DGRAM, -0));
  assertErrno(guest.kernel.setsockopt(fd, IPPROTO_IP, IP_TTL, bytes("x"), -0), Errno.EINVAL);
  const value = new Uint8Array(Int32Array.of(7).buffer);
  assertEquals(guest.kernel.setsockopt(fd, -0, IP_TTL, value, 4), 0);
  assertEquals(guest.getInt(fd, IPPROTO_IP, IP_TTL), 7);
  assertErrno(guest.kernel.shutdown(fd, -0), Errno.ENOTCONN);
});

testOnEach("accept4() checks its flags, then for room, then whether anything listens", (guest) => {
  const { kernel } = guest;
  const listener = guest.listener();
  const directory = guest.ok(kernel.openat(AT_FDCWD, guest.folder, 0, 0));
  assertErrno(kernel.accept4(99, null, 1), Errno.EBADF);
  for (const flags of [1, 2, SOCK_NONBLOCK | 1, -1]) {
    assertErrno(kernel.accept4(directory, null, flags), Errno.EINVAL);
  }
  assertErrno(kernel.accept4(directory, null, 0), Errno.ENOTSOCK);
  assertErrno(kernel.accept(guest.tcp(), null), Errno.EINVAL);
  assertErrno(kernel.accept(guest.udp(), null), Errno.EOPNOTSUPP);
  guest.ok(kernel.prlimit(RLIMIT_NOFILE, { current: 1, maximum: 1 }, null));
  assertErrno(kernel.accept4(directory, null, 1), Errno.EINVAL);
  assertErrno(kernel.accept(directory, null), Errno.EMFILE);
  assertErrno(kernel.accept(listener, null), Errno.EMFILE);
});

testOnEach("accept() without room leaves the connection in the queue", (guest) => {
  const { kernel } = guest;
  const listener = guest.listener();
  const client = guest.tcp();
  guest.ok(kernel.connect(client, guest.addressOf(listener)));
  const limit = { current: client + 1, maximum: 4096 };
  guest.ok(kernel.prlimit(RLIMIT_NOFILE, limit, null));
  assertErrno(kernel.accept(listener, null), Errno.EMFILE);
  guest.ok(kernel.prlimit(RLIMIT_NOFILE, { ...limit, current: 100 }, null));
  const server = guest.ok(kernel.accept(listener, null));
  guest.send(client, "kept");
  assertEquals(guest.receive(server), "kept");
});

testOnEach("bind() and connect() check the address in Linux's order", (guest) => {
  const { kernel } = guest;
  const fd = guest.tcp();
  const directory = guest.ok(kernel.openat(AT_FDCWD, guest.folder, 0, 0));
  const long = new Uint8Array(129);
  for (const call of [kernel.bind.bind(kernel), kernel.connect.bind(kernel)]) {
    assertErrno(call(99, null), Errno.EBADF);
    assertErrno(call(fd, null), Errno.EFAULT);
    assertErrno(call(fd, long), Errno.EINVAL);
    assertErrno(call(fd, new Uint8Array(0)), Errno.EINVAL);
    assertErrno(call(directory, new Uint8Array(16)), Errno.ENOTSOCK);
  }
  // bind asks first whether this is a socket, connect copies the address first.
  assertErrno(kernel.bind(directory, null), Errno.ENOTSOCK);
  assertErrno(kernel.connect(directory, null), Errno.EFAULT);
  assertErrno(kernel.connect(directory, long), Errno.EINVAL);
});

testOnEach("shutdown() is EINVAL for what is no direction", (guest) => {
  const { client } = guest.connection();
  for (const how of [-1, 3, ...INT32_NEIGHBOURS]) {
    assertErrno(guest.kernel.shutdown(client, how), Errno.EINVAL, String(how));
  }
  assertEquals(guest.kernel.shutdown(client, SHUT_WR), 0);
});

testOnEach("listen() takes any backlog", (guest) => {
  for (const backlog of [0, -1, 5000, -(2 ** 31), ...INT32_NEIGHBOURS]) {
    const fd = guest.tcp();
    guest.ok(guest.kernel.bind(fd, loopback(AF_INET)));
    assertEquals(guest.kernel.listen(fd, backlog), 0, String(backlog));
    guest.kernel.close(fd);
  }
});

testOnEach("getsockopt() gives no more than the room that it is told of", (guest) => {
  const fd = guest.tcp();
  const value = new Uint8Array(8).fill(0xee);
  for (const room of [0, 1, 3, 4, 8]) {
    value.fill(0xee);
    const length = Int32Array.of(room);
    assertEquals(guest.kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, length), 0);
    const written = Math.min(room, 4);
    assertEquals(length[0], written);
    const wanted = [SOCK_STREAM, 0, 0, 0].slice(0, written);
    assertEquals([...value], [...wanted, ...new Array(8 - written).fill(0xee)]);
  }
  const refusal = (room: number, errno: number): void =>
    assertErrno(
      guest.kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, Int32Array.of(room)),
      errno,
      String(room),
    );
  refusal(-1, Errno.EINVAL);
  refusal(9, Errno.EFAULT);
  refusal(2 ** 31 - 1, Errno.EFAULT);
  const none = new Int32Array(0);
  assertErrno(guest.kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, value, none), Errno.EFAULT);
  const faults = guest.kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, null, Int32Array.of(4));
  assertErrno(faults, Errno.EFAULT);
});

testOnEach("getsockopt() with a negative room is EINVAL and writes nothing", (guest) => {
  const fds = [guest.tcp(), guest.udp(), guest.tcp(AF_INET6), guest.socket(AF_INET6, SOCK_DGRAM)];
  const value = new Uint8Array(32).fill(0xee);
  let answered = 0;
  for (const { level, name, label } of SOCKET_OPTIONS) {
    for (const fd of fds) {
      for (const room of [-1, -(2 ** 31)]) {
        const length = Int32Array.of(room);
        const result = guest.kernel.getsockopt(fd, level, name, value.subarray(8, 9), length);
        assertErrno(result, Errno.EINVAL, label);
        answered++;
      }
    }
  }
  assertEquals(answered, SOCKET_OPTIONS.length * 8);
  assertEquals(value, new Uint8Array(32).fill(0xee));
});

testOnEach("setsockopt() refuses lengths that are none or beyond the value", (guest) => {
  const fd = guest.tcp();
  const value = new Uint8Array(4);
  const set = (length: number, buffer: Uint8Array | null = value): number =>
    guest.kernel.setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, buffer, length);
  for (const length of [-1, 0, 3, 2 ** 32 + 4, ...INT32_NEIGHBOURS]) {
    assertErrno(set(length), Errno.EINVAL, String(length));
  }
  assertErrno(set(5), Errno.EFAULT);
  assertErrno(set(4, null), Errno.EFAULT);
  assertEquals(set(4), 0);
});

testOnEach(
  "options outside the table are ENOPROTOOPT, by no number that only comes near",
  (guest) => {
    const fd = guest.udp();
    const value = new Uint8Array(16);
    const near = SO_BINDTODEVICE + (SO_ACCEPTCONN - SO_BINDTODEVICE) / 0x10000;
    const options: readonly (readonly [level: number, name: number])[] = [
      [SOL_SOCKET, SO_BINDTODEVICE],
      [SOL_SOCKET, SO_ATTACH_FILTER],
      [SOL_SOCKET, SO_MARK],
      [SOL_SOCKET, near],
      [SOL_SOCKET + 5 / 0x10000, SO_BINDTODEVICE],
      [SOL_SOCKET, SO_TYPE + 2 ** 32],
      [IPPROTO_IP + 1 / 0x10000, IP_ADD_MEMBERSHIP],
      [SOL_SOCKET, -1],
      [SOL_SOCKET, NaN],
      [IPPROTO_IP, 63],
    ];
    for (const [level, name] of options) {
      assertErrno(
        guest.kernel.setsockopt(fd, level, name, value, 16),
        Errno.ENOPROTOOPT,
        `set ${level} ${name}`,
      );
      assertErrno(
        guest.kernel.getsockopt(fd, level, name, value, Int32Array.of(16)),
        Errno.ENOPROTOOPT,
        `get ${level} ${name}`,
      );
    }
  },
);

testOnEach("socket calls on what is no socket are ENOTSOCK, or EBADF for O_PATH", (guest) => {
  const { kernel } = guest;
  const file = guest.ok(kernel.openat(AT_FDCWD, guest.folder, 0, 0));
  const place = guest.ok(kernel.openat(AT_FDCWD, guest.folder, O_PATH, 0));
  const [buffer, list] = [bytes("x"), [{ base: bytes("x"), length: 1 }]];
  const address = loopback(AF_INET, 1);
  const name = new SockaddrStorage();
  const message = { name: null, flags: 0 };
  const calls: readonly ((fd: number) => number)[] = [
    (fd) => kernel.bind(fd, address),
    (fd) => kernel.listen(fd, 1),
    (fd) => kernel.accept(fd, null),
    (fd) => kernel.accept(fd, name),
    (fd) => kernel.connect(fd, address),
    (fd) => kernel.send(fd, buffer, 1, 0),
    (fd) => kernel.send(fd, buffer, 1, MSG_FASTOPEN),
    (fd) => kernel.recv(fd, buffer, 1, 0),
    (fd) => kernel.sendto(fd, buffer, 1, 0, address),
    (fd) => kernel.sendto(fd, buffer, 1, 0, undefined),
    (fd) => kernel.recvfrom(fd, buffer, 1, 0, name),
    (fd) => kernel.sendmsg(fd, list, 0, undefined),
    (fd) => kernel.sendmsg(fd, list, 0, address),
    (fd) => kernel.recvmsg(fd, list, 0, message),
    (fd) => kernel.shutdown(fd, 0),
    (fd) => kernel.getsockname(fd, name),
    (fd) => kernel.getpeername(fd, name),
    (fd) => kernel.getsockopt(fd, SOL_SOCKET, SO_TYPE, buffer, Int32Array.of(1)),
    (fd) => kernel.setsockopt(fd, SOL_SOCKET, SO_TYPE, buffer, 1),
  ];
  for (const call of calls) {
    assertErrno(call(99), Errno.EBADF, call.toString());
    assertErrno(call(file), Errno.ENOTSOCK, call.toString());
    assertErrno(call(place), Errno.EBADF, call.toString());
  }
});

testOnEach("MSG_FASTOPEN is refused wherever it is given", (guest) => {
  const fd = guest.tcp();
  const listener = guest.listener();
  const address = guest.addressOf(listener);
  const list = [{ base: bytes("x"), length: 1 }];
  for (const flags of [MSG_FASTOPEN, MSG_FASTOPEN | MSG_DONTWAIT]) {
    assertErrno(guest.kernel.send(fd, bytes("x"), 1, flags), Errno.EOPNOTSUPP);
    assertErrno(guest.kernel.sendto(fd, bytes("x"), 1, flags, address), Errno.EOPNOTSUPP);
    assertErrno(guest.kernel.sendto(fd, bytes("x"), 1, flags, undefined), Errno.EOPNOTSUPP);
    assertErrno(guest.kernel.sendmsg(fd, list, flags, address), Errno.EOPNOTSUPP);
    assertErrno(guest.kernel.sendmsg(fd, list, flags, undefined), Errno.EOPNOTSUPP);
  }
  assertEquals(guest.kernel.poll([{ fd: listener, events: POLLIN, revents: 0 }], 0), 0);
});

testOnEach("sendmsg() and recvmsg() take up to UIO_MAXIOV buffers", (guest) => {
  const [receiver, sender] = guest.udpPair();
  const list = Array.from({ length: UIO_MAXIOV }, (_, i) => ({
    base: bytes(String.fromCharCode(97 + i % 26)),
    length: 1,
  }));
  const more = [...list, { base: new Uint8Array(0), length: 0 }];
  const message = { name: null, flags: 0 };
  assertErrno(guest.kernel.sendmsg(sender, more, 0, undefined), Errno.EMSGSIZE);
  assertErrno(guest.kernel.recvmsg(receiver, more, MSG_DONTWAIT, message), Errno.EMSGSIZE);
  assertErrno(guest.kernel.writev(sender, more), Errno.EINVAL);
  assertErrno(guest.kernel.readv(receiver, more), Errno.EINVAL);
  assertEquals(guest.kernel.sendmsg(sender, list, 0, undefined), UIO_MAXIOV);
  const sent = list.map(({ base }) => base[0]);
  const room = Array.from({ length: UIO_MAXIOV }, () => ({ base: new Uint8Array(1), length: 1 }));
  guest.await(receiver);
  assertEquals(guest.kernel.recvmsg(receiver, room, 0, message), UIO_MAXIOV);
  assertEquals(room.map(({ base }) => base[0]), sent);
});
