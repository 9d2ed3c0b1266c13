import { assert, assertEquals } from "@std/assert";
import { Rights } from "../../../lib/guest/wasi_p1/rights.ts";
import { Guest, STACKS, testOnEach, whyMissing } from "../../kernel/guest.ts";
import { DIRECTORY, MEMORY_SIZE, testInFolder, WasiGuest } from "./wasi_guest.ts";

const READ = 2n;
const WRITE = 64n;
const CREAT = 1;

/** Functions that take a descriptor first, with arguments that are otherwise good. */
function descriptorCalls(wasi: WasiGuest): [name: string, ...rest: (number | bigint)[]][] {
  const room = wasi.room(64);
  const list = wasi.iovecs([room, 8]);
  const path = wasi.put("file");
  return [
    ["fd_advise", 0n, 1n, 0],
    ["fd_allocate", 0n, 1n],
    ["fd_close"],
    ["fd_datasync"],
    ["fd_fdstat_get", room],
    ["fd_fdstat_set_flags", 0],
    ["fd_fdstat_set_rights", 0n, 0n],
    ["fd_filestat_get", room],
    ["fd_filestat_set_size", 0n],
    ["fd_filestat_set_times", 0n, 0n, 0],
    ["fd_pread", ...list, 0n, room],
    ["fd_prestat_get", room],
    ["fd_prestat_dir_name", room, 64],
    ["fd_pwrite", ...list, 0n, room],
    ["fd_read", ...list, room],
    ["fd_readdir", room, 64, 0n, room],
    ["fd_renumber", 0],
    ["fd_seek", 0n, 0, room],
    ["fd_sync"],
    ["fd_tell", room],
    ["fd_write", ...list, room],
    ["path_create_directory", ...path],
    ["path_filestat_get", 0, ...path, room],
    ["path_filestat_set_times", 0, ...path, 0n, 0n, 0],
    ["path_link", 0, ...path, DIRECTORY, ...path],
    ["path_open", 0, ...path, 0, 0n, 0n, 0, room],
    ["path_readlink", ...path, room, 64, room],
    ["path_remove_directory", ...path],
    ["path_rename", ...path, DIRECTORY, ...path],
    ["path_unlink_file", ...path],
    ["sock_accept", 0, room],
    ["sock_recv", ...list, 0, room, room],
    ["sock_send", ...list, 0, room],
    ["sock_shutdown", 1],
    ["sock_bind", room, 0],
    ["sock_connect", room, 0],
    ["sock_listen", 1],
    ["sock_getsockopt", 0, 0, room, room],
    ["sock_setsockopt", 0, 0, room, 4],
    ["sock_getlocaladdr", room, room],
    ["sock_getpeeraddr", room, room],
    ["sock_recv_from", ...list, room, 0, room, room, room],
    ["sock_send_to", ...list, room, 0, 0, room],
  ];
}

testInFolder("every function of a descriptor is EBADF for one that is not open", (wasi) => {
  for (const [name, ...rest] of descriptorCalls(wasi)) {
    for (const fd of [4, 99, -1, 2 ** 31]) {
      assertEquals(wasi.call(name, fd, ...rest), "EBADF", `${name}(${fd})`);
    }
  }
  const path = wasi.put("file");
  assertEquals(wasi.call("path_symlink", ...path, 99, ...path), "EBADF");
  assertEquals(wasi.call("path_link", DIRECTORY, 0, ...path, 99, ...path), "EBADF");
  assertEquals(wasi.call("path_rename", DIRECTORY, ...path, 99, ...path), "EBADF");
});

testInFolder("a file's functions are EBADF for a directory", (wasi) => {
  const names = new Set([
    "fd_advise",
    "fd_allocate",
    "fd_datasync",
    "fd_fdstat_set_flags",
    "fd_filestat_set_size",
    "fd_pread",
    "fd_pwrite",
    "fd_read",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
  ]);
  for (const [name, ...rest] of descriptorCalls(wasi)) {
    if (names.delete(name)) assertEquals(wasi.call(name, DIRECTORY, ...rest), "EBADF", name);
  }
  assertEquals([...names], []);
});

testInFolder("a socket's functions are ENOTSOCK, a directory's ENOTDIR for a file", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  for (const [name, ...rest] of descriptorCalls(wasi)) {
    if (name.startsWith("sock_")) assertEquals(wasi.call(name, fd, ...rest), "ENOTSOCK", name);
    if (name.startsWith("path_")) assertEquals(wasi.call(name, fd, ...rest), "ENOTDIR", name);
    if (name === "fd_readdir") assertEquals(wasi.call(name, fd, ...rest), "EBADF");
    if (name.startsWith("fd_prestat")) assertEquals(wasi.call(name, fd, ...rest), "EBADF");
  }
});

