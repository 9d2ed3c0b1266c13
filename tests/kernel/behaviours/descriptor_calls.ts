/**
 * Calls on any descriptor, and those that wait for several.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { decodeDirents64 } from "../../../lib/linux/dirent.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  CLOSE_RANGE_CLOEXEC,
  CLOSE_RANGE_UNSHARE,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_RDWR,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
} from "../../../lib/linux/fcntl.ts";
import { FIONREAD } from "../../../lib/linux/ioctl.ts";
import { POLLIN, POLLOUT } from "../../../lib/linux/poll.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import { decodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { FileStatus, S_IFMT, S_IFREG, S_IFSOCK } from "../../../lib/linux/stat.ts";
import { SocketAddress } from "../../../lib/ip.ts";
import { assertErrno, bytes, type Guest, text } from "../guest.ts";
import type { Coverage } from "./subject.ts";

function openFile(guest: Guest, content = ""): number {
  const path = `${guest.folder}/file`;
  const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR, 0o600), "openat");
  guest.ok(guest.kernel.pwrite(fd, bytes(content), content.length, 0), "pwrite");
  return fd;
}

function makePipe(guest: Guest, flags = 0): readonly [reading: number, writing: number] {
  const ends = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(ends, flags), "pipe2");
  return [ends[0] ?? -1, ends[1] ?? -1];
}

function isCloseOnExec(guest: Guest, fd: number): boolean {
  return guest.ok(guest.kernel.fcntl(fd, F_GETFD, 0), "F_GETFD") === FD_CLOEXEC;
}

function setLock(guest: Guest, fd: number, type: number): number {
  const lock = { type, whence: SEEK_SET, start: 0, length: 10, pid: 0 };
  return guest.kernel.fcntlLock(fd, F_SETLK, lock);
}

/** The IP addresses that a name resolves to, as text. */
function resolve(guest: Guest, name: string, family: number): string[] {
  const found: Uint8Array<ArrayBuffer>[] = [];
  const count = guest.ok(guest.kernel.resolve(name, family, found), "resolve");
  assertEquals(count, found.length);
  return found.map((address) => {
    const decoded = decodeSockaddr(address);
    assert(decoded instanceof SocketAddress);
    assertEquals(decoded.port, 0);
    return decoded.ip.toString();
  });
}

