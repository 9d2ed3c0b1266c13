/**
 * What threads leave behind that end without having left the process: Deno ends a worker that is
 * terminated once its calls are over, and may end it elsewhere in other versions.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { JoinedProcess } from "../../../lib/kernel/threads/joined_process.ts";
import { Thread } from "../../../lib/kernel/threads/process_memory.ts";
import { SharedTable } from "../../../lib/kernel/threads/shared_table.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { AF_INET, AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { assertErrno, bytes } from "../guest.ts";
import { testThreads, type ThreadedGuest } from "./threads.ts";

/** No thread of any process has this number: Linux's are below 2²². */
const NO_THREAD = 2 ** 30;

function pair(guest: ThreadedGuest): readonly [number, number] {
  const fds = new Int32Array(2);
  guest.ok(guest.kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
  return [fds[0] as number, fds[1] as number];
}

/** A thread in the middle of something, which the host no longer knows then. */
class LostThread {
  readonly joined: JoinedProcess;
  readonly table: SharedTable;

  constructor(guest: ThreadedGuest) {
    const joined = new JoinedProcess(guest.shared);
    this.joined = joined;
    this.table = new SharedTable({
      memory: joined.memory,
      block: joined.block,
      lock: joined.locks.table,
      order: null,
      files: {
        describe: () => {
          throw new Error("opens nothing");
        },
        open: (file) => joined.stack.open(file),
        isReplaced: () => false,
        end: (file) => file.close(),
      },
    });
  }

  use(fd: number): OpenFile {
    const file = this.table.get(fd);
    assert(file !== undefined);
    return file;
  }

  end(): void {
    const { words, base } = this.joined.block;
    Atomics.store(words, base + Thread.id, NO_THREAD);
    this.joined.stack.close();
  }
}

testThreads("a terminated worker ends its call, and what others have closed", async (guest) => {
  const [a, b] = pair(guest);
  const thread = guest.start("recvTwice", a);
  await thread.inside("recvfrom");
  thread.terminate();
  assertEquals(guest.kernel.close(a), 0);
  // The call is still under way, and with it the socket; the thread ends once the call is over.
  guest.send(b, "x");
  await thread.gone();
  assertErrno(guest.kernel.send(b, bytes("x"), 1, 0), Errno.EPIPE);
});

testThreads("exit() closes what terminated workers are using", async (guest) => {
  const datagrams = guest.udp();
  guest.bound(datagrams, 0);
  const address = guest.addressOf(datagrams);
  const listener = guest.listener();
  guest.bound(listener, 0);
  const threads = [
    [guest.start("recv", datagrams), "recvfrom"],
    [guest.start("accept", listener), "accept4"],
    [guest.start("poll", datagrams), "poll"],
  ] as const;
  for (const [thread, call] of threads) {
    await thread.inside(call);
    thread.terminate();
  }
  guest.kernel.exit();
  for (const [thread] of threads) await thread.gone();
  // Nobody holds the port any more.
  using other = new Kernel(openStack("libc"));
  assertEquals(other.bind(other.socket(AF_INET, SOCK_DGRAM, 0), address), 0);
});

testThreads("what a thread was using that ended is closed when another one joins", (guest) => {
  const [a, b] = pair(guest);
  const lost = new LostThread(guest);
  lost.use(a);
  assertEquals(guest.kernel.close(a), 0);
  guest.send(b, "x");
  lost.end();
  guest.send(b, "x");
  using _other = Kernel.attach(guest.shared);
  assertErrno(guest.kernel.send(b, bytes("x"), 1, 0), Errno.EPIPE);
  return Promise.resolve();
});

testThreads("what a thread was using that ended is closed with the process", (guest) => {
  const [a] = pair(guest);
  const lost = new LostThread(guest);
  // More than its block has room for.
  for (let turn = 0; turn < 100; turn++) lost.use(a);
  lost.use(guest.udp());
  lost.end();
  guest.kernel.exit();
  return Promise.resolve();
});

testThreads("numbers that a thread had reserved that ended are free again", (guest) => {
  const lost = new LostThread(guest);
  const first = lost.table.reserve();
  const second = lost.table.reserve();
  for (const fd of [first, second]) assertErrno(guest.kernel.dup2(0, fd), Errno.EBUSY);
  lost.end();
  using _other = Kernel.attach(guest.shared);
  assertEquals([guest.kernel.dup(0), guest.kernel.dup(0)], [first, second]);
  return Promise.resolve();
});

testThreads("a lock that a thread held that ended keeps nobody waiting", (guest) => {
  const [a] = pair(guest);
  const lost = new LostThread(guest);
  const { locks } = lost.joined;
  for (const lock of [locks.receive, locks.files, locks.epoll, locks.table, locks.learned]) {
    lock.acquire();
  }
  lost.end();
  using _other = Kernel.attach(guest.shared);
  const fd = guest.ok(guest.kernel.dup(a), "dup");
  assertEquals(guest.kernel.close(fd), 0);
  guest.ok(guest.kernel.chdir("/"), "chdir");
  guest.ok(guest.kernel.epollCreate1(0), "epoll_create1");
  return Promise.resolve();
});

testThreads("the block of a thread that ended is another one's", (guest) => {
  for (let turn = 0; turn < 600; turn++) {
    new LostThread(guest).end();
    // Who starts threads asks for the process each time.
    if (turn % 200 === 0) guest.kernel.share();
  }
  using other = Kernel.attach(guest.shared);
  assertEquals(other.kind(0) > 0, true);
  return Promise.resolve();
});

testThreads("a thread that makes no call is no obstacle to the end", async (guest) => {
  const thread = guest.start("spin");
  assertEquals(await thread.report(), "spinning");
  const [a] = pair(guest);
  guest.kernel.exit();
  assertErrno(guest.kernel.kind(a), Errno.EBADF);
  assertErrno(Number(await thread.result), Errno.EBADF);
});
