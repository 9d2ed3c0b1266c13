import { assert, assertEquals } from "@std/assert";
import {
  accept,
  AF_INET,
  bind,
  close,
  closeDefaultSystem,
  connect,
  defaultSystem,
  Errno,
  FileStatus,
  fstat,
  IPV4_LOOPBACK,
  IPV6_LOOPBACK,
  listen,
  lseek,
  MSG_DONTWAIT,
  MSG_PEEK,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  open,
  readFd,
  recv,
  resolveHost,
  S_IFMT,
  S_IFREG,
  SEEK_END,
  SEEK_SET,
  send,
  SHUT_WR,
  shutdown,
  SOCK_DGRAM,
  SOCK_STREAM,
  SockaddrStorage,
  socket,
  SocketAddress,
  writeFd,
} from "../../../../lib/guest/linux/mod.ts";
import type { System } from "../../../../lib/kernel/system.ts";
import { testEachStack } from "../../../net/each_stack.ts";

const HELLO = new TextEncoder().encode("hello");

function loopback(port = 0): SocketAddress {
  return new SocketAddress(IPV4_LOOPBACK, port);
}

/** A listener's descriptor and its address. */
function listening(system: System): { fd: number; address: SocketAddress } {
  const fd = socket(AF_INET, SOCK_STREAM, 0, { system });
  assertEquals(bind(fd, loopback(), { system }), 0);
  assertEquals(listen(fd, 16, { system }), 0);
  const name = new SockaddrStorage();
  assertEquals(system.getsockname(fd, name), 0);
  const { address } = name;
  assert(address instanceof SocketAddress);
  return { fd, address };
}

testEachStack("the wrappers carry bytes over TCP and tell the peer's address", (system) => {
  const listener = listening(system);
  const client = socket(AF_INET, SOCK_STREAM, 0, { system });
  assertEquals(connect(client, listener.address, { system }), 0);
  const peer = new SockaddrStorage();
  const server = accept(listener.fd, { system, peer });
  const own = new SockaddrStorage();
  assertEquals(system.getsockname(client, own), 0);
  assertEquals(peer.address, own.address);

  assertEquals(send(client, HELLO, 0, { system }), 5);
  const buffer = new Uint8Array(16);
  assertEquals(recv(server, buffer, MSG_PEEK, { system }), 5);
  assertEquals(readFd(server, buffer, { system }), 5);
  assertEquals(buffer.subarray(0, 5), HELLO);
  assertEquals(recv(server, buffer, MSG_DONTWAIT, { system }), -Errno.EAGAIN);
  assertEquals(writeFd(server, HELLO, { system }), 5);
  assertEquals(recv(client, buffer, 0, { system }), 5);
  assertEquals(shutdown(client, SHUT_WR, { system }), 0);
  assertEquals(recv(server, buffer, 0, { system }), 0);
  for (const fd of [client, server, listener.fd]) assertEquals(close(fd, { system }), 0);
});

testEachStack("accept() needs no place for the peer's address", (system) => {
  const listener = listening(system);
  const client = socket(AF_INET, SOCK_STREAM, 0, { system });
  assertEquals(connect(client, listener.address, { system }), 0);
  assert(accept(listener.fd, { system }) > client);
});

