import { assert, assertEquals } from "@std/assert";
import { DIRECTORY, MEMORY_SIZE, testInFolder, type WasiGuest } from "./wasi_guest.ts";

const FOLLOW = 1;

function mkdir(wasi: WasiGuest, path: string): string {
  return wasi.call("path_create_directory", DIRECTORY, ...wasi.put(path));
}

function rmdir(wasi: WasiGuest, path: string): string {
  return wasi.call("path_remove_directory", DIRECTORY, ...wasi.put(path));
}

function unlink(wasi: WasiGuest, path: string): string {
  return wasi.call("path_unlink_file", DIRECTORY, ...wasi.put(path));
}

function rename(wasi: WasiGuest, from: string, to: string): string {
  return wasi.call("path_rename", DIRECTORY, ...wasi.put(from), DIRECTORY, ...wasi.put(to));
}

function link(wasi: WasiGuest, from: string, to: string, flags = 0): string {
  const target = wasi.put(to);
  return wasi.call("path_link", DIRECTORY, flags, ...wasi.put(from), DIRECTORY, ...target);
}

function symlink(wasi: WasiGuest, target: string, path: string): string {
  return wasi.call("path_symlink", ...wasi.put(target), DIRECTORY, ...wasi.put(path));
}

/** What path_readlink gives, or its errno. */
function readlink(wasi: WasiGuest, path: string, size = 256): string {
  const [at, result] = [wasi.room(size), wasi.room(4)];
  const errno = wasi.call("path_readlink", DIRECTORY, ...wasi.put(path), at, size, result);
  return errno === "ESUCCESS" ? wasi.text(at, wasi.memory.load32(result)) : errno;
}

function stat(wasi: WasiGuest, path: string, flags = 0): string {
  return wasi.call("path_filestat_get", DIRECTORY, flags, ...wasi.put(path), wasi.room(64));
}

testInFolder(
  "path_create_directory() makes a directory, with a slash behind it or not",
  (wasi, guest) => {
    assertEquals(mkdir(wasi, "a"), "ESUCCESS");
    assertEquals(mkdir(wasi, "a/b/"), "ESUCCESS");
    assert(Deno.statSync(`${guest.folder}/a/b`).isDirectory);
    Deno.symlinkSync("nothing", `${guest.folder}/link`);
    for (const path of ["a", "a/", ".", "a/.", "link", "link/"]) {
      assertEquals(mkdir(wasi, path), "EEXIST", path);
    }
    assertEquals(mkdir(wasi, "none/c"), "ENOENT");
    assertEquals(mkdir(wasi, ""), "ENOENT");
  },
);

testInFolder(
  "path_remove_directory() removes an empty directory and nothing else",
  (wasi, guest) => {
    Deno.mkdirSync(`${guest.folder}/full/inner`, { recursive: true });
    Deno.mkdirSync(`${guest.folder}/target`);
    Deno.writeTextFileSync(`${guest.folder}/file`, "");
    Deno.symlinkSync("target", `${guest.folder}/link`);
    assertEquals(rmdir(wasi, "full"), "ENOTEMPTY");
    assertEquals(rmdir(wasi, "full/inner/.."), "ENOTEMPTY");
    assertEquals(rmdir(wasi, "."), "EINVAL");
    assertEquals(rmdir(wasi, "full/."), "EINVAL");
    for (const path of ["file", "file/", "link", "link/"]) {
      assertEquals(rmdir(wasi, path), "ENOTDIR", path);
    }
    assertEquals(rmdir(wasi, "none"), "ENOENT");
    assertEquals(rmdir(wasi, "full/inner/"), "ESUCCESS");
    assertEquals(rmdir(wasi, "full"), "ESUCCESS");
    assertEquals([...Deno.readDirSync(guest.folder)].map(({ name }) => name).sort(), [
      "file",
      "link",
      "target",
    ]);
  },
);

testInFolder("path_unlink_file() removes a name, not what a link leads to", (wasi, guest) => {
  Deno.mkdirSync(`${guest.folder}/folder`);
  Deno.writeTextFileSync(`${guest.folder}/file`, "");
  Deno.symlinkSync("folder", `${guest.folder}/link`);
  assertEquals(unlink(wasi, "folder"), "EISDIR");
  assertEquals(unlink(wasi, "folder/"), "EISDIR");
  assertEquals(unlink(wasi, "file/"), "ENOTDIR");
  assertEquals(unlink(wasi, "link/"), "ENOTDIR");
  assertEquals(unlink(wasi, "none"), "ENOENT");
  assertEquals(unlink(wasi, "link"), "ESUCCESS");
  assertEquals(unlink(wasi, "file"), "ESUCCESS");
  assertEquals([...Deno.readDirSync(guest.folder)].map(({ name }) => name), ["folder"]);
});

