import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
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
  O_CLOEXEC,
  O_CREAT,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  SEEK_SET,
} from "../../lib/linux/fcntl.ts";
import {
  FIOASYNC,
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  SIOCGIFCONF,
  TCGETS,
  TIOCGWINSZ,
} from "../../lib/linux/ioctl.ts";
import {
  RLIM_INFINITY,
  RLIM_NLIMITS,
  type Rlimit,
  RLIMIT_NOFILE,
} from "../../lib/linux/resource.ts";
import { AF_INET, SOCK_STREAM } from "../../lib/linux/socket.ts";
import { assertErrno, type Guest, testOnEach } from "./guest.ts";

/** What no descriptor and no index into anything is. */
const NO_DESCRIPTORS = [NaN, Infinity, -Infinity, -1, 0.5, 2.5, 2 ** 31, 2 ** 32, 2 ** 53];

function setLimit(guest: Guest, current: number, maximum = current): number {
  return guest.kernel.prlimit(RLIMIT_NOFILE, { current, maximum }, null);
}

function getLimit(guest: Guest): Rlimit {
  const limit = { current: -1, maximum: -1 };
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, null, limit), "prlimit");
  return limit;
}

function isCloseOnExec(guest: Guest, fd: number): boolean {
  return guest.ok(guest.kernel.fcntl(fd, F_GETFD, 0), "F_GETFD") === FD_CLOEXEC;
}

testOnEach("prlimit() sets and gets, the old limit first", (guest) => {
  const old = { current: 0, maximum: 0 };
  const limit = { current: 100, maximum: 200 };
  assertEquals(guest.kernel.prlimit(RLIMIT_NOFILE, limit, old), 0);
  assertEquals(old, { current: 1024, maximum: 4096 });
  assertEquals(getLimit(guest), { current: 100, maximum: 200 });
  // One object for both.
  assertEquals(guest.kernel.prlimit(RLIMIT_NOFILE, limit, limit), 0);
  assertEquals(limit, { current: 100, maximum: 200 });
  limit.current = 5;
  assertEquals(getLimit(guest), { current: 100, maximum: 200 });
  assertEquals(guest.kernel.prlimit(RLIMIT_NOFILE, null, null), 0);
});

testOnEach("prlimit() raises the soft limit to the hard one and never the hard one", (guest) => {
  assertEquals(setLimit(guest, 10, 50), 0);
  assertErrno(setLimit(guest, 10, 51), Errno.EPERM);
  assertErrno(setLimit(guest, RLIM_INFINITY, RLIM_INFINITY), Errno.EPERM);
  assertErrno(setLimit(guest, 51, 50), Errno.EINVAL);
  assertErrno(setLimit(guest, RLIM_INFINITY, 50), Errno.EINVAL);
  assertEquals(getLimit(guest), { current: 10, maximum: 50 });
  assertEquals(setLimit(guest, 50, 50), 0);
  assertEquals(setLimit(guest, 0, 0), 0);
  assertErrno(setLimit(guest, 1, 1), Errno.EPERM);
});

testOnEach("prlimit() is EINVAL for what is no limit and for other resources", (guest) => {
  for (const wrong of [NaN, -1, -Infinity, 0.5, 10.5]) {
    assertErrno(setLimit(guest, wrong, 4096), Errno.EINVAL, `soft ${wrong}`);
    assertErrno(setLimit(guest, 0, wrong), Errno.EINVAL, `hard ${wrong}`);
  }
  const resources = [0, 8, RLIM_NLIMITS, -1, NaN, 7.5, RLIMIT_NOFILE + 2 ** 32];
  for (const resource of resources) {
    const old = { current: -1, maximum: -1 };
    assertErrno(guest.kernel.prlimit(resource, null, old), Errno.EINVAL, String(resource));
    assertEquals(old.current, -1);
  }
  assertEquals(getLimit(guest), { current: 1024, maximum: 4096 });
});

testOnEach("prlimit() below open descriptors keeps them and lets no more in", (guest) => {
  const fd = guest.udp();
  assertEquals(setLimit(guest, fd), 0);
  guest.addressOf(fd);
  assertErrno(guest.kernel.dup(fd), Errno.EMFILE);
  assertErrno(guest.kernel.dup2(fd, fd + 1), Errno.EBADF);
  assertEquals(guest.kernel.dup2(fd, fd), fd);
  assertErrno(guest.kernel.fcntl(fd, F_DUPFD, fd), Errno.EINVAL);
  assertErrno(guest.kernel.socket(AF_INET, SOCK_STREAM, 0), Errno.EMFILE);
  assertEquals(guest.kernel.close(fd), 0);
  assertErrno(guest.kernel.dup(0), Errno.EMFILE);
});

