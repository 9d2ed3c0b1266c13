import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  F_OK,
  O_ACCMODE,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  W_OK,
  X_OK,
} from "../../../lib/linux/fcntl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { type Files, link, named, testFiles } from "./file_variants.ts";

const bytes = new TextEncoder();

/** A folder with one of everything. */
function populate(files: Files): void {
  files.put("plain", "0123456789");
  files.makeFolder("dir");
  files.put("dir/inner", "inside");
  link(files, "plain", "link");
  link(files, "dir", "dirlink");
  link(files, "nowhere", "dangling");
  link(files, "loop2", "loop1");
  link(files, "loop1", "loop2");
  link(files, "newdir/", "slashed");
}

testFiles("openat() refuses what Linux refuses", (files) => {
  populate(files);
  const rows: readonly [string, number, string][] = [
    ["missing", O_RDWR, "ENOENT"],
    ["missing/", O_RDONLY, "ENOENT"],
    ["plain", O_CREAT | O_EXCL | O_RDWR, "EEXIST"],
    ["plain", O_CREAT | O_EXCL | O_RDONLY, "EEXIST"],
    ["plain/", O_CREAT | O_EXCL | O_RDONLY, "EISDIR"],
    ["plain/", O_CREAT | O_RDONLY, "EISDIR"],
    ["plain/", O_RDONLY, "ENOTDIR"],
    ["plain/x", O_RDONLY, "ENOTDIR"],
    ["plain/.", O_RDONLY, "ENOTDIR"],
    ["plain/..", O_RDONLY, "ENOTDIR"],
    ["plain", O_DIRECTORY, "ENOTDIR"],
    ["plain", O_DIRECTORY | O_TRUNC, "ENOTDIR"],
    ["plain", O_CREAT | O_DIRECTORY, "EINVAL"],
    ["dir", O_RDWR, "EISDIR"],
    ["dir", O_WRONLY, "EISDIR"],
    ["dir", O_ACCMODE, "EISDIR"],
    ["dir", O_TRUNC, "EISDIR"],
    ["dir", O_CREAT, "EISDIR"],
    ["dir/", O_CREAT, "EISDIR"],
    ["dir/.", O_CREAT, "EISDIR"],
    ["dir/..", O_CREAT | O_EXCL, "EEXIST"],
    ["dir", O_CREAT | O_EXCL | O_RDWR, "EEXIST"],
    ["dir", O_EXCL, "ok"],
    ["dir", O_APPEND, "ok"],
    ["dir", O_PATH | O_RDWR | O_CREAT | O_EXCL | O_TRUNC, "ok"],
    ["link", O_RDONLY, "ok"],
    ["link", O_NOFOLLOW, "ELOOP"],
    ["link", O_NOFOLLOW | O_RDWR, "ELOOP"],
    ["link", O_NOFOLLOW | O_CREAT, "ELOOP"],
    ["link", O_NOFOLLOW | O_CREAT | O_EXCL, "EEXIST"],
    ["link/", O_RDONLY, "ENOTDIR"],
    ["dirlink", O_NOFOLLOW, "ELOOP"],
    ["dirlink", O_NOFOLLOW | O_DIRECTORY, "ENOTDIR"],
    ["dirlink", O_NOFOLLOW | O_PATH | O_DIRECTORY, "ENOTDIR"],
    ["dirlink/", O_NOFOLLOW, "ok"],
    ["dirlink/inner", O_NOFOLLOW, "ok"],
    ["dirlink/../plain", O_RDONLY, "ok"],
    ["dangling", O_RDONLY, "ENOENT"],
    ["dangling", O_CREAT | O_EXCL | O_WRONLY, "EEXIST"],
    ["dangling", O_CREAT | O_NOFOLLOW, "ELOOP"],
    ["dangling/", O_CREAT | O_RDWR, "EISDIR"],
    ["loop1", O_RDONLY, "ELOOP"],
    ["loop1/x", O_RDONLY, "ELOOP"],
    ["slashed", O_CREAT | O_RDWR, "EISDIR"],
    ["no/such", O_CREAT | O_WRONLY, "ENOENT"],
    ["new/", O_CREAT | O_WRONLY, "EISDIR"],
    ["x".repeat(256), O_RDONLY, "ENAMETOOLONG"],
    ["x/".repeat(2100), O_RDONLY, "ENAMETOOLONG"],
    [".", O_TMPFILE, "EINVAL"],
    [".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, "EINVAL"],
    [".", O_TMPFILE | O_CREAT | O_RDWR, "EINVAL"],
    ["plain", O_TMPFILE | O_RDWR, "ENOTDIR"],
    ["nothing", O_TMPFILE | O_RDWR, "ENOENT"],
  ];
  for (const [name, flags, expected] of rows) {
    const call = `openat(${name.slice(0, 20)}, 0${flags.toString(8)})`;
    assertEquals(files.opening(files.at(name), flags), expected, call);
  }
});

testFiles("openat() checks its arguments in Linux's order", (files) => {
  const { system } = files;
  populate(files);
  const open = (base: Parameters<typeof system.openat>[0], path: string | null, flags = 0) => {
    const file = files.keep(system.openat(base, path, flags, 0));
    return typeof file === "number" ? named(file) : "ok";
  };
  const plain = files.open("plain", O_RDONLY);
  assertEquals(open(null, null, O_CREAT | O_DIRECTORY), "EINVAL");
  assertEquals(open(undefined, null), "EFAULT");
  assertEquals(open(undefined, ""), "ENOENT");
  assertEquals(open(plain, ""), "ENOENT");
  assertEquals(open(undefined, "inner"), "EBADF");
  assertEquals(open(plain, "inner"), "ENOTDIR");
  assertEquals(open(undefined, files.at("plain")), "ok");
  assertEquals(open(null, "a\0b"), "EINVAL");
  assertEquals(open(null, "\ud800"), "EILSEQ");
  assertEquals(open(null, files.at("plain"), 0.5), "EINVAL");
});

testFiles("openat() starts from the directory of a descriptor", (files) => {
  populate(files);
  for (const flags of [O_RDONLY, O_PATH, O_DIRECTORY]) {
    const directory = files.open("dir", flags);
    assertEquals(directory.path, files.at("dir"));
    const file = files.keep(files.system.openat(directory, "inner", O_RDONLY, 0));
    assert(typeof file !== "number");
    const above = files.keep(files.system.openat(directory, "../plain", O_RDONLY, 0));
    assert(typeof above !== "number");
    const buffer = new Uint8Array(20);
    assertEquals(above.read(buffer, 20), 10);
  }
});

testFiles("openat() finds nothing below a directory that is no longer at its path", (files) => {
  populate(files);
  const { system } = files;
  const moved = files.open("dir", O_RDONLY);
  Deno.renameSync(files.at("dir"), files.at("elsewhere"));
  assertEquals(system.openat(moved, "inner", O_RDONLY, 0), -Errno.ENOENT);
  files.makeFolder("dir");
  files.put("dir/inner", "another");
  assertEquals(system.openat(moved, "inner", O_RDONLY, 0), -Errno.ENOENT);
  assertEquals(system.openat(moved, "made", O_CREAT | O_WRONLY, 0o600), -Errno.ENOENT);
  Deno.removeSync(files.at("dir"), { recursive: true });
  link(files, "elsewhere", "dir");
  const again = files.keep(system.openat(moved, "inner", O_RDONLY, 0));
  assert(
    typeof again !== "number",
    "a link that leads to the same directory is the same directory",
  );
  Deno.removeSync(files.at("dir"));
  files.makeFolder("other");
  files.put("other/inner", "another");
  link(files, "other", "dir");
  assertEquals(system.openat(moved, "inner", O_RDONLY, 0), -Errno.ENOENT);
});

testFiles("openat() gives new files the guest's permissions and leaves others theirs", (files) => {
  const { system } = files;
  files.put("old", "text", 0o640);
  files.open("old", O_CREAT | O_WRONLY | O_TRUNC, 0o777);
  assertEquals(files.mode("old"), 0o100640);
  files.open("a", O_CREAT | O_RDWR, 0o777);
  assertEquals(files.mode("a"), 0o100755);
  assertEquals(system.umask(0), 0o022);
  files.open("b", O_CREAT | O_RDONLY, 0o666);
  assertEquals(files.mode("b"), 0o100666);
  assertEquals(system.umask(0o7077), 0);
  files.open("c", O_CREAT | O_WRONLY | O_APPEND, 0o777);
  assertEquals(files.mode("c"), 0o100700);
  assertEquals(system.umask(0), 0o077);
  const closed = files.open("d", O_CREAT | O_RDWR | O_EXCL, 0);
  assertEquals(files.mode("d"), 0o100000);
  assertEquals(closed.write(bytes.encode("x"), 1), 1);
  files.open("e", O_CREAT | O_RDONLY, 0o1200);
  assertEquals(files.mode("e"), 0o101200);
  const unnamed = files.open(".", O_TMPFILE | O_RDWR, 0o764);
  const status = new FileStatus();
  assertEquals(unnamed.fstat(status), 0);
  assertEquals([status.mode, status.nlink], [0o100764, 0]);
});

testFiles("openat() and mkdirat() do not let the host's umask narrow permissions", (files) => {
  const before = Deno.umask(0o077);
  try {
    files.system.umask(0);
    files.open("a", O_CREAT | O_RDWR, 0o666);
    files.open("b", O_CREAT | O_RDONLY, 0o666);
    files.open(".", O_TMPFILE | O_RDWR, 0o666);
    assertEquals(files.system.mkdirat(null, files.at("d"), 0o777), 0);
    link(files, "c", "through");
    files.open("through", O_CREAT | O_RDWR, 0o666);
  } finally {
    Deno.umask(before);
  }
  assertEquals(files.mode("a"), 0o100666);
  assertEquals(files.mode("b"), 0o100666);
  assertEquals(files.mode("c"), 0o100666);
  assertEquals(files.mode("d"), 0o040777);
}, { scoped: false });

testFiles("openat() makes the file that a dangling link names", (files) => {
  link(files, "target", "link");
  const file = files.open("link", O_CREAT | O_RDWR, 0o600);
  assertEquals(file.write(bytes.encode("x"), 1), 1);
  assertEquals(files.text("target"), "x");
  assertEquals(files.mode("target"), 0o100600);
});

testFiles("openat() empties files with O_TRUNC, however they are opened", (files) => {
  for (const access of [O_RDONLY, O_WRONLY, O_RDWR]) {
    for (const others of [0, O_APPEND, O_CREAT, O_CREAT | O_APPEND]) {
      files.put("f", "some content");
      files.open("f", access | others | O_TRUNC);
      assertEquals(files.text("f"), "", `0${(access | others).toString(8)}`);
    }
  }
  files.put("f", "kept");
  files.open("f", O_PATH | O_TRUNC);
  assertEquals(files.text("f"), "kept");
});

testFiles("openat() with access mode 3 allows neither reading nor writing", (files) => {
  files.put("f", "x");
  const file = files.open("f", O_ACCMODE);
  assertEquals(file.read(new Uint8Array(1), 1), -Errno.EBADF);
  assertEquals(file.write(new Uint8Array(1), 1), -Errno.EBADF);
  assertEquals(file.getStatusFlags() & O_ACCMODE, O_ACCMODE);
});

testFiles("openat() with O_PATH gives a descriptor for the path alone", (files) => {
  files.put("f", "x");
  const file = files.open("f", O_PATH);
  const status = new FileStatus();
  assertEquals(file.fstat(status), 0);
  assertEquals(status.size, 1);
  // Deno opens with O_NOFOLLOW what it has resolved for its checks.
  assertEquals(file.getStatusFlags() & ~O_NOFOLLOW, O_PATH);
  assertEquals(file.setStatusFlags(0), -Errno.EBADF);
  assertEquals(file.read(new Uint8Array(1), 1), -Errno.EBADF);
  assertEquals(file.lseek(0, 0), -Errno.EBADF);
});

testFiles("openat() tells O_APPEND of files that are only read", (files) => {
  files.put("f", "x");
  const file = files.open("f", O_RDONLY | O_APPEND);
  assertEquals(file.getStatusFlags() & (O_ACCMODE | O_APPEND), O_RDONLY | O_APPEND);
  assertEquals(file.write(new Uint8Array(1), 1), -Errno.EBADF);
});

testFiles("fstatat() follows links, or not, or takes the descriptor itself", (files) => {
  populate(files);
  const { system } = files;
  const status = new FileStatus();
  const type = (name: string, flags: number) => {
    const result = system.fstatat(null, files.at(name), status, flags);
    return result < 0 ? named(result) : status.mode >> 12;
  };
  assertEquals(type("link", 0), 0o10);
  assertEquals(status.size, 10);
  assertEquals(type("link", AT_SYMLINK_NOFOLLOW), 0o12);
  assertEquals(type("link/", AT_SYMLINK_NOFOLLOW), "ENOTDIR");
  assertEquals(type("dirlink/", AT_SYMLINK_NOFOLLOW), 0o4);
  assertEquals(type("dangling", 0), "ENOENT");
  assertEquals(type("dangling", AT_SYMLINK_NOFOLLOW), 0o12);
  assertEquals(type("missing", 0), "ENOENT");
  assertEquals(type("plain/x", 0), "ENOTDIR");
  assertEquals(type("plain", 0x4000000), "EINVAL");
  const file = files.open("plain", O_RDONLY);
  assertEquals(system.fstatat(file, "", status, AT_EMPTY_PATH), 0);
  assertEquals(status.size, 10);
  assertEquals(system.fstatat(file, "", status, 0), -Errno.ENOENT);
  assertEquals(system.fstatat(undefined, "", status, AT_EMPTY_PATH), -Errno.EBADF);
  assertEquals(system.fstatat(file, null, status, AT_EMPTY_PATH), -Errno.EFAULT);
  assertEquals(system.fstatat(file, "x", status, 0), -Errno.ENOTDIR);
});

testFiles("fstatat() tells what fstat() tells", (files) => {
  files.put("f", "text");
  const byPath = new FileStatus();
  const byFile = new FileStatus();
  assertEquals(files.system.fstatat(null, files.at("f"), byPath, 0), 0);
  assertEquals(files.open("f", O_RDONLY).fstat(byFile), 0);
  assertEquals(byPath, byFile);
});

testFiles("unlinkat() removes names and never a directory", (files) => {
  populate(files);
  const unlink = (name: string, flags = 0) =>
    named(files.system.unlinkat(null, files.at(name), flags));
  files.makeFolder("empty");
  assertEquals(unlink("empty"), "EISDIR");
  assertEquals(unlink("empty/"), "EISDIR");
  assertEquals(unlink("."), "EISDIR");
  assertEquals(unlink("empty/.."), "EISDIR");
  assertEquals(unlink("dirlink/"), "ENOTDIR");
  assertEquals(unlink("plain/"), "ENOTDIR");
  assertEquals(unlink("missing"), "ENOENT");
  assertEquals(unlink("plain", 0x400), "EINVAL");
  assertEquals(unlink("dirlink"), "0");
  assertEquals(unlink("dangling"), "0");
  assertEquals(unlink("plain"), "0");
  assertEquals(unlink("link", AT_REMOVEDIR), "ENOTDIR");
  assertEquals(unlink("dir", AT_REMOVEDIR), "ENOTEMPTY");
  assertEquals(unlink("empty/.", AT_REMOVEDIR), "EINVAL");
  assertEquals(unlink("empty/..", AT_REMOVEDIR), "ENOTEMPTY");
  assertEquals(unlink("empty/", AT_REMOVEDIR), "0");
  assertEquals(files.system.unlinkat(null, null, 0), -Errno.EFAULT);
});

testFiles("mkdirat() makes a directory with the guest's permissions", (files) => {
  populate(files);
  const mkdir = (name: string, mode = 0o777) =>
    named(files.system.mkdirat(null, files.at(name), mode));
  assertEquals(mkdir("a"), "0");
  assertEquals(files.mode("a"), 0o040755);
  assertEquals(mkdir("b/", 0o1700), "0");
  assertEquals(files.mode("b"), 0o041700);
  for (const taken of ["a", "plain", "dangling", "dir/", "dir/.", "dir/..", "dirlink/"]) {
    assertEquals(mkdir(taken), "EEXIST", taken);
  }
  assertEquals(mkdir("no/such"), "ENOENT");
  assertEquals(mkdir("plain/x"), "ENOTDIR");
});

testFiles("renameat() moves as Linux does", (files) => {
  populate(files);
  const rename = (from: string, to: string) =>
    named(files.system.renameat(null, files.at(from), null, files.at(to)));
  files.makeFolder("d2");
  assertEquals(rename("missing", "x"), "ENOENT");
  assertEquals(rename("plain", "dir"), "EISDIR");
  assertEquals(rename("dir", "plain"), "ENOTDIR");
  assertEquals(rename("d2", "dir"), "ENOTEMPTY");
  assertEquals(rename("dir", "dir/sub"), "EINVAL");
  assertEquals(rename("plain/", "x"), "ENOTDIR");
  assertEquals(rename("plain", "x/"), "ENOTDIR");
  assertEquals(rename("dir/.", "x"), "EBUSY");
  assertEquals(rename("plain", "dir/.."), "EBUSY");
  assertEquals(rename("dirlink/inner", "moved"), "0");
  assertEquals(files.text("moved"), "inside");
  assertEquals(rename("link", "renamed"), "0");
  assertEquals(files.mode("renamed") >> 12, 0o12);
  assertEquals(rename("d2", "dir/"), "0");
  assertEquals(files.system.renameat(null, files.at("no/x"), null, null), -Errno.ENOENT);
  assertEquals(files.system.renameat(null, files.at("x"), null, null), -Errno.EFAULT);
  assertEquals(files.system.renameat(undefined, "x", null, "y"), -Errno.EBADF);
});

testFiles("linkat() links files, and links themselves unless told to follow", (files) => {
  populate(files);
  const make = (from: string, to: string, flags = 0) =>
    named(files.system.linkat(null, files.at(from), null, files.at(to), flags));
  assertEquals(make("plain", "a"), "0");
  assertEquals(make("link", "b"), "0");
  assertEquals(files.mode("b") >> 12, 0o12);
  assertEquals(make("link", "c", AT_SYMLINK_FOLLOW), "0");
  assertEquals(files.mode("c") >> 12, 0o10);
  assertEquals(make("plain", "a"), "EEXIST");
  assertEquals(make("plain", "dangling"), "EEXIST");
  assertEquals(make("plain", "dir/."), "EEXIST");
  assertEquals(make("plain", "x/"), "ENOENT");
  assertEquals(make("dir", "x"), "EPERM");
  assertEquals(make("missing", "x"), "ENOENT");
  assertEquals(make("plain", "x", AT_SYMLINK_NOFOLLOW), "EINVAL");
  assertEquals(files.system.linkat(undefined, "plain", null, files.at("x"), 0), -Errno.EBADF);
});

testFiles("symlinkat() keeps a target's text", (files) => {
  const make = (target: string | null, name: string) =>
    named(files.system.symlinkat(target, null, files.at(name)));
  files.put("taken", "");
  assertEquals(make(null, "x"), "EFAULT");
  assertEquals(make("", "x"), "ENOENT");
  assertEquals(make("t", "taken"), "EEXIST");
  assertEquals(make("t", "x/"), "ENOENT");
  assertEquals(make("t", "no/x"), "ENOENT");
  assertEquals(make("../a/./b/", "x"), files.scoped ? "EACCES" : "0");
  if (!files.scoped) assertEquals(Deno.readLinkSync(files.at("x")), "../a/./b/");
});

testFiles("readlinkat() cuts a target to the buffer", (files) => {
  populate(files);
  const { system } = files;
  const buffer = new Uint8Array(4);
  assertEquals(system.readlinkat(null, files.at("dangling"), buffer, 4), 4);
  assertEquals(new TextDecoder().decode(buffer), "nowh");
  assertEquals(system.readlinkat(null, files.at("link"), null, 100), -Errno.EFAULT);
  assertEquals(system.readlinkat(null, files.at("link"), buffer, 0), -Errno.EINVAL);
  assertEquals(system.readlinkat(null, files.at("plain"), buffer, 4), -Errno.EINVAL);
  assertEquals(system.readlinkat(null, files.at("missing"), buffer, 4), -Errno.ENOENT);
});

testFiles("truncate() sets the length of files only", (files) => {
  populate(files);
  const cut = (name: string, length: number) =>
    named(files.system.truncate(files.at(name), length));
  assertEquals(cut("link", 4), "0");
  assertEquals(files.text("plain"), "0123");
  assertEquals(cut("plain", 6), "0");
  assertEquals(files.text("plain"), "0123\0\0");
  assertEquals(cut("plain", -1), "EINVAL");
  assertEquals(cut("missing", -1), "EINVAL");
  assertEquals(cut("missing", 0), "ENOENT");
  assertEquals(cut("dir", 0), "EISDIR");
  assertEquals(cut("loop1", 0), "ELOOP");
});

testFiles("faccessat() tells what may be done", (files) => {
  populate(files);
  files.put("tool", "", 0o755);
  const access = (name: string, mode: number) =>
    named(files.system.faccessat(null, files.at(name), mode));
  assertEquals(access("plain", F_OK), "0");
  assertEquals(access("link", R_OK | W_OK), "0");
  assertEquals(access("plain", X_OK), "EACCES");
  assertEquals(access("tool", R_OK | W_OK | X_OK), "0");
  assertEquals(access("dir", R_OK | W_OK | X_OK), "0");
  assertEquals(access("dangling", F_OK), "ENOENT");
  assertEquals(access("plain/", F_OK), "ENOTDIR");
  assertEquals(access("plain", 8), "EINVAL");
  assertEquals([...Deno.readDirSync(files.at("dir"))].length, 1);
});

testFiles("getdents() lists a directory that a guest opened by a link", (files) => {
  populate(files);
  const directory = files.open("dirlink/", O_RDONLY | O_DIRECTORY);
  assertEquals(directory.path, files.at("dir"));
  assertNotEquals(directory.getdents(new Uint8Array(1000), 1000), 0);
});
