/** Calls that take paths, over a guest's memory: what native Linux says. */
import { assertEquals } from "@std/assert";
import { decodeDirents64 } from "../../../lib/linux/dirent.ts";
import { decodeStatAarch64, FileStatus, STAT_SIZE_AARCH64 } from "../../../lib/linux/stat.ts";
import { checkRows, testAbi, testAbiOnEach } from "./abi_guest.ts";

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const UTIME_OMIT = 0x3ffffffe;

// aarch64's numbers
const O_CREAT = 0o100;
const O_DIRECTORY = 0o40000;
const O_NOFOLLOW = 0o100000;
const O_LARGEFILE = 0o400000;

testAbiOnEach("openat() takes aarch64's flags, and paths that end in memory", (g) => {
  const { bad } = g;
  const { folder } = g.host;
  g.file("0123");
  Deno.symlinkSync("f", `${folder}/l`);
  const path = (name: string) => g.put(`${folder}/${name}`);
  const directory = g.ok(g.call("openat", AT_FDCWD, g.put(folder), O_DIRECTORY));
  const unterminated = g.put(new Uint8Array([97, 98, 99]), g.edge(3));
  const invalid = g.put(new Uint8Array([0xff, 0]));
  const open = (address: number, flags: number, at = AT_FDCWD) => {
    const fd = g.call("openat", at, address, flags, 0o600);
    if (fd >= 0) g.host.kernel.close(fd);
    return Math.min(fd, 0);
  };
  checkRows([
    ["bad", "-EFAULT", () => open(bad, 0)],
    ["null", "-EFAULT", () => open(0, 0)],
    ["no NUL before the end", "-EFAULT", () => open(unterminated, 0)],
    ["no NUL in 4096 bytes", "-ENAMETOOLONG", () => open(g.put("x".repeat(4096)), 0)],
    ["a long name", "-ENAMETOOLONG", () => open(path("x".repeat(256)), 0)],
    ["empty", "-ENOENT", () => open(g.put(""), 0)],
    ["empty, closed", "-ENOENT", () => open(g.put(""), 0, 999)],
    ["bad, closed", "-EFAULT", () => open(bad, 0, 999)],
    ["relative, closed", "-EBADF", () => open(g.put("f"), 0, 999)],
    ["absolute, closed", 0, () => open(path("f"), 0, 999)],
    ["bad, O_CREAT | O_DIRECTORY", "-EINVAL", () => open(bad, O_CREAT | O_DIRECTORY)],
    ["relative to a directory", 0, () => open(g.put("f"), 0, directory)],
    ["not UTF-8", "-EILSEQ", () => open(invalid, 0)],
    ["O_LARGEFILE on a link", 0, () => open(path("l"), O_LARGEFILE)],
    ["O_NOFOLLOW on a link", "-ELOOP", () => open(path("l"), O_NOFOLLOW)],
    ["O_DIRECTORY on a file", "-ENOTDIR", () => open(path("f"), O_DIRECTORY)],
    ["O_DIRECTORY on a folder", 0, () => open(g.put(folder), O_DIRECTORY)],
    ["missing", "-ENOENT", () => open(path("nothing"), 0)],
    ["made", 0, () => open(path("made"), O_CREAT | 1)],
  ]);
  assertEquals((Deno.statSync(`${folder}/made`).mode ?? 0) & 0o777, 0o600);
});

testAbi("libc", "fcntl() speaks aarch64's flags in both directions", (g) => {
  g.file("");
  const directory = g.ok(g.call("openat", AT_FDCWD, g.put(g.host.folder), O_DIRECTORY));
  const file = g.open("f", 2);
  const F_GETFL = 3;
  const F_SETFL = 4;
  checkRows([
    ["directory", O_DIRECTORY | O_LARGEFILE, () => g.call("fcntl", directory, F_GETFL)],
    ["file", 2 | O_LARGEFILE, () => g.call("fcntl", file, F_GETFL)],
    ["set O_APPEND", 0, () => g.call("fcntl", file, F_SETFL, 0o2000)],
    ["file", 0o2002 | O_LARGEFILE, () => g.call("fcntl", file, F_GETFL)],
  ]);
});

