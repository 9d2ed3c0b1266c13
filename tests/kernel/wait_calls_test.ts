import { assertEquals } from "@std/assert";
import { Errno } from "../../lib/linux/errno.ts";
import { AT_FDCWD, O_RDWR } from "../../lib/linux/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI } from "../../lib/linux/poll.ts";
import { RLIMIT_NOFILE } from "../../lib/linux/resource.ts";
import { fdIsSet, fdSet } from "../../lib/linux/select.ts";
import { assertErrno, Guest, testOnEach } from "./guest.ts";

interface Entry {
  fd: number;
  events: number;
  revents: number;
}

function entry(fd: number, events = POLLIN): Entry {
  return { fd, events, revents: 0x55 };
}

/** A set of select(2) with room for `room` descriptors. */
function setOf(fds: readonly number[], room = 1024): Uint8Array {
  const set = new Uint8Array(room / 8);
  for (const fd of fds) fdSet(set, fd);
  return set;
}

function membersOf(set: Uint8Array): number[] {
  return Array.from({ length: set.length * 8 }, (_, fd) => fd).filter((fd) => fdIsSet(set, fd));
}

testOnEach("poll() sets revents of every entry and counts those that have some", (guest) => {
  const [receiver, sender] = guest.udpPair();
  guest.send(sender, "x");
  guest.await(receiver);
  const entries = [
    entry(receiver, POLLIN | POLLOUT | POLLPRI),
    entry(sender, POLLIN),
    entry(receiver, 0),
  ];
  assertEquals(guest.kernel.poll(entries, 0), 1);
  assertEquals(entries.map(({ revents }) => revents), [POLLIN | POLLOUT, 0, 0]);
});

testOnEach("poll() takes one description under several numbers for as many entries", (guest) => {
  const [fd] = guest.udpPair();
  const entries = [entry(fd, POLLOUT), entry(guest.ok(guest.kernel.dup(fd)), POLLOUT)];
  assertEquals(guest.kernel.poll(entries, 0), 2);
  assertEquals(entries.map(({ revents }) => revents), [POLLOUT, POLLOUT]);
});

testOnEach("poll() ignores negative descriptors and sets their revents to 0", (guest) => {
  const entries = [entry(-1), entry(-7), entry(-(2 ** 31))];
  assertEquals(guest.kernel.poll(entries, 0), 0);
  assertEquals(entries.map(({ revents }) => revents), [0, 0, 0]);
});

testOnEach("poll() reports what is no descriptor as POLLNVAL, at once", (guest) => {
  const entries = [99, NaN, 0.5, Infinity, 2 ** 32, 2 ** 53].map((fd) => entry(fd));
  const quiet = entry(guest.udp());
  assertEquals(guest.kernel.poll([...entries, quiet], -1), entries.length);
  assertEquals(entries.map(({ revents }) => revents), entries.map(() => POLLNVAL));
  assertEquals(quiet.revents, 0);
});

testOnEach("poll() asked for nothing reports errors and ends only", (guest) => {
  const { client, server } = guest.connection();
  guest.kernel.shutdown(client, 2);
  guest.await(server);
  guest.kernel.shutdown(server, 2);
  assertEquals(guest.await(server, 0) & ~POLLERR, POLLHUP);
});

testOnEach(
  "poll() gives 0 after a time-out, whole or fractional, with revents cleared",
  (guest) => {
    const fd = guest.udp();
    for (const timeout of [0, 1, 0.25, 1.5, 1e-6, -0]) {
      const quiet = entry(fd);
      assertEquals(guest.kernel.poll([quiet], timeout), 0);
      assertEquals(quiet.revents, 0);
    }
    assertEquals(guest.kernel.poll([], 0.5), 0);
  },
);

testOnEach("poll() returns at once from what is ready, whatever the time-out", (guest) => {
  const fd = guest.udp();
  const timeouts = [-1, -0.5, -Infinity, NaN, 2 ** 31, 2 ** 53, 1e300, Infinity, 1e9 + 0.5];
  for (const timeout of timeouts) {
    const writable = entry(fd, POLLOUT);
    assertEquals(guest.kernel.poll([writable], timeout), 1, String(timeout));
    assertEquals(writable.revents, POLLOUT);
  }
});