testInFolder(
  "path_rename() moves files and directories, slashes as Linux takes them",
  (wasi, guest) => {
    Deno.mkdirSync(`${guest.folder}/folder`);
    Deno.writeTextFileSync(`${guest.folder}/file`, "text");
    assertEquals(rename(wasi, "file/", "x"), "ENOTDIR");
    assertEquals(rename(wasi, "file", "x/"), "ENOTDIR");
    assertEquals(rename(wasi, "file", "folder"), "EISDIR");
    assertEquals(rename(wasi, "folder", "file"), "ENOTDIR");
    assertEquals(rename(wasi, ".", "x"), "EBUSY");
    assertEquals(rename(wasi, "none", "x"), "ENOENT");
    assertEquals(rename(wasi, "folder/", "other/"), "ESUCCESS");
    assertEquals(rename(wasi, "file", "other/moved"), "ESUCCESS");
    assertEquals(rename(wasi, "other", "other/moved/x"), "ENOTDIR");
    assertEquals(rename(wasi, "other", "other/x"), "EINVAL");
    assertEquals(Deno.readTextFileSync(`${guest.folder}/other/moved`), "text");
    assertEquals(mkdir(wasi, "empty"), "ESUCCESS");
    assertEquals(rename(wasi, "empty", "other"), "ENOTEMPTY");
    assertEquals(rename(wasi, "other", "empty"), "ESUCCESS");
  },
);

testInFolder(
  "path_link() gives a file, or a symbolic link, another name",
  (wasi, guest) => {
    Deno.mkdirSync(`${guest.folder}/folder`);
    Deno.writeTextFileSync(`${guest.folder}/file`, "");
    Deno.symlinkSync("file", `${guest.folder}/link`);
    assertEquals(link(wasi, "file", "folder/second"), "ESUCCESS");
    assertEquals(wasi.pathFilestat("file").nlink, 2n);
    assertEquals(link(wasi, "link", "third", FOLLOW), "EINVAL");
    assertEquals(link(wasi, "none", "third", FOLLOW), "EINVAL");
    assertEquals(link(wasi, "link", "third"), "ESUCCESS");
    assertEquals(wasi.pathFilestat("third").type, 7);
    assertEquals(link(wasi, "file", "third"), "EEXIST");
    assertEquals(link(wasi, "folder", "x"), "EPERM");
    assertEquals(link(wasi, "file", "x/"), "ENOENT");
    assertEquals(link(wasi, "file/", "x"), "ENOTDIR");
    assertEquals(link(wasi, "none", "x"), "ENOENT");
    assertEquals(link(wasi, "file", "x", 2), "EINVAL");
  },
);

testInFolder("path_symlink() and path_readlink() keep the text of a link", (wasi, guest) => {
  assertEquals(symlink(wasi, "some/where", "link"), "ESUCCESS");
  assertEquals(Deno.readLinkSync(`${guest.folder}/link`), "some/where");
  assertEquals(readlink(wasi, "link"), "some/where");
  assertEquals(readlink(wasi, "link", 4), "some");
  assertEquals(readlink(wasi, "link", 0), "");
  Deno.writeTextFileSync(`${guest.folder}/file`, "");
  assertEquals(readlink(wasi, "file"), "EINVAL");
  assertEquals(readlink(wasi, "file", 0), "EINVAL");
  assertEquals(readlink(wasi, "none"), "ENOENT");
  assertEquals(symlink(wasi, "x", "link"), "EEXIST");
  assertEquals(symlink(wasi, "x", "none/link"), "ENOENT");
  assertEquals(symlink(wasi, "x", "new/"), "ENOENT");
  assertEquals(symlink(wasi, "x", "file/"), "ENOTDIR");
  Deno.mkdirSync(`${guest.folder}/folder`);
  assertEquals(symlink(wasi, "x", "folder/"), "EEXIST");
  assertEquals(symlink(wasi, "", "other"), "ENOENT");
  assertEquals(symlink(wasi, "/etc", "other"), "EPERM");
  // A link out of the directory can be made, and leads nowhere.
  assertEquals(symlink(wasi, "../..", "out"), "ESUCCESS");
  assertEquals(stat(wasi, "out", FOLLOW), "EPERM");
});

testInFolder("path_readlink() is EFAULT for a bad buffer or result", (wasi, guest) => {
  Deno.symlinkSync("x", `${guest.folder}/link`);
  const path = wasi.put("link");
  const good = wasi.room(8);
  const call = (at: number, size: number, result: number): string =>
    wasi.call("path_readlink", DIRECTORY, ...path, at, size, result);
  assertEquals(call(MEMORY_SIZE - 1, 2, good), "EFAULT");
  assertEquals(call(good, -1, good), "EFAULT");
  assertEquals(call(good, 8, MEMORY_SIZE - 3), "EFAULT");
});