testInFolder("fd_close() frees the number, which is given out again, the lowest first", (wasi) => {
  const fds = ["a", "b", "c"].map((path) => wasi.open(path, { oflags: CREAT }));
  assertEquals(fds, [4, 5, 6]);
  wasi.ok("fd_close", 5);
  wasi.ok("fd_close", 4);
  assertEquals(wasi.call("fd_close", 4), "EBADF");
  assertEquals(wasi.open("a"), 4);
  assertEquals(wasi.open("b"), 5);
  assertEquals(wasi.open("a"), 7);
});

testOnEach("fd_close() of standard output leaves the system's open", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  wasi.ok("fd_close", 1);
  const [list, result] = [wasi.iovecs(wasi.put("")), wasi.room(4)];
  assertEquals(wasi.call("fd_write", 1, ...list, result), "EBADF");
  assert(guest.kernel.kind(1) > 0);
});

testInFolder("fd_advise() takes each advice for a range, and nothing else", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  for (const advice of [0, 1, 2, 3, 4, 5]) wasi.ok("fd_advise", fd, 0n, 0n, advice);
  wasi.ok("fd_advise", fd, 2n ** 62n, 2n ** 62n - 1n, 0);
  for (const advice of [6, -1]) assertEquals(wasi.call("fd_advise", fd, 0n, 1n, advice), "EINVAL");
  assertEquals(wasi.call("fd_advise", fd, 2n ** 63n, 1n, 0), "EINVAL");
  assertEquals(wasi.call("fd_advise", fd, 0n, 2n ** 63n, 0), "EINVAL");
  assertEquals(wasi.call("fd_advise", fd, 2n ** 62n, 2n ** 62n, 0), "EINVAL");
});

testInFolder("fd_allocate() makes a file long enough, and never shorter", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  for (
    const [offset, length, size] of [[0n, 100n, 100n], [10n, 10n, 100n], [90n, 20n, 110n]] as const
  ) {
    wasi.ok("fd_allocate", fd, offset, length);
    assertEquals(wasi.filestat(fd).size, size);
  }
  assertEquals(wasi.call("fd_allocate", fd, 0n, 0n), "EINVAL");
  assertEquals(wasi.call("fd_allocate", fd, -1n, 2n), "EINVAL");
  assertEquals(wasi.call("fd_allocate", fd, 2n ** 62n, 2n ** 62n), "EFBIG");
  const reader = wasi.open("file", { rights: READ });
  assertEquals(wasi.call("fd_allocate", reader, 0n, 1n), "EBADF");
  assertEquals(wasi.filestat(fd).size, 110n);
});

testInFolder("fd_sync() and fd_datasync() succeed for a file", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: WRITE });
  wasi.write(fd, "text");
  wasi.ok("fd_sync", fd);
  wasi.ok("fd_datasync", fd);
});

testInFolder("fd_fdstat_get() tells type, flags and rights", (wasi) => {
  const directory = wasi.fdstat(DIRECTORY);
  assertEquals([directory.type, directory.flags], [3, 0]);
  assertEquals(directory.base & Rights.FD_SEEK, 0);
  assertEquals(directory.base & Rights.PATH_OPEN, Rights.PATH_OPEN);
  assertEquals(directory.inheriting & Rights.FD_READ, Rights.FD_READ);
  const file = wasi.open("file", { oflags: CREAT, rights: READ | WRITE, fdflags: 1 });
  assertEquals(wasi.fdstat(file), { type: 4, flags: 1, base: 66, inheriting: 0 });
  // Rights of a directory do not apply to a file.
  const reader = wasi.open("file", { rights: READ | BigInt(Rights.PATH_OPEN) });
  assertEquals(wasi.fdstat(reader).base, 2);
  assertEquals(wasi.call("fd_fdstat_get", file, MEMORY_SIZE - 23), "EFAULT");
});

for (const stack of STACKS) {
  Deno.test({
    name: `[${stack}] fd_fdstat_get() tells what standard descriptors are open for`,
    ignore: whyMissing(stack) !== null,
    fn: () => {
      const stdio = { stdin: () => 0, stdout: () => 0, stderr: () => 0 };
      using guest = new Guest(stack, { stdio });
      const wasi = new WasiGuest(guest.kernel);
      const access = Rights.FD_READ | Rights.FD_WRITE;
      const bases = [0, 1, 2].map((fd) => wasi.fdstat(fd).base & access);
      assertEquals(bases, [Rights.FD_READ, Rights.FD_WRITE, Rights.FD_WRITE]);
      // isatty(3) of wasi-libc: a character device without an offset.
      assertEquals(wasi.fdstat(1).type, 2);
      assertEquals(wasi.fdstat(1).base & (Rights.FD_SEEK | Rights.FD_TELL), 0);
    },
  });
}

