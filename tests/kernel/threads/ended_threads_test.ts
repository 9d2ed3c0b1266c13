/**
 * What threads leave behind that end without having left the process: Deno ends a worker that is
 * terminated once its calls are over, and may end it elsewhere in other versions.
 *
 * @module
 */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { leaveProcess } from "../../../lib/kernel/threads/process_end.ts";
import { Header, ProcessState, Record } from "../../../lib/kernel/threads/process_memory.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { F_SETFL, O_NONBLOCK } from "../../../lib/linux/fcntl.ts";
import {
  AF_INET,
  AF_UNIX,
  SO_LINGER,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../lib/linux/socket.ts";
import { encodeSockaddr } from "../../../lib/linux/sockaddr.ts";
import { IPV4_LOOPBACK, SocketAddress } from "../../../lib/ip.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { assertErrno, bytes } from "../guest.ts";
import { LostThread } from "./lost_thread.ts";
import { type TestWorker, until } from "./test_worker.ts";
import { testThreads, type ThreadedGuest } from "./threads.ts";

function pair(guest: ThreadedGuest): readonly [number, number] {
  const fds = new Int32Array(2);
  guest.ok(guest.kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
  return [fds[0] as number, fds[1] as number];
}

/** Waits until a thread has come to its end, and not for ever. */
async function over(thread: TestWorker): Promise<void> {
  let isOver = false;
  thread.result.finally(() => isOver = true);
  await until(() => isOver, "the end of a thread");
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
  const lost = new LostThread(guest.shared);
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
  const lost = new LostThread(guest.shared);
  // More than its block has room for.
  for (let turn = 0; turn < 100; turn++) lost.use(a);
  lost.use(guest.udp());
  lost.end();
  guest.kernel.exit();
  return Promise.resolve();
});

testThreads("numbers that a thread had reserved that ended are free again", (guest) => {
  const lost = new LostThread(guest.shared);
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
  const lost = new LostThread(guest.shared);
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
    new LostThread(guest.shared).end();
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

testThreads("a process whose thread was cut short with its locks ends", async (guest) => {
  const thread = guest.start("cutShort", 5);
  assertEquals(await thread.report(), "locked");
  await over(thread);
  assertEquals(await thread.result, [true, ProcessState.ended, 5]);
});

testThreads("a thread is busy from when it takes a number away to the end of its call", (guest) => {
  const fd = guest.udp();
  const lost = new LostThread(guest.shared);
  const { block } = lost.joined;
  const file = lost.table.remove(fd);
  assert(file !== undefined);
  assert(block.isBusy(block.index));
  lost.table.drop(file);
  lost.table.finish();
  assertFalse(block.isBusy(block.index));
  lost.end();
  return Promise.resolve();
});

testThreads("exit() ends a close() that waits for what was not sent", async (guest) => {
  // Its peer is not of the process, whose end would close it, and does not read.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = guest.tcp();
  const address = encodeSockaddr(new SocketAddress(IPV4_LOOPBACK, listener.addr.port));
  guest.ok(guest.kernel.connect(client, address), "connect");
  using _peer = await listener.accept();
  const linger = new Uint8Array(new Int32Array([1, 30_000]).buffer);
  guest.ok(guest.kernel.setsockopt(client, SOL_SOCKET, SO_LINGER, linger, 8), "SO_LINGER");
  guest.ok(guest.kernel.fcntl(client, F_SETFL, O_NONBLOCK), "O_NONBLOCK");
  const block = new Uint8Array(1 << 20);
  while (guest.kernel.send(client, block, block.length, 0) > 0);
  guest.ok(guest.kernel.fcntl(client, F_SETFL, 0), "F_SETFL");
  const thread = guest.start("close", client);
  await thread.inside("close");
  guest.kernel.exit();
  await over(thread);
});

testThreads("a description ends once, whoever else was about to end it", (guest) => {
  const [a] = pair(guest);
  const lost = new LostThread(guest.shared);
  const file = lost.use(a);
  guest.kernel.exit();
  // As if its reference had been the last one before the process's end ended everything.
  Atomics.store(lost.joined.memory.records, file.record * Record.words, 1);
  lost.table.drop(file);
  assertEquals(lost.ended, 0);
  lost.end();
  return Promise.resolve();
});

testThreads("nobody joins a process that its last thread leaves", (guest) => {
  const { joined, table } = new LostThread(guest.shared);
  guest.kernel.leave();
  const { threads } = joined.locks;
  const states: (number | undefined)[] = [];
  const release = threads.release.bind(threads);
  threads.release = () => {
    states.push(joined.memory.header[Header.state]);
    release();
  };
  leaveProcess(joined, table);
  assertEquals(states, [ProcessState.ending]);
  return Promise.resolve();
});
