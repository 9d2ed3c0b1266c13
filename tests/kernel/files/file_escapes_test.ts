import { assert, assertEquals, assertFalse } from "@std/assert";
import { FileSystem } from "../../../lib/kernel/files/file_system.ts";
import { permissionState, revokePermissions } from "../../../lib/kernel/policy/permissions.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_REMOVEDIR,
  O_CREAT,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  R_OK,
} from "../../../lib/linux/fcntl.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { runDeno } from "../policy/deno_program.ts";
import { type Files, link, named, testFiles } from "./file_variants.ts";

/**
 * What no guest here may read, write or remove. All that these tests try to change is in here: a
 * hole that they find must not cost anybody a file.
 */
const OUTSIDE = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_outside_" }));
Deno.writeTextFileSync(`${OUTSIDE}/secret`, "secret");
Deno.mkdirSync(`${OUTSIDE}/empty`);
globalThis.addEventListener("unload", () => Deno.removeSync(OUTSIDE, { recursive: true }));

const scoped = { scoped: true } as const;

/** Every way to reach a file by its path, as names of errors. */
function attempts(files: Files, path: string): Record<string, string> {
  const { system } = files;
  const status = new FileStatus();
  const open = (flags: number) => {
    const file = system.openat(null, path, flags, 0o600);
    if (typeof file === "number") return named(file);
    file.close();
    return "opened";
  };
  return {
    read: open(O_RDONLY),
    write: open(O_WRONLY),
    update: open(O_RDWR),
    create: open(O_CREAT | O_WRONLY),
    path: open(O_PATH),
    stat: named(system.fstatat(null, path, status, 0)),
    truncate: named(system.truncate(path, 0)),
    access: named(system.faccessat(null, path, R_OK)),
    link: named(system.linkat(null, path, null, files.at("stolen"), 0x400)),
  };
}

function assertAllRefused(files: Files, path: string): void {
  for (const [call, result] of Object.entries(attempts(files, path))) {
    assertEquals(result, "EACCES", `${call} ${path}`);
  }
}

testFiles("paths out of the permitted folder are EACCES", (files) => {
  files.makeFolder("dir");
  for (
    const path of [
      `${OUTSIDE}/secret`,
      `${OUTSIDE}/missing`,
      OUTSIDE,
      files.at(`../../${OUTSIDE.split("/").at(-1)}/secret`),
      files.at(`dir/../../../${OUTSIDE.split("/").at(-1)}/secret`),
      `${"../".repeat(50)}${OUTSIDE.slice(1)}/secret`,
    ]
  ) assertAllRefused(files, path);
}, scoped);

testFiles("symbolic links out of the permitted folder are EACCES", (files) => {
  files.makeFolder("dir");
  link(files, `${OUTSIDE}/secret`, "file");
  link(files, OUTSIDE, "folder");
  link(files, "folder", "twice");
  link(files, `../../../${OUTSIDE.split("/").at(-1)}/secret`, "dir/relative");
  link(files, `${OUTSIDE}/new`, "dangling");
  for (
    const name of [
      "file",
      "folder/secret",
      "twice/secret",
      "folder/../secret",
      "dir/../folder/secret",
      "dir/relative",
      "dangling",
      "folder/missing/x",
    ]
  ) assertAllRefused(files, files.at(name));
  const { system } = files;
  assertEquals(system.unlinkat(null, files.at("folder/secret"), 0), -Errno.EACCES);
  assertEquals(system.unlinkat(null, files.at("folder/empty"), AT_REMOVEDIR), -Errno.EACCES);
  assertEquals(system.mkdirat(null, files.at("folder/made"), 0o777), -Errno.EACCES);
  const stolen = files.at("stolen");
  assertEquals(system.renameat(null, files.at("folder/secret"), null, stolen), -Errno.EACCES);
  files.put("mine", "x");
  const planted = files.at("folder/planted");
  assertEquals(system.renameat(null, files.at("mine"), null, planted), -Errno.EACCES);
  assertEquals(system.linkat(null, files.at("mine"), null, planted, 0), -Errno.EACCES);
  assertEquals(system.readlinkat(null, files.at("folder/x"), new Uint8Array(9), 9), -Errno.EACCES);
  assertEquals(system.openat(null, files.at("folder"), O_RDONLY, 0), -Errno.EACCES);
  // The link itself is the guest's.
  assert(system.readlinkat(null, files.at("file"), new Uint8Array(99), 99) > 0);
  assertEquals(system.unlinkat(null, files.at("file"), 0), 0);
}, scoped);

