/**
 * Calls that take paths.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  F_OK,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  SEEK_CUR,
  W_OK,
  X_OK,
} from "../../../lib/linux/fcntl.ts";
import {
  FileStatus,
  type FileTimes,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  UTIME_NOW,
  UTIME_OMIT,
} from "../../../lib/linux/stat.ts";
import type { Timespec } from "../../../lib/linux/time.ts";
import { assertErrno, bytes, type Guest, text } from "../guest.ts";
import type { Coverage } from "./subject.ts";

/** A folder of the guest's, open; names in it are relative to the descriptor. */
function folder(guest: Guest): number {
  return guest.ok(guest.kernel.openat(AT_FDCWD, guest.folder, O_DIRECTORY, 0), "openat");
}

function put(guest: Guest, name: string, content = ""): void {
  Deno.writeTextFileSync(`${guest.folder}/${name}`, content);
}

function contentOf(guest: Guest, name: string): string {
  return Deno.readTextFileSync(`${guest.folder}/${name}`);
}

function namesIn(guest: Guest): string[] {
  return [...Deno.readDirSync(guest.folder)].map(({ name }) => name).sort();
}

/** Times that a stack without libc tells exactly, too. */
const TIMES: FileTimes = {
  atime: { seconds: 1_000_000_000, nanoseconds: 123_000_000 },
  mtime: { seconds: 2_000_000_000, nanoseconds: 250_000_000 },
};
const STAY: Timespec = { seconds: 0, nanoseconds: UTIME_OMIT };

function timesOf(guest: Guest, path: string, flags = 0): FileTimes {
  const status = new FileStatus();
  guest.ok(guest.kernel.fstatat(AT_FDCWD, path, status, flags), "fstatat");
  return {
    atime: { seconds: status.atimeSeconds, nanoseconds: status.atimeNanoseconds },
    mtime: { seconds: status.mtimeSeconds, nanoseconds: status.mtimeNanoseconds },
  };
}