testOnEach("dup() of what is no descriptor is EBADF", (guest) => {
  const { kernel } = guest;
  for (const fd of [...NO_DESCRIPTORS, 3]) {
    assertErrno(kernel.dup(fd), Errno.EBADF, `dup(${fd})`);
    assertErrno(kernel.dup2(fd, 5), Errno.EBADF, `dup2(${fd}, 5)`);
    assertErrno(kernel.dup2(fd, fd), Errno.EBADF, `dup2(${fd}, ${fd})`);
    assertErrno(kernel.dup3(fd, 5, 0), Errno.EBADF, `dup3(${fd}, 5)`);
    assertErrno(kernel.fcntl(fd, F_DUPFD, 0), Errno.EBADF, `fcntl(${fd})`);
    assertErrno(kernel.close(fd), Errno.EBADF, `close(${fd})`);
  }
  assertErrno(kernel.kind(5), Errno.EBADF);
});

testOnEach("dup2() and dup3() onto what is no descriptor are EBADF", (guest) => {
  const { kernel } = guest;
  for (const target of [...NO_DESCRIPTORS, 1024, 1e9]) {
    assertErrno(kernel.dup2(0, target), Errno.EBADF, `dup2(0, ${target})`);
    assertErrno(kernel.dup3(0, target, 0), Errno.EBADF, `dup3(0, ${target})`);
    assertErrno(kernel.fcntl(0, F_DUPFD, target), Errno.EINVAL, `F_DUPFD ${target}`);
    assertErrno(kernel.fcntl(0, F_DUPFD_CLOEXEC, target), Errno.EINVAL, `F_DUPFD ${target}`);
  }
  assertEquals(kernel.dup2(0, 1023), 1023);
});

testOnEach(
  "dup3() takes O_CLOEXEC only and no number twice, before it looks at either",
  (guest) => {
    const { kernel } = guest;
    assertErrno(kernel.dup3(0, 0, 0), Errno.EINVAL);
    assertErrno(kernel.dup3(99, 99, 0), Errno.EINVAL);
    for (const flags of [1, O_NONBLOCK, O_CLOEXEC | O_NONBLOCK, -1]) {
      assertErrno(kernel.dup3(0, 5, flags), Errno.EINVAL);
      assertErrno(kernel.dup3(99, 5, flags), Errno.EINVAL);
    }
    assertEquals(kernel.dup3(0, 5, O_CLOEXEC), 5);
    assertEquals(isCloseOnExec(guest, 5), true);
    assertEquals(kernel.dup3(0, 5, 0), 5);
    assertEquals(isCloseOnExec(guest, 5), false);
  },
);

testOnEach("dup2() closes what the target was", (guest) => {
  const { client, server } = guest.connection();
  assertEquals(guest.kernel.dup2(0, server), server);
  guest.await(client);
  assertEquals(guest.receive(client), "");
});

testOnEach("fcntl(F_DUPFD) takes the lowest free number from its argument on", (guest) => {
  const fd = guest.udp();
  assertEquals(guest.kernel.fcntl(fd, F_DUPFD, 0), fd + 1);
  assertEquals(guest.kernel.fcntl(fd, F_DUPFD, 100), 100);
  assertEquals(guest.kernel.fcntl(fd, F_DUPFD_CLOEXEC, 100), 101);
  assertEquals(isCloseOnExec(guest, 100), false);
  assertEquals(isCloseOnExec(guest, 101), true);
  assertEquals(setLimit(guest, 102, 102), 0);
  assertErrno(guest.kernel.fcntl(fd, F_DUPFD, 100), Errno.EMFILE);
});

testOnEach("fcntl(F_SETFD) looks at FD_CLOEXEC alone", (guest) => {
  const fd = guest.udp();
  const other = guest.ok(guest.kernel.dup(fd));
  assertEquals(guest.kernel.fcntl(fd, F_SETFD, 0xff), 0);
  assertEquals([isCloseOnExec(guest, fd), isCloseOnExec(guest, other)], [true, false]);
  assertEquals(guest.kernel.fcntl(fd, F_SETFD, 0xfe), 0);
  assertEquals(isCloseOnExec(guest, fd), false);
});