testFiles("a relative link that a guest moves up does not lead out", (files) => {
  files.makeFolder("a/b");
  files.put("a/target", "inside");
  link(files, `${"../".repeat(50)}${OUTSIDE.slice(1)}/secret`, "a/b/link");
  const { system } = files;
  assertEquals(system.renameat(null, files.at("a/b/link"), null, files.at("link")), 0);
  assertAllRefused(files, files.at("link"));
}, scoped);

testFiles("the host's own folders are EACCES", (files) => {
  link(files, "/proc/self", "proc");
  link(files, "/proc/self/mem", "mem");
  link(files, "/proc/self/fd", "fd");
  link(files, "/dev/stdin", "stdin");
  for (
    const path of [
      "/proc/self/mem",
      "/proc/self/environ",
      `/proc/self/root${OUTSIDE}/secret`,
      `/proc/self/root${files.at("x")}`,
      `/proc/self/cwd/x`,
      "/proc/self/fd/0",
      "/proc/1/status",
      "/dev/fd/0",
      "/dev/stdin",
      "/dev/tty",
      "/dev/kmsg",
      "/sys/kernel/notes",
      files.at("proc/mem"),
      files.at(`proc/root${OUTSIDE}/secret`),
      files.at("mem"),
      files.at("fd/0"),
      files.at("stdin"),
    ]
  ) assertAllRefused(files, path);
}, scoped);

testFiles("a directory that was replaced by a link is not entered", (files) => {
  files.makeFolder("dir");
  const directory = files.open("dir", O_RDONLY);
  Deno.removeSync(files.at("dir"));
  link(files, OUTSIDE, "dir");
  const { system } = files;
  assertEquals(system.openat(directory, "secret", O_RDONLY, 0), -Errno.ENOENT);
  assertEquals(system.unlinkat(directory, "secret", 0), -Errno.ENOENT);
  assertEquals(system.mkdirat(directory, "made", 0o777), -Errno.ENOENT);
  if (!files.hasHost) {
    assertEquals(directory.getdents(new Uint8Array(999), 999), -Errno.EACCES);
  }
}, scoped);

Deno.test("what is outside stays as it was", () => {
  assertEquals(Deno.readTextFileSync(`${OUTSIDE}/secret`), "secret");
  assertEquals([...Deno.readDirSync(OUTSIDE)].map(({ name }) => name).sort(), ["empty", "secret"]);
  assertEquals(Deno.lstatSync(`${OUTSIDE}/secret`).nlink, 1);
});

const imports = `
  import { FileSystem } from "${import.meta.resolve("../../../lib/kernel/files/file_system.ts")}";
  import { FileStatus } from "${import.meta.resolve("../../../lib/linux/stat.ts")}";
  import { errnoName } from "${import.meta.resolve("../../../lib/linux/errno.ts")}";
  const system = new FileSystem({ host: null });
  const say = (result: unknown) =>
    console.log(typeof result === "number" && result < 0 ? errnoName(result) : "ok");
`;

Deno.test("unscoped permissions to read and write leave the host's own folders closed", async () => {
  const output = await runDeno(
    `${imports}
    for (const path of ["/proc/self/mem", "/proc/self/environ", "/proc/self/fd/0", "/dev/fd/2",
      "/proc/self/root/etc/passwd", "/dev/kmsg"]) {
      say(system.openat(null, path, 0, 0));
    }
    for (const path of ["/dev/null", "/dev/zero", "/dev/urandom", "/etc/passwd"]) {
      say(system.openat(null, path, 0, 0));
    }`,
    ["--allow-read", "--allow-write"],
  );
  assertEquals(output, "EACCES\n".repeat(6) + "ok\n".repeat(4));
});

