import { assertEquals, assertFalse } from "@std/assert";
import * as fcntl from "../../lib/linux/fcntl.ts";
import { Random } from "./random.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("fcntl.ts has the numbers of fcntl.h", () => {
  assertEquals(numbersOf(fcntl), {
    O_ACCMODE: 3,
    O_RDONLY: 0,
    O_WRONLY: 1,
    O_RDWR: 2,
    O_CREAT: 64,
    O_EXCL: 128,
    O_NOCTTY: 256,
    O_TRUNC: 512,
    O_APPEND: 1024,
    O_NONBLOCK: 2048,
    O_NDELAY: 2048,
    O_DSYNC: 4096,
    O_ASYNC: 8192,
    O_DIRECT: 16384,
    O_LARGEFILE: 32768,
    O_DIRECTORY: 65536,
    O_NOFOLLOW: 131072,
    O_NOATIME: 262144,
    O_CLOEXEC: 524288,
    O_SYNC: 1052672,
    O_PATH: 2097152,
    O_TMPFILE: 4259840,
    CLOSE_RANGE_UNSHARE: 2,
    CLOSE_RANGE_CLOEXEC: 4,
    F_DUPFD: 0,
    F_GETFD: 1,
    F_SETFD: 2,
    F_GETFL: 3,
    F_SETFL: 4,
    F_GETLK: 5,
    F_SETLK: 6,
    F_SETLKW: 7,
    F_SETOWN: 8,
    F_GETOWN: 9,
    F_SETSIG: 10,
    F_GETSIG: 11,
    F_SETOWN_EX: 15,
    F_GETOWN_EX: 16,
    F_GETOWNER_UIDS: 17,
    F_OFD_GETLK: 36,
    F_OFD_SETLK: 37,
    F_OFD_SETLKW: 38,
    F_SETLEASE: 1024,
    F_GETLEASE: 1025,
    F_NOTIFY: 1026,
    F_DUPFD_CLOEXEC: 1030,
    F_SETPIPE_SZ: 1031,
    F_GETPIPE_SZ: 1032,
    F_ADD_SEALS: 1033,
    F_GET_SEALS: 1034,
    FD_CLOEXEC: 1,
    F_RDLCK: 0,
    F_WRLCK: 1,
    F_UNLCK: 2,
    LOCK_SH: 1,
    LOCK_EX: 2,
    LOCK_NB: 4,
    LOCK_UN: 8,
    AT_FDCWD: -100,
    AT_SYMLINK_NOFOLLOW: 256,
    AT_EACCESS: 512,
    AT_REMOVEDIR: 512,
    AT_SYMLINK_FOLLOW: 1024,
    AT_NO_AUTOMOUNT: 2048,
    AT_EMPTY_PATH: 4096,
    AT_STATX_SYNC_TYPE: 24576,
    AT_STATX_SYNC_AS_STAT: 0,
    AT_STATX_FORCE_SYNC: 8192,
    AT_STATX_DONT_SYNC: 16384,
    AT_RECURSIVE: 32768,
    SEEK_SET: 0,
    SEEK_CUR: 1,
    SEEK_END: 2,
    SEEK_DATA: 3,
    SEEK_HOLE: 4,
    F_OK: 0,
    X_OK: 1,
    W_OK: 2,
    R_OK: 4,
    RENAME_NOREPLACE: 1,
    RENAME_EXCHANGE: 2,
    RENAME_WHITEOUT: 4,
    FLOCK_SIZE: 32,
  });
});

// { type: F_WRLCK, whence: SEEK_END, start: -2, length: 2 ** 40 + 1, pid: 258 }
// deno-fmt-ignore
const LOCK = new Uint8Array([
  1, 0, 2, 0, 0, 0, 0, 0,
  0xfe, 255, 255, 255, 255, 255, 255, 255,
  1, 0, 0, 0, 0, 1, 0, 0,
  2, 1, 0, 0, 0, 0, 0, 0,
]);
const LOCK_VALUE: fcntl.Flock = { type: 1, whence: 2, start: -2, length: 2 ** 40 + 1, pid: 258 };

Deno.test("decodeFlock() reads the fields", () => {
  assertEquals(fcntl.decodeFlock(LOCK), LOCK_VALUE);
});

Deno.test("encodeFlock() writes every byte, padding too, and none beyond", () => {
  const bytes = new Uint8Array(40).fill(0xa5);
  assertEquals(fcntl.encodeFlock(LOCK_VALUE, bytes), true);
  assertEquals(bytes.subarray(0, 32), LOCK);
  assertEquals(bytes.subarray(32), new Uint8Array(8).fill(0xa5));
});

Deno.test("decodeFlock() and encodeFlock() refuse fewer than 32 bytes", () => {
  const bytes = new Uint8Array(31).fill(0xa5);
  assertEquals(fcntl.decodeFlock(bytes), null);
  assertFalse(fcntl.encodeFlock(LOCK_VALUE, bytes));
  assertEquals(bytes, new Uint8Array(31).fill(0xa5));
});

Deno.test("decodeFlock() leads back to what encodeFlock() wrote", () => {
  const random = new Random(2);
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 1000; i++) {
    const lock = {
      type: random.integer(65536) - 32768,
      whence: random.integer(65536) - 32768,
      start: random.signed(),
      length: random.signed(),
      pid: random.integer(2 ** 32) - 2 ** 31,
    };
    fcntl.encodeFlock(lock, bytes);
    assertEquals(fcntl.decodeFlock(bytes), lock);
  }
});
