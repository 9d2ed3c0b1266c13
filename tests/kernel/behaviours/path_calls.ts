/**
 * Calls that take paths.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
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
import { FileStatus, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../../lib/linux/stat.ts";
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

/** The calls of `System` that this table covers. */
export const PATH_CALLS = {
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