testInFolder("fd_fdstat_set_flags() sets APPEND and NONBLOCK of a file", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  for (const flags of [1, 4, 5, 0]) {
    wasi.ok("fd_fdstat_set_flags", fd, flags);
    assertEquals(wasi.fdstat(fd).flags, flags);
  }
  wasi.write(fd, "abc");
  wasi.ok("fd_fdstat_set_flags", fd, 1);
  wasi.ok("fd_seek", fd, 0n, 0, wasi.room(8));
  wasi.write(fd, "d");
  wasi.ok("fd_seek", fd, 0n, 0, wasi.room(8));
  assertEquals(wasi.read(fd), "abcd");
});

testInFolder("fd_fdstat_set_flags() is EINVAL for what only path_open sets", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  for (const flags of [2, 8, 16, 32, -1]) {
    assertEquals(wasi.call("fd_fdstat_set_flags", fd, flags), "EINVAL", `${flags}`);
  }
  assertEquals(wasi.fdstat(fd).flags, 0);
  // A guest that changes one flag passes the others back.
  const sync = wasi.open("file", { rights: WRITE, fdflags: 16 });
  wasi.ok("fd_fdstat_set_flags", sync, 16 | 4);
  assertEquals(wasi.fdstat(sync).flags, 20);
});

testInFolder("fd_fdstat_set_rights() gives rights up, for good", (wasi) => {
  const rights = READ | WRITE | BigInt(Rights.FD_SEEK | Rights.FD_TELL);
  const fd = wasi.open("file", { oflags: CREAT, rights });
  const result = wasi.room(8);
  wasi.ok("fd_seek", fd, 0n, 0, result);
  wasi.ok("fd_fdstat_set_rights", fd, READ | WRITE, 0n);
  assertEquals(wasi.fdstat(fd).base, 66);
  assertEquals(wasi.call("fd_seek", fd, 0n, 0, result), "ENOTCAPABLE");
  assertEquals(wasi.call("fd_tell", fd, result), "ENOTCAPABLE");
  assertEquals(wasi.call("fd_sync", fd), "ENOTCAPABLE");
  const list = wasi.iovecs(wasi.put("x"));
  assertEquals(wasi.call("fd_pwrite", fd, ...list, 0n, result), "ENOTCAPABLE");
  assertEquals(wasi.call("fd_fdstat_set_rights", fd, rights, 0n), "ENOTCAPABLE");
  assertEquals(wasi.call("fd_fdstat_set_rights", fd, 2n ** 63n, 0n), "ENOTCAPABLE");
  assertEquals(wasi.call("fd_fdstat_set_rights", fd, 0n, 1n), "ENOTCAPABLE");
  wasi.ok("fd_fdstat_set_rights", fd, READ, 0n);
  assertEquals(wasi.call("fd_write", fd, ...list, result), "EBADF");
});

testInFolder(
  "fd_fdstat_set_rights() holds for what is opened below the directory",
  (wasi, guest) => {
    Deno.mkdirSync(`${guest.folder}/sub`);
    Deno.writeTextFileSync(`${guest.folder}/sub/file`, "text");
    const { base, inheriting } = wasi.fdstat(DIRECTORY);
    const kept = BigInt(inheriting & ~(Rights.FD_WRITE | Rights.PATH_CREATE_FILE));
    wasi.ok("fd_fdstat_set_rights", DIRECTORY, BigInt(base), kept);
    const result = wasi.room(4);
    const file = wasi.put("sub/file");
    const open = (rights: bigint, oflags = 0, fd = DIRECTORY): string =>
      wasi.call("path_open", fd, 0, ...file, oflags, rights, 0n, 0, result);
    assertEquals(open(READ), "ESUCCESS");
    assertEquals(open(READ | WRITE), "ENOTCAPABLE");
    const sub = wasi.open("sub", { oflags: 2, rights: 0n });
    const inside = wasi.put("new");
    const create = (rights: bigint): string =>
      wasi.call("path_open", sub, 0, ...inside, CREAT, rights, 0n, 0, result);
    assertEquals(create(READ), "ENOTCAPABLE");
    wasi.ok("fd_fdstat_set_rights", DIRECTORY, BigInt(base & ~Rights.PATH_FILESTAT_SET_SIZE), 0n);
    assertEquals(open(0n, 8), "ENOTCAPABLE");
    assertEquals(Deno.readTextFileSync(`${guest.folder}/sub/file`), "text");
  },
);

