import { assert, assertEquals } from "@std/assert";
import { monotonicTime, wallTime } from "../../../lib/guest/wasi/clocks.ts";
import { Descriptor } from "../../../lib/guest/wasi_p1/descriptor.ts";
import { F_SETFL, O_NONBLOCK } from "../../../lib/linux/fcntl.ts";
import { type Guest, testOn, testOnEach } from "../../kernel/guest.ts";
import { type Event, MEMORY_SIZE, testInFolder, WasiGuest } from "./wasi_guest.ts";

const READ = 2n;
const WRITE = 64n;
const CREAT = 1;
const ABSTIME = 1;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;

/** A descriptor of the system's as one of the guest's. */
function adopt(wasi: WasiGuest, fd: number): number {
  return wasi.process.descriptors.add(new Descriptor(wasi.process.system, fd));
}

interface Ends {
  readonly wasi: WasiGuest;
  /** The guest's end of a connection. */
  readonly socket: number;
  /** The other end, the system's. */
  readonly peer: number;
}

function connected(guest: Guest): Ends {
  const wasi = new WasiGuest(guest.kernel);
  const { client, server } = guest.connection();
  return { wasi, socket: adopt(wasi, client), peer: server };
}

/** What of an event does not depend on the moment. */
function summary({ userdata, error, type }: Event): [number, string, number] {
  return [Number(userdata), error, type];
}

testOnEach("poll_oneoff() waits for a clock, relative and absolute", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const wait = 5_000_000n;
  for (const clock of [0, 1]) {
    const now = clock === 0 ? wallTime : monotonicTime;
    for (const flags of [0, ABSTIME]) {
      const start = now();
      const timeout = flags === 0 ? wait : start + wait;
      const events = wasi.poll({ clock, timeout, flags });
      assertEquals(events.map(summary), [[0, "ESUCCESS", 0]]);
      assert(now() >= start + wait, `clock ${clock}, flags ${flags}`);
    }
  }
});

testOnEach("poll_oneoff() gives a clock that has run out at once", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const events = wasi.poll(
    { clock: 1, timeout: MINUTE },
    { clock: 1, timeout: 0n },
    { clock: 0, timeout: 1n, flags: ABSTIME },
    { clock: 1, timeout: 2n ** 64n - 1n },
    { clock: 0, timeout: 2n ** 64n - 1n, flags: ABSTIME },
  );
  assertEquals(events.map(summary), [[1, "ESUCCESS", 0], [2, "ESUCCESS", 0]]);
});

testOnEach("poll_oneoff() gives events for what cannot be waited for", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const events = wasi.poll(
    { clock: 2, timeout: 0n },
    { clock: 9, timeout: 0n },
    { clock: 1, timeout: MINUTE, flags: 2 },
    { clock: 1, timeout: MINUTE },
  );
  assertEquals(events.map(summary), [[0, "ENOTSUP", 0], [1, "EINVAL", 0], [2, "EINVAL", 0]]);
});

testOnEach("poll_oneoff() is EBADF for a descriptor that is not open", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const [out, result] = [wasi.room(64), wasi.room(4)];
  for (const bad of [{ read: 99 }, { write: 2 ** 32 - 1 }]) {
    const at = wasi.subscriptions({ clock: 1, timeout: 0n }, bad);
    assertEquals(wasi.call("poll_oneoff", at, out, 2, result), "EBADF");
  }
});

testOnEach("poll_oneoff() is EINVAL for nothing and for a subscription of no type", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const [at, out, result] = [wasi.room(96), wasi.room(64), wasi.room(4)];
  assertEquals(wasi.call("poll_oneoff", at, out, 0, result), "EINVAL");
  for (const type of [3, 255]) {
    wasi.memory.store8(at + 48 + 8, type);
    assertEquals(wasi.call("poll_oneoff", at, out, 2, result), "EINVAL");
  }
});

testOn("deno", "poll_oneoff() is EFAULT for lists that are not wholly inside", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const at = wasi.subscriptions({ clock: 1, timeout: 0n }, { clock: 1, timeout: 0n });
  const [out, result] = [wasi.room(64), wasi.room(4)];
  const call = (input: number, output: number, count: number, to = result): string =>
    wasi.call("poll_oneoff", input, output, count, to);
  assertEquals(call(MEMORY_SIZE - 95, out, 2), "EFAULT");
  assertEquals(call(at, MEMORY_SIZE - 63, 2), "EFAULT");
  assertEquals(call(at, out, 2, MEMORY_SIZE - 3), "EFAULT");
  assertEquals(call(-1, out, 2), "EFAULT");
  for (const count of [2 ** 20, 2 ** 31, 2 ** 32 - 1]) assertEquals(call(at, out, count), "EFAULT");
});

testOnEach("poll_oneoff() takes more subscriptions than there are descriptors", (guest) => {
  const { wasi, socket } = connected(guest);
  const count = 3000;
  const at = wasi.room(48 * count);
  for (let index = 0; index < count; index++) {
    wasi.memory.store64(at + 48 * index, index);
    wasi.memory.store8(at + 48 * index + 8, 2);
    wasi.memory.store32(at + 48 * index + 16, socket);
  }
  const [out, result] = [wasi.room(32 * count), wasi.room(4)];
  wasi.ok("poll_oneoff", at, out, count, result);
  assertEquals(wasi.memory.load32(result), count);
  const events = wasi.eventsAt(out, count).map(({ userdata }) => Number(userdata));
  assertEquals(events, Array.from({ length: count }, (_, index) => index));
});