testOnEach("fcntl() with a command outside the list is EINVAL", (guest) => {
  const fd = guest.udp();
  for (const command of [-1, 8, 9, 10, 15, 16, 36, 1024, 1033, NaN, 1.5, 2 ** 32 + F_GETFL]) {
    assertErrno(guest.kernel.fcntl(fd, command, 0), Errno.EINVAL, String(command));
    assertErrno(guest.kernel.fcntl(99, command, 0), Errno.EBADF, String(command));
  }
});

testOnEach("fcntl(F_SETFL) shares O_NONBLOCK and leaves the access mode and O_ASYNC", (guest) => {
  const fd = guest.udp();
  const other = guest.ok(guest.kernel.dup(fd));
  const before = guest.ok(guest.kernel.fcntl(fd, F_GETFL, 0));
  assertEquals(before, O_RDWR);
  // 0o20000 is O_ASYNC: signals would go to the host.
  assertEquals(guest.kernel.fcntl(fd, F_SETFL, O_NONBLOCK | 0o20000 | O_CLOEXEC | 1), 0);
  assertEquals(guest.kernel.fcntl(other, F_GETFL, 0), O_RDWR | O_NONBLOCK);
  assertEquals(guest.kernel.fcntl(fd, F_SETFL, 0), 0);
  assertEquals(guest.kernel.fcntl(other, F_GETFL, 0), O_RDWR);
});

testOnEach("fcntlLock() takes F_SETLK and F_GETLK with offsets that are exact", (guest) => {
  const path = `${guest.folder}/locked`;
  const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR, 0o600));
  const lock = { type: F_UNLCK, whence: SEEK_SET, start: 0, length: 0, pid: 0 };
  assertErrno(guest.kernel.fcntlLock(99, F_SETLK, lock), Errno.EBADF);
  for (const command of [F_GETFL, 7, -1, NaN]) {
    assertErrno(guest.kernel.fcntlLock(fd, command, lock), Errno.EINVAL);
  }
  assertErrno(guest.kernel.fcntlLock(fd, F_SETLK, null), Errno.EFAULT);
  assertErrno(guest.kernel.fcntl(fd, F_GETLK, 0), Errno.EFAULT);
  for (const wrong of [NaN, 0.5, 2 ** 53, Infinity]) {
    const [start, length] = [{ ...lock, start: wrong }, { ...lock, length: wrong }];
    assertErrno(guest.kernel.fcntlLock(fd, F_SETLK, start), Errno.EINVAL);
    assertErrno(guest.kernel.fcntlLock(fd, F_GETLK, length), Errno.EINVAL);
  }
  if (guest.stack.name === "libc") {
    const above = { ...lock, type: F_WRLCK, start: 2 ** 40, length: 2 ** 40 };
    assertEquals(guest.kernel.fcntlLock(fd, F_SETLK, above), 0);
  }
});

testOnEach("ioctl() outside the list is ENOTTY, whatever the number", (guest) => {
  const requests = [FIOASYNC, SIOCGIFCONF, TCGETS, TIOCGWINSZ, 0, -1, NaN, 2 ** 53, 0.5];
  const fd = guest.udp();
  for (const request of [...requests, FIONREAD + 2 ** 32, FIONBIO + 0.5]) {
    assertErrno(guest.kernel.ioctl(fd, request, Int32Array.of(1)), Errno.ENOTTY, String(request));
    assertErrno(guest.kernel.ioctl(99, request, null), Errno.EBADF, String(request));
  }
});

testOnEach("ioctl(FIONBIO) and fcntl(F_SETFL) set the same flag", (guest) => {
  const fd = guest.udp();
  for (const value of [1, -1, 256]) {
    assertEquals(guest.kernel.ioctl(fd, FIONBIO, Int32Array.of(value)), 0);
    assertEquals(guest.kernel.fcntl(fd, F_GETFL, 0), O_RDWR | O_NONBLOCK);
    assertEquals(guest.kernel.ioctl(fd, FIONBIO, Int32Array.of(0)), 0);
    assertEquals(guest.kernel.fcntl(fd, F_GETFL, 0), O_RDWR);
  }
});

