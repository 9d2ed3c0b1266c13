import { assert, assertEquals } from "@std/assert";
import { expectCalls, runGuest } from "./run_guest.ts";
import type { Servers } from "./servers.ts";
import { type TestedStack, testOnEach } from "./stacks.ts";

/** Registers a test with a folder of its own: `inside`, which is granted, and `outside` with a secret. */
function testInFolders(
  name: string,
  body: (folder: string, stack: TestedStack, servers: Servers) => Promise<void>,
): void {
  testOnEach(name, async (servers, stack) => {
    const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_files_" }));
    try {
      Deno.mkdirSync(`${folder}/inside/dir`, { recursive: true });
      Deno.mkdirSync(`${folder}/outside/empty`, { recursive: true });
      Deno.writeTextFileSync(`${folder}/outside/secret`, "secret");
      Deno.writeTextFileSync(`${folder}/inside/own`, "own");
      await body(folder, stack, servers);
      assertEquals(contents(`${folder}/outside`), ["empty", "secret"]);
      assertEquals(Deno.readTextFileSync(`${folder}/outside/secret`), "secret");
      assertEquals(contents(`${folder}/outside/empty`), []);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

function contents(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** Every call that takes a path. */
function attempts(path: string, inside: string): string[] {
  return [
    `open ${path} O_RDONLY`,
    `open ${path} O_WRONLY`,
    `open ${path} O_RDWR|O_TRUNC`,
    `open ${path} O_RDONLY|O_TRUNC`,
    `open ${path} O_WRONLY|O_CREAT`,
    `open ${path} O_WRONLY|O_APPEND`,
    `open ${path} O_PATH`,
    `open ${path} 3`,
    `stat ${path} 0`,
    `truncate ${path}`,
    `utimes ${path} 0`,
    `access ${path} R_OK`,
    `access ${path} W_OK`,
    `link ${path} ${inside}/stolen AT_SYMLINK_FOLLOW`,
  ];
}

/** Runs calls that all have to be refused. */
async function expectRefusals(
  options: { stack: TestedStack; flags: string[]; cwd?: string },
  calls: readonly string[],
  errnos: readonly string[] = ["EACCES"],
): Promise<void> {
  const answers = await runGuest(options, calls);
  calls.forEach((call, index) => {
    const answer = answers[index] ?? "no answer";
    assert(errnos.includes(answer), `${call} gives ${answer} under ${options.flags.join(" ")}`);
  });
}

testInFolders("no call reaches a file outside of the grant", async (folder, stack) => {
  const inside = `${folder}/inside`;
  const outside = `${folder}/outside`;
  Deno.symlinkSync(`${outside}/secret`, `${inside}/link`);
  Deno.symlinkSync(outside, `${inside}/folder`);
  Deno.symlinkSync("../../outside/secret", `${inside}/dir/relative`);
  Deno.symlinkSync(`${outside}/new`, `${inside}/dangling`);
  Deno.symlinkSync("/proc/self/root", `${inside}/root`);
  const paths = [
    `${outside}/secret`,
    `${outside}/new`,
    "../outside/secret",
    `${inside}/dir/../../outside/secret`,
    "link",
    "dangling",
    "folder/secret",
    "folder/../outside/secret",
    "dir/relative",
    `root${outside}/secret`,
    `/proc/self/root${outside}/secret`,
    "/proc/self/cwd/../outside/secret",
    "/etc/passwd",
  ];
  const flags = [`--allow-read=${inside}`, `--allow-write=${inside}`];
  await expectRefusals({ stack, flags, cwd: inside }, [
    ...paths.flatMap((path) => attempts(path, inside)),
    ...["folder", outside].flatMap((path) => [
      `open ${path} O_RDONLY|O_DIRECTORY`,
      `open ${path}/ O_RDONLY`,
      `open ${path} O_TMPFILE|O_RDWR`,
      `open ${path}/empty O_TMPFILE|O_WRONLY`,
      `open ${path}/made O_CREAT|O_EXCL|O_WRONLY`,
      `mkdir ${path}/made`,
      `unlink ${path}/secret`,
      `unlink ${path}/empty AT_REMOVEDIR`,
      `rename ${path}/secret stolen`,
      `rename own ${path}/planted`,
      `link own ${path}/planted`,
      `symlink own ${path}/planted`,
      `readlink ${path}/secret`,
    ]),
    `symlink ${outside}/secret new-link`,
    "symlink own new-link",
  ]);
  assertEquals(contents(inside), ["dangling", "dir", "folder", "link", "own", "root"]);
});

testInFolders("what is granted for reading is not written", async (folder, stack) => {
  const inside = `${folder}/inside`;
  await expectRefusals({ stack, flags: [`--allow-read=${inside}`], cwd: inside }, [
    "open own O_WRONLY",
    "open own O_RDWR",
    "open own O_RDONLY|O_TRUNC",
    "open own O_RDONLY|O_TRUNC|O_APPEND",
    "open new O_RDONLY|O_CREAT",
    "open dir O_TMPFILE|O_RDWR",
    "open own 3",
    "truncate own",
    "utimes own 0",
    "utimes own AT_SYMLINK_NOFOLLOW",
    "utimes dir 0",
    "unlink own",
    "unlink dir AT_REMOVEDIR",
    "rename own other",
    "link own other",
    "symlink own other",
    "mkdir new",
    "access own W_OK",
  ]);
  assertEquals(contents(inside), ["dir", "own"]);
  assertEquals(Deno.readTextFileSync(`${inside}/own`), "own");
  await expectCalls({ stack, flags: [`--allow-read=${inside}`], cwd: inside }, [
    "f = open own O_RDONLY",
    ["write f 'x'", "EBADF"],
    ["read f", "3 'own'"],
    ["futimes f", "EACCES"],
    "d = open dir O_RDONLY",
    ["futimes d", "EACCES"],
    "p = open own O_PATH",
    ["futimes p", "EACCES"],
  ]);
  const both = [`--allow-read=${inside}`, `--allow-write=${inside}`];
  await expectCalls({ stack, flags: both, cwd: inside }, [
    "utimes own 0",
    "d = open dir O_RDONLY",
    "futimes d",
    "w = open own O_RDWR",
    "futimes w",
    "f = open own O_RDONLY",
    ["futimes f", "EACCES"],
  ]);
  await expectRefusals({ stack, flags: [`--allow-write=${inside}`], cwd: inside }, [
    "open own O_RDONLY",
    "open own O_RDWR",
    "open own O_PATH",
    "open dir O_RDONLY",
    "stat own 0",
    "utimes own 0",
    "access own R_OK",
    "rename own other",
    "link own other",
  ]);
});

testInFolders("a directory descriptor does not lead out when its folder is swapped", async (
  folder,
  stack,
) => {
  const inside = `${folder}/inside`;
  Deno.symlinkSync(`${folder}/outside`, `${inside}/link`);
  Deno.writeTextFileSync(`${inside}/dir/secret`, "inside");
  const flags = [`--allow-read=${inside}`, `--allow-write=${inside}`];
  await expectCalls({ stack, flags, cwd: inside }, [
    "d = open dir O_RDONLY|O_DIRECTORY",
    "f = openat d secret O_RDONLY",
    ["read f", "6 'inside'"],
    ["openat d ../../outside/secret O_RDONLY", "EACCES"],
    [`openat d ${folder}/outside/secret O_RDONLY`, "EACCES"],
    ["openat d ../link/secret O_RDONLY", "EACCES"],
    ["openat f secret O_RDONLY", "ENOTDIR"],
    ["openat 0 secret O_RDONLY", "ENOTDIR"],
    "rename dir moved",
    "rename link dir",
    // The name now leads out.
    ["openat d secret O_RDONLY", "ENOENT"],
    ["openat d secret O_WRONLY|O_TRUNC", "ENOENT"],
    ["openat d new O_WRONLY|O_CREAT", "ENOENT"],
    ["open dir/secret O_RDONLY", "EACCES"],
  ]);
});

testInFolders("a denied part of a grant stays denied, under other names too", async (
  folder,
  stack,
) => {
  const inside = `${folder}/inside`;
  Deno.mkdirSync(`${inside}/dir/sub`);
  Deno.mkdirSync(`${inside}/beside`);
  Deno.writeTextFileSync(`${inside}/dir/sub/key`, "key");
  Deno.symlinkSync("dir/sub/key", `${inside}/link`);
  const flags = [
    `--allow-read=${inside}`,
    `--allow-write=${inside}`,
    `--deny-read=${inside}/dir/sub`,
    `--deny-write=${inside}/dir/sub`,
  ];
  await expectRefusals({ stack, flags, cwd: inside }, [
    ...["dir/sub/key", "link", "dir/../dir/sub/key"].flatMap((path) => attempts(path, inside)),
    "rename dir/sub sub",
    "rename dir/sub/key key",
    "unlink dir/sub/key",
    // A folder above would take it along, and another one take its place.
    "rename dir other",
    "open other/sub/key O_RDONLY",
    "rename beside dir",
  ], ["EACCES", "ENOENT"]);
  assertEquals(Deno.readTextFileSync(`${inside}/dir/sub/key`), "key");
});

testInFolders("the host's own folders stay closed under unscoped grants", async (
  folder,
  stack,
  servers,
) => {
  const server = servers.tcp();
  const inside = `${folder}/inside`;
  Deno.symlinkSync("/proc/self/mem", `${inside}/mem`);
  Deno.symlinkSync("/dev", `${inside}/dev`);
  const flags = ["--allow-read", "--allow-write", "--allow-net"];
  await expectRefusals(
    { stack, flags, cwd: inside },
    [
      "/proc/self/mem",
      "/proc/self/environ",
      "/proc/self/fd/0",
      `/proc/self/root${folder}/outside/secret`,
      "/proc/1/environ",
      "/proc/sys/kernel/core_pattern",
      "/dev/fd/0",
      "/dev/stdin",
      "/dev/tty",
      "/dev/mem",
      "/dev/ptmx",
      "/sys/kernel/uevent_helper",
      "mem",
      "dev/fd/0",
      `/dev/tcp/127.0.0.1/${server.port}`,
      `/dev/udp/127.0.0.1/${server.port}`,
    ].flatMap((path) => attempts(path, inside)),
  );
  assertEquals(server.arrivals(), []);
  await expectCalls({ stack, flags, cwd: inside }, [
    "n = open /dev/null O_RDWR",
    ["write n 'x'", "1"],
    "f = open ../outside/secret O_RDONLY",
    `revoke '{"name":"read"}'`,
    // What is open stays open.
    ["read f", "6 'secret'"],
    ["open ../outside/secret O_RDONLY", "EACCES"],
    ["open own O_RDWR", "EACCES"],
    "w = open own O_WRONLY",
    `revoke '{"name":"write"}'`,
    ["open own O_WRONLY", "EACCES"],
  ]);
});