Deno.test("a denied part of a grant stays denied through links", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/secrets`);
    Deno.writeTextFileSync(`${folder}/secrets/key`, "key");
    Deno.writeTextFileSync(`${folder}/public`, "text");
    Deno.symlinkSync("secrets/key", `${folder}/link`);
    const output = await runDeno(
      `${imports}
      for (const name of ["public", "link", "secrets/key", "secrets", "x/../secrets/key"]) {
        say(system.openat(null, "${folder}/" + name, 0, 0));
      }
      say(system.symlinkat("secrets/key", null, "${folder}/new"));`,
      ["--allow-read", `--deny-read=${folder}/secrets`, "--allow-write"],
    );
    assertEquals(output, "ok\nEACCES\nEACCES\nEACCES\nENOENT\nEACCES\n");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a granted folder that is itself a symbolic link can be used", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/real`);
    Deno.writeTextFileSync(`${folder}/real/f`, "text");
    Deno.symlinkSync("real", `${folder}/granted`);
    const output = await runDeno(
      `${imports}
      const directory = system.openat(null, "${folder}/granted", 0, 0);
      say(directory);
      if (typeof directory !== "number") say(system.openat(directory, "f", 0, 0));
      say(system.openat(null, "${folder}/granted/f", 2, 0));
      say(system.openat(null, "${folder}/real/f", 0, 0));`,
      [`--allow-read=${folder}/granted`, `--allow-write=${folder}/granted`],
    );
    assertEquals(output, "ok\nok\nok\nEACCES\n");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a folder that may be written and not read takes new names only", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/in/empty`, { recursive: true });
    Deno.mkdirSync(`${folder}/out`);
    Deno.writeTextFileSync(`${folder}/out/secret`, "secret");
    Deno.writeTextFileSync(`${folder}/log`, "log\n");
    Deno.symlinkSync(`${folder}/out/secret`, `${folder}/in/link`);
    Deno.symlinkSync(`${folder}/out/new`, `${folder}/in/dangling`);
    Deno.symlinkSync(`${folder}/out`, `${folder}/in/outdir`);
    const output = await runDeno(
      `${imports}
      const open = (name, flags) => say(system.openat(null, "${folder}/in/" + name, flags, 0o640));
      open("new", 0o2101);
      open("new", 0o2101);
      open("new", 0o301);
      open("new", 0);
      for (const name of ["link", "dangling", "outdir/secret", "outdir/x"]) {
        for (const flags of [1, 2, 0o101, 0o1001, 0o2101, 0o1102]) open(name, flags);
        say(system.truncate("${folder}/in/" + name, 0));
      }
      console.log("then");
      say(system.unlinkat(null, "${folder}/in/outdir/secret", 0));
      say(system.mkdirat(null, "${folder}/in/outdir/made", 0o700));
      say(system.unlinkat(null, "${folder}/in/empty", 0));
      say(system.mkdirat(null, "${folder}/in/made", 0o700));
      say(system.unlinkat(null, "${folder}/in/made", 0x200));
      say(system.unlinkat(null, "${folder}/in/link", 0));
      say(system.unlinkat(null, "${folder}/in/new", 0));
      say(system.openat(null, "${folder}/log", 0o2001, 0));
      say(system.truncate("${folder}/log", 2));`,
      [`--allow-write=${folder}/in,${folder}/log`],
    );
    const [first, then] = output.split("then\n");
    assertEquals(first, "ok\nEACCES\nEEXIST\nEACCES\n" + "EACCES\n".repeat(4 * 7));
    assertEquals(then, "EACCES\nEACCES\nEISDIR\nok\nok\nok\nok\nok\nok\n");
    assertEquals(Deno.readTextFileSync(`${folder}/out/secret`), "secret");
    assertEquals([...Deno.readDirSync(`${folder}/out`)].length, 1);
    assertEquals(Deno.readTextFileSync(`${folder}/log`), "lo");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("nothing is read or written without permission", async () => {
  const output = await runDeno(
    `${imports}
    say(system.openat(null, "x", 0, 0));
    say(system.openat(null, "x", 0o101, 0o600));
    say(system.openat(null, "/etc/passwd", 0, 0));
    say(system.fstatat(null, ".", new FileStatus(), 0));
    say(system.mkdirat(null, "x", 0o777));
    say(system.unlinkat(null, "x", 0));
    say(system.renameat(null, "x", null, "y"));
    say(system.readlinkat(null, "x", new Uint8Array(9), 9));
    say(system.truncate("x", 0));`,
    ["--no-prompt"],
  );
  assertEquals(output, "EACCES\n".repeat(9));
});

