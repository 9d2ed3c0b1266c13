import { assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  F_GETFD,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_RDWR,
} from "../../../lib/linux/fcntl.ts";
import { RLIMIT_NOFILE } from "../../../lib/linux/resource.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { assertErrno, type Guest, testOnEach, text } from "../guest.ts";

function fillTable(guest: Guest): void {
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, { current: 3, maximum: 3 }, null));
}

testOnEach("openat() is EMFILE in a full table before it makes anything", (guest) => {
  const path = `${guest.folder}/file`;
  fillTable(guest);
  assertErrno(guest.kernel.openat(AT_FDCWD, path, O_CREAT | O_RDWR, 0o600), Errno.EMFILE);
  assertErrno(guest.kernel.openat(AT_FDCWD, `${path}/none`, O_RDONLY, 0), Errno.EMFILE);
  assertErrno(guest.kernel.openat(99, "relative", O_RDONLY, 0), Errno.EMFILE);
  assertEquals([...Deno.readDirSync(guest.folder)], []);
});

testOnEach("openat() says what is no path even in a full table", (guest) => {
  fillTable(guest);
  assertErrno(guest.kernel.openat(AT_FDCWD, null, O_RDONLY, 0), Errno.EFAULT);
  assertErrno(guest.kernel.openat(AT_FDCWD, "", O_RDONLY, 0), Errno.ENOENT);
  assertErrno(guest.kernel.openat(AT_FDCWD, "x".repeat(4096), O_RDONLY, 0), Errno.ENAMETOOLONG);
});

testOnEach("openat() that fails leaves its number free", (guest) => {
  assertErrno(guest.kernel.openat(AT_FDCWD, `${guest.folder}/none`, O_RDONLY, 0), Errno.ENOENT);
  assertErrno(guest.kernel.kind(3), Errno.EBADF);
  assertEquals(guest.kernel.openat(AT_FDCWD, guest.folder, O_RDONLY, 0), 3);
});

testOnEach("openat() gives O_CLOEXEC to the number", (guest) => {
  for (const [flags, wanted] of [[O_CLOEXEC, FD_CLOEXEC], [0, 0]] as const) {
    const fd = guest.ok(guest.kernel.openat(AT_FDCWD, guest.folder, O_RDONLY | flags, 0));
    assertEquals(guest.kernel.fcntl(fd, F_GETFD, 0), wanted);
  }
});

testOnEach(
  "calls relative to a descriptor start from its directory, or say what it is",
  (guest) => {
    const { kernel } = guest;
    Deno.mkdirSync(`${guest.folder}/inner`);
    Deno.writeTextFileSync(`${guest.folder}/inner/file`, "x");
    const directory = guest.ok(
      kernel.openat(AT_FDCWD, `${guest.folder}/inner`, O_RDONLY | O_DIRECTORY, 0),
    );
    const file = guest.ok(kernel.openat(directory, "file", O_RDONLY, 0));
    const status = new FileStatus();
    const calls: readonly ((base: number) => number)[] = [
      (base) => kernel.openat(base, "file", O_RDONLY, 0),
      (base) => kernel.fstatat(base, "file", status, 0),
      (base) => kernel.faccessat(base, "file", 4),
      (base) => kernel.mkdirat(base, "made", 0o700),
      (base) => kernel.linkat(base, "file", base, "linked", 0),
      (base) => kernel.renameat(base, "linked", base, "renamed"),
      (base) => kernel.symlinkat("target", base, "symbolic"),
      (base) => kernel.readlinkat(base, "symbolic", new Uint8Array(9), 9),
      (base) => kernel.unlinkat(base, "renamed", 0),
    ];
    for (const call of calls) {
      for (const base of [99, -1, NaN, 0.5, 2 ** 32]) assertErrno(call(base), Errno.EBADF);
      assertErrno(call(file), Errno.ENOTDIR);
      guest.ok(call(directory), call.toString());
    }
    assertEquals([...Deno.readDirSync(`${guest.folder}/inner`)].map(({ name }) => name).sort(), [
      "file",
      "made",
      "symbolic",
    ]);
  },
);

testOnEach(
  "readlinkat() is EINVAL for a room that is none, before it looks at the path",
  (guest) => {
    for (const length of [0, -0, -1, NaN, -Infinity]) {
      for (const path of [null, "", "/none"]) {
        const result = guest.kernel.readlinkat(AT_FDCWD, path, new Uint8Array(8), length);
        assertErrno(result, Errno.EINVAL, `${path} ${length}`);
      }
    }
  },
);

testOnEach("readlinkat() cuts the target to the room and writes no further", (guest) => {
  guest.ok(guest.kernel.symlinkat("a/long/target", AT_FDCWD, `${guest.folder}/link`));
  const buffer = new Uint8Array(16).fill(0x2e);
  assertEquals(guest.kernel.readlinkat(AT_FDCWD, `${guest.folder}/link`, buffer, 6), 6);
  assertEquals(text(buffer), "a/long..........");
  const room = buffer.subarray(0, 4);
  const result = guest.kernel.readlinkat(AT_FDCWD, `${guest.folder}/link`, room, 5);
  assertErrno(result, Errno.EFAULT);
});

testOnEach("umask() takes permission bits only and gives those before", (guest) => {
  assertEquals(guest.kernel.umask(0o77), 0o022);
  assertEquals(guest.kernel.umask(-1), 0o77);
  assertEquals(guest.kernel.umask(NaN), 0o777);
  assertEquals(guest.kernel.umask(0o22), 0);
});