testOnEach("poll() is EINVAL for more entries than RLIMIT_NOFILE", (guest) => {
  const limit = { current: 5, maximum: 5 };
  guest.ok(guest.kernel.prlimit(RLIMIT_NOFILE, limit, null));
  const entries = Array.from({ length: 5 }, () => entry(-1));
  assertEquals(guest.kernel.poll(entries, 0), 0);
  assertErrno(guest.kernel.poll([...entries, entry(-1)], 0), Errno.EINVAL);
});

testOnEach("poll() takes more entries than the call before", (guest) => {
  const fd = guest.udp();
  for (const count of [1, 40, 900, 3]) {
    const entries = Array.from({ length: count }, () => entry(fd, POLLOUT));
    assertEquals(guest.kernel.poll(entries, 0), count);
    assertEquals(entries.filter(({ revents }) => revents === POLLOUT).length, count);
  }
});

testOnEach("select() leaves what is ready in the sets and counts it in all three", (guest) => {
  const [receiver, sender] = guest.udpPair();
  guest.send(sender, "x");
  guest.await(receiver);
  const readSet = setOf([receiver, sender]);
  const writeSet = setOf([receiver]);
  const exceptSet = setOf([receiver, sender]);
  assertEquals(guest.kernel.select(10, readSet, writeSet, exceptSet, null), 2);
  assertEquals([readSet, writeSet, exceptSet].map(membersOf), [[receiver], [receiver], []]);
});

testOnEach("select() tells numbers of one description apart", (guest) => {
  const fd = guest.udp();
  const other = guest.ok(guest.kernel.dup(fd));
  const readSet = setOf([fd]);
  const writeSet = setOf([other]);
  assertEquals(guest.kernel.select(10, readSet, writeSet, null, 0), 1);
  assertEquals([membersOf(readSet), membersOf(writeSet)], [[], [other]]);
  const both = setOf([fd, other]);
  assertEquals(guest.kernel.select(10, null, both, null, 0), 2);
  assertEquals(membersOf(both), [fd, other]);
});

testOnEach("select() takes more members than any call before", (guest) => {
  const fd = guest.udp();
  const duplicates = Array.from({ length: 100 }, () => guest.ok(guest.kernel.dup(fd)));
  const writeSet = setOf(duplicates);
  assertEquals(guest.kernel.select(200, null, writeSet, null, 0), 100);
  assertEquals(membersOf(writeSet), duplicates);
});

testOnEach("select() looks below its count and clears whole words of the sets", (guest) => {
  const fd = guest.udp();
  const other = guest.udp();
  const writeSet = setOf([fd, other, 40, 63, 64, 200]);
  assertEquals(guest.kernel.select(fd + 1, null, writeSet, null, 0), 1);
  assertEquals(membersOf(writeSet), [fd, 64, 200]);
});

testOnEach("select() with count 0 waits and leaves the sets alone", (guest) => {
  const set = setOf([0, 1, 2, 99]);
  for (const timeout of [0, 0.5, 2]) {
    assertEquals(guest.kernel.select(0, set, null, null, timeout), 0);
  }
  assertEquals(guest.kernel.select(0, null, null, null, 0), 0);
  assertEquals(membersOf(set), [0, 1, 2, 99]);
});

testOnEach(
  "select() is EBADF for a member that is not open, and leaves the sets alone",
  (guest) => {
    const fd = guest.udp();
    const set = setOf([fd, fd + 1]);
    assertErrno(guest.kernel.select(fd + 2, null, set, null, 0), Errno.EBADF);
    assertEquals(membersOf(set), [fd, fd + 1]);
    assertEquals(guest.kernel.select(fd + 1, null, set, null, 0), 1);
  },
);

testOnEach("select() looks no further than the descriptor table's room", (guest) => {
  // Linux cuts the count to the table's room, which starts at 64 and doubles.
  const set = setOf([70]);
  assertEquals(guest.kernel.select(1024, set, null, null, 0), 0);
  assertEquals(membersOf(set), [70]);
  const high = guest.ok(guest.kernel.dup2(guest.udp(), 64));
  assertErrno(guest.kernel.select(1024, set, null, null, 0), Errno.EBADF);
  const writeSet = setOf([high, 130]);
  assertEquals(guest.kernel.select(1024, null, writeSet, null, 0), 1);
  assertEquals(membersOf(writeSet), [high, 130]);
});

