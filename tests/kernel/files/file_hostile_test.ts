import { assert, assertEquals } from "@std/assert";
import { FileSystem } from "../../../lib/kernel/files/file_system.ts";
import { createPipe } from "../../../lib/kernel/files/pipe.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  F_SETLK,
  F_WRLCK,
  O_ACCMODE,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  SEEK_SET,
} from "../../../lib/linux/fcntl.ts";
import { FIONBIO, FIONREAD, TIOCOUTQ } from "../../../lib/linux/ioctl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import { countDescriptors, type Files, link, testFiles } from "./file_variants.ts";
import { runDeno } from "../policy/deno_program.ts";

/** Numbers that look random and are the same in every run. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  100,
  4096,
  -1,
  -100,
  0x100,
  0x200,
  0x400,
  0x1000,
  0o100,
  0o777,
  0x7fffffff,
  -0x80000000,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  0.5,
  NaN,
  Infinity,
];

/**
 * Paths in the guest's folder and ones that no file can have: these calls run with all permissions,
 * too, and must not meet anybody's files.
 */
function names(files: Files): readonly (string | null)[] {
  const inside = [
    "f",
    "d",
    "d/x",
    "l",
    "loop",
    "new",
    "new/",
    "f/",
    "d/..",
    ".",
    "é中😀",
    "-",
    " ",
  ];
  return [
    ...inside.map((name) => files.at(name)),
    files.at("x".repeat(256)),
    `/${"x/".repeat(3000)}`,
    null,
    "",
    "\0",
    `${files.folder}\0/b`,
    "/\ud800",
  ];
}

/** One call with arguments that nobody would pass. */
function call(random: Random, files: Files, open: readonly OpenFile[]): unknown {
  const { system } = files;
  const paths = names(files);
  const path = () => random.pick(paths);
  const number = () => random.pick(NUMBERS);
  const base = () => random.pick([null, undefined, ...open]);
  // What the kernel passes on to an open file are integers in range.
  const integer = () => random.pick(NUMBERS.filter((n) => Number.isSafeInteger(n)));
  const file = random.pick(open);
  const buffer = random.pick([null, new Uint8Array(0), new Uint8Array(64)]);
  const room = buffer?.length ?? 64;
  const length = random.pick([0, 1, room]);
  const iovec = [{ base: buffer, length: Math.min(length, room) }];
  switch (random.below(28)) {
    case 0:
    case 1:
    case 2:
      return system.openat(base(), path(), random.below(2 ** 25) & ~0o1, number());
    case 3:
      return system.openat(base(), path(), number(), number());
    case 4:
      return system.fstatat(base(), path(), new FileStatus(), number());
    case 5:
      return system.truncate(path(), number());
    case 6:
      return system.unlinkat(base(), random.pick([files.at("d/x"), null, "", "\0"]), number());
    case 7:
      return system.mkdirat(base(), path(), number());
    case 8:
      return system.renameat(base(), path(), base(), path());
    case 9:
      return system.linkat(base(), path(), base(), path(), number());
    case 10:
      return system.symlinkat(random.pick(["f", "d", null, ""]), base(), files.at("s"));
    case 11:
      return system.readlinkat(base(), path(), buffer, random.pick([0, -1, room, NaN]));
    case 12:
      return system.faccessat(base(), path(), number());
    case 13:
      return system.umask(number());
    case 14:
      return file.read(buffer, Math.min(length, room));
    case 15:
      return file.write(buffer, Math.min(length, room));
    case 16:
      return file.pread(buffer, Math.min(length, room), Math.abs(integer()));
    case 17:
      return file.pwrite(buffer, Math.min(length, room), random.pick([0, 1, 100, 2 ** 53 - 1]));
    case 18:
      return file.lseek(integer(), random.pick([0, 1, 2, 3, 4, 5, -1]));
    case 19:
      return file.ftruncate(random.pick([0, 1, 100, 2 ** 53 - 1]));
    case 20:
      return file.getdents(buffer, Math.min(length, room));
    case 21:
      return file.ioctl(
        random.pick([FIONREAD, FIONBIO, TIOCOUTQ]),
        random.pick([null, new Int32Array(1)]),
      );
    case 22:
      return file.setStatusFlags(random.below(2 ** 25));
    case 23:
      return file.poll(random.below(0x8000));
    case 24:
      return file.readv(iovec);
    case 25:
      return file.writev(iovec);
    case 26:
      return file.setPipeSize(integer() | 0);
    default:
      return file.fstat(new FileStatus());
  }
}

