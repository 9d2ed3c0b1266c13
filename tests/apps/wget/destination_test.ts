import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../../lib/kernel/system.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  Destination,
  type DestinationOptions,
  ReaderGoneError,
} from "../../../lib/apps/wget/destination.ts";
import { DownloadError } from "../../../lib/apps/wget/exit_status.ts";
import { testEachStack } from "../../net/each_stack.ts";
import { fakeSystem, sequence } from "../../net/fake_system.ts";
import { emptyFolder } from "./wget.ts";

const HELLO = new TextEncoder().encode("hello");

function file(system: System, path: string, more: Partial<DestinationOptions> = {}): Destination {
  return Destination.file(system, { path, isFromUrl: true, resume: false, ...more });
}

/** Opens a destination, writes to it, and tells its path. */
function save(destination: Destination, contents = HELLO): string {
  using open = destination;
  open.open();
  open.write(contents);
  return open.path;
}

testEachStack("Destination takes the first free name for a URL's", async (system) => {
  await using folder = await emptyFolder();
  const path = `${folder.path}/f`;
  const saved = Array.from({ length: 3 }, () => save(file(system, path)));
  assertEquals(saved, [path, `${path}.1`, `${path}.2`]);
  assertEquals(["f", "f.1", "f.2"].map(folder.text), ["hello", "hello", "hello"]);
});

testEachStack("Destination overwrites nothing under a URL's name", async (system) => {
  await using folder = await emptyFolder();
  Deno.mkdirSync(`${folder.path}/directory`);
  folder.write("kept", "kept");
  Deno.symlinkSync("kept", `${folder.path}/link`);
  Deno.symlinkSync("missing", `${folder.path}/dangling`);
  for (const name of ["directory", "link", "dangling"]) {
    assertEquals(save(file(system, `${folder.path}/${name}`)), `${folder.path}/${name}.1`);
  }
  assertEquals([folder.text("kept"), folder.names().includes("missing")], ["kept", false]);
});

testEachStack("Destination replaces a file that was named", async (system) => {
  await using folder = await emptyFolder();
  folder.write("f", "something longer");
  const path = `${folder.path}/f`;
  assertEquals(save(file(system, path, { isFromUrl: false })), path);
  assertEquals([folder.text("f"), folder.names()], ["hello", ["f"]]);
});

testEachStack("Destination makes no file before it is opened", async (system) => {
  await using folder = await emptyFolder();
  using _destination = file(system, `${folder.path}/f`);
  assertEquals(folder.names(), []);
});

testEachStack("Destination.resume() goes on at the end of a file", async (system) => {
  await using folder = await emptyFolder();
  const path = `${folder.path}/f`;
  for (const isFromUrl of [true, false]) {
    folder.write("f", "1234");
    using destination = file(system, path, { isFromUrl, resume: true });
    assertEquals(destination.resume(), 4);
    assertEquals(save(destination), path);
    assertEquals(folder.text("f"), "1234hello");
  }
});

testEachStack("Destination.resume() begins where nothing is there", async (system) => {
  await using folder = await emptyFolder();
  using destination = file(system, `${folder.path}/f`, { resume: true });
  assertEquals([destination.resume(), folder.names()], [0, []]);
  save(destination);
  assertEquals(folder.text("f"), "hello");
});

testEachStack("Destination.resume() follows no link under a URL's name", async (system) => {
  await using folder = await emptyFolder();
  folder.write("kept", "kept");
  Deno.symlinkSync("kept", `${folder.path}/f`);
  using fromUrl = file(system, `${folder.path}/f`, { resume: true });
  const error = assertThrows(() => fromUrl.resume(), DownloadError, "f: it is a symbolic link");
  assertEquals([error.status, folder.text("kept")], [3, "kept"]);
  using named = file(system, `${folder.path}/f`, { resume: true, isFromUrl: false });
  assertEquals(named.resume(), 4);
});

testEachStack("Destination.resume() goes on with regular files only", async (system) => {
  await using folder = await emptyFolder();
  Deno.mkdirSync(`${folder.path}/d`);
  // Nobody reads from the pipe: to open it would wait.
  await new Deno.Command("mkfifo", { args: [`${folder.path}/p`] }).output();
  for (const path of [`${folder.path}/d`, `${folder.path}/p`, "/dev/null"]) {
    using destination = file(system, path, { resume: true, isFromUrl: false });
    const error = assertThrows(() => destination.resume(), DownloadError, "it is no regular file");
    assertEquals(error.status, 3, path);
  }
});

testEachStack("Destination says why a file cannot be written", async (system) => {
  await using folder = await emptyFolder();
  const rows = [
    [`${folder.path}/no/such`, "No such file or directory (ENOENT)"],
    [folder.path, "Is a directory (EISDIR)"],
    [`${folder.path}/${"n".repeat(300)}`, "File name too long (ENAMETOOLONG)"],
  ] as const;
  for (const [path, reason] of rows) {
    using destination = file(system, path, { isFromUrl: false });
    const error = assertThrows(() => destination.open(), DownloadError);
    assertEquals([error.message, error.status], [`Cannot write ${path}: ${reason}`, 3]);
  }
});

testEachStack("Destination leaves no descriptor open", async (system) => {
  await using folder = await emptyFolder();
  const lowest = () => {
    const fd = system.dup(0);
    system.close(fd);
    return fd;
  };
  const before = lowest();
  const path = `${folder.path}/f`;
  save(file(system, path));
  using resumed = file(system, path, { resume: true });
  resumed.resume();
  resumed[Symbol.dispose]();
  using directory = file(system, folder.path, { resume: true, isFromUrl: false });
  assertThrows(() => directory.resume(), DownloadError);
  using device = file(system, "/dev/null", { resume: true, isFromUrl: false });
  assertThrows(() => device.resume(), DownloadError);
  assertEquals(lowest(), before);
});

testEachStack("Destination.write() says that a disk is full", (system) => {
  using destination = file(system, "/dev/full", { isFromUrl: false });
  destination.open();
  const error = assertThrows(() => destination.write(HELLO), DownloadError);
  assertEquals(
    [error.message, error.status],
    ["Cannot write /dev/full: No space left on device (ENOSPC)", 3],
  );
});

Deno.test("Destination.write() goes on after short and interrupted writes", () => {
  const { system, calls } = fakeSystem({
    openat: () => 5,
    poll: () => 1,
    write: sequence(2, -Errno.EINTR, -Errno.EAGAIN, 3),
  });
  using destination = file(system, "f");
  destination.open();
  destination.write(HELLO);
  assertEquals(calls.filter((call) => call === "write(5)").length, 4);
  assertEquals(calls.at(-2), "poll");
});

Deno.test("Destination.write() does not go on for ever where nothing is taken", () => {
  const { system } = fakeSystem({ openat: () => 5, write: () => 0 });
  using destination = file(system, "f");
  destination.open();
  assertThrows(() => destination.write(HELLO), DownloadError, "(EIO)");
});

Deno.test("Destination gives up when all names are taken", () => {
  const { system } = fakeSystem({ openat: () => -Errno.EEXIST });
  using destination = file(system, "f");
  assertThrows(() => destination.open(), DownloadError, "so do the first 10000 numbered ones");
});

Deno.test("Destination tells a closed pipe from a full disk", () => {
  const { system, calls } = fakeSystem({ write: () => -Errno.EPIPE });
  using destination = Destination.stdout(system);
  destination.open();
  assertEquals([destination.resume(), destination.isFile], [0, false]);
  assertThrows(() => destination.write(HELLO), ReaderGoneError);
  destination[Symbol.dispose]();
  assertEquals(calls, ["write(1)"]);
});