testAbiOnEach(
  "stat calls write 128 bytes, and look at flags, path and buffer in this order",
  (g) => {
    const { bad, buffer } = g;
    const file = g.file("01234");
    const path = g.put(`${g.host.folder}/f`);
    const nothing = g.put(`${g.host.folder}/nothing`);
    const stat = (at: number, address: number, buffer: number, flags = 0) =>
      g.call("newfstatat", at, address, buffer, flags);
    g.memory.bytes(buffer, 300)?.fill(0xa5);
    checkRows([
      ["fstat bad", "-EFAULT", () => g.call("fstat", file, bad)],
      ["fstat closed, bad", "-EBADF", () => g.call("fstat", 999, bad)],
      ["fstat at the edge", "-EFAULT", () => g.call("fstat", file, g.edge(127))],
      ["fstat", 0, () => g.call("fstat", file, g.edge(128))],
      ["bad path", "-EFAULT", () => stat(AT_FDCWD, bad, buffer)],
      ["bad path, unknown flag", "-EINVAL", () => stat(AT_FDCWD, bad, buffer, 4)],
      ["bad path, closed", "-EFAULT", () => stat(999, bad, buffer)],
      ["bad buffer", "-EFAULT", () => stat(AT_FDCWD, path, bad)],
      ["missing, bad buffer", "-ENOENT", () => stat(AT_FDCWD, nothing, bad)],
      ["null path", "-EFAULT", () => stat(file, 0, buffer)],
      ["null path, AT_EMPTY_PATH", 0, () => stat(file, 0, g.edge(128), AT_EMPTY_PATH)],
      ["empty path, AT_EMPTY_PATH", 0, () => stat(file, g.put(""), g.edge(128), AT_EMPTY_PATH)],
      ["null path, closed", "-EBADF", () => stat(999, 0, buffer, AT_EMPTY_PATH)],
      ["path", 0, () => stat(AT_FDCWD, path, buffer)],
      ["the byte behind", 0xa5, () => g.memory.load8(buffer + STAT_SIZE_AARCH64)],
    ]);
    const status = new FileStatus();
    decodeStatAarch64(g.memory.bytes(buffer, STAT_SIZE_AARCH64) ?? new Uint8Array(), status);
    const { ino, mode, mtime } = Deno.statSync(`${g.host.folder}/f`);
    assertEquals([status.size, status.mode, status.ino], [5, mode ?? 0, BigInt(ino ?? 0)]);
    assertEquals(status.mtimeSeconds, Math.floor((mtime?.getTime() ?? 0) / 1000));
  },
);

testAbiOnEach("statx() writes 256 bytes, and looks at mask and flags first", (g) => {
  const { bad, buffer } = g;
  const file = g.file("01234");
  const path = g.put(`${g.host.folder}/f`);
  const statx = (at: number, address: number, flags: number, mask: number, buffer: number) =>
    g.call("statx", at, address, flags, mask, buffer);
  checkRows([
    ["bad buffer", "-EFAULT", () => statx(AT_FDCWD, path, 0, 0x7ff, bad)],
    ["reserved mask, bad path", "-EINVAL", () => statx(AT_FDCWD, bad, 0, 0x80000000, bad)],
    ["both ways to synchronise", "-EINVAL", () => statx(AT_FDCWD, path, 0x6000, 0x7ff, buffer)],
    ["bad path, unknown flag", "-EINVAL", () => statx(AT_FDCWD, bad, 4, 0x7ff, bad)],
    ["bad path", "-EFAULT", () => statx(AT_FDCWD, bad, 0, 0x7ff, buffer)],
    ["AT_STATX_FORCE_SYNC", 0, () => statx(AT_FDCWD, path, 0x2000, 0x7ff, g.edge(256))],
    ["null path, AT_EMPTY_PATH", 0, () => statx(file, 0, AT_EMPTY_PATH, 0x7ff, buffer)],
    ["null path, closed", "-EBADF", () => statx(999, 0, AT_EMPTY_PATH, 0x7ff, buffer)],
    ["stx_mask", 0x7ff, () => g.int(buffer)],
    ["stx_nlink", 1, () => g.int(buffer + 16)],
    ["stx_mode", 0o100644, () => g.memory.load16(buffer + 28)],
    ["stx_size", 5, () => g.long(buffer + 40)],
  ]);
});