testFiles("no argument makes a call throw, and no descriptor is lost", (files) => {
  files.put("f", "text");
  files.makeFolder("d");
  link(files, "f", "l");
  link(files, "loop", "loop");
  // A first call may load what stays open.
  files.opening(files.at("f"), O_RDONLY);
  const before = files.scoped ? 0 : countDescriptors();
  const random = new Random(12345);
  const pipe = createPipe(0);
  assert(typeof pipe !== "number");
  const kept: OpenFile[] = [...pipe];
  for (const flags of [O_RDONLY, O_RDWR, O_ACCMODE, 0o10000000]) kept.push(files.open("f", flags));
  kept.push(files.open("d", O_RDONLY));
  for (let round = 0; round < 3000; round++) {
    const result = call(random, files, kept);
    if (typeof result === "number") {
      assert(Number.isInteger(result) && result >= -133, String(result));
    } else (result as OpenFile).close();
  }
  files.closeFiles();
  if (!files.scoped) assertEquals(countDescriptors(), before);
});

testFiles("failing calls lose no descriptor", (files) => {
  files.put("f", "text");
  files.makeFolder("d");
  const attempts = () => {
    for (const flags of [O_RDWR, O_CREAT, O_TRUNC, O_RDONLY | O_TRUNC, O_ACCMODE]) {
      for (const name of ["d", "missing/x", "f/x", "f/", "new/"]) {
        files.opening(files.at(name), flags);
      }
      files.opening(files.at("f"), flags);
    }
    files.system.fstatat(null, files.at("f"), new FileStatus(), 0);
    files.system.faccessat(null, files.at("f"), 7);
    files.system.faccessat(null, files.at("d"), 7);
    files.system.truncate(files.at("f"), 1);
    files.system.truncate(files.at("d"), 1);
  };
  attempts();
  const before = countDescriptors();
  for (let round = 0; round < 5; round++) attempts();
  assertEquals(countDescriptors(), before);
}, { scoped: false });

/** Tries to lock a file in another process: 0, or a negated errno. */
async function lockElsewhere(path: string): Promise<string> {
  return (await runDeno(
    `import { LibcStack } from "${import.meta.resolve("../../../lib/stack/libc/libc_stack.ts")}";
    import { FileSystem } from "${import.meta.resolve("../../../lib/kernel/files/file_system.ts")}";
    const stack = new LibcStack();
    const file = new FileSystem({ host: stack.host }).openat(null, "${path}", ${O_RDWR}, 0);
    const lock = { type: ${F_WRLCK}, whence: 0, start: 0, length: 0, pid: 0 };
    console.log(typeof file === "number" ? file : file.lock(${F_SETLK}, lock));`,
    ["-A"],
  )).trim();
}

Deno.test("opening a locked file again leaves the guest's lock in place", async () => {
  const { LibcStack } = await import("../../../lib/stack/libc/libc_stack.ts");
  const stack = new LibcStack();
  const system = new FileSystem({ host: stack.host });
  const path = await Deno.makeTempFile();
  const held = -Errno.EAGAIN;
  const before = countDescriptors();
  try {
    const file = system.openat(null, path, O_RDWR, 0);
    assert(typeof file !== "number");
    const lock = { type: F_WRLCK, whence: SEEK_SET, start: 0, length: 0, pid: 0 };
    assertEquals(file.lock(F_SETLK, lock), 0);
    system.locksHeld(file);
    assertEquals(await lockElsewhere(path), String(held));
    const status = new FileStatus();
    assertEquals(system.fstatat(null, path, status, 0), 0);
    assertEquals(system.faccessat(null, path, 6), 0);
    assertEquals(system.truncate(path, 0), 0);
    assertEquals(system.openat(null, `${path}/`, O_RDWR, 0), -Errno.ENOTDIR);
    // Left open, since the guest's closing it would end the lock.
    const others = [O_RDONLY, O_RDWR, O_CREAT | O_RDWR, O_TRUNC | O_RDONLY].map((flags) =>
      system.openat(null, path, flags, 0o600)
    );
    assertEquals(await lockElsewhere(path), String(held));
    const kept = countDescriptors();
    // A file without locks is not kept.
    const unrelated = system.openat(null, "/dev/null", O_RDWR, 0);
    assert(typeof unrelated !== "number");
    unrelated.close();
    assertEquals(countDescriptors(), kept);
    system.locksEnded(file);
    for (const other of [file, ...others]) if (typeof other !== "number") other.close();
    assertEquals(countDescriptors(), before);
    assertEquals(await lockElsewhere(path), "0");
  } finally {
    system.close();
    stack.close();
    await Deno.remove(path);
  }
});

Deno.test("close() closes what was kept for locks", async () => {
  const { LibcStack } = await import("../../../lib/stack/libc/libc_stack.ts");
  const stack = new LibcStack();
  const path = await Deno.makeTempFile();
  const before = countDescriptors();
  const system = new FileSystem({ host: stack.host });
  const file = system.openat(null, path, O_RDWR, 0);
  assert(typeof file !== "number");
  system.locksHeld(file);
  const again = system.openat(null, path, O_RDWR, 0);
  assert(typeof again !== "number");
  file.close();
  again.close();
  assertEquals(countDescriptors(), before + 1);
  system.close();
  assertEquals(countDescriptors(), before);
  stack.close();
  await Deno.remove(path);
});
