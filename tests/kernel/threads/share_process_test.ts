import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { AKUMA_LIMITS } from "../../../lib/kernel/socket_limits.ts";
import { ProcessEndedError } from "../../../lib/kernel/threads/joined_process.ts";
import { ThreadsUnavailableError } from "../../../lib/kernel/threads/share_process.ts";
import { EPOLL_CTL_ADD, EPOLLIN } from "../../../lib/linux/epoll.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import {
  AT_FDCWD,
  F_GETFD,
  F_SETFD,
  FD_CLOEXEC,
  O_ACCMODE,
  O_CREAT,
  O_RDWR,
} from "../../../lib/linux/fcntl.ts";
import { AF_INET, SOCK_DGRAM, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { assertErrno, bytes, Guest, testOn, text } from "../guest.ts";
import { openDescriptors } from "../open_descriptors.ts";

const LIB = new URL("../../../lib/", import.meta.url);

function inodes(kernel: Kernel, fds: readonly number[]): bigint[] {
  const status = new FileStatus();
  return fds.map((fd) => {
    assertEquals(kernel.fstat(fd, status), 0);
    return status.ino;
  });
}

testOn("libc", "share() keeps numbers, what they mean and their flags", (guest) => {
  const { kernel } = guest;
  const { client, server } = guest.connection();
  const duplicate = guest.ok(kernel.dup2(client, 40), "dup2");
  guest.ok(kernel.fcntl(client, F_SETFD, FD_CLOEXEC), "F_SETFD");
  const file = guest.ok(
    kernel.openat(AT_FDCWD, `${guest.folder}/file`, O_CREAT | O_RDWR, 0o600),
    "openat",
  );
  const fds = [0, 1, 2, client, server, duplicate, file];
  const before = inodes(kernel, fds);
  const shared = kernel.share();
  using thread = Kernel.attach(shared);
  for (const one of [kernel, thread]) {
    assertEquals(inodes(one, fds), before);
    assertEquals([client, duplicate].map((fd) => one.fcntl(fd, F_GETFD, 0)), [FD_CLOEXEC, 0]);
    assertErrno(one.kind(39), Errno.EBADF);
  }
  // The duplicate is one still: what is sent through one number ends only with both.
  assertEquals(thread.close(client), 0);
  assertEquals(thread.send(duplicate, bytes("abc"), 3, 0), 3);
  assertEquals(guest.receive(server), "abc");
  assertEquals(kernel.close(duplicate), 0);
  assertEquals(guest.receive(server), "");
});

testOn("libc", "share() gives the same process each time", (guest) => {
  const shared = guest.kernel.share();
  assert(shared === guest.kernel.share());
  using thread = Kernel.attach(shared);
  assert(thread.share() === shared);
  const fd = thread.socket(AF_INET, SOCK_DGRAM, 0);
  assertEquals(guest.kernel.socket(AF_INET, SOCK_DGRAM, 0), fd + 1);
});

testOn("libc", "share() keeps what is registered with epoll", (guest) => {
  const { kernel } = guest;
  const epoll = guest.ok(kernel.epollCreate1(0), "epoll_create1");
  const event = guest.ok(kernel.eventfd2(1, 0), "eventfd2");
  const other = guest.ok(kernel.dup(event), "dup");
  const add = (one: Kernel, fd: number): number =>
    one.epollCtl(epoll, EPOLL_CTL_ADD, fd, { events: EPOLLIN, data: BigInt(fd) });
  assertEquals([add(kernel, event), add(kernel, other)], [0, 0]);
  using thread = Kernel.attach(kernel.share());
  assertErrno(add(thread, event), Errno.EEXIST);
  assertErrno(add(kernel, other), Errno.EEXIST);
  const room = new Uint8Array(64);
  assertEquals(thread.epollPwait(epoll, room, 4, 0), 2);
  assertEquals(thread.close(event), 0);
  assertEquals(kernel.epollPwait(epoll, room, 4, 0), 2);
  assertEquals(kernel.close(other), 0);
  assertEquals(thread.epollPwait(epoll, room, 4, 0), 0);
});

testOn("libc", "share() keeps the current folder, the umask and the limits", (guest) => {
  const { kernel } = guest;
  guest.ok(kernel.chdir(guest.folder), "chdir");
  kernel.umask(0o27);
  guest.ok(kernel.prlimit(7, { current: 8, maximum: 9 }, null), "prlimit");
  using thread = Kernel.attach(kernel.share());
  const path = new Uint8Array(4096);
  const length = guest.ok(thread.getcwd(path, 4096), "getcwd");
  assertEquals(text(path.subarray(0, length - 1)), guest.folder);
  assertEquals(thread.umask(0o22), 0o27);
  const limit = { current: 0, maximum: 0 };
  guest.ok(thread.prlimit(7, null, limit), "prlimit");
  assertEquals(limit, { current: 8, maximum: 9 });
  while (thread.dup(0) >= 0);
  assertErrno(kernel.dup(0), Errno.EMFILE);
  assertEquals([kernel.kind(7) > 0, kernel.kind(8)], [true, -Errno.EBADF]);
});

testOn("libc", "share() keeps numbers open that a limit lowered since excludes", (guest) => {
  const { kernel } = guest;
  guest.ok(kernel.prlimit(7, { current: 4096, maximum: 4096 }, null), "prlimit");
  const fd = guest.ok(kernel.dup2(guest.udp(), 3000), "dup2");
  guest.ok(kernel.prlimit(7, { current: 8, maximum: 9 }, null), "prlimit");
  using thread = Kernel.attach(kernel.share());
  assertEquals(thread.kind(fd), 3);
  assertErrno(thread.dup2(0, 3001), Errno.EBADF);
  assertEquals(thread.close(fd), 0);
});

Deno.test("share() counts the sockets of all threads against their limit", () => {
  using guest = new Guest("libc", { limits: AKUMA_LIMITS });
  const first = guest.udp();
  using thread = Kernel.attach(guest.kernel.share());
  for (let count = 1; count < 32; count++) {
    const kernel = count % 2 === 0 ? thread : guest.kernel;
    guest.ok(kernel.socket(AF_INET, SOCK_STREAM, 0), "socket");
  }
  for (const kernel of [thread, guest.kernel]) {
    assertErrno(kernel.socket(AF_INET, SOCK_STREAM, 0), Errno.EMFILE);
  }
  assertEquals(thread.close(first), 0);
  guest.ok(guest.kernel.socket(AF_INET, SOCK_STREAM, 0), "socket");
});

Deno.test("share() has accept() of one thread refused where another has taken the last socket", () => {
  using guest = new Guest("libc", { limits: AKUMA_LIMITS });
  const { kernel } = guest;
  using thread = Kernel.attach(kernel.share());
  const listener = guest.listener();
  guest.bound(listener, 0);
  const client = guest.tcp();
  guest.ok(thread.connect(client, guest.addressOf(listener)), "connect");
  for (let count = 2; count < 32; count++) guest.ok(thread.socket(AF_INET, SOCK_DGRAM, 0), "");
  assertErrno(kernel.accept(listener, null), Errno.ENOBUFS);
  assertErrno(thread.accept(listener, null), Errno.ENOBUFS);
  assertEquals(kernel.close(client + 1), 0);
  guest.ok(thread.accept(listener, null), "accept");
  assertErrno(kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
});

Deno.test("share() leaves functions for stdio to each thread", () => {
  const written: string[] = [];
  const write = (name: string) => (chunk: Uint8Array): number => {
    written.push(`${name} ${text(chunk)}`);
    return chunk.length;
  };
  using guest = new Guest("libc", { stdio: { stdout: write("first") } });
  const duplicate = guest.ok(guest.kernel.dup(1), "dup");
  using thread = Kernel.attach(guest.kernel.share(), { stdio: { stdout: write("second") } });
  for (const kernel of [guest.kernel, thread]) {
    for (const fd of [1, duplicate]) assertEquals(kernel.write(fd, bytes(`${fd}`), 1), 1);
  }
  assertEquals(written, ["first 1", `first ${duplicate}`, "second 1", `second ${duplicate}`]);
});

testOn("libc", "a shared process has no descriptors of one thread alone", (guest) => {
  const { kernel } = guest;
  const path = `${guest.folder}/file`;
  const open = (one: Kernel): number => one.openat(AT_FDCWD, path, O_CREAT | O_ACCMODE, 0o600);
  const fd = guest.ok(open(kernel), "openat");
  const error = assertThrows(() => kernel.share(), ThreadsUnavailableError);
  assertStringIncludes(error.message, `Cannot share descriptor ${fd}`);
  // Nothing has changed.
  assertEquals(kernel.close(fd), 0);
  using thread = Kernel.attach(kernel.share());
  for (const one of [kernel, thread]) assertErrno(open(one), Errno.EINVAL);
});

testOn("deno", "share() needs the libc stack, and says so", (guest) => {
  const error = assertThrows(() => guest.kernel.share(), ThreadsUnavailableError);
  assertStringIncludes(error.message, "--allow-ffi");
  assertStringIncludes(error.message, `--allow-read=${LIB.pathname}`);
  assertStringIncludes(error.message, "the process uses the deno stack");
});

Deno.test("share() needs to read the library's folder, and says so", async () => {
  const code = `
    import { Kernel, openStack } from "${LIB}kernel/mod.ts";
    using kernel = new Kernel(openStack("libc"));
    try {
      kernel.share();
    } catch (error) {
      console.log(error.message);
    }`;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/main.ts`, code);
    const run = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-ffi", "--allow-net", `${folder}/main.ts`],
      env: { NO_COLOR: "1" },
      stderr: "inherit",
    }).output();
    const message = text(run.stdout);
    assertStringIncludes(message, "--allow-ffi");
    assertStringIncludes(message, `--allow-read=${LIB.pathname}`);
    assertStringIncludes(message, `${LIB.pathname} may not be read`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testOn("libc", "a process that has ended cannot be shared or joined", (guest) => {
  const shared = guest.kernel.share();
  guest.kernel.exit();
  assertThrows(() => Kernel.attach(shared), ProcessEndedError);
  const other = new Kernel(openStack("libc"));
  other.exit();
  assertThrows(() => other.share(), ProcessEndedError);
});

testOn("libc", "attach() takes nothing that is no process", (guest) => {
  const shared = guest.kernel.share();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  assertThrows(() => Kernel.attach({ ...shared, memory }), TypeError, "Cannot join a process");
  assertThrows(() => Kernel.attach({ ...shared, numbers: 1 }), TypeError, "Cannot join a process");
});

testOn("libc", "the last thread to leave ends the process", (guest) => {
  const shared = guest.kernel.share();
  const [a] = guest.udpPair();
  const before = openDescriptors().length;
  const thread = Kernel.attach(shared);
  assertEquals(thread.kind(a), 3);
  guest.kernel.leave();
  assertErrno(guest.kernel.kind(a), Errno.EBADF);
  assertEquals(thread.kind(a), 3);
  assertEquals(openDescriptors().length, before);
  thread.leave();
  assertErrno(thread.kind(a), Errno.EBADF);
  assertEquals(openDescriptors().length, before - 2);
  assertThrows(() => Kernel.attach(shared), ProcessEndedError);
});

testOn("libc", "a process ends once, whoever ends it how often", (guest) => {
  const shared = guest.kernel.share();
  const threads = Array.from({ length: 3 }, () => Kernel.attach(shared));
  guest.udpPair();
  for (const thread of threads) {
    thread.exit();
    thread.leave();
    thread.exit();
  }
  assertErrno(guest.kernel.kind(0), Errno.EBADF);
  assertErrno(guest.kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
});