testOnEach("ioctl() with a pointer that faults is EFAULT and writes nothing", (guest) => {
  const fd = guest.udp();
  for (const request of [FIONREAD, FIONBIO]) {
    assertErrno(guest.kernel.ioctl(fd, request, null), Errno.EFAULT);
  }
  const around = Int32Array.of(7, 7, 7);
  assertErrno(guest.kernel.ioctl(fd, FIONREAD, around.subarray(1, 1)), Errno.EFAULT);
  assertEquals(guest.kernel.ioctl(fd, FIONREAD, around.subarray(1, 2)), 0);
  assertEquals([...around], [7, 0, 7]);
  assertEquals(guest.kernel.ioctl(fd, FIOCLEX, null), 0);
});

testOnEach(
  "ioctl() and fcntl() of an O_PATH descriptor are EBADF, but for the descriptor's own",
  (guest) => {
    const path = `${guest.folder}/file`;
    Deno.writeTextFileSync(path, "x");
    const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_PATH, 0));
    for (const request of [FIOCLEX, FIONCLEX, FIONBIO, FIONREAD, TCGETS]) {
      assertErrno(guest.kernel.ioctl(fd, request, Int32Array.of(1)), Errno.EBADF, String(request));
    }
    for (const command of [F_SETFL, F_GETPIPE_SZ, F_SETPIPE_SZ, 99]) {
      assertErrno(guest.kernel.fcntl(fd, command, 0), Errno.EBADF, String(command));
    }
    assertEquals(guest.kernel.fcntl(fd, F_GETFL, 0) & O_PATH, O_PATH);
    assertEquals(guest.kernel.fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
    assertEquals(isCloseOnExec(guest, fd), true);
    assertEquals(guest.kernel.fcntl(fd, F_DUPFD, 50), 50);
  },
);

testOnEach("pread() and pwrite() look at the offset before the descriptor", (guest) => {
  const buffer = new Uint8Array(4);
  for (const offset of [-1, NaN, 0.5, 2 ** 53, Infinity]) {
    assertErrno(guest.kernel.pread(99, buffer, 4, offset), Errno.EINVAL);
    assertErrno(guest.kernel.pwrite(99, buffer, 4, offset), Errno.EINVAL);
    assertErrno(guest.kernel.ftruncate(99, offset), Errno.EINVAL);
  }
  assertErrno(guest.kernel.pread(99, buffer, 4, 0), Errno.EBADF);
  assertErrno(guest.kernel.lseek(99, NaN, 0), Errno.EBADF);
});

testOnEach("lseek() is EINVAL for an offset or origin that is no number of Linux's", (guest) => {
  const path = `${guest.folder}/file`;
  const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR | O_APPEND, 0o600));
  for (const offset of [NaN, 0.5, 2 ** 53, -(2 ** 53), Infinity, -Infinity]) {
    assertErrno(guest.kernel.lseek(fd, offset, SEEK_SET), Errno.EINVAL, String(offset));
  }
  for (const whence of [-1, 5, 0.5, NaN, 2 ** 32]) {
    assertErrno(guest.kernel.lseek(fd, 0, whence), Errno.EINVAL, String(whence));
  }
  assertEquals(guest.kernel.lseek(fd, -0, -0), 0);
  assertEquals(guest.kernel.lseek(fd, 2 ** 40, SEEK_SET), 2 ** 40);
});

testOnEach("pipe2() gives its flags to both ends and refuses others", (guest) => {
  const ends = new Int32Array(2);
  for (const flags of [1, O_APPEND, O_PATH, -1]) {
    assertErrno(guest.kernel.pipe2(ends, flags), Errno.EINVAL);
  }
  assertEquals([...ends], [0, 0]);
  assertEquals(guest.kernel.pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  assertEquals([...ends], [3, 4]);
  for (const fd of ends) assertEquals(isCloseOnExec(guest, fd), true);
  assertEquals(guest.kernel.fcntl(3, F_GETFL, 0), O_NONBLOCK);
  assertEquals(guest.kernel.fcntl(4, F_GETFL, 0), O_NONBLOCK | 1);
});

testOnEach("pipe2() that has room for one number takes none", (guest) => {
  const ends = new Int32Array(2);
  assertEquals(setLimit(guest, 4), 0);
  assertErrno(guest.kernel.pipe2(ends, 0), Errno.EMFILE);
  assertEquals([...ends], [0, 0]);
  assertErrno(guest.kernel.kind(3), Errno.EBADF);
  assertEquals(guest.kernel.dup(0), 3);
});
