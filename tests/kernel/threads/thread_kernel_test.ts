import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { processEnd } from "../../../lib/kernel/threads/process_end.ts";
import { EFD_SEMAPHORE } from "../../../lib/linux/eventfd.ts";
import { Errno, errnoName } from "../../../lib/linux/errno.ts";
import { POLLHUP, POLLIN } from "../../../lib/linux/poll.ts";
import { AF_UNIX, SHUT_RDWR, SOCK_STREAM } from "../../../lib/linux/socket.ts";
import { AT_FDCWD, F_SETLK, F_WRLCK, O_RDWR } from "../../../lib/linux/fcntl.ts";
import { assertErrno } from "../guest.ts";
import { LONG_PATH } from "./paths.ts";
import { testThreads, type ThreadedGuest } from "./threads.ts";

/** What another process gets that wants to lock a file: an error's name, or 0. */
async function lockElsewhere(path: string): Promise<string> {
  const kernel = new URL("../../../lib/kernel/mod.ts", import.meta.url);
  const code = `
    import { Kernel, openStack } from "${kernel}";
    const kernel = new Kernel(openStack("libc"));
    const fd = kernel.openat(${AT_FDCWD}, ${JSON.stringify(path)}, ${O_RDWR}, 0);
    const lock = { type: ${F_WRLCK}, whence: 0, start: 0, length: 1, pid: 0 };
    console.log(kernel.fcntlLock(fd, ${F_SETLK}, lock));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", code],
    env: { NO_COLOR: "1" },
  }).output();
  const result = Number(new TextDecoder().decode(stdout));
  return result < 0 ? errnoName(-result) : String(result);
}

function pair(guest: ThreadedGuest): readonly [number, number] {
  const fds = new Int32Array(2);
  guest.ok(guest.kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
  return [fds[0] as number, fds[1] as number];
}

testThreads(
  "recv() goes on while another thread closes the number, which is free",
  async (guest) => {
    const [a, b] = pair(guest);
    const thread = guest.start("recvTwice", a);
    await thread.inside("recvfrom");
    assertEquals(guest.kernel.close(a), 0);
    assertErrno(guest.kernel.recv(a, new Uint8Array(1), 1, 0), Errno.EBADF);
    const other = guest.udp();
    assertEquals(other, a);
    assertEquals(guest.kernel.close(other), 0);
    // The socket is there until the call is over.
    guest.send(b, "late");
    assertEquals(await thread.report(), "late");
    assertErrno(Number(await thread.result), Errno.EBADF);
    assertErrno(guest.kernel.send(b, new Uint8Array(1), 1, 0), Errno.EPIPE);
  },
);

testThreads("shutdown() ends what waits in recv() and accept()", async (guest) => {
  const [a] = pair(guest);
  const listener = guest.tcp();
  guest.ok(guest.kernel.listen(listener, 1), "listen");
  guest.bound(listener, 0);
  const receiver = guest.start("recv", a);
  const acceptor = guest.start("accept", listener);
  await receiver.inside("recvfrom");
  await acceptor.inside("accept4");
  guest.ok(guest.kernel.shutdown(a, SHUT_RDWR), "shutdown");
  guest.ok(guest.kernel.shutdown(listener, SHUT_RDWR), "shutdown");
  assertEquals(await receiver.result, "");
  assertErrno(Number(await acceptor.result), Errno.EINVAL);
});

testThreads("accept() takes its number before it waits, as Linux does", async (guest) => {
  const listener = guest.listener();
  guest.bound(listener, 0);
  const acceptor = guest.start("accept", listener);
  await acceptor.inside("accept4");
  const number = listener + 1;
  assertErrno(guest.kernel.kind(number), Errno.EBADF);
  assertErrno(guest.kernel.close(number), Errno.EBADF);
  assertErrno(guest.kernel.dup2(listener, number), Errno.EBUSY);
  const client = guest.tcp();
  assertEquals(client, number + 1);
  guest.ok(guest.kernel.connect(client, guest.addressOf(listener)), "connect");
  assertEquals(await acceptor.result, number);
  assertEquals(guest.kernel.kind(number), 3);
});

testThreads("poll() of a closed number still tells of what it watched", async (guest) => {
  const [a, b] = pair(guest);
  const poller = guest.start("poll", a);
  await poller.inside("poll");
  assertEquals(guest.kernel.close(a), 0);
  assertEquals(guest.kernel.close(b), 0);
  assertEquals(await poller.result, [1, POLLIN | POLLHUP]);
});

testThreads("a process is the same one to all of its threads", async (guest) => {
  const [a] = pair(guest);
  const changer = guest.start("change", a);
  assertEquals(await changer.result, 0);
  const limit = { current: 0, maximum: 0 };
  guest.ok(guest.kernel.prlimit(7, null, limit), "prlimit");
  assertEquals(limit, { current: 10, maximum: 20 });
  assertEquals(guest.kernel.umask(0o22), 0o77);
  assertEquals(guest.kernel.fcntl(a, 1, 0), 1);
  const path = new Uint8Array(8);
  assertEquals(guest.kernel.getcwd(path, 8), 2);
  guest.ok(guest.kernel.chdir(guest.folder), "chdir");
  const seen = await guest.start("look", a).result;
  assertEquals(seen, { limit, mask: 0o22, folder: guest.folder, closeOnExec: 1, kind: 3 });
});

testThreads("exit() interrupts threads in any call", async (guest) => {
  const datagrams = guest.udp();
  guest.bound(datagrams, 0);
  const pipe = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(pipe, 0), "pipe2");
  const full = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(full, 0), "pipe2");
  const epoll = guest.ok(guest.kernel.epollCreate1(0), "epoll_create1");
  const { EBADF, EINTR, EPIPE } = Errno;
  // Where the other end of a pipe was closed first, that is what is told.
  const threads = [
    [guest.start("recv", datagrams), "recvfrom", [EINTR]],
    [guest.start("read", pipe[0] as number), "read", [EINTR, 0]],
    [guest.start("fill", full[1] as number), "write", [EINTR, EBADF, EPIPE]],
    [guest.start("poll", datagrams), "poll", [EINTR]],
    [guest.start("pollNothing"), "poll", [EINTR]],
    [guest.start("selectNothing"), "pselect6", [EINTR]],
    [guest.start("epollWait", epoll), "epoll_wait", [EINTR]],
  ] as const;
  for (const [thread, call] of threads) await thread.inside(call);
  guest.kernel.exit(3);
  for (const [thread, call, errors] of threads) {
    const [result] = [await thread.result].flat();
    assertArrayIncludes(errors, [-Number(result)], call);
  }
  assertEquals(await processEnd(guest.shared), 3);
});

testThreads("exit() of one thread ends the process for all", async (guest) => {
  const datagrams = guest.udp();
  guest.bound(datagrams, 0);
  const receiver = guest.start("recv", datagrams);
  await receiver.inside("recvfrom");
  const ender = guest.start("exit", 5);
  assertErrno(Number(await ender.result), Errno.EMFILE);
  assertErrno(Number(await receiver.result), Errno.EINTR);
  assertEquals(await processEnd(guest.shared), 5);
  assertErrno(guest.kernel.kind(0), Errno.EBADF);
});

testThreads("exit() ends threads that make calls all the time", async (guest) => {
  const [a] = pair(guest);
  const threads = Array.from({ length: 4 }, () => guest.start("churn", a));
  await Promise.all(threads.map((thread) => thread.started));
  guest.kernel.exit();
  for (const thread of threads) {
    const result = -Number(await thread.result);
    assert(result === Errno.EBADF || result === Errno.EMFILE, String(result));
  }
});

testThreads("numbers that no process has are EBADF on eight threads at once", async (guest) => {
  const threads = Array.from({ length: 8 }, () => guest.start("hostile"));
  for (const thread of threads) assertEquals(await thread.result, []);
});

testThreads("epoll_wait() hears of what other threads register and close", async (guest) => {
  const epoll = guest.ok(guest.kernel.epollCreate1(0), "epoll_create1");
  const event = guest.ok(guest.kernel.eventfd2(0, 0), "eventfd2");
  const waiter = guest.start("epollWait", epoll);
  await waiter.inside("epoll_wait");
  assertEquals(await guest.start("epollAdd", epoll, event, 42).result, 0);
  assertErrno(Number(await guest.start("epollAdd", epoll, event, 43).result), Errno.EEXIST);
  const duplicate = guest.ok(guest.kernel.dup(event), "dup");
  assertEquals(guest.kernel.close(event), 0);
  guest.kernel.write(duplicate, new Uint8Array(BigUint64Array.of(1n).buffer), 8);
  assertEquals(await waiter.result, [1, 42]);
  // The last number of the counter ends its registration, whichever thread closes it.
  assertEquals(guest.kernel.close(duplicate), 0);
  assertEquals(guest.kernel.epollPwait(epoll, new Uint8Array(16), 1, 0), 0);
});

testThreads("epoll_wait() goes on while another thread closes the instance", async (guest) => {
  const epoll = guest.ok(guest.kernel.epollCreate1(0), "epoll_create1");
  const event = guest.ok(guest.kernel.eventfd2(0, 0), "eventfd2");
  assertEquals(await guest.start("epollAdd", epoll, event, 7).result, 0);
  const waiter = guest.start("epollWait", epoll);
  await waiter.inside("epoll_wait");
  assertEquals(guest.kernel.close(epoll), 0);
  guest.kernel.write(event, new Uint8Array(BigUint64Array.of(1n).buffer), 8);
  assertEquals(await waiter.result, [1, 7]);
});

testThreads("a record lock lasts while other threads open the file", async (guest) => {
  const path = `${guest.folder}/${LONG_PATH}`;
  await Deno.writeTextFile(path, "x");
  guest.ok(guest.kernel.chdir(guest.folder), "chdir");
  const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_RDWR, 0), "openat");
  const gate = guest.ok(guest.kernel.eventfd2(0, EFD_SEMAPHORE), "eventfd2");
  const earlier = guest.start("openHere", gate);
  await earlier.report();
  assertEquals(await guest.start("lock", fd).result, 0);
  assertEquals(await lockElsewhere(path), "EAGAIN");
  // What opening it takes is closed later, since closing it would end the lock.
  const later = guest.start("openHere", gate);
  const opened = Number(await later.report());
  assertEquals(await lockElsewhere(path), "EAGAIN");
  // Closing any number of the file ends it, as on Linux.
  assertEquals(guest.kernel.close(opened), 0);
  assertEquals(await lockElsewhere(path), "0");
  guest.kernel.write(gate, new Uint8Array(BigUint64Array.of(2n).buffer), 8);
  assertEquals([await earlier.result, await later.result], [8, 8]);
});