Deno.test({
  name: "no call prompts the person at a terminal",
  ignore: !hasScript(),
  async fn() {
    const folder = Deno.makeTempDirSync();
    try {
      Deno.mkdirSync(`${folder}/in`);
      Deno.writeTextFileSync(`${folder}/secret`, "secret");
      Deno.symlinkSync(`${folder}/secret`, `${folder}/in/out`);
      Deno.symlinkSync("/proc/self/environ", `${folder}/in/environ`);
      Deno.writeTextFileSync(`${folder}/in/f`, "text");
      const program = `${folder}/program.ts`;
      Deno.writeTextFileSync(
        program,
        `${imports}
        console.log("terminal " + Deno.stdin.isTerminal());
        const status = new FileStatus();
        for (const path of ["${folder}/in/f", "${folder}/in/out", "${folder}/in/environ",
          "${folder}/secret", "/proc/self/environ", "/dev/tty", "/", "${folder}/in/../x",
          "${folder}/in/new"]) {
          for (const flags of [0, 1, 2, 3, 0o101, 0o301, 0o1000, 0o10000000, 0o400000, 0o20200002]) {
            system.openat(null, path, flags, 0o600);
          }
          system.fstatat(null, path, status, 0);
          system.fstatat(null, path, status, 0x100);
          system.truncate(path, 0);
          system.unlinkat(null, path, 0);
          system.unlinkat(null, path, 0x200);
          system.mkdirat(null, path, 0o777);
          system.renameat(null, path, null, "${folder}/in/y");
          system.linkat(null, path, null, "${folder}/in/z", 0);
          system.linkat(null, path, null, "${folder}/in/z", 0x400);
          system.symlinkat("t", null, path);
          system.readlinkat(null, path, new Uint8Array(9), 9);
          for (let mode = 0; mode < 8; mode++) system.faccessat(null, path, mode);
        }
        const directory = system.openat(null, "${folder}/in", 0, 0);
        if (typeof directory !== "number") {
          directory.getdents(new Uint8Array(999), 999);
          system.openat(directory, "../x", 0, 0);
        }
        for (const n of [0, 1, 2]) system.stdio(n as 0 | 1 | 2).fstat(status);
        console.log("done");`,
      );
      for (const flags of ["", `--allow-read=${folder}/in`, `--allow-write=${folder}/in`]) {
        // A prompt would wait for ever.
        const deno = `timeout -s KILL 60 ${Deno.execPath()} run --no-config --no-lock ${flags} ` +
          program;
        const { stdout } = await new Deno.Command("script", {
          args: ["-qec", deno, "/dev/null"],
          stdin: "null",
          stdout: "piped",
        }).output();
        const output = new TextDecoder().decode(stdout);
        assert(output.includes("terminal true"), output);
        assert(output.includes("done"), output);
        assertFalse(output.includes("requests"), output);
        assertEquals(Deno.readTextFileSync(`${folder}/secret`), "secret");
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "a permission that is revoked no longer opens anything",
  permissions: { read: [OUTSIDE], write: [OUTSIDE] },
  fn() {
    const system = new FileSystem({ host: null });
    const path = `${OUTSIDE}/secret`;
    const file = system.openat(null, path, O_RDONLY, 0);
    assert(typeof file !== "number");
    const directory = system.openat(null, OUTSIDE, O_RDONLY, 0);
    assert(typeof directory !== "number");
    revokePermissions({ name: "read", path: OUTSIDE });
    assertEquals(permissionState({ name: "read", path }), "prompt");
    assertEquals(system.openat(null, path, O_RDONLY, 0), -Errno.EACCES);
    assertEquals(system.openat(directory, "secret", O_RDONLY, 0), -Errno.EACCES);
    assertEquals(directory.getdents(new Uint8Array(999), 999), -Errno.EACCES);
    // What is open stays open, as everywhere.
    assertEquals(file.read(new Uint8Array(9), 9), 6);
    file.close();
    directory.close();
  },
});

Deno.test("an unscoped permission that is revoked no longer opens anything", async () => {
  const output = await runDeno(
    `${imports}
    import { revokePermissions } from "${
      import.meta.resolve("../../../lib/kernel/policy/permissions.ts")
    }";
    say(system.openat(null, "/etc/passwd", 0, 0));
    revokePermissions({ name: "read" });
    say(system.openat(null, "/etc/passwd", 0, 0));`,
    ["--allow-all"],
  );
  assertEquals(output, "ok\nEACCES\n");
});

function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