testInFolder("fd_filestat_get() tells what fstat(2) tells", (wasi, guest) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: WRITE });
  wasi.write(fd, "12345");
  Deno.linkSync(`${guest.folder}/file`, `${guest.folder}/other`);
  const info = Deno.statSync(`${guest.folder}/file`);
  const { dev, ino, type, nlink, size, mtime } = wasi.filestat(fd);
  assertEquals([dev, ino], [BigInt(info.dev), BigInt(info.ino ?? 0)]);
  assertEquals([type, nlink, size], [4, 2n, 5n]);
  assertEquals(Number(mtime / 1_000_000n), info.mtime?.getTime() ?? NaN);
  assertEquals(wasi.filestat(DIRECTORY).type, 3);
  assertEquals(wasi.call("fd_filestat_get", fd, MEMORY_SIZE - 63), "EFAULT");
});

testInFolder("fd_filestat_set_size() cuts and extends a file open for writing", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  wasi.write(fd, "12345");
  wasi.ok("fd_filestat_set_size", fd, 2n);
  assertEquals(wasi.filestat(fd).size, 2n);
  wasi.ok("fd_filestat_set_size", fd, 5n * 2n ** 30n);
  assertEquals(wasi.filestat(fd).size, 5n * 2n ** 30n);
  for (const size of [2n ** 63n, 2n ** 64n - 1n, 2n ** 60n]) {
    assertEquals(wasi.call("fd_filestat_set_size", fd, size), "EINVAL");
  }
  assertEquals(wasi.call("fd_filestat_set_size", wasi.open("file"), 0n), "EINVAL");
});

testInFolder("fd_filestat_set_times() sets, leaves, and takes the clock's time", (wasi) => {
  const fd = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  const [atime, mtime] = [1_000_000_000_123_000_000n, 2_000_000_000_456_000_000n];
  wasi.ok("fd_filestat_set_times", fd, atime, mtime, 1 | 4);
  assertEquals([wasi.filestat(fd).atime, wasi.filestat(fd).mtime], [atime, mtime]);
  wasi.ok("fd_filestat_set_times", fd, 0n, 0n, 4);
  assertEquals([wasi.filestat(fd).atime, wasi.filestat(fd).mtime], [atime, 0n]);
  wasi.ok("fd_filestat_set_times", fd, 5n, 5n, 0);
  assertEquals([wasi.filestat(fd).atime, wasi.filestat(fd).mtime], [atime, 0n]);
  wasi.ok("fd_filestat_set_times", fd, 0n, 0n, 8);
  assert(wasi.filestat(fd).mtime > atime);
  assertEquals(wasi.filestat(fd).atime, atime);
  for (const flags of [3, 12, 16, -1]) {
    assertEquals(wasi.call("fd_filestat_set_times", fd, 0n, 0n, flags), "EINVAL");
  }
  wasi.ok("fd_filestat_set_times", DIRECTORY, atime, mtime, 5);
  assertEquals(wasi.filestat(DIRECTORY).mtime, mtime);
});

testInFolder("fd_prestat_get() and fd_prestat_dir_name() tell the guest's path", (wasi) => {
  const at = wasi.room(8);
  wasi.memory.bytes(at, 8)?.fill(0xa5);
  wasi.ok("fd_prestat_get", DIRECTORY, at);
  assertEquals([wasi.memory.load32(at), wasi.memory.load32(at + 4)], [0, 1]);
  const name = wasi.room(8);
  wasi.ok("fd_prestat_dir_name", DIRECTORY, name, 1);
  assertEquals(wasi.text(name, 2), "/\0");
  assertEquals(wasi.call("fd_prestat_dir_name", DIRECTORY, name, 0), "ENAMETOOLONG");
  assertEquals(wasi.call("fd_prestat_dir_name", DIRECTORY, MEMORY_SIZE, 1), "EFAULT");
  assertEquals(wasi.call("fd_prestat_get", DIRECTORY, MEMORY_SIZE - 7), "EFAULT");
  assertEquals(wasi.call("fd_prestat_get", 0, at), "EBADF");
});

testInFolder("fd_renumber() moves a descriptor over another one that is open", (wasi) => {
  const [one, other] = ["one", "other"].map((path) => {
    const fd = wasi.open(path, { oflags: CREAT, rights: READ | WRITE });
    wasi.write(fd, path);
    return fd;
  }) as [number, number];
  const { ino } = wasi.filestat(one);
  wasi.ok("fd_renumber", one, other);
  assertEquals(wasi.filestat(other).ino, ino);
  assertEquals(wasi.call("fd_fdstat_get", one, wasi.room(24)), "EBADF");
  assertEquals(wasi.open("one"), one);
  wasi.ok("fd_renumber", other, other);
  assertEquals(wasi.call("fd_renumber", other, 99), "EBADF");
  assertEquals(wasi.call("fd_renumber", 99, other), "EBADF");
  wasi.ok("fd_renumber", other, DIRECTORY);
  assertEquals(wasi.call("fd_prestat_get", DIRECTORY, wasi.room(8)), "EBADF");
});