/** The calls of `System` that this table covers. */
export const PATH_CALLS = {
  utimensat: [
    {
      does: "sets both times of a name, follows links unless told not to",
      run(guest) {
        put(guest, "file");
        const directory = folder(guest);
        guest.ok(guest.kernel.symlinkat("file", directory, "link"), "symlinkat");
        const link = `${guest.folder}/link`;
        const other: FileTimes = { atime: TIMES.mtime, mtime: TIMES.atime };
        const set = guest.kernel.utimensat(directory, "link", other, AT_SYMLINK_NOFOLLOW);
        guest.ok(set, "utimensat");
        guest.ok(guest.kernel.utimensat(directory, "link", TIMES, 0), "utimensat");
        assertEquals(timesOf(guest, `${guest.folder}/file`), TIMES);
        // Looking a link up may count as reading it.
        assertEquals(timesOf(guest, link, AT_SYMLINK_NOFOLLOW).mtime, other.mtime);
      },
    },
    {
      does: "leaves a time at UTIME_OMIT and takes the clock's at UTIME_NOW and without times",
      run(guest) {
        put(guest, "file");
        const file = `${guest.folder}/file`;
        const set = (times: FileTimes | null): number =>
          guest.kernel.utimensat(AT_FDCWD, file, times, 0);
        guest.ok(set(TIMES), "utimensat");
        const before = Math.floor(Date.now() / 1000) - 1;
        guest.ok(set({ atime: STAY, mtime: { seconds: 0, nanoseconds: UTIME_NOW } }), "now");
        const { atime, mtime } = timesOf(guest, file);
        assertEquals(atime, TIMES.atime);
        assert(mtime.seconds >= before);
        guest.ok(set(null), "utimensat");
        assert(timesOf(guest, file).atime.seconds >= before);
        assertEquals(guest.kernel.utimensat(99, "", { atime: STAY, mtime: STAY }, 0), 0);
      },
    },
    {
      does: "sets the times of a descriptor, opened to be read or for its path",
      run(guest) {
        put(guest, "file");
        for (const flags of [O_RDONLY, O_RDWR]) {
          const fd = guest.ok(
            guest.kernel.openat(AT_FDCWD, `${guest.folder}/file`, flags, 0),
            "openat",
          );
          guest.ok(guest.kernel.utimensat(fd, "", null, AT_EMPTY_PATH), "utimensat");
          guest.ok(guest.kernel.utimensat(fd, "", TIMES, AT_EMPTY_PATH), "utimensat");
          assertEquals(timesOf(guest, `${guest.folder}/file`), TIMES);
        }
        const directory = folder(guest);
        guest.ok(guest.kernel.utimensat(directory, "", TIMES, AT_EMPTY_PATH), "utimensat");
        assertEquals(timesOf(guest, guest.folder).mtime, TIMES.mtime);
      },
    },
    {
      does: "is EBADF, ENOENT, EFAULT, EINVAL for what is not there or no time",
      run(guest) {
        put(guest, "file");
        const directory = folder(guest);
        const set = guest.kernel.utimensat.bind(guest.kernel);
        assertErrno(set(99, "file", TIMES, 0), Errno.EBADF);
        assertErrno(set(99, "", TIMES, AT_EMPTY_PATH), Errno.EBADF);
        assertErrno(set(directory, "none", TIMES, 0), Errno.ENOENT);
        assertErrno(set(directory, "", TIMES, 0), Errno.ENOENT);
        assertErrno(set(directory, null, TIMES, 0), Errno.EFAULT);
        assertErrno(set(directory, "file", TIMES, AT_REMOVEDIR), Errno.EINVAL);
        for (const nanoseconds of [-1, 1e9, 0.5, NaN]) {
          const wrong = { ...TIMES, mtime: { seconds: 0, nanoseconds } };
          assertErrno(set(directory, "file", wrong, 0), Errno.EINVAL);
          assertErrno(set(directory, "none", wrong, 0), Errno.ENOENT);
          assertErrno(set(directory, "", wrong, AT_EMPTY_PATH), Errno.EINVAL);
        }
      },
    },
    {
      does: "sets times before 1970",
      run(guest) {
        put(guest, "file");
        const times = { ...TIMES, mtime: { seconds: -5, nanoseconds: 250_000_000 } };
        assertEquals(guest.kernel.utimensat(folder(guest), "file", times, 0), 0);
        assertEquals(timesOf(guest, `${guest.folder}/file`), times);
      },
      deno: {
        row: "utimensat(): times before 1970",
        gives(guest) {
          put(guest, "file");
          const times = { ...TIMES, mtime: { seconds: -5, nanoseconds: 250_000_000 } };
          return guest.kernel.utimensat(folder(guest), "file", times, 0);
        },
      },
    },
    {
      does: "sets the times of a pipe",
      run(guest) {
        const fds = new Int32Array(2);
        guest.ok(guest.kernel.pipe2(fds, 0), "pipe2");
        assertEquals(guest.kernel.utimensat(fds[0] ?? -1, "", TIMES, AT_EMPTY_PATH), 0);
      },
      deno: {
        row: "utimensat(AT_EMPTY_PATH) on sockets, pipes, stdin, stdout, stderr",
        gives: (guest) => guest.kernel.utimensat(guest.udp(), "", TIMES, AT_EMPTY_PATH),
      },
    },
  ],
  openat: [
    {
      does: "opens a file from a directory or from the root, ENOENT for none",
      run(guest) {
        put(guest, "file", "abc");
        const directory = folder(guest);
        const fd = guest.ok(guest.kernel.openat(directory, "file", O_RDONLY, 0), "openat");
        assertEquals(guest.kernel.read(fd, new Uint8Array(8), 8), 3);
        assertErrno(guest.kernel.write(fd, bytes("x"), 1), Errno.EBADF);
        guest.ok(guest.kernel.openat(99, `${guest.folder}/file`, O_RDONLY, 0), "openat");
        assertErrno(guest.kernel.openat(directory, "none", O_RDONLY, 0), Errno.ENOENT);
        assertErrno(guest.kernel.openat(99, "file", O_RDONLY, 0), Errno.EBADF);
        assertErrno(guest.kernel.openat(directory, null, O_RDONLY, 0), Errno.EFAULT);
      },
    },
    {
      does: "takes O_CREAT with a mode under the umask, O_EXCL, O_TRUNC and O_APPEND",
      run(guest) {
        const directory = folder(guest);
        const open = (flags: number): number => guest.kernel.openat(directory, "new", flags, 0o666);
        const created = guest.ok(open(O_CREAT | O_EXCL | O_RDWR), "O_CREAT");
        const status = new FileStatus();
        guest.kernel.fstat(created, status);
        assertEquals(status.mode, S_IFREG | 0o644);
        assertErrno(open(O_CREAT | O_EXCL), Errno.EEXIST);
        guest.kernel.write(created, bytes("abc"), 3);
        const appending = guest.ok(open(O_WRONLY | O_APPEND), "O_APPEND");
        guest.kernel.write(appending, bytes("d"), 1);
        assertEquals(contentOf(guest, "new"), "abcd");
        guest.ok(open(O_WRONLY | O_TRUNC), "O_TRUNC");
        assertEquals(contentOf(guest, "new"), "");
      },
    },
    {
      does: "takes O_DIRECTORY, O_NOFOLLOW and O_PATH",
      run(guest) {
        put(guest, "file");
        Deno.symlinkSync("file", `${guest.folder}/link`);
        const directory = folder(guest);
        const open = (name: string, flags: number): number =>
          guest.kernel.openat(directory, name, flags, 0);
        assertErrno(open("file", O_DIRECTORY), Errno.ENOTDIR);
        assertErrno(open("link", O_NOFOLLOW), Errno.ELOOP);
        guest.ok(open("link", O_RDONLY), "openat");
        const place = guest.ok(open("file", O_PATH), "O_PATH");
        assertErrno(guest.kernel.read(place, new Uint8Array(1), 1), Errno.EBADF);
        assertErrno(open(".", O_WRONLY), Errno.EISDIR);
      },
    },
  ],
  fstatat: [
    {
      does: "tells what a name stands for, through links or not",
      run(guest) {
        put(guest, "file", "abc");
        Deno.symlinkSync("file", `${guest.folder}/link`);
        const directory = folder(guest);
        const modeOf = (name: string, flags: number): number => {
          const status = new FileStatus();
          guest.ok(guest.kernel.fstatat(directory, name, status, flags), "fstatat");
          return status.mode & S_IFMT;
        };
        assertEquals(modeOf("link", 0), S_IFREG);
        assertEquals(modeOf("link", AT_SYMLINK_NOFOLLOW), S_IFLNK);
        assertEquals(modeOf("", AT_EMPTY_PATH), S_IFDIR);
        assertErrno(guest.kernel.fstatat(directory, "", new FileStatus(), 0), Errno.ENOENT);
        assertErrno(guest.kernel.fstatat(directory, "x", new FileStatus(), 1), Errno.EINVAL);
      },
    },
  ],
  truncate: [
    {
      does: "cuts and extends a file, EISDIR for a directory",
      run(guest) {
        put(guest, "file", "abcdef");
        const path = `${guest.folder}/file`;
        assertEquals(guest.kernel.truncate(path, 2), 0);
        assertEquals(guest.kernel.truncate(path, 4), 0);
        assertEquals(contentOf(guest, "file"), "ab\0\0");
        assertErrno(guest.kernel.truncate(guest.folder, 0), Errno.EISDIR);
        assertErrno(guest.kernel.truncate(path, -1), Errno.EINVAL);
        assertErrno(guest.kernel.truncate(null, 0), Errno.EFAULT);
      },
    },
  ],
  unlinkat: [
    {
      does: "removes a file, and a directory with AT_REMOVEDIR",
      run(guest) {
        put(guest, "file");
        Deno.mkdirSync(`${guest.folder}/inner`);
        const directory = folder(guest);
        assertErrno(guest.kernel.unlinkat(directory, "inner", 0), Errno.EISDIR);
        assertErrno(guest.kernel.unlinkat(directory, "file", AT_REMOVEDIR), Errno.ENOTDIR);
        assertEquals(guest.kernel.unlinkat(directory, "file", 0), 0);
        assertEquals(guest.kernel.unlinkat(directory, "inner", AT_REMOVEDIR), 0);
        assertErrno(guest.kernel.unlinkat(directory, "file", 0), Errno.ENOENT);
        assertEquals(namesIn(guest), []);
      },
    },
  ],
  mkdirat: [
    {
      does: "makes a directory under the umask, once",
      run(guest) {
        const directory = folder(guest);
        assertEquals(guest.kernel.mkdirat(directory, "inner", 0o777), 0);
        assertErrno(guest.kernel.mkdirat(directory, "inner", 0o777), Errno.EEXIST);
        const status = new FileStatus();
        guest.kernel.fstatat(directory, "inner", status, 0);
        assertEquals(status.mode, S_IFDIR | 0o755);
      },
    },
  ],
  renameat: [
    {
      does: "moves a name over another",
      run(guest) {
        put(guest, "from", "new");
        put(guest, "to", "old");
        const directory = folder(guest);
        assertEquals(guest.kernel.renameat(directory, "from", directory, "to"), 0);
        assertEquals([namesIn(guest), contentOf(guest, "to")], [["to"], "new"]);
        assertErrno(guest.kernel.renameat(directory, "from", directory, "to"), Errno.ENOENT);
      },
    },
  ],
  linkat: [
    {
      does: "gives a file a second name, of a link or with AT_SYMLINK_FOLLOW of its target",
      run(guest) {
        put(guest, "file", "abc");
        Deno.symlinkSync("file", `${guest.folder}/link`);
        const directory = folder(guest);
        const link = (from: string, to: string, flags: number): number =>
          guest.kernel.linkat(directory, from, directory, to, flags);
        assertEquals(link("file", "second", 0), 0);
        assertErrno(link("file", "second", 0), Errno.EEXIST);
        assertEquals(link("link", "followed", AT_SYMLINK_FOLLOW), 0);
        const status = new FileStatus();
        guest.kernel.fstatat(directory, "file", status, 0);
        assertEquals(status.nlink, 3);
      },
    },
  ],
  symlinkat: [
    {
      does: "makes a link that says what it is told",
      run(guest) {
        const directory = folder(guest);
        assertEquals(guest.kernel.symlinkat("any/where", directory, "link"), 0);
        assertErrno(guest.kernel.symlinkat("any/where", directory, "link"), Errno.EEXIST);
        assertEquals(Deno.readLinkSync(`${guest.folder}/link`), "any/where");
      },
    },
  ],
  readlinkat: [
    {
      does: "gives a link's target, cut to the room",
      run(guest) {
        put(guest, "file");
        Deno.symlinkSync("any/where", `${guest.folder}/link`);
        const directory = folder(guest);
        const buffer = new Uint8Array(16);
        assertEquals(guest.kernel.readlinkat(directory, "link", buffer, 16), 9);
        assertEquals(text(buffer.subarray(0, 9)), "any/where");
        assertEquals(guest.kernel.readlinkat(directory, "link", buffer, 3), 3);
        assertErrno(guest.kernel.readlinkat(directory, "file", buffer, 16), Errno.EINVAL);
      },
    },
  ],
  faccessat: [
    {
      does: "tells whether a file is there and may be used",
      run(guest) {
        put(guest, "file");
        Deno.chmodSync(`${guest.folder}/file`, 0o600);
        const directory = folder(guest);
        const may = (name: string, mode: number): number =>
          guest.kernel.faccessat(directory, name, mode);
        assertEquals([may("file", F_OK), may("file", R_OK | W_OK)], [0, 0]);
        assertErrno(may("file", X_OK), Errno.EACCES);
        assertErrno(may("none", F_OK), Errno.ENOENT);
        assertErrno(may("file", 8), Errno.EINVAL);
      },
    },
  ],
  chdir: [
    {
      does: "changes what relative paths start from, and leaves the host's folder alone",
      run(guest) {
        const before = Deno.cwd();
        put(guest, "file", "abc");
        Deno.mkdirSync(`${guest.folder}/sub`);
        assertEquals(guest.kernel.chdir(guest.folder), 0);
        const fd = guest.ok(guest.kernel.openat(AT_FDCWD, "file", O_RDONLY, 0), "openat");
        const buffer = new Uint8Array(8);
        assertEquals(guest.kernel.read(fd, buffer, 8), 3);
        assertEquals(guest.kernel.chdir("sub"), 0);
        assertErrno(guest.kernel.openat(AT_FDCWD, "file", O_RDONLY, 0), Errno.ENOENT);
        assertEquals(guest.kernel.mkdirat(AT_FDCWD, "deep", 0o700), 0);
        assertEquals(guest.kernel.faccessat(AT_FDCWD, "../file", F_OK), 0);
        assertEquals(namesIn(guest), ["file", "sub"]);
        assertEquals(Deno.cwd(), before);
      },
    },
    {
      does: "is ENOENT, ENOTDIR, EFAULT for what is no folder, and ENOENT in one that is gone",
      run(guest) {
        put(guest, "file");
        Deno.mkdirSync(`${guest.folder}/gone`);
        assertErrno(guest.kernel.chdir(`${guest.folder}/none`), Errno.ENOENT);
        assertErrno(guest.kernel.chdir(`${guest.folder}/file`), Errno.ENOTDIR);
        assertErrno(guest.kernel.chdir(""), Errno.ENOENT);
        assertErrno(guest.kernel.chdir(null), Errno.EFAULT);
        assertEquals(guest.kernel.chdir(`${guest.folder}/gone`), 0);
        Deno.removeSync(`${guest.folder}/gone`);
        assertErrno(guest.kernel.openat(AT_FDCWD, "f", O_CREAT | O_RDWR, 0o600), Errno.ENOENT);
        assertErrno(guest.kernel.getcwd(new Uint8Array(4096), 4096), Errno.ENOENT);
      },
    },
  ],
  fchdir: [
    {
      does: "changes to an open folder, EBADF and ENOTDIR for anything else",
      run(guest) {
        put(guest, "file");
        const fd = folder(guest);
        assertEquals(guest.kernel.fchdir(fd), 0);
        assertEquals(guest.kernel.faccessat(AT_FDCWD, "file", F_OK), 0);
        const file = guest.ok(guest.kernel.openat(fd, "file", O_RDONLY, 0), "openat");
        assertErrno(guest.kernel.fchdir(file), Errno.ENOTDIR);
        assertErrno(guest.kernel.fchdir(999), Errno.EBADF);
        assertErrno(guest.kernel.fchdir(AT_FDCWD), Errno.EBADF);
      },
    },
  ],
  getcwd: [
    {
      does: "gives the path with its NUL, ERANGE without room for it, then EFAULT",
      run(guest) {
        const buffer = new Uint8Array(4096).fill(1);
        const own = guest.ok(guest.kernel.getcwd(buffer, 4096), "getcwd");
        assertEquals(text(buffer.subarray(0, own)), `${Deno.cwd()}\0`);
        assertEquals(guest.kernel.chdir(guest.folder), 0);
        const length = guest.folder.length + 1;
        assertErrno(guest.kernel.getcwd(buffer, length - 1), Errno.ERANGE);
        assertErrno(guest.kernel.getcwd(null, length - 1), Errno.ERANGE);
        assertErrno(guest.kernel.getcwd(null, length), Errno.EFAULT);
        assertEquals(guest.kernel.getcwd(buffer, length), length);
        assertEquals(text(buffer.subarray(0, length)), `${guest.folder}\0`);
      },
    },
  ],
  umask: [
    {
      does: "takes bits off the modes of new files and gives the mask before",
      run(guest) {
        assertEquals(guest.kernel.umask(0o77), 0o22);
        assertEquals(guest.kernel.umask(0o77), 0o77);
        const fd = guest.kernel.openat(folder(guest), "file", O_CREAT | O_RDWR, 0o666);
        const status = new FileStatus();
        guest.kernel.fstat(fd, status);
        assertEquals(status.mode, S_IFREG | 0o600);
        assertEquals(guest.kernel.lseek(fd, 0, SEEK_CUR), 0);
      },
    },
  ],
} as const satisfies Coverage;
