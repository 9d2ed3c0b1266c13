/**
 * Our lines against the real strace's: `calls.c` and {@link makeCalls} do the same.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Kernel } from "../../lib/kernel/kernel.ts";
import type { System } from "../../lib/kernel/system.ts";
import * as linux from "../../lib/linux/mod.ts";
import {
  AF_INET,
  AF_INET6,
  SOCK_DGRAM,
  SOCK_STREAM,
  SockaddrStorage,
} from "../../lib/linux/mod.ts";
import { LibcStack } from "../../lib/stack/libc/libc_stack.ts";
import { trace } from "../../lib/trace/mod.ts";

const encoder = new TextEncoder();

function room(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length);
}

function iovec(content: string | number): linux.Iovec {
  const base = typeof content === "string" ? encoder.encode(content) : room(content);
  return { base, length: base.length };
}

function pollFd(fd: number, events: number): linux.PollFd {
  return { fd, events, revents: 0 };
}

/** A set of select(2) for descriptors below 8. */
function fdSet(...fds: number[]): Uint8Array {
  const set = room(1);
  for (const fd of fds) linux.fdSet(set, fd);
  return set;
}

function int(value = 0): Int32Array<ArrayBuffer> {
  return new Int32Array([value]);
}

function makeSocketCalls(s: System): void {
  const loopback = linux.encodeSockaddr(new linux.SocketAddress(linux.IPV4_LOOPBACK, 0));
  const one = new Uint8Array([1, 0, 0, 0]);
  s.socket(99, 77, 55);
  s.socket(AF_INET, SOCK_STREAM | 0x100000, 0);
  const listener = s.socket(AF_INET, SOCK_STREAM, 0);
  s.setsockopt(listener, linux.SOL_SOCKET, linux.SO_REUSEADDR, one, 4);
  s.bind(listener, loopback);
  s.bind(listener, loopback.subarray(0, 2));
  s.listen(listener, 5);
  const name = new SockaddrStorage();
  s.getsockname(listener, name);
  const client = s.socket(AF_INET, SOCK_STREAM | linux.SOCK_CLOEXEC, linux.IPPROTO_TCP);
  s.connect(client, name.toBytes());
  const server = s.accept(listener, new SockaddrStorage());
  s.fcntl(listener, linux.F_SETFL, linux.O_NONBLOCK);
  s.accept4(listener, new SockaddrStorage(), linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC);
  s.accept4(listener, null, linux.SOCK_NONBLOCK | 1);
  const text = new Uint8Array([...encoder.encode("hello\n\x017"), 0xff, 0x22]);
  s.sendto(client, text, 10, linux.MSG_NOSIGNAL, undefined);
  s.recvfrom(server, room(100), 100, 0, new SockaddrStorage());
  s.recvfrom(server, room(100), 100, linux.MSG_DONTWAIT | linux.MSG_PEEK, null);

  const readable = pollFd(server, linux.POLLIN);
  const writable = pollFd(client, linux.POLLOUT | linux.POLLRDHUP);
  s.poll([readable, writable, pollFd(-1, linux.POLLIN)], 1000);
  s.poll([readable], 0);
  s.poll([pollFd(99, linux.POLLIN)], -1);
  s.select(6, fdSet(server), fdSet(client), fdSet(), 1000.002);
  s.select(6, fdSet(server), null, null, 0);

  s.getsockopt(client, linux.SOL_SOCKET, linux.SO_ERROR, room(4), int(4));
  s.getsockopt(client, linux.SOL_SOCKET, linux.SO_TYPE, room(12), int(12));
  s.getsockopt(client, linux.SOL_SOCKET, linux.SO_LINGER, room(8), int(8));
  s.setsockopt(client, linux.SOL_TCP, linux.TCP_NODELAY, one, 4);
  s.getsockopt(client, linux.SOL_TCP, linux.TCP_NODELAY, room(4), int(4));
  s.setsockopt(client, linux.SOL_SOCKET, 12345, one, 4);
  s.getsockopt(client, linux.SOL_SOCKET, linux.SO_RCVLOWAT, null, int(4));
  s.ioctl(server, linux.FIONREAD, int());
  s.ioctl(server, linux.FIONBIO, int(1));
  s.shutdown(client, linux.SHUT_WR);
  s.recvfrom(server, room(100), 100, 0, null);
  s.shutdown(client, 7);
  s.getpeername(listener, new SockaddrStorage());
  s.close(server);
  s.close(client);
  s.close(listener);
  makeDatagramCalls(s, loopback);
}

