import { assertEquals, assertThrows } from "@std/assert";
import { AKUMA_LIMITS, SocketLimiter } from "../../lib/kernel/socket_limits.ts";
import { Errno } from "../../lib/linux/errno.ts";
import {
  AF_INET,
  AF_UNIX,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../lib/linux/socket.ts";
import type { SocketLimits } from "../../lib/kernel/socket_limits.ts";
import { assertErrno, Guest, STACKS, type TestedStack, whyMissing } from "./guest.ts";

function testLimited(
  name: string,
  limits: SocketLimits,
  body: (guest: Guest) => void,
  stacks: readonly TestedStack[] = STACKS,
): void {
  for (const stack of stacks) {
    const missing = whyMissing(stack);
    Deno.test({
      name: `[${stack}] ${name}${missing === null ? "" : ` (skipped: ${missing})`}`,
      ignore: missing !== null,
      fn: () => {
        using guest = new Guest(stack, { limits });
        body(guest);
      },
    });
  }
}

testLimited("socket() beyond the limit is EMFILE until one is closed", { sockets: 2 }, (guest) => {
  const { kernel } = guest;
  const first = guest.tcp();
  guest.udp();
  assertErrno(kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
  // What Linux refuses takes no slot, nor does another number of the same socket.
  assertErrno(kernel.socket(99, SOCK_DGRAM, 0), Errno.EAFNOSUPPORT);
  const duplicate = guest.ok(kernel.dup(first), "dup");
  assertEquals(kernel.close(first), 0);
  assertErrno(kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
  assertEquals(kernel.close(duplicate), 0);
  guest.udp();
  assertErrno(kernel.socket(AF_INET, SOCK_STREAM, 0), Errno.EMFILE);
});

testLimited("accept() beyond the limit is ENOBUFS and loses no peer", { sockets: 3 }, (guest) => {
  const { kernel } = guest;
  const listener = guest.listener();
  const client = guest.tcp();
  const spare = guest.udp();
  guest.ok(kernel.connect(client, guest.addressOf(listener)), "connect");
  for (let turn = 0; turn < 3; turn++) {
    assertErrno(kernel.accept(listener, null), Errno.ENOBUFS);
  }
  assertEquals(kernel.close(spare), 0);
  const server = guest.ok(kernel.accept(listener, null), "accept");
  guest.send(client, "hello");
  guest.await(server);
  assertEquals(guest.receive(server), "hello");
});

testLimited("socketpair() takes two slots or none", { sockets: 3 }, (guest) => {
  const { kernel } = guest;
  const pair = (): number => kernel.socketpair(AF_UNIX, SOCK_STREAM, 0, new Int32Array(2));
  assertEquals(pair(), 0);
  assertErrno(pair(), Errno.EMFILE);
  guest.udp();
  assertErrno(kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
}, ["libc"]);

testLimited("setsockopt() keeps buffers within the limits", AKUMA_LIMITS, (guest) => {
  const { listener, client, server } = guest.connection();
  for (const fd of [guest.udp(), listener, client, server]) {
    for (const name of [SO_SNDBUF, SO_RCVBUF]) {
      // Linux shows twice what was set.
      assertEquals(guest.getInt(fd, SOL_SOCKET, name), 8192);
      for (const size of [1 << 20, -1, 0x7fffffff]) {
        assertEquals(guest.setInt(fd, SOL_SOCKET, name, size), 0);
        assertEquals(guest.getInt(fd, SOL_SOCKET, name), 8192);
      }
    }
    assertEquals(guest.setInt(fd, SOL_SOCKET, SO_RCVBUF, 2000), 0);
    assertEquals(guest.getInt(fd, SOL_SOCKET, SO_RCVBUF), 4000);
  }
}, ["libc"]);

testLimited("32 sockets are as many as akuma has", AKUMA_LIMITS, (guest) => {
  const fds = Array.from({ length: 32 }, () => guest.kernel.socket(AF_INET, SOCK_DGRAM, 0));
  assertEquals(fds.filter((fd) => fd < 0), []);
  assertErrno(guest.kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
});

testLimited("socket() of a table that is full gives its slot back", { sockets: 9 }, (guest) => {
  const { kernel } = guest;
  guest.ok(kernel.prlimit(7, { current: 3, maximum: 4096 }, null), "prlimit");
  for (let turn = 0; turn < 20; turn++) {
    assertErrno(kernel.socket(AF_INET, SOCK_DGRAM, 0), Errno.EMFILE);
  }
  guest.ok(kernel.prlimit(7, { current: 64, maximum: 4096 }, null), "prlimit");
  for (let turn = 0; turn < 9; turn++) guest.udp();
});

Deno.test("SocketLimiter takes no limit that is none", () => {
  for (const limit of [-1, 0.5, NaN, 2 ** 31, Infinity]) {
    assertThrows(() => new SocketLimiter({ sockets: limit }), RangeError, "Cannot limit sockets");
    assertThrows(() => new SocketLimiter({ sendBuffer: limit }), RangeError);
    assertThrows(() => new SocketLimiter({ receiveBuffer: limit }), RangeError);
  }
  assertThrows(() => new SocketLimiter({ sendBuffer: 0 }), RangeError);
  assertEquals(new SocketLimiter({ sockets: 0 }).take(), false);
});
