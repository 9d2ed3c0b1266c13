import { assert, assertEquals } from "@std/assert";
import { DIRECTORY, MEMORY_SIZE, testInFolder, type WasiGuest } from "./wasi_guest.ts";

/** An entry as fd_readdir writes it. */
interface Entry {
  readonly next: bigint;
  readonly ino: bigint;
  readonly type: number;
  readonly name: string;
}

/** The whole entries in a buffer. */
function decode(wasi: WasiGuest, at: number, used: number): Entry[] {
  const entries: Entry[] = [];
  for (let offset = 0; offset + 24 <= used;) {
    const place = at + offset;
    const length = wasi.memory.load32(place + 16);
    if (offset + 24 + length > used) break;
    entries.push({
      next: wasi.memory.loadBigUint64(place) ?? -1n,
      ino: wasi.memory.loadBigUint64(place + 8) ?? -1n,
      type: wasi.memory.load32(place + 20),
      name: wasi.text(place + 24, length),
    });
    offset += 24 + length;
  }
  return entries;
}

/** One fd_readdir: how many bytes it used, and the entries. */
function readdir(
  wasi: WasiGuest,
  { cookie = 0n, size = 4096, fd = DIRECTORY } = {},
): { used: number; entries: Entry[] } {
  const [at, result] = [wasi.room(size), wasi.room(4)];
  wasi.ok("fd_readdir", fd, at, size, cookie, result);
  const used = wasi.memory.load32(result);
  return { used, entries: decode(wasi, at, used) };
}

function namesOf(entries: readonly Entry[]): string[] {
  return entries.map(({ name }) => name).sort();
}

testInFolder("fd_readdir() tells names, types and inodes", (wasi, guest) => {
  Deno.writeTextFileSync(`${guest.folder}/file`, "");
  Deno.mkdirSync(`${guest.folder}/folder`);
  Deno.symlinkSync("file", `${guest.folder}/link`);
  const { used, entries } = readdir(wasi);
  assert(used < 4096);
  assertEquals(namesOf(entries), [".", "..", "file", "folder", "link"]);
  const types = Object.fromEntries(entries.map(({ name, type }) => [name, type]));
  assertEquals(types, { ".": 3, "..": 3, file: 4, folder: 3, link: 7 });
  const inodes = Object.fromEntries(entries.map(({ name, ino }) => [name, ino]));
  assertEquals(inodes.file, wasi.pathFilestat("file").ino);
  assertEquals(inodes.link, wasi.pathFilestat("link").ino);
  // What is above a preopened directory is not the guest's.
  assertEquals(inodes[".."], wasi.filestat(DIRECTORY).ino);
});

testInFolder("fd_readdir() of an empty directory has it and the one above", (wasi) => {
  assertEquals(namesOf(readdir(wasi).entries), [".", ".."]);
});

testInFolder("fd_readdir() goes on at each entry's cookie", (wasi, guest) => {
  for (const name of ["a", "b", "c"]) Deno.writeTextFileSync(`${guest.folder}/${name}`, "");
  const all = readdir(wasi).entries;
  assertEquals(all.length, 5);
  all.forEach(({ next }, index) => {
    assertEquals(readdir(wasi, { cookie: next }).entries, all.slice(index + 1));
  });
  assertEquals(readdir(wasi, { cookie: 2n ** 64n - 1n }).used, 0);
  assertEquals(readdir(wasi, { cookie: 6n }).used, 0);
});

testInFolder(
  "fd_readdir() cuts an entry that does not fit, and so fills the buffer",
  (wasi, guest) => {
    Deno.writeTextFileSync(`${guest.folder}/a-name`, "");
    const whole = readdir(wasi).used;
    for (let size = 0; size < whole; size++) assertEquals(readdir(wasi, { size }).used, size);
    assertEquals(readdir(wasi, { size: whole }).used, whole);
    assertEquals(readdir(wasi, { size: whole + 1 }).used, whole);
  },
);

testInFolder("fd_readdir() reads anew at cookie 0, and only there", (wasi, guest) => {
  Deno.writeTextFileSync(`${guest.folder}/a`, "");
  const [first] = readdir(wasi, { size: 40 }).entries;
  const cookie = first?.next ?? -1n;
  Deno.writeTextFileSync(`${guest.folder}/b`, "");
  Deno.removeSync(`${guest.folder}/a`);
  assertEquals(readdir(wasi, { cookie }).entries.length, 2);
  assertEquals(namesOf(readdir(wasi).entries), [".", "..", "b"]);
  // A descriptor of its own begins wherever it is asked to.
  const fd = wasi.open(".", { oflags: 2 });
  assertEquals(readdir(wasi, { cookie, fd }).entries.length, 2);
});

testInFolder("fd_readdir() reads many entries, each once", (wasi, guest) => {
  const names = Array.from({ length: 2000 }, (_, index) => `entry-${index}`);
  for (const name of names) Deno.writeTextFileSync(`${guest.folder}/${name}`, "");
  const found: string[] = [];
  const [at, result] = [wasi.room(1000), wasi.room(4)];
  let cookie = 0n;
  for (;;) {
    wasi.ok("fd_readdir", DIRECTORY, at, 1000, cookie, result);
    const used = wasi.memory.load32(result);
    const entries = decode(wasi, at, used);
    found.push(...entries.map(({ name }) => name));
    cookie = entries.at(-1)?.next ?? cookie;
    if (used < 1000) break;
  }
  assertEquals(found.toSorted(), [".", "..", ...names].toSorted());
});

testInFolder("fd_readdir() is EFAULT for a bad buffer or result", (wasi) => {
  const good = wasi.room(64);
  const call = (at: number, size: number, result: number): string =>
    wasi.call("fd_readdir", DIRECTORY, at, size, 0n, result);
  assertEquals(call(MEMORY_SIZE - 10, 11, good), "EFAULT");
  assertEquals(call(0, -1, good), "EFAULT");
  assertEquals(call(-1, 1, good), "EFAULT");
  assertEquals(call(good, 64, MEMORY_SIZE - 3), "EFAULT");
});