testEachStack("the wrappers return negated errnos and throw nothing", (system) => {
  const options = { system };
  const stream = socket(AF_INET, SOCK_STREAM, 0, options);
  const datagram = socket(AF_INET, SOCK_DGRAM, 0, options);
  const buffer = new Uint8Array(1);
  const results: readonly (readonly [string, unknown, number])[] = [
    ["socket", socket(99, SOCK_STREAM, 0, options), Errno.EAFNOSUPPORT],
    ["socket", socket(AF_INET, 99, 0, options), Errno.EINVAL],
    ["bind", bind(stream, new SocketAddress(IPV6_LOOPBACK, 0), options), Errno.EAFNOSUPPORT],
    ["bind", bind(-1, loopback(), options), Errno.EBADF],
    ["bind", bind(1, loopback(), options), Errno.ENOTSOCK],
    ["listen", listen(datagram, 1, options), Errno.EOPNOTSUPP],
    ["listen", listen(-1, 1, options), Errno.EBADF],
    ["accept", accept(stream, options), Errno.EINVAL],
    ["accept", accept(999, options), Errno.EBADF],
    ["connect", connect(999, loopback(1), options), Errno.EBADF],
    ["send", send(stream, buffer, 0, options), Errno.EPIPE],
    ["send", send(datagram, buffer, 0, options), Errno.EDESTADDRREQ],
    ["recv", recv(stream, buffer, 0, options), Errno.ENOTCONN],
    ["shutdown", shutdown(stream, SHUT_WR, options), Errno.ENOTCONN],
    ["shutdown", shutdown(stream, 3, options), Errno.EINVAL],
    ["lseek", lseek(stream, 0, SEEK_SET, options), Errno.ESPIPE],
    ["fstat", fstat(999, options), Errno.EBADF],
    ["readFd", readFd(999, buffer, options), Errno.EBADF],
    ["writeFd", writeFd(999, buffer, options), Errno.EBADF],
    ["open", open("/no/such/file", O_RDONLY, options), Errno.ENOENT],
    ["close", close(999, options), Errno.EBADF],
  ];
  for (const [call, result, errno] of results) assertEquals(result, -errno, call);
});

testEachStack("open() makes a file of mode 0644, which the others read and write", (system) => {
  const options = { system };
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/file`;
    const mask = system.umask(0);
    const fd = open(path, O_RDWR | O_CREAT | O_EXCL, options);
    const other = open(`${folder}/other`, O_RDWR | O_CREAT, { system, mode: 0o600 });
    system.umask(mask);
    assertEquals(open(path, O_RDWR | O_CREAT | O_EXCL, options), -Errno.EEXIST);
    assertEquals(writeFd(fd, HELLO, options), 5);
    assertEquals(lseek(fd, -4, SEEK_END, options), 1);
    const buffer = new Uint8Array(16);
    assertEquals(readFd(fd, buffer, options), 4);
    assertEquals(lseek(fd, -1, SEEK_SET, options), -Errno.EINVAL);
    const status = fstat(fd, options);
    assert(status instanceof FileStatus);
    assertEquals([status.size, status.mode & S_IFMT, status.mode & 0o777], [5, S_IFREG, 0o644]);
    const otherStatus = fstat(other, options);
    assert(otherStatus instanceof FileStatus);
    assertEquals(otherStatus.mode & 0o777, 0o600);
    assertEquals(close(fd, options), 0);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

testEachStack("resolveHost() gives four bytes in network order", (system) => {
  const options = { system };
  assertEquals(resolveHost("localhost", options), Uint8Array.of(127, 0, 0, 1));
  assertEquals(resolveHost("192.0.2.1", options), Uint8Array.of(192, 0, 2, 1));
});

testEachStack("resolveHost() refuses what is no name, and names without an address", (system) => {
  const options = { system };
  assertEquals(resolveHost("", options), -Errno.EINVAL);
  for (const name of ["::1", "nul\0.example", "a b"]) {
    assertEquals(resolveHost(name, options), -Errno.ENOENT, name);
  }
  // RFC 6761: names under .invalid never exist. Without a name server the failure may pass.
  const result = resolveHost("nowhere.invalid", options);
  assert(result === -Errno.ENOENT || result === -Errno.EAGAIN, String(result));
});

Deno.test("the wrappers without a system use this thread's own", () => {
  try {
    const fd = socket(AF_INET, SOCK_STREAM, 0);
    assertEquals(defaultSystem().close(fd), 0);
    assertEquals(close(fd), -Errno.EBADF);
  } finally {
    closeDefaultSystem();
  }
});