function makeDatagramCalls(s: System, loopback: Uint8Array): void {
  const datagrams = s.socket(AF_INET, SOCK_DGRAM, 0);
  s.bind(datagrams, loopback);
  const name = new SockaddrStorage();
  s.getsockname(datagrams, name);
  const text = encoder.encode("hello world, this is a longer message than 32 bytes");
  s.sendto(datagrams, text, text.length, 0, name.toBytes());
  s.recvfrom(datagrams, room(5), 5, linux.MSG_TRUNC, new SockaddrStorage());
  s.sendmsg(datagrams, [iovec("abc"), iovec("defgh")], 0, name.toBytes());
  const buffers = [iovec(4), iovec(2), iovec(1)];
  s.recvmsg(datagrams, buffers, 0, { name: new SockaddrStorage(), flags: 0 });
  s.recvmsg(datagrams, buffers, linux.MSG_DONTWAIT, { name: null, flags: 0 });
  s.close(datagrams);

  const connected = s.socket(AF_INET6, SOCK_DGRAM, linux.IPPROTO_UDP);
  const ip = new linux.IpAddress(linux.IPV6_LOOPBACK.bytes, 7);
  s.connect(connected, linux.encodeSockaddr(new linux.SocketAddress(ip, 9, 5)));
  s.close(connected);
}

function makeFileCalls(s: System, folder: string): void {
  const status = new linux.FileStatus();
  const { O_APPEND, O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = linux;
  const directory = s.openat(linux.AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  const file = s.openat(directory, "file", O_RDWR | O_CREAT | O_EXCL, 0o644);
  s.openat(directory, "file", O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o600);
  s.openat(99, "file", O_RDONLY, 0);
  s.write(file, encoder.encode("hello"), 5);
  s.pwrite(file, encoder.encode("xyz"), 3, 2);
  s.pread(file, room(100), 100, 0);
  s.lseek(file, -1, linux.SEEK_END);
  s.lseek(file, 0, 7);
  s.read(file, room(100), 100);
  s.read(file, room(100), 100);
  s.lseek(file, 0, linux.SEEK_SET);
  s.readv(file, [iovec(3), iovec(5)]);
  s.writev(file, [iovec("abc"), iovec("")]);
  s.ftruncate(file, 3);
  s.ftruncate(file, -1);
  s.fstat(file, status);
  s.fstatat(directory, "file", status, linux.AT_SYMLINK_NOFOLLOW);
  s.fstatat(directory, "missing", status, 0);
  s.fcntl(file, linux.F_GETFL, 0);
  s.fcntl(file, linux.F_SETFD, linux.FD_CLOEXEC);
  s.fcntl(file, linux.F_GETFD, 0);
  const lock = { type: linux.F_WRLCK, whence: linux.SEEK_SET, start: 1, length: 2, pid: 0 };
  s.fcntlLock(file, linux.F_SETLK, lock);
  s.fcntlLock(file, linux.F_GETLK, lock);
  s.fsync(file);
  s.fdatasync(file);
  s.mkdirat(directory, "inner", 0o755);
  s.symlinkat("target", directory, "link");
  s.readlinkat(directory, "link", room(100), 100);
  s.linkat(directory, "file", directory, "other", 0);
  s.renameat(directory, "other", directory, "third");
  s.faccessat(directory, "third", linux.R_OK | linux.W_OK);
  s.unlinkat(directory, "third", 0);
  s.unlinkat(directory, "link", 0);
  s.unlinkat(directory, "inner", linux.AT_REMOVEDIR);
  s.unlinkat(directory, "inner", linux.AT_REMOVEDIR);
  s.unlinkat(directory, "file", 0);
  s.getdents(directory, room(4096), 4096);
  s.getdents(file, room(4096), 4096);
  s.dup(file);
  s.dup2(file, 50);
  s.dup3(file, 51, O_CLOEXEC);
  s.dup3(file, file, 0);
  s.fcntl(file, linux.F_DUPFD_CLOEXEC, 60);
  s.close(99);
}

function makeOtherCalls(s: System): void {
  const fds = new Int32Array(2);
  s.pipe2(fds, linux.O_CLOEXEC | linux.O_NONBLOCK);
  const [reader = -1, writer = -1] = fds;
  s.pipe2(new Int32Array(2), 7);
  s.write(writer, encoder.encode("abc"), 3);
  s.read(reader, room(2), 2);
  s.fstat(reader, new linux.FileStatus());
  s.ioctl(reader, linux.FIONREAD, int());
  s.fcntl(reader, 999, 5);
  s.read(99, room(5), 5);
  s.umask(0o777);
  s.umask(0o22);
  s.prlimit(77, null, { current: 0, maximum: 0 });
}

function makeWaitingCalls(s: System, folder: string): void {
  const epoll = s.epollCreate1(0);
  const other = s.epollCreate1(linux.EPOLL_CLOEXEC);
  s.epollCreate1(5);
  const event = s.eventfd2(3, linux.EFD_CLOEXEC | linux.EFD_NONBLOCK);
  s.eventfd2(0, linux.EFD_SEMAPHORE | 64);
  const { EPOLLIN, EPOLLET, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLRDHUP, EPOLLWAKEUP } = linux;
  const edge = { events: EPOLLIN + EPOLLET + EPOLLONESHOT, data: 0x1234567890n };
  s.epollCtl(epoll, linux.EPOLL_CTL_ADD, event, edge);
  const exclusive = { events: EPOLLIN + EPOLLEXCLUSIVE + EPOLLRDHUP + EPOLLWAKEUP, data: -1n };
  s.epollCtl(other, linux.EPOLL_CTL_ADD, event, exclusive);
  s.epollCtl(other, 9, event, exclusive);
  s.epollCtl(other, linux.EPOLL_CTL_MOD, 99, null);
  s.epollCtl(other, linux.EPOLL_CTL_DEL, event, null);
  s.epollPwait(epoll, room(64), 4, 10);
  s.epollPwait(epoll, room(64), 4, 0);
  s.epollPwait(epoll, room(64), 0, 0);
  s.epollPwait(99, room(16), 1, -1);
  s.ioctl(event, linux.TIOCGWINSZ, new Int32Array(2));
  s.chdir(folder);
  const here = s.openat(linux.AT_FDCWD, ".", linux.O_RDONLY, 0);
  s.getcwd(room(4096), 4096);
  s.getcwd(room(1), 1);
  s.getcwd(null, 0);
  s.chdir("missing");
  s.fchdir(here);
  s.fchdir(99);
  s.closeRange(1000, 0xffffffff, 0);
  s.closeRange(1000, 1001, linux.CLOSE_RANGE_CLOEXEC | linux.CLOSE_RANGE_UNSHARE);
  s.closeRange(1000, 999, 8);
}

/** What `calls.c` does, in its order. */
function makeCalls(s: System, folder: string): void {
  makeSocketCalls(s);
  makeFileCalls(s, folder);
  makeOtherCalls(s);
  makeWaitingCalls(s, folder);
}

/** Takes out of a line what differs from run to run, and what `System` does not know. */
function normalise(line: string): string {
  const isOption = line.startsWith("getsockopt");
  const normal = line
    .replace(/htons\([1-9]\d{3,}\)/g, "htons(PORT)")
    .replace(/0x[0-9a-f]{6,}/g, "0x...")
    .replace(/, left \{[^}]*\}/, "")
    .replace(/(msg_namelen=)\d+ => /, "$1")
    .replace(/\[\d+ => (\d+)\]/, isOption ? "$&" : "[$1]")
    .replace(/(0x\.\.\., )\[\d+\](.* = -1 )/, isOption ? "$&" : "$10x...$2");
  // The column means nothing where a part of the line has another length.
  const isSame = line === normal && !normal.includes("0x...");
  return isSame ? normal : normal.replace(/\) += /, ") = ");
}

