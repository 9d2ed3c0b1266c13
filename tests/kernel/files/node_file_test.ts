import { assert, assertEquals } from "@std/assert";
import { decodeDirents64, DT_DIR, DT_LNK, DT_REG } from "../../../lib/linux/dirent.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  F_GETLK,
  F_RDLCK,
  F_SETLK,
  O_APPEND,
  O_CREAT,
  O_DIRECT,
  O_LARGEFILE,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from "../../../lib/linux/fcntl.ts";
import { FIONBIO, FIONREAD, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { POLLIN, POLLNVAL, POLLOUT, POLLPRI } from "../../../lib/linux/poll.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { FileKind, type OpenFile } from "../../../lib/stack/open_file.ts";
import { type Files, link, testFiles } from "./file_variants.ts";

const bytes = new TextEncoder();
const text = new TextDecoder();

function readAll(file: OpenFile, length: number): string {
  const buffer = new Uint8Array(length);
  const count = file.read(buffer, length);
  assert(count >= 0);
  return text.decode(buffer.subarray(0, count));
}

function write(file: OpenFile, data: string): number {
  const buffer = bytes.encode(data);
  return file.write(buffer, buffer.length);
}

testFiles("read() and write() move the offset, pread() and pwrite() do not", (files) => {
  files.put("f", "abcdefghij");
  const file = files.open("f", O_RDWR);
  const buffer = new Uint8Array(5);
  assertEquals(readAll(file, 3), "abc");
  assertEquals(write(file, "DE"), 2);
  assertEquals(file.pread(buffer, 5, 8), 2);
  assertEquals(text.decode(buffer.subarray(0, 2)), "ij");
  assertEquals(file.pread(buffer, 5, 10), 0);
  assertEquals(file.pwrite(bytes.encode("!!"), 2, 12), 2);
  assertEquals(file.lseek(0, SEEK_CUR), 5);
  assertEquals(files.text("f"), "abcDEfghij\0\0!!");
  assertEquals(readAll(file, 100), "fghij\0\0!!");
  assertEquals(readAll(file, 100), "");
});

testFiles("read() and write() take a guest's shared memory", (files) => {
  const file = files.open("f", O_CREAT | O_RDWR);
  const memory = new Uint8Array(new SharedArrayBuffer(64));
  memory.set(bytes.encode("shared"), 8);
  assertEquals(file.write(memory.subarray(8), 6), 6);
  assertEquals(file.pread(memory.subarray(32), 6, 0), 6);
  assertEquals(text.decode(memory.slice(32, 38)), "shared");
});

testFiles("readv() and writev() go from buffer to buffer", (files) => {
  const file = files.open("f", O_CREAT | O_RDWR);
  const data = ["ab", "", "cde"].map((part) => {
    const base = bytes.encode(part);
    return { base, length: base.length };
  });
  assertEquals(file.writev(data), 5);
  assertEquals(file.lseek(1, SEEK_SET), 1);
  const first = { base: new Uint8Array(2), length: 2 };
  const second = { base: new Uint8Array(9), length: 9 };
  assertEquals(file.readv([first, second]), 4);
  assertEquals(text.decode(first.base), "bc");
  assertEquals(text.decode(second.base.subarray(0, 2)), "de");
  assertEquals(file.readv([]), 0);
});

testFiles("a buffer that faults is EFAULT once there is something to copy", (files) => {
  files.put("f", "0123456789");
  const file = files.open("f", O_RDWR);
  assertEquals(file.read(null, 4), -Errno.EFAULT);
  assertEquals(file.read(null, 0), 0);
  assertEquals(file.write(null, 4), -Errno.EFAULT);
  assertEquals(file.write(null, 0), 0);
  assertEquals(file.pread(null, 1, 100), 0);
  assertEquals(file.pwrite(null, 4, 0), -Errno.EFAULT);
  const good = { base: new Uint8Array(3), length: 3 };
  assertEquals(file.readv([good, { base: null, length: 4 }]), 3);
  assertEquals(file.lseek(0, SEEK_CUR), 3);
  assertEquals(file.lseek(0, SEEK_END), 10);
  assertEquals(file.read(null, 4), 0);
});

testFiles("the access mode decides what may be done", (files) => {
  files.put("f", "content");
  const reader = files.open("f", O_RDONLY);
  const writer = files.open("f", O_WRONLY);
  const buffer = new Uint8Array(4);
  assertEquals(reader.write(buffer, 1), -Errno.EBADF);
  assertEquals(reader.write(null, 0), -Errno.EBADF);
  assertEquals(reader.pwrite(buffer, 1, 0), -Errno.EBADF);
  assertEquals(reader.writev([]), -Errno.EBADF);
  assertEquals(reader.ftruncate(0), -Errno.EINVAL);
  assertEquals(writer.read(buffer, 1), -Errno.EBADF);
  assertEquals(writer.read(null, 0), -Errno.EBADF);
  assertEquals(writer.pread(buffer, 1, 0), -Errno.EBADF);
  assertEquals(writer.readv([]), -Errno.EBADF);
  assertEquals(files.text("f"), "content");
});

testFiles("O_APPEND writes to the end, pwrite() included, until it is taken off", (files) => {
  files.put("f", "base");
  const file = files.open("f", O_RDWR | O_APPEND);
  assertEquals(write(file, "one"), 3);
  assertEquals(file.lseek(0, SEEK_CUR), 7);
  assertEquals(file.lseek(0, SEEK_SET), 0);
  assertEquals(file.pwrite(bytes.encode("!"), 1, 0), 1);
  assertEquals(file.lseek(0, SEEK_CUR), 0);
  assertEquals(readAll(file, 4), "base");
  assertEquals(file.setStatusFlags(0), 0);
  assertEquals(file.getStatusFlags() & O_APPEND, 0);
  assertEquals(file.lseek(0, SEEK_CUR), 4);
  assertEquals(write(file, "ONE"), 3);
  assertEquals(files.text("f"), "baseONE!");
  assertEquals(file.setStatusFlags(O_APPEND), 0);
  assertEquals(write(file, "end"), 3);
  assertEquals(files.text("f"), "baseONE!end");
});

testFiles("O_APPEND finds the end that another has moved", (files) => {
  const one = files.open("f", O_CREAT | O_WRONLY | O_APPEND);
  const two = files.open("f", O_WRONLY | O_APPEND);
  write(one, "1");
  write(two, "2");
  write(one, "3");
  assertEquals(files.text("f"), "123");
  assertEquals(one.lseek(0, SEEK_CUR), 3);
});

testFiles("O_APPEND cannot change on a file that left its path", (files) => {
  const file = files.open("f", O_CREAT | O_WRONLY);
  Deno.removeSync(files.at("f"));
  files.put("f", "another");
  assertEquals(file.setStatusFlags(O_APPEND), -Errno.EPERM);
  assertEquals(file.getStatusFlags() & O_APPEND, 0);
  assertEquals(write(file, "x"), 1);
  assertEquals(files.text("f"), "another");
}, { hasHost: false });

testFiles("lseek() finds places as a file system without holes does", (files) => {
  files.put("f", "0123456789");
  const file = files.open("f", O_RDWR);
  assertEquals(file.lseek(-2, SEEK_END), 8);
  assertEquals(file.lseek(-4, SEEK_CUR), 4);
  assertEquals(file.lseek(-1, SEEK_SET), -Errno.EINVAL);
  assertEquals(file.lseek(-5, SEEK_CUR), -Errno.EINVAL);
  assertEquals(file.lseek(0, 5), -Errno.EINVAL);
  assertEquals(file.lseek(0, -1), -Errno.EINVAL);
  assertEquals(file.lseek(0, SEEK_CUR), 4);
  assertEquals(file.lseek(3, SEEK_DATA), 3);
  assertEquals(file.lseek(3, SEEK_HOLE), 10);
  assertEquals(file.lseek(10, SEEK_DATA), -Errno.ENXIO);
  assertEquals(file.lseek(10, SEEK_HOLE), -Errno.ENXIO);
  assertEquals(file.lseek(-1, SEEK_DATA), -Errno.ENXIO);
  assertEquals(file.lseek(100, SEEK_SET), 100);
  assertEquals(readAll(file, 10), "");
  assertEquals(file.ftruncate(4), 0);
  assertEquals(file.lseek(0, SEEK_CUR), 100);
});

testFiles("ftruncate() sets the length", (files) => {
  files.put("f", "123456789");
  const file = files.open("f", O_RDWR);
  assertEquals(file.ftruncate(4), 0);
  assertEquals(files.text("f"), "1234");
  assertEquals(file.ftruncate(6), 0);
  assertEquals(files.text("f"), "1234\0\0");
  assertEquals(file.ftruncate(-1), -Errno.EINVAL);
  assertEquals(file.ftruncate(2 ** 50), -Errno.EFBIG);
  assertEquals(file.fsync(), 0);
  assertEquals(file.fdatasync(), 0);
});

testFiles("fstat() tells a file's attributes", (files) => {
  files.put("f", "12345", 0o640);
  Deno.utimeSync(files.at("f"), new Date(1_000_123), new Date(-1_500));
  const status = new FileStatus();
  assertEquals(files.open("f", O_RDONLY).fstat(status), 0);
  const native = Deno.statSync(files.at("f"));
  assertEquals(status.ino, BigInt(native.ino ?? 0));
  assertEquals([status.mode, status.size, status.nlink], [0o100640, 5, 1]);
  assertEquals(status.dev, native.dev);
  assertEquals(status.uid, native.uid ?? -1);
  assertEquals(status.blksize, native.blksize ?? -1);
  assertEquals([status.atimeSeconds, status.atimeNanoseconds], [1000, 123_000_000]);
  assertEquals([status.mtimeSeconds, status.mtimeNanoseconds], [-2, 500_000_000]);
});

testFiles("F_SETFL changes what Linux lets change", (files) => {
  files.put("f", "x");
  const file = files.open("f", O_RDONLY);
  assertEquals(file.getStatusFlags(), O_RDONLY | O_LARGEFILE);
  assertEquals(file.setStatusFlags(O_WRONLY | O_NONBLOCK | O_CREAT), 0);
  assertEquals(file.getStatusFlags(), O_RDONLY | O_LARGEFILE | O_NONBLOCK);
  const on = Int32Array.of(0);
  assertEquals(file.ioctl(FIONBIO, on), 0);
  assertEquals(file.getStatusFlags(), O_RDONLY | O_LARGEFILE);
  assertEquals(file.setStatusFlags(O_NOATIME), -Errno.EPERM);
  assertEquals(file.setStatusFlags(O_DIRECT), -Errno.EINVAL);
}, { hasHost: false });

testFiles("files are always ready", (files) => {
  const file = files.open("f", O_CREAT | O_RDONLY);
  assertEquals(file.poll(POLLIN | POLLOUT | POLLPRI), POLLIN | POLLOUT);
  assertEquals(files.open("f", O_PATH).poll(POLLIN), POLLNVAL);
}, { hasHost: false });

testFiles("ioctl() tells what is left of a file", (files) => {
  files.put("f", "0123456789");
  const file = files.open("f", O_RDONLY);
  readAll(file, 4);
  const value = new Int32Array(1);
  assertEquals(file.ioctl(FIONREAD, value), 0);
  assertEquals(value[0], 6);
  file.lseek(15, SEEK_SET);
  file.ioctl(FIONREAD, value);
  assertEquals(value[0], -5);
  assertEquals(file.ioctl(FIONREAD, null), -Errno.EFAULT);
  assertEquals(file.ioctl(TIOCOUTQ, value), -Errno.ENOTTY);
  assertEquals(files.open(".", O_RDONLY).ioctl(FIONREAD, value), -Errno.ENOTTY);
});

testFiles("record locks are refused where there are none", (files) => {
  const file = files.open("f", O_CREAT | O_RDWR);
  const lock = { type: F_RDLCK, whence: SEEK_SET, start: 0, length: 0, pid: 0 };
  assertEquals(file.lock(F_SETLK, lock), -Errno.ENOLCK);
  assertEquals(file.lock(F_GETLK, lock), -Errno.ENOLCK);
  assertEquals(files.open("f", O_PATH).lock(F_SETLK, lock), -Errno.EBADF);
}, { hasHost: false });

testFiles("O_PATH descriptors refuse what needs the contents", (files) => {
  files.makeFolder("d");
  const file = files.open("d", O_PATH);
  assertEquals(file.getdents(new Uint8Array(99), 99), -Errno.EBADF);
  assertEquals(file.pread(new Uint8Array(1), 1, 0), -Errno.EBADF);
  assertEquals(file.pwrite(new Uint8Array(1), 1, 0), -Errno.EBADF);
  assertEquals(file.readv([]), -Errno.EBADF);
  assertEquals(file.fsync(), -Errno.EBADF);
  assertEquals(file.fdatasync(), -Errno.EBADF);
  assertEquals(file.ftruncate(0), -Errno.EBADF);
  assertEquals(file.ioctl(FIONREAD, new Int32Array(1)), -Errno.EBADF);
});

function list(directory: OpenFile, room: number): string[] {
  const entries: string[] = [];
  const buffer = new Uint8Array(room);
  for (;;) {
    const count = directory.getdents(buffer, room);
    assert(count >= 0, String(count));
    if (count === 0) return entries.sort();
    for (const { name, type, ino } of decodeDirents64(buffer.subarray(0, count))) {
      assert(ino > 0n);
      entries.push(`${text.decode(name)} ${type}`);
    }
  }
}

function populate(files: Files): void {
  files.put("file", "x");
  files.makeFolder("dir");
  link(files, "nowhere", "link");
}

const ENTRIES = [
  `. ${DT_DIR}`,
  `.. ${DT_DIR}`,
  `dir ${DT_DIR}`,
  `file ${DT_REG}`,
  `link ${DT_LNK}`,
];

testFiles("getdents() lists a directory in as many calls as the buffer takes", (files) => {
  populate(files);
  const directory = files.open(".", O_RDONLY);
  assertEquals(directory.kind, FileKind.directory);
  for (const room of [24, 50, 4096]) {
    assertEquals(list(directory, room), ENTRIES);
    assertEquals(list(directory, room), []);
    assertEquals(directory.lseek(0, SEEK_SET), 0);
  }
  files.put("new", "x");
  assertEquals(list(directory, 4096), [...ENTRIES, `new ${DT_REG}`].sort());
});

testFiles("getdents() tells inode numbers and places to go on from", (files) => {
  populate(files);
  const directory = files.open(".", O_RDONLY);
  const buffer = new Uint8Array(4096);
  const count = directory.getdents(buffer, buffer.length);
  const entries = [...decodeDirents64(buffer.subarray(0, count))];
  const file = entries.find(({ name }) => text.decode(name) === "file");
  assertEquals(file?.ino, BigInt(Deno.lstatSync(files.at("file")).ino ?? 0));
  const self = entries.find(({ name }) => text.decode(name) === ".");
  assertEquals(self?.ino, BigInt(Deno.lstatSync(files.folder).ino ?? 0));
  const second = entries[1];
  assert(second !== undefined);
  assertEquals(directory.lseek(Number(second.offset), SEEK_SET), Number(second.offset));
  const rest = directory.getdents(buffer, buffer.length);
  assertEquals(
    [...decodeDirents64(buffer.subarray(0, rest))].map(({ name }) => text.decode(name)),
    entries.slice(2).map(({ name }) => text.decode(name)),
  );
}, { hasHost: false });

testFiles("getdents() refuses buffers that hold no entry", (files) => {
  populate(files);
  const directory = files.open(".", O_RDONLY);
  assertEquals(directory.getdents(new Uint8Array(0), 0), -Errno.EINVAL);
  assertEquals(directory.getdents(new Uint8Array(23), 23), -Errno.EINVAL);
  assertEquals(directory.getdents(null, 100), -Errno.EFAULT);
  assertEquals(list(directory, 4096), ENTRIES);
  assertEquals(files.open("file", O_RDONLY).getdents(new Uint8Array(99), 99), -Errno.ENOTDIR);
});

testFiles("a directory is neither read nor written", (files) => {
  const directory = files.open(".", O_RDONLY);
  const buffer = new Uint8Array(4);
  assertEquals(directory.read(buffer, 4), -Errno.EISDIR);
  assertEquals(directory.read(buffer, 0), -Errno.EISDIR);
  assertEquals(directory.pread(buffer, 4, 0), -Errno.EISDIR);
  assertEquals(directory.readv([{ base: buffer, length: 4 }]), -Errno.EISDIR);
  assertEquals(directory.write(buffer, 4), -Errno.EBADF);
  assertEquals(directory.ftruncate(0), -Errno.EINVAL);
  assertEquals(directory.fsync(), 0);
  assertEquals(directory.lseek(-1, SEEK_SET), -Errno.EINVAL);
  assertEquals(directory.lseek(0, 9), -Errno.EINVAL);
});

testFiles("/dev/null and /dev/zero never look at what is written", (files) => {
  for (const name of ["/dev/null", "/dev/zero"]) {
    const device = files.keep(files.system.openat(null, name, O_RDWR, 0));
    assert(typeof device !== "number");
    assertEquals(device.kind, FileKind.character);
    assertEquals(device.write(null, 3), 3);
    assertEquals(device.writev([{ base: null, length: 3 }, { base: null, length: 4 }]), 7);
    assertEquals(device.pwrite(null, 3, 5), 3);
    assertEquals(device.lseek(5, SEEK_SET), 0);
    assertEquals(device.lseek(5, 9), -Errno.EINVAL);
    assertEquals(device.ioctl(FIONREAD, new Int32Array(1)), -Errno.ENOTTY);
    const isNull = name === "/dev/null";
    assertEquals(device.read(null, 3), isNull ? 0 : -Errno.EFAULT);
    assertEquals(device.read(new Uint8Array(3), 3), isNull ? 0 : 3);
    assertEquals(device.ftruncate(0), -Errno.EINVAL);
    assertEquals(device.fsync(), -Errno.EINVAL);
  }
}, { scoped: false });

testFiles("a named pipe has no offset", (files) => {
  assert(new Deno.Command("mkfifo", { args: [files.at("p")] }).outputSync().success);
  const pipe = files.open("p", O_RDWR | O_NONBLOCK);
  assertEquals(pipe.kind, FileKind.pipe);
  const buffer = new Uint8Array(9);
  assertEquals(pipe.read(buffer, 9), -Errno.EAGAIN);
  assertEquals(write(pipe, "abc"), 3);
  assertEquals(pipe.lseek(0, SEEK_SET), -Errno.ESPIPE);
  assertEquals(pipe.lseek(0, 77), -Errno.EINVAL);
  assertEquals(pipe.pread(buffer, 1, 0), -Errno.ESPIPE);
  assertEquals(pipe.pwrite(buffer, 1, 0), -Errno.ESPIPE);
  assertEquals(pipe.read(buffer, 9), 3);
  assertEquals(pipe.ftruncate(0), -Errno.EINVAL);
  assertEquals(files.system.truncate(files.at("p"), 0), -Errno.EINVAL);
}, { scoped: false });