testInFolder("path_filestat_get() tells of a link, or of where it leads", (wasi, guest) => {
  Deno.mkdirSync(`${guest.folder}/folder`);
  Deno.writeTextFileSync(`${guest.folder}/folder/file`, "12345");
  Deno.symlinkSync("folder/file", `${guest.folder}/link`);
  Deno.symlinkSync("link", `${guest.folder}/chain`);
  Deno.symlinkSync("loop", `${guest.folder}/loop`);
  Deno.symlinkSync("folder", `${guest.folder}/way`);
  assertEquals(wasi.pathFilestat("link").type, 7);
  const { type, size } = wasi.pathFilestat("chain", true);
  assertEquals([type, size], [4, 5n]);
  assertEquals(wasi.pathFilestat("way/file").size, 5n);
  assertEquals(wasi.pathFilestat("way/").type, 3);
  assertEquals(wasi.pathFilestat(".").type, 3);
  assertEquals(wasi.pathFilestat("folder/../folder//./file").size, 5n);
  assertEquals(stat(wasi, "loop", FOLLOW), "ELOOP");
  assertEquals(stat(wasi, "loop"), "ESUCCESS");
  assertEquals(stat(wasi, "loop/x"), "ELOOP");
  assertEquals(stat(wasi, "link/"), "ENOTDIR");
  assertEquals(stat(wasi, "link/x"), "ENOTDIR");
  assertEquals(stat(wasi, "none"), "ENOENT");
  assertEquals(stat(wasi, "none/x"), "ENOENT");
  assertEquals(stat(wasi, "link", 2), "EINVAL");
  const bad = MEMORY_SIZE - 63;
  assertEquals(wasi.call("path_filestat_get", DIRECTORY, 0, ...wasi.put("link"), bad), "EFAULT");
});

testInFolder(
  "path_filestat_set_times() sets the times of a link, or of where it leads",
  (wasi, guest) => {
    Deno.writeTextFileSync(`${guest.folder}/file`, "");
    Deno.symlinkSync("file", `${guest.folder}/link`);
    const set = (
      path: string,
      flags: number,
      atime: bigint,
      mtime: bigint,
      which: number,
    ): string =>
      wasi.call(
        "path_filestat_set_times",
        DIRECTORY,
        flags,
        ...wasi.put(path),
        atime,
        mtime,
        which,
      );
    const [early, late] = [1_000_000_000_000_000_000n, 1_500_000_000_001_000_000n];
    assertEquals(set("link", FOLLOW, early, late, 5), "ESUCCESS");
    assertEquals(wasi.pathFilestat("file").atime, early);
    assertEquals(wasi.pathFilestat("file").mtime, late);
    assertEquals(set("link", 0, late, early, 5), "ESUCCESS");
    assertEquals(wasi.pathFilestat("link").mtime, early);
    assertEquals(wasi.pathFilestat("file").mtime, late);
    assertEquals(set("file", 0, 0n, 0n, 2), "ESUCCESS");
    assert(wasi.pathFilestat("file").atime > late);
    assertEquals(set("file", 0, 0n, 0n, 3), "EINVAL");
    assertEquals(set("file", 0, 0n, 0n, 16), "EINVAL");
    assertEquals(set("file", 2, 0n, 0n, 5), "EINVAL");
    assertEquals(set("none", 0, 0n, 0n, 5), "ENOENT");
  },
);

testInFolder(
  "paths are EILSEQ, EINVAL, ENOENT, ENAMETOOLONG, EFAULT where they are none",
  (wasi) => {
    const calls = (at: number, length: number): string[] => [
      wasi.call("path_create_directory", DIRECTORY, at, length),
      wasi.call("path_unlink_file", DIRECTORY, at, length),
      wasi.call("path_filestat_get", DIRECTORY, 0, at, length, wasi.room(64)),
      wasi.call("path_open", DIRECTORY, 0, at, length, 0, 0n, 0n, 0, wasi.room(4)),
      wasi.call("path_symlink", at, length, DIRECTORY, ...wasi.put("link")),
      wasi.call("path_rename", DIRECTORY, at, length, DIRECTORY, ...wasi.put("x")),
    ];
    const cases: [content: string | Uint8Array, errno: string][] = [
      [new Uint8Array([0x61, 0xff]), "EILSEQ"],
      [new Uint8Array([0xed, 0xa0, 0x80]), "EILSEQ"],
      ["a\0b", "EINVAL"],
      ["a\0", "EINVAL"],
      ["", "ENOENT"],
      ["a".repeat(4096), "ENAMETOOLONG"],
    ];
    for (const [content, errno] of cases) {
      assertEquals(new Set(calls(...wasi.put(content))), new Set([errno]));
    }
    for (const [at, length] of [[MEMORY_SIZE - 1, 2], [-1, 1], [0, -1], [0, 2 ** 31]] as const) {
      assertEquals(new Set(calls(at, length)), new Set(["EFAULT"]));
    }
  },
);