/** Runs a program; returns what went wrong, or nothing. */
async function run(program: string, ...args: string[]): Promise<string> {
  try {
    const { stderr, code } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return code === 0 ? "" : `${program}: exit ${code}: ${new TextDecoder().decode(stderr)}`;
  } catch (error) {
    return String(error);
  }
}

/** Why strace cannot be asked here, or nothing. */
async function whyNot(): Promise<string> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return "not Linux on x86-64";
  // strace may be there and not be allowed to trace.
  return await run("gcc", "--version") || await run("strace", "-o", "/dev/null", "true");
}

Deno.test("trace() prints the lines that strace prints for a C program of the same calls", async () => {
  const reason = await whyNot();
  if (reason !== "") {
    // deno-lint-ignore no-console
    console.log(`skipped: ${reason}`);
    return;
  }
  const work = await Deno.makeTempDir();
  try {
    const [program, log, folder] = [`${work}/calls`, `${work}/log`, `${work}/folder`];
    const source = new URL("./calls.c", import.meta.url).pathname;
    assertEquals(await run("gcc", "-o", program, source), "");
    await Deno.mkdir(folder);
    assertEquals(await run("strace", "-o", log, program, folder), "");
    const text = await Deno.readTextFile(log);
    const start = text.indexOf("socket(0x63");
    const expected = text.slice(start, text.indexOf("exit_group(0)"));

    let actual = "";
    {
      using kernel = new Kernel(new LibcStack());
      kernel.umask(0o22);
      makeCalls(trace(kernel, (piece) => actual += piece), folder);
    }
    assertEquals(actual.split("\n").map(normalise), expected.split("\n").map(normalise));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});