testAbiOnEach("calls on names check flags and numbers, then paths, then descriptors", (g) => {
  const { bad } = g;
  const x = g.put("x");
  checkRows([
    ["mkdirat bad, closed", "-EFAULT", () => g.call("mkdirat", 999, bad, 0o755)],
    ["mkdirat closed", "-EBADF", () => g.call("mkdirat", 999, x, 0o755)],
    ["unlinkat bad", "-EFAULT", () => g.call("unlinkat", AT_FDCWD, bad, 0)],
    ["unlinkat bad, unknown flag", "-EINVAL", () => g.call("unlinkat", AT_FDCWD, bad, 1)],
    ["renameat bad", "-EFAULT", () => g.call("renameat", AT_FDCWD, bad, AT_FDCWD, bad)],
    ["renameat bad second, closed", "-EBADF", () => g.call("renameat", 999, x, 999, bad)],
    ["renameat2 bad, unknown flag", "-EINVAL", () => g.call("renameat2", 999, bad, 999, bad, 9)],
    ["renameat2 bad", "-EFAULT", () => g.call("renameat2", AT_FDCWD, bad, AT_FDCWD, bad, 0)],
    ["linkat bad, unknown flag", "-EINVAL", () => g.call("linkat", AT_FDCWD, bad, -100, bad, 1)],
    ["linkat bad", "-EFAULT", () => g.call("linkat", AT_FDCWD, bad, AT_FDCWD, x, 0)],
    ["symlinkat bad target", "-EFAULT", () => g.call("symlinkat", bad, 999, x)],
    ["symlinkat bad", "-EFAULT", () => g.call("symlinkat", x, 999, bad)],
    ["symlinkat closed", "-EBADF", () => g.call("symlinkat", x, 999, x)],
    ["faccessat bad", "-EFAULT", () => g.call("faccessat", AT_FDCWD, bad, 4)],
    ["faccessat bad, mode 9", "-EINVAL", () => g.call("faccessat", AT_FDCWD, bad, 9)],
    ["truncate bad", "-EFAULT", () => g.call("truncate", bad, 0)],
    ["truncate bad, −1", "-EINVAL", () => g.call("truncate", bad, -1)],
    ["ftruncate closed, −1", "-EINVAL", () => g.call("ftruncate", 999, -1)],
    ["ftruncate closed", "-EBADF", () => g.call("ftruncate", 999, 0)],
    ["chdir bad", "-EFAULT", () => g.call("chdir", bad)],
    ["fchdir closed", "-EBADF", () => g.call("fchdir", 999)],
  ]);
});

testAbiOnEach("calls on names do what they say", (g) => {
  const { folder } = g.host;
  const path = (name: string) => g.put(`${folder}/${name}`);
  g.file("0123456789");
  checkRows([
    ["mkdirat", 0, () => g.call("mkdirat", AT_FDCWD, path("d"), 0o755)],
    ["chdir", 0, () => g.call("chdir", path("d"))],
    ["symlinkat", 0, () => g.call("symlinkat", g.put("../f"), AT_FDCWD, g.put("l"))],
    ["linkat", 0, () => g.call("linkat", AT_FDCWD, path("f"), AT_FDCWD, g.put("h"), 0)],
    ["truncate", 0, () => g.call("truncate", g.put("l"), 3)],
    ["renameat", 0, () => g.call("renameat", AT_FDCWD, g.put("h"), AT_FDCWD, g.put("r"))],
    ["renameat2", 0, () => g.call("renameat2", AT_FDCWD, g.put("r"), AT_FDCWD, g.put("s"), 0)],
    ["faccessat", 0, () => g.call("faccessat", AT_FDCWD, g.put("s"), 4)],
    ["faccessat", "-ENOENT", () => g.call("faccessat", AT_FDCWD, g.put("r"), 0)],
    ["umask", 0o22, () => g.call("umask", 0o7077)],
    ["umask", 0o77, () => g.call("umask", 0o22)],
  ]);
  assertEquals(Deno.readTextFileSync(`${folder}/d/s`), "012");
  checkRows([
    ["unlinkat", 0, () => g.call("unlinkat", AT_FDCWD, g.put("s"), 0)],
    ["unlinkat", 0, () => g.call("unlinkat", AT_FDCWD, g.put("l"), 0)],
    ["unlinkat a folder", "-EISDIR", () => g.call("unlinkat", AT_FDCWD, path("d"), 0)],
    ["fchdir", 0, () => g.call("fchdir", g.open(".", O_DIRECTORY))],
    ["unlinkat AT_REMOVEDIR", 0, () => g.call("unlinkat", AT_FDCWD, g.put("d"), 0x200)],
  ]);
});

