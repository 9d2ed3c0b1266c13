import { assertEquals, assertFalse } from "@std/assert";
import * as poll from "../../lib/linux/poll.ts";
import { Random } from "./random.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("poll.ts has the numbers of poll.h", () => {
  assertEquals(numbersOf(poll), {
    POLLIN: 1,
    POLLPRI: 2,
    POLLOUT: 4,
    POLLERR: 8,
    POLLHUP: 16,
    POLLNVAL: 32,
    POLLRDNORM: 64,
    POLLRDBAND: 128,
    POLLWRNORM: 256,
    POLLWRBAND: 512,
    POLLMSG: 1024,
    POLLREMOVE: 4096,
    POLLRDHUP: 8192,
    POLLFD_SIZE: 8,
  });
});

// { fd: 7, events: POLLIN | POLLOUT, revents: POLLNVAL }
const ENTRY = new Uint8Array([7, 0, 0, 0, 5, 0, 32, 0]);

Deno.test("decodePollFd() reads the fields of one entry", () => {
  const bytes = new Uint8Array([...new Uint8Array(8), ...ENTRY]);
  assertEquals(poll.decodePollFd(bytes, 1), { fd: 7, events: 5, revents: 32 });
  assertEquals(poll.decodePollFd(new Uint8Array(8).fill(255), 0), {
    fd: -1,
    events: 65535,
    revents: 65535,
  });
});

Deno.test("encodePollFd() writes every byte of its entry and no other", () => {
  const bytes = new Uint8Array(24).fill(0xa5);
  assertEquals(poll.encodePollFd({ fd: 7, events: 5, revents: 32 }, bytes, 1), true);
  assertEquals(bytes.subarray(8, 16), ENTRY);
  assertEquals(bytes.filter((byte) => byte === 0xa5).length, 16);
});

Deno.test("decodePollFd() and encodePollFd() refuse an entry outside the bytes", () => {
  const bytes = new Uint8Array(15).fill(0xa5);
  for (const index of [1, 2, -1, NaN, Infinity]) {
    assertEquals(poll.decodePollFd(bytes, index), null);
    assertFalse(poll.encodePollFd({ fd: 1, events: 1, revents: 1 }, bytes, index));
  }
  assertEquals(bytes, new Uint8Array(15).fill(0xa5));
});

Deno.test("decodePollFd() leads back to what encodePollFd() wrote", () => {
  const random = new Random(1);
  for (let i = 0; i < 1000; i++) {
    const bytes = random.bytes(8);
    const entry = poll.decodePollFd(bytes, 0);
    const written = new Uint8Array(8).fill(0xa5);
    assertEquals(entry !== null && poll.encodePollFd(entry, written, 0), true);
    assertEquals(written, bytes);
  }
});
