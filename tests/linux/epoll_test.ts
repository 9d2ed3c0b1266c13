import { assertEquals, assertFalse } from "@std/assert";
import * as epoll from "../../lib/linux/epoll.ts";
import { numbersOf } from "./numbers.ts";
import { Random } from "./random.ts";

Deno.test("epoll.ts has the numbers of eventpoll.h", () => {
  assertEquals(numbersOf(epoll), {
    EPOLL_CLOEXEC: 524288,
    EPOLL_CTL_ADD: 1,
    EPOLL_CTL_DEL: 2,
    EPOLL_CTL_MOD: 3,
    EPOLLIN: 1,
    EPOLLPRI: 2,
    EPOLLOUT: 4,
    EPOLLERR: 8,
    EPOLLHUP: 16,
    EPOLLNVAL: 32,
    EPOLLRDNORM: 64,
    EPOLLRDBAND: 128,
    EPOLLWRNORM: 256,
    EPOLLWRBAND: 512,
    EPOLLMSG: 1024,
    EPOLLRDHUP: 8192,
    EPOLLEXCLUSIVE: 268435456,
    EPOLLWAKEUP: 536870912,
    EPOLLONESHOT: 1073741824,
    EPOLLET: 2147483648,
    EPOLL_EVENT_SIZE: 16,
    EPOLL_EVENT_SIZE_X86_64: 12,
  });
});

Deno.test("decodeEpollEvent() reads the fields of one event", () => {
  const bytes = new Uint8Array(32).fill(0xa5);
  bytes.set([1, 0, 0, 0x80, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0xff], 16);
  assertEquals(epoll.decodeEpollEvent(bytes, 1), {
    events: epoll.EPOLLIN + epoll.EPOLLET,
    data: 0xff07060504030201n,
  });
});

Deno.test("encodeEpollEvent() writes every byte of its event and no other", () => {
  const bytes = new Uint8Array(48).fill(0xa5);
  const event = { events: epoll.EPOLLET, data: 2n ** 64n - 2n };
  assertEquals(epoll.encodeEpollEvent(event, bytes, 1), true);
  assertEquals([...bytes.subarray(16, 24)], [0, 0, 0, 0x80, 0, 0, 0, 0]);
  assertEquals([...bytes.subarray(24, 32)], [0xfe, ...new Array(7).fill(0xff)]);
  assertEquals(bytes.filter((byte) => byte === 0xa5).length, 32);
});

Deno.test("decodeEpollEvent() and encodeEpollEvent() refuse an event outside the bytes", () => {
  const bytes = new Uint8Array(31).fill(0xa5);
  for (const index of [1, 2, -1, NaN, Infinity]) {
    assertEquals(epoll.decodeEpollEvent(bytes, index), null);
    assertFalse(epoll.encodeEpollEvent({ events: 1, data: 1n }, bytes, index));
  }
  assertEquals(bytes, new Uint8Array(31).fill(0xa5));
});

Deno.test("decodeEpollEvent() leads back to what encodeEpollEvent() wrote", () => {
  const random = new Random(1);
  for (let i = 0; i < 1000; i++) {
    const bytes = random.bytes(16);
    const event = epoll.decodeEpollEvent(bytes, 0);
    const written = new Uint8Array(16);
    assertEquals(event !== null && epoll.encodeEpollEvent(event, written, 0), true);
    assertEquals(written.fill(0, 4, 8), bytes.fill(0, 4, 8));
  }
});