/** The calls of `System` that this table covers. */
export const DESCRIPTOR_CALLS = {
  close: [
    {
      does: "frees the number, and is EBADF for a free one",
      run(guest) {
        const fd = guest.udp();
        assertEquals(guest.kernel.close(fd), 0);
        assertErrno(guest.kernel.close(fd), Errno.EBADF);
        assertEquals(guest.kernel.socket(AF_INET, SOCK_DGRAM, 0), fd);
      },
    },
    {
      does: "ends the stream for the peer, with the last number of a socket",
      run(guest) {
        const { client, server } = guest.connection();
        const other = guest.ok(guest.kernel.dup(client), "dup");
        assertEquals(guest.kernel.close(client), 0);
        guest.send(other, "x");
        assertEquals(guest.receive(server), "x");
        assertEquals(guest.kernel.close(other), 0);
        guest.await(server);
        assertEquals(guest.receive(server), "");
      },
    },
  ],
  closeRange: [
    {
      does: "closes the numbers of a range that are open",
      run(guest) {
        const fds = [guest.udp(), guest.udp(), guest.udp(), guest.udp()];
        const [first = -1, second = -1, third = -1, fourth = -1] = fds;
        assertEquals(guest.kernel.close(second), 0);
        assertEquals(guest.kernel.closeRange(second, third, 0), 0);
        assertErrno(guest.kernel.kind(third), Errno.EBADF);
        assertEquals([first, fourth].map((fd) => guest.kernel.kind(fd)), [3, 3]);
        assertEquals(guest.kernel.closeRange(first, 0xffffffff, CLOSE_RANGE_UNSHARE), 0);
        assertErrno(guest.kernel.kind(fourth), Errno.EBADF);
        assertEquals(guest.kernel.kind(2) > 0, true);
      },
    },
    {
      does: "sets close-on-exec with its flag, and refuses other flags and ranges",
      run(guest) {
        const [first, second] = [guest.udp(), guest.udp()];
        assertEquals(guest.kernel.closeRange(second, second + 9, CLOSE_RANGE_CLOEXEC), 0);
        assertEquals([first, second].map((fd) => isCloseOnExec(guest, fd)), [false, true]);
        for (const [from, to] of [[5, 4], [-1, 4], [3, 2 ** 32], [3.5, 4], [NaN, NaN]] as const) {
          assertErrno(guest.kernel.closeRange(from, to, 0), Errno.EINVAL);
        }
        assertErrno(guest.kernel.closeRange(first, first, 8), Errno.EINVAL);
        assertEquals(guest.kernel.kind(first), 3);
      },
    },
  ],
  dup: [
    {
      does: "gives the lowest free number, which shares the offset",
      run(guest) {
        const fd = openFile(guest, "abc");
        const other = guest.kernel.dup(fd);
        assertEquals(other, fd + 1);
        assertEquals(guest.kernel.lseek(fd, 2, SEEK_SET), 2);
        assertEquals(guest.kernel.lseek(other, 0, SEEK_CUR), 2);
      },
    },
  ],
  dup2: [
    {
      does: "takes a number over, and leaves one that is the same alone",
      run(guest) {
        const fd = openFile(guest);
        const udp = guest.udp();
        assertEquals(guest.kernel.dup2(fd, fd), fd);
        assertEquals(guest.kernel.dup2(fd, udp), udp);
        assertEquals(guest.kernel.kind(udp), guest.kernel.kind(fd));
        assertErrno(guest.kernel.dup2(99, udp), Errno.EBADF);
      },
    },
  ],
  dup3: [
    {
      does: "takes O_CLOEXEC, and is EINVAL for one number twice",
      run(guest) {
        const fd = guest.udp();
        assertEquals(guest.kernel.dup3(fd, 50, O_CLOEXEC), 50);
        assertEquals([isCloseOnExec(guest, fd), isCloseOnExec(guest, 50)], [false, true]);
        assertErrno(guest.kernel.dup3(fd, fd, 0), Errno.EINVAL);
      },
    },
  ],
  pipe2: [
    {
      does: "makes two ends; the reading one ends with the writing one",
      run(guest) {
        const [reading, writing] = makePipe(guest);
        assertEquals(guest.kernel.write(writing, bytes("abc"), 3), 3);
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.read(reading, buffer, 8), 3);
        assertEquals(guest.kernel.close(writing), 0);
        assertEquals(guest.kernel.read(reading, buffer, 8), 0);
      },
    },
    {
      does: "takes O_NONBLOCK and O_CLOEXEC",
      run(guest) {
        const [reading] = makePipe(guest, O_NONBLOCK | O_CLOEXEC);
        assertErrno(guest.kernel.read(reading, new Uint8Array(1), 1), Errno.EAGAIN);
        assertEquals(isCloseOnExec(guest, reading), true);
      },
    },
  ],
  fcntl: [
    {
      does: "is EBADF without a descriptor and EINVAL for another command",
      run(guest) {
        assertErrno(guest.kernel.fcntl(99, F_GETFL, 0), Errno.EBADF);
        assertErrno(guest.kernel.fcntl(guest.udp(), 12345, 0), Errno.EINVAL);
      },
    },
  ],
  fcntlLock: [
    {
      does: "locks a file and tells of no lock of its own",
      run(guest) {
        const fd = openFile(guest);
        assertEquals(setLock(guest, fd, F_WRLCK), 0);
        assertEquals(setLock(guest, fd, F_RDLCK), 0);
        const lock = { type: F_WRLCK, whence: SEEK_SET, start: 0, length: 0, pid: 7 };
        assertEquals(guest.kernel.fcntlLock(fd, F_GETLK, lock), 0);
        assertEquals(lock.type, F_UNLCK);
      },
      deno: {
        row: "fcntl(F_SETLK), fcntl(F_GETLK)",
        gives: (guest) => setLock(guest, openFile(guest), F_WRLCK),
      },
    },
  ],
  ioctl: [
    {
      does: "is EBADF without a descriptor, ENOTTY for another request, EFAULT without an int",
      run(guest) {
        const fd = guest.udp();
        assertErrno(guest.kernel.ioctl(99, FIONREAD, null), Errno.EBADF);
        assertErrno(guest.kernel.ioctl(fd, 12345, new Int32Array(1)), Errno.ENOTTY);
        assertErrno(guest.kernel.ioctl(fd, FIONREAD, null), Errno.EFAULT);
      },
    },
  ],
  lseek: [
    {
      does: "moves from the start, the offset and the end, beyond 4 GiB too",
      run(guest) {
        const fd = openFile(guest, "abcdef");
        assertEquals(guest.kernel.lseek(fd, 2, SEEK_SET), 2);
        assertEquals(guest.kernel.lseek(fd, 3, SEEK_CUR), 5);
        assertEquals(guest.kernel.lseek(fd, -1, SEEK_END), 5);
        assertEquals(guest.kernel.lseek(fd, 2 ** 40, SEEK_END), 2 ** 40 + 6);
        assertErrno(guest.kernel.lseek(fd, -(2 ** 41), SEEK_CUR), Errno.EINVAL);
        assertErrno(guest.kernel.lseek(guest.udp(), 0, SEEK_SET), Errno.ESPIPE);
      },
    },
  ],
  fstat: [
    {
      does: "tells what a descriptor is and how long",
      run(guest) {
        const status = new FileStatus();
        assertEquals(guest.kernel.fstat(openFile(guest, "abc"), status), 0);
        assertEquals([status.mode, status.size, status.nlink], [S_IFREG | 0o600, 3, 1]);
        assertEquals(guest.kernel.fstat(guest.udp(), status), 0);
        assertEquals(status.mode & S_IFMT, S_IFSOCK);
      },
    },
  ],
  ftruncate: [
    {
      does: "cuts and extends a file, and is EINVAL for a socket",
      run(guest) {
        const fd = openFile(guest, "abcdef");
        for (const length of [3, 5 * 2 ** 30, 2]) {
          assertEquals(guest.kernel.ftruncate(fd, length), 0);
          assertEquals(guest.kernel.lseek(fd, 0, SEEK_END), length);
        }
        assertErrno(guest.kernel.ftruncate(guest.udp(), 0), Errno.EINVAL);
      },
    },
  ],
  fsync: [
    {
      does: "is 0 for a file and EINVAL for a socket",
      run(guest) {
        assertEquals(guest.kernel.fsync(openFile(guest)), 0);
        assertErrno(guest.kernel.fsync(guest.udp()), Errno.EINVAL);
      },
    },
  ],
  fdatasync: [
    {
      does: "is 0 for a file and EINVAL for a socket",
      run(guest) {
        assertEquals(guest.kernel.fdatasync(openFile(guest)), 0);
        assertErrno(guest.kernel.fdatasync(guest.udp()), Errno.EINVAL);
      },
    },
  ],
  getdents: [
    {
      does: "gives the entries of a directory once, and ENOTDIR for a file",
      run(guest) {
        const file = openFile(guest);
        const fd = guest.kernel.openat(AT_FDCWD, guest.folder, O_DIRECTORY, 0);
        const buffer = new Uint8Array(4096);
        const length = guest.ok(guest.kernel.getdents(fd, buffer, 4096), "getdents");
        const names = [...decodeDirents64(buffer.subarray(0, length))].map(({ name }) =>
          text(name)
        );
        assertEquals(names.sort(), [".", "..", "file"]);
        assertEquals(guest.kernel.getdents(fd, buffer, 4096), 0);
        assertErrno(guest.kernel.getdents(file, buffer, 4096), Errno.ENOTDIR);
      },
    },
  ],
  prlimit: [
    {
      does: "bounds the descriptors",
      run(guest) {
        const old = { current: 0, maximum: 0 };
        const limit = { current: 4, maximum: 10 };
        assertEquals(guest.kernel.prlimit(RLIMIT_NOFILE, limit, old), 0);
        assertEquals(old, { current: 1024, maximum: 4096 });
        assertEquals(guest.kernel.dup(0), 3);
        assertErrno(guest.kernel.dup(0), Errno.EMFILE);
      },
    },
  ],
  poll: [
    {
      does: "tells what is ready and counts it",
      run(guest) {
        const [a, b] = guest.udpPair();
        guest.send(a, "x");
        guest.await(b);
        const entries = [
          { fd: b, events: POLLIN | POLLOUT, revents: 0 },
          { fd: a, events: POLLIN, revents: 7 },
        ];
        assertEquals(guest.kernel.poll(entries, 0), 1);
        assertEquals(entries.map(({ revents }) => revents), [POLLIN | POLLOUT, 0]);
      },
    },
  ],
  select: [
    {
      does: "leaves in its sets what is ready",
      run(guest) {
        const [a, b] = guest.udpPair();
        guest.send(a, "x");
        guest.await(b);
        const both = (1 << a) | (1 << b);
        const [readSet, writeSet, exceptSet] = [both, both, both].map((set) => Uint8Array.of(set));
        assert(readSet !== undefined && writeSet !== undefined && exceptSet !== undefined);
        assertEquals(guest.kernel.select(8, readSet, writeSet, exceptSet, 0), 3);
        assertEquals([readSet[0], writeSet[0], exceptSet[0]], [1 << b, both, 0]);
      },
    },
  ],
  resolve: [
    {
      does: "gives an address in text form itself, of the family asked for",
      run(guest) {
        assertEquals(resolve(guest, "127.0.0.1", 0), ["127.0.0.1"]);
        assertEquals(resolve(guest, "::1", AF_INET6), ["::1"]);
        assertErrno(guest.kernel.resolve("::1", AF_INET, []), Errno.ENOENT);
      },
    },
    {
      does: "looks names up in /etc/hosts",
      run(guest) {
        assertEquals(resolve(guest, "localhost", AF_INET), ["127.0.0.1"]);
      },
    },
    {
      does: "is ENOENT for no name, EFAULT for a fault, EAFNOSUPPORT for another family",
      run(guest) {
        const found: Uint8Array<ArrayBuffer>[] = [];
        for (const name of ["", "x".repeat(255), "no such name"]) {
          assertErrno(guest.kernel.resolve(name, 0, found), Errno.ENOENT, name);
        }
        assertErrno(guest.kernel.resolve(null, 0, found), Errno.EFAULT);
        assertErrno(guest.kernel.resolve("localhost", 1, found), Errno.EAFNOSUPPORT);
        assertEquals(found, []);
      },
    },
  ],
} as const satisfies Coverage;