testOnEach(
  "poll_oneoff() writes events over its subscriptions, if the guest wants that",
  (guest) => {
    const { wasi, socket, peer } = connected(guest);
    guest.send(peer, "abc");
    guest.await(wasi.process.descriptors.get(socket)?.fd ?? -1);
    const at = wasi.subscriptions({ read: socket }, { write: socket }, { clock: 1, timeout: 0n });
    const result = wasi.room(4);
    wasi.ok("poll_oneoff", at, at, 3, result);
    assertEquals(wasi.eventsAt(at, 3).map(summary), [
      [0, "ESUCCESS", 1],
      [1, "ESUCCESS", 2],
      [2, "ESUCCESS", 0],
    ]);
  },
);

testOnEach("poll_oneoff() waits for data, and tells how much there is", (guest) => {
  const { wasi, socket, peer } = connected(guest);
  assertEquals(wasi.poll({ read: socket }, { clock: 1, timeout: 0n }).map(summary), [
    [1, "ESUCCESS", 0],
  ]);
  guest.send(peer, "12345");
  const [event] = wasi.poll({ read: socket }, { clock: 1, timeout: MINUTE });
  assertEquals(event, { userdata: 0n, error: "ESUCCESS", type: 1, bytes: 5, flags: 0 });
  const events = wasi.poll({ write: socket }, { read: socket });
  assertEquals(events.map(summary), [[0, "ESUCCESS", 2], [1, "ESUCCESS", 1]]);
});

testOnEach("poll_oneoff() gives the end of a connection as data of no bytes", (guest) => {
  const { wasi, socket, peer } = connected(guest);
  guest.ok(guest.kernel.shutdown(peer, 1), "shutdown");
  const [half] = wasi.poll({ read: socket }, { clock: 1, timeout: MINUTE });
  assertEquals(half, { userdata: 0n, error: "ESUCCESS", type: 1, bytes: 0, flags: 0 });
  wasi.ok("sock_shutdown", socket, 2);
  guest.ok(guest.kernel.close(peer), "close");
  const [whole] = wasi.poll({ read: socket }, { clock: 1, timeout: MINUTE });
  assertEquals(whole, { userdata: 0n, error: "ESUCCESS", type: 1, bytes: 0, flags: 1 });
});

testOnEach("poll_oneoff() gives a pipe that nobody writes any more as hung up", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const fds = new Int32Array(2);
  guest.ok(guest.kernel.pipe2(fds, 0), "pipe2");
  const [reader, writer] = fds as unknown as [number, number];
  const pipe = adopt(wasi, reader);
  const all = [{ read: pipe }, { clock: 1, timeout: 0n }] as const;
  assertEquals(wasi.poll(...all).map(summary), [[1, "ESUCCESS", 0]]);
  guest.ok(guest.kernel.close(writer), "close");
  const [event] = wasi.poll(...all);
  assertEquals(event, { userdata: 0n, error: "ESUCCESS", type: 1, bytes: 0, flags: 1 });
});

testOnEach("poll_oneoff() waits for connections", (guest) => {
  const wasi = new WasiGuest(guest.kernel, { listener: "127.0.0.1:0" });
  const listener = 3;
  assertEquals(wasi.poll({ read: listener }, { clock: 1, timeout: 0n }).map(summary), [
    [1, "ESUCCESS", 0],
  ]);
  const system = wasi.process.descriptors.get(listener)?.fd ?? -1;
  const client = guest.tcp();
  guest.ok(guest.kernel.connect(client, guest.addressOf(system)), "connect");
  const [event] = wasi.poll({ read: listener }, { clock: 1, timeout: MINUTE });
  assertEquals(event, { userdata: 0n, error: "ESUCCESS", type: 1, bytes: 1, flags: 0 });
});

testOnEach(
  "poll_oneoff() waits for sockets, files, standard output and clocks together",
  (guest) => {
    const wasi = new WasiGuest(guest.kernel, { folder: guest.folder });
    const { client, server } = guest.connection();
    const socket = adopt(wasi, client);
    const file = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
    wasi.write(file, "12345678");
    wasi.ok("fd_seek", file, 3n, 0, wasi.room(8));
    const all = [
      { read: socket },
      { read: file },
      { write: file },
      { clock: 1, timeout: MINUTE },
      { write: 1 },
    ] as const;
    const events = wasi.poll(...all);
    assertEquals(events.map(summary), [
      [1, "ESUCCESS", 1],
      [2, "ESUCCESS", 2],
      [4, "ESUCCESS", 2],
    ]);
    assertEquals(events[0]?.bytes, 5);
    guest.send(server, "x");
    guest.await(client);
    assertEquals(wasi.poll(...all)[0]?.userdata, 0n);
  },
);

testInFolder("poll_oneoff() refuses a directory, and a right that was given up", (wasi) => {
  const file = wasi.open("file", { oflags: CREAT, rights: READ | WRITE });
  wasi.ok("fd_fdstat_set_rights", file, READ, 0n);
  const events = wasi.poll({ read: 3 }, { read: file }, { clock: 1, timeout: MINUTE });
  assertEquals(events.map(summary), [[0, "EBADF", 1], [1, "ENOTCAPABLE", 1]]);
});

testOnEach("poll_oneoff() gives the failure of a connection to both of its directions", (guest) => {
  const wasi = new WasiGuest(guest.kernel);
  const listener = guest.listener();
  const address = guest.addressOf(listener);
  guest.kernel.close(listener);
  const client = guest.tcp();
  guest.ok(guest.kernel.fcntl(client, F_SETFL, O_NONBLOCK), "fcntl");
  guest.kernel.connect(client, address);
  const socket = adopt(wasi, client);
  const events = wasi.poll({ read: socket }, { write: socket }, { clock: 1, timeout: MINUTE });
  assertEquals(events.map(summary), [[0, "ESUCCESS", 1], [1, "ESUCCESS", 2]]);
});