testAbiOnEach("readlinkat() and getcwd() write what fits before the memory ends", (g) => {
  const { bad, buffer } = g;
  const { folder } = g.host;
  g.file("");
  Deno.symlinkSync("abc", `${folder}/l`);
  g.ok(g.call("chdir", g.put(folder)));
  const read = (buffer: number, length: number, name = "l") =>
    g.call("readlinkat", AT_FDCWD, g.put(name), buffer, length);
  const length = new TextEncoder().encode(folder).length + 1;
  checkRows([
    ["link", 3, () => read(buffer, 10)],
    ["its text", "abc", () => g.text(buffer, 3)],
    ["link at the edge", 3, () => read(g.edge(3), 10)],
    ["link beyond the edge", "-EFAULT", () => read(g.edge(2), 10)],
    ["cut link at the edge", 2, () => read(g.edge(2), 2)],
    ["bad", "-EFAULT", () => read(bad, 10)],
    ["bad, 0", "-EINVAL", () => read(bad, 0)],
    ["−1", "-EINVAL", () => read(buffer, -1)],
    ["bad path, 0", "-EINVAL", () => g.call("readlinkat", AT_FDCWD, bad, bad, 0)],
    ["bad path", "-EFAULT", () => g.call("readlinkat", AT_FDCWD, bad, buffer, 10)],
    ["no link, bad", "-EINVAL", () => read(bad, 10, "f")],
    ["getcwd", length, () => g.call("getcwd", buffer, 256)],
    ["its text", `${folder}\0`, () => g.text(buffer, length)],
    ["getcwd, exact", length, () => g.call("getcwd", buffer, length)],
    ["getcwd, small", "-ERANGE", () => g.call("getcwd", buffer, length - 1)],
    ["getcwd at the edge", length, () => g.call("getcwd", g.edge(length), 256)],
    ["getcwd beyond the edge", "-EFAULT", () => g.call("getcwd", g.edge(length - 1), 256)],
    ["getcwd bad, 0", "-ERANGE", () => g.call("getcwd", bad, 0)],
    ["getcwd bad", "-EFAULT", () => g.call("getcwd", bad, 256)],
    ["getcwd −1", length, () => g.call("getcwd", buffer, -1)],
  ]);
});

testAbiOnEach("getdents64() writes the entries that fit before the memory ends", (g) => {
  const { bad, buffer } = g;
  Deno.mkdirSync(`${g.host.folder}/d`);
  Deno.writeTextFileSync(`${g.host.folder}/d/a`, "");
  const file = g.file("");
  const directory = g.open("d", O_DIRECTORY);
  const read = (address: number, length: number) => {
    g.ok(g.call("lseek", directory, 0, 0));
    return g.call("getdents64", directory, address, length);
  };
  const rest = () => g.call("getdents64", directory, buffer, 200);
  checkRows([
    ["all", 72, () => read(buffer, 200)],
    ["at the edge", 72, () => read(g.edge(72), 200)],
    ["none left", 0, rest],
    ["two at the edge", 48, () => read(g.edge(64), 200)],
    ["the third", 24, rest],
    ["one at the edge", 24, () => read(g.edge(24), 200)],
    ["two left", 48, rest],
    ["none at the edge", "-EFAULT", () => read(g.edge(16), 200)],
    ["all left", 72, rest],
    ["bad", "-EFAULT", () => read(bad, 200)],
    ["too small", "-EINVAL", () => read(buffer, 10)],
    ["bad, too small", "-EINVAL", () => read(bad, 10)],
    ["file, bad", "-ENOTDIR", () => g.call("getdents64", file, bad, 100)],
    ["closed, bad", "-EBADF", () => g.call("getdents64", 999, bad, 100)],
  ]);
  read(buffer, 200);
  const entries = [...decodeDirents64(g.memory.bytes(buffer, 72) ?? new Uint8Array())];
  const names = entries.map(({ name }) => new TextDecoder().decode(name)).sort();
  assertEquals(names, [".", "..", "a"]);
});

testAbiOnEach("utimensat() reads the times first, and takes a descriptor without a path", (g) => {
  const { bad } = g;
  const file = g.file("");
  const path = g.put(`${g.host.folder}/f`);
  const omit = g.longs(0, UTIME_OMIT, 0, UTIME_OMIT);
  const set = (at: number, address: number, times: number, flags = 0) =>
    g.call("utimensat", at, address, times, flags);
  checkRows([
    ["bad times, bad path", "-EFAULT", () => set(AT_FDCWD, bad, bad)],
    ["times at the edge", "-EFAULT", () => set(AT_FDCWD, path, g.edge(24))],
    ["bad path", "-EFAULT", () => set(AT_FDCWD, bad, g.longs(0, -5, 0, 0))],
    ["negative nanoseconds", "-EINVAL", () => set(AT_FDCWD, path, g.longs(0, -5, 0, 0))],
    ["nothing to do, bad path", 0, () => set(AT_FDCWD, bad, omit)],
    ["nothing to do, closed", 0, () => set(999, 0, omit)],
    ["no path, unknown flag", "-EINVAL", () => set(file, 0, 0, AT_SYMLINK_NOFOLLOW)],
    ["no path, closed, flag", "-EINVAL", () => set(999, 0, 0, AT_SYMLINK_NOFOLLOW)],
    ["no path, AT_FDCWD", "-EFAULT", () => set(AT_FDCWD, 0, 0)],
    ["no path, closed", "-EBADF", () => set(999, 0, 0)],
    ["no path", 0, () => set(file, 0, g.longs(1000, 0, 2000, 0))],
  ]);
  assertEquals(Deno.statSync(`${g.host.folder}/f`).mtime?.getTime(), 2_000_000);
});