testOnEach("select() takes sets that end before its count", (guest) => {
  const fd = guest.udp();
  const short = setOf([fd], 8);
  assertEquals(guest.kernel.select(1024, null, short, null, 0), 1);
  assertEquals(membersOf(short), [fd]);
  assertEquals(guest.kernel.select(1024, new Uint8Array(0), null, null, 0), 0);
});

testOnEach(
  "select() is EINVAL for a count or a time-out that is negative or no number",
  (guest) => {
    for (const count of [-1, NaN, 0.5, 2 ** 31, 2 ** 32, -Infinity, Infinity]) {
      assertErrno(guest.kernel.select(count, null, null, null, 0), Errno.EINVAL, `count ${count}`);
    }
    for (const timeout of [-1, -1e-9, NaN, -Infinity]) {
      assertErrno(guest.kernel.select(0, null, null, null, timeout), Errno.EINVAL, `${timeout} ms`);
    }
  },
);

testOnEach("select() returns at once from what is ready, whatever the time-out", (guest) => {
  const fd = guest.udp();
  for (const timeout of [null, 0, 2 ** 31, 2 ** 53, 1e300, Infinity, 1e9 + 0.5]) {
    assertEquals(guest.kernel.select(fd + 1, null, setOf([fd]), null, timeout), 1);
  }
});

testOnEach("select() gives 0 and empty sets after a time-out", (guest) => {
  const fd = guest.udp();
  for (const timeout of [0, 1, 0.25, 1.5]) {
    const readSet = setOf([fd]);
    assertEquals(guest.kernel.select(fd + 1, readSet, null, setOf([fd]), timeout), 0);
    assertEquals(membersOf(readSet), []);
  }
});

testOnEach("select() finds a connection that was refused writable and readable", (guest) => {
  const listener = guest.listener();
  const address = guest.addressOf(listener);
  guest.kernel.close(listener);
  const fd = guest.tcp();
  guest.kernel.ioctl(fd, 0x5421, Int32Array.of(1));
  assertErrno(guest.kernel.connect(fd, address), Errno.EINPROGRESS);
  guest.await(fd, POLLOUT);
  const readSet = setOf([fd]);
  const writeSet = setOf([fd]);
  assertEquals(guest.kernel.select(fd + 1, readSet, writeSet, setOf([fd]), 0), 2);
  assertEquals([membersOf(readSet), membersOf(writeSet)], [[fd], [fd]]);
});

testOnEach("poll() and select() find regular files always ready", (guest) => {
  const path = `${guest.folder}/file`;
  Deno.writeTextFileSync(path, "x");
  const fd = guest.ok(guest.kernel.openat(AT_FDCWD, path, O_RDWR, 0));
  const file = entry(fd, POLLIN | POLLOUT | POLLPRI);
  assertEquals(guest.kernel.poll([file], -1), 1);
  assertEquals(file.revents, POLLIN | POLLOUT);
  assertEquals(guest.kernel.select(fd + 1, setOf([fd]), setOf([fd]), setOf([fd]), null), 2);
});

for (const stack of ["libc", "deno"] as const) {
  Deno.test(`[${stack}] poll() and select() find replaced stdio ready beside sockets`, () => {
    using guest = new Guest(stack, {
      stdio: { stdin: () => 0, stdout: (buffer) => buffer.length },
    });
    const quiet = guest.udp();
    const entries = [entry(0, POLLIN | POLLOUT), entry(quiet), entry(1, POLLOUT)];
    assertEquals(guest.kernel.poll(entries, -1), 2);
    assertEquals(entries.map(({ revents }) => revents), [POLLIN, 0, POLLOUT]);
    assertEquals(guest.kernel.poll([entry(quiet), entry(1, POLLIN)], 1), 0);

    const readSet = setOf([0, quiet]);
    const writeSet = setOf([1, quiet]);
    assertEquals(guest.kernel.select(quiet + 1, readSet, writeSet, setOf([0, 1]), null), 3);
    assertEquals([membersOf(readSet), membersOf(writeSet)], [[0], [1, quiet]]);
  });

  Deno.test(`[${stack}] poll() of replaced stdio that is not ready waits for the sockets`, () => {
    using guest = new Guest(stack, { stdio: { stdin: () => 0 } });
    const [receiver, sender] = guest.udpPair();
    guest.send(sender, "x");
    const entries = [entry(0, POLLOUT), entry(receiver)];
    assertEquals(guest.kernel.poll(entries, 5_000), 1);
    assertEquals(entries.map(({ revents }) => revents), [0, POLLIN]);
  });
}
