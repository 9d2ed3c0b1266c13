import { assertEquals } from "@std/assert";
import type { Guest } from "../../kernel/guest.ts";
import { DIRECTORY, testInFolder, WasiGuest } from "./wasi_guest.ts";

const FOLLOW = 1;
const DIRECTORY_FLAG = 2;

/** Makes a folder for the guest inside of the test's, with a secret beside it, and ways out. */
function enclosed(guest: Guest): WasiGuest {
  const inside = `${guest.folder}/inside`;
  Deno.mkdirSync(`${inside}/dir`, { recursive: true });
  Deno.mkdirSync(`${guest.folder}/outside`);
  Deno.writeTextFileSync(`${guest.folder}/outside/secret`, "secret");
  Deno.writeTextFileSync(`${inside}/dir/own`, "own");
  Deno.symlinkSync(`${guest.folder}/outside`, `${inside}/absolute`);
  Deno.symlinkSync("../outside", `${inside}/relative`);
  Deno.symlinkSync("../../outside/secret", `${inside}/dir/deep`);
  Deno.symlinkSync("dir/../..", `${inside}/above`);
  Deno.symlinkSync("relative", `${inside}/chain`);
  return new WasiGuest(guest.kernel, { folder: inside });
}

/** Paths to the secret, its folder, or to something new beside it. */
const WAYS_OUT: readonly string[] = [
  "..",
  "../",
  "../outside/secret",
  "../outside/new",
  "./../outside/secret",
  "dir/../../outside/secret",
  "dir/../..",
  "//etc/passwd",
  "/",
  "/etc/passwd",
  "absolute/secret",
  "absolute/new",
  "absolute/",
  "relative/secret",
  "relative/new",
  "relative/",
  "chain/secret",
  "above/outside/secret",
  "above/",
  "above/..",
  "dir/../relative/secret",
];

/** Links out of the directory, which may be seen and removed, not followed. */
const LINKS_OUT: readonly string[] = ["chain", "absolute", "relative", "dir/deep", "above"];

function check(guest: Guest): void {
  const outside = [...Deno.readDirSync(`${guest.folder}/outside`)].map(({ name }) => name);
  assertEquals(outside, ["secret"]);
  assertEquals(Deno.readTextFileSync(`${guest.folder}/outside/secret`), "secret");
  assertEquals([...Deno.readDirSync(guest.folder)].map(({ name }) => name).sort(), [
    "inside",
    "outside",
  ]);
}

testInFolder("no function leaves its directory by a path", (_, guest) => {
  const wasi = enclosed(guest);
  const result = wasi.room(256);
  const own = wasi.put("dir/own");
  const fresh = wasi.put("fresh");
  for (const way of WAYS_OUT) {
    const path = wasi.put(way);
    const calls: [string, ...(number | bigint)[]][] = [
      ["path_open", DIRECTORY, 0, ...path, 0, 2n, 0n, 0, result],
      ["path_open", DIRECTORY, FOLLOW, ...path, 0, 2n, 0n, 0, result],
      ["path_open", DIRECTORY, FOLLOW, ...path, DIRECTORY_FLAG, 0n, 0n, 0, result],
      ["path_open", DIRECTORY, FOLLOW, ...path, 1, 66n, 0n, 0, result],
      ["path_open", DIRECTORY, 0, ...path, 5, 66n, 0n, 0, result],
      ["path_open", DIRECTORY, FOLLOW, ...path, 8, 66n, 0n, 0, result],
      ["path_filestat_get", DIRECTORY, 0, ...path, result],
      ["path_filestat_get", DIRECTORY, FOLLOW, ...path, result],
      ["path_filestat_set_times", DIRECTORY, FOLLOW, ...path, 0n, 0n, 5],
      ["path_link", DIRECTORY, 0, ...path, DIRECTORY, ...fresh],
      ["path_readlink", DIRECTORY, ...path, result, 64, result],
    ];
    for (const [name, ...args] of calls) {
      assertEquals(wasi.call(name, ...args), "EPERM", `${name} ${way}`);
    }
    const followed = wasi.call("path_link", DIRECTORY, FOLLOW, ...path, DIRECTORY, ...fresh);
    assertEquals(followed, "EINVAL");
  }
  check(guest);
  assertEquals(own[1], 7);
});

testInFolder("no name is made, moved or removed outside of the directory", (_, guest) => {
  const wasi = enclosed(guest);
  const own = wasi.put("dir/own");
  // Without those that end in a link of the guest's own, which it may replace.
  const ways = WAYS_OUT.filter((way) => !/^(absolute|relative|above)\/$/.test(way));
  for (const way of ways) {
    const path = wasi.put(way);
    const calls: [string, ...(number | bigint)[]][] = [
      ["path_create_directory", DIRECTORY, ...path],
      ["path_remove_directory", DIRECTORY, ...path],
      ["path_unlink_file", DIRECTORY, ...path],
      ["path_rename", DIRECTORY, ...path, DIRECTORY, ...wasi.put("taken")],
      ["path_rename", DIRECTORY, ...own, DIRECTORY, ...path],
      ["path_link", DIRECTORY, 0, ...own, DIRECTORY, ...path],
      ["path_symlink", ...own, DIRECTORY, ...path],
    ];
    for (const [name, ...args] of calls) {
      assertEquals(wasi.call(name, ...args), "EPERM", `${name} ${way}`);
    }
  }
  check(guest);
});

testInFolder("links out of the directory are seen and not followed", (_, guest) => {
  const wasi = enclosed(guest);
  const result = wasi.room(256);
  for (const link of LINKS_OUT) {
    const path = wasi.put(link);
    assertEquals(wasi.pathFilestat(link).type, 7);
    wasi.ok("path_readlink", DIRECTORY, ...path, result, 256, result);
    for (const oflags of [0, 1, 8, DIRECTORY_FLAG]) {
      const open = (flags: number): string =>
        wasi.call("path_open", DIRECTORY, flags, ...path, oflags, 2n, 0n, 0, result);
      assertEquals(open(0), "ELOOP", link);
      assertEquals(open(FOLLOW), "EPERM", link);
    }
    const path2 = wasi.put(`${link}/`);
    for (const name of ["path_remove_directory", "path_unlink_file"]) {
      assertEquals(wasi.call(name, DIRECTORY, ...path2), "ENOTDIR", link);
    }
    wasi.ok("path_unlink_file", DIRECTORY, ...path);
  }
  check(guest);
});

testInFolder("a directory below is as closed as the one it was opened from", (_, guest) => {
  const wasi = enclosed(guest);
  const fd = wasi.open("dir", { oflags: DIRECTORY_FLAG });
  const result = wasi.room(64);
  for (const way of ["..", "../dir/own", "deep", "own/../../dir/own", "."]) {
    const path = wasi.put(way);
    const errno = wasi.call("path_open", fd, FOLLOW, ...path, 0, 2n, 0n, 0, result);
    const expected = way === "." ? "ESUCCESS" : way.startsWith("own") ? "ENOTDIR" : "EPERM";
    assertEquals(errno, expected, way);
  }
  check(guest);
});
