/**
 * Commands of fcntl(2).
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETPIPE_SZ,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETPIPE_SZ,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  O_APPEND,
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  O_WRONLY,
  SEEK_SET,
} from "../../../lib/linux/fcntl.ts";
import { assertErrno, bytes, type Guest } from "../guest.ts";
import type { Coverage } from "./subject.ts";

function openFile(guest: Guest): number {
  const path = `${guest.folder}/file`;
  return guest.ok(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR, 0o600), "openat");
}

function lock(guest: Guest, command: number): number {
  const wanted = { type: F_WRLCK, whence: SEEK_SET, start: 0, length: 1, pid: 0 };
  return guest.kernel.fcntlLock(openFile(guest), command, wanted);
}

function makePipe(guest: Guest): readonly [reading: number, writing: number] {
  const ends = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(ends, O_NONBLOCK), "pipe2");
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** The commands. */
export const FCNTL_COMMANDS = {
  F_DUPFD: [
    {
      does: "gives the lowest free number from its argument on, EINVAL beyond the limit",
      run({ kernel }) {
        assertEquals([0, 20, 20].map((from) => kernel.fcntl(0, F_DUPFD, from)), [3, 20, 21]);
        assertEquals(kernel.fcntl(20, F_GETFD, 0), 0);
        assertErrno(kernel.fcntl(0, F_DUPFD, 1024), Errno.EINVAL);
      },
    },
  ],
  F_DUPFD_CLOEXEC: [
    {
      does: "as F_DUPFD, with FD_CLOEXEC",
      run({ kernel }) {
        assertEquals(kernel.fcntl(0, F_DUPFD_CLOEXEC, 20), 20);
        assertEquals(kernel.fcntl(20, F_GETFD, 0), FD_CLOEXEC);
      },
    },
  ],
  F_GETFD: [
    {
      does: "tells FD_CLOEXEC",
      run: (guest) => assertEquals(guest.kernel.fcntl(guest.udp(), F_GETFD, 0), 0),
    },
  ],
  F_SETFD: [
    {
      does: "sets FD_CLOEXEC of one number",
      run(guest) {
        const fd = guest.udp();
        const other = guest.kernel.dup(fd);
        assertEquals(guest.kernel.fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
        assertEquals(guest.kernel.fcntl(fd, F_GETFD, 0), FD_CLOEXEC);
        assertEquals(guest.kernel.fcntl(other, F_GETFD, 0), 0);
      },
    },
  ],
  F_GETFL: [
    {
      does: "tells the access mode and the status flags",
      run(guest) {
        assertEquals(guest.kernel.fcntl(guest.udp(), F_GETFL, 0), O_RDWR);
        const [reading, writing] = makePipe(guest);
        assertEquals(guest.kernel.fcntl(reading, F_GETFL, 0), O_NONBLOCK);
        assertEquals(guest.kernel.fcntl(writing, F_GETFL, 0), O_NONBLOCK | O_WRONLY);
      },
    },
  ],
  F_SETFL: [
    {
      does: "sets O_NONBLOCK and O_APPEND for every number of a description",
      run(guest) {
        const udp = guest.udp();
        const other = guest.kernel.dup(udp);
        assertEquals(guest.kernel.fcntl(udp, F_SETFL, O_NONBLOCK), 0);
        assertErrno(guest.kernel.recv(other, new Uint8Array(1), 1, 0), Errno.EAGAIN);
        const file = openFile(guest);
        guest.ok(guest.kernel.write(file, bytes("abc"), 3), "write");
        assertEquals(guest.kernel.fcntl(file, F_SETFL, O_APPEND), 0);
        guest.kernel.lseek(file, 0, SEEK_SET);
        guest.ok(guest.kernel.write(file, bytes("d"), 1), "write");
        assertEquals(Deno.readTextFileSync(`${guest.folder}/file`), "abcd");
      },
    },
  ],
  F_SETLK: [
    {
      does: "takes a record lock",
      run: (guest) => assertEquals(lock(guest, F_SETLK), 0),
      deno: {
        row: "fcntl(F_SETLK), fcntl(F_GETLK)",
        gives: (guest) => lock(guest, F_SETLK),
      },
    },
  ],
  F_GETLK: [
    {
      does: "tells that nobody else holds a lock",
      run(guest) {
        const wanted = { type: F_WRLCK, whence: SEEK_SET, start: 0, length: 1, pid: 0 };
        assertEquals(guest.kernel.fcntlLock(openFile(guest), F_GETLK, wanted), 0);
        assertEquals(wanted.type, F_UNLCK);
      },
      deno: {
        row: "fcntl(F_SETLK), fcntl(F_GETLK)",
        gives: (guest) => lock(guest, F_GETLK),
      },
    },
  ],
  F_GETPIPE_SZ: [
    {
      does: "tells how much a pipe holds, and EBADF of anything else",
      run(guest) {
        const [reading, writing] = makePipe(guest);
        assertEquals(guest.kernel.fcntl(reading, F_GETPIPE_SZ, 0), 65536);
        const block = new Uint8Array(100_000);
        assertEquals(guest.kernel.write(writing, block, block.length), 65536);
        assertErrno(guest.kernel.fcntl(guest.udp(), F_GETPIPE_SZ, 0), Errno.EBADF);
      },
    },
  ],
  F_SETPIPE_SZ: [
    {
      does: "sets how much a pipe holds, rounded up to pages, EBUSY below what is in it",
      run(guest) {
        const [reading, writing] = makePipe(guest);
        assertEquals(guest.kernel.fcntl(reading, F_SETPIPE_SZ, 5000), 8192);
        assertEquals(guest.kernel.fcntl(writing, F_GETPIPE_SZ, 0), 8192);
        const block = new Uint8Array(10_000);
        assertEquals(guest.kernel.write(writing, block, block.length), 8192);
        assertErrno(guest.kernel.fcntl(reading, F_SETPIPE_SZ, 4096), Errno.EBUSY);
        assertErrno(guest.kernel.fcntl(guest.udp(), F_SETPIPE_SZ, 4096), Errno.EBADF);
      },
    },
  ],
} as const satisfies Coverage;
