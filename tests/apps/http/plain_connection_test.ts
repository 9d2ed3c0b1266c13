import { assertEquals, assertThrows } from "@std/assert";
import { parseHttpUrl } from "../../../lib/apps/http/http_url.ts";
import { PlainConnection } from "../../../lib/apps/http/plain_connection.ts";
import { sendRequest } from "../../../lib/apps/http/client.ts";
import { TimeLimit } from "../../../lib/apps/http/time_limit.ts";
import type { System } from "../../../lib/kernel/system.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { NetError } from "../../../lib/net/error.ts";
import { type FakeClock, fakeClock } from "../../fake_clock.ts";
import { fakeSystem, sequence } from "../../net/fake_system.ts";

const URL_80 = parseHttpUrl("http://127.0.0.1/");

/** Calls with which a connection is made and takes all that is sent. */
const CONNECTED: Partial<System> = {
  ioctl: () => 0,
  connect: () => 0,
  send: (_fd, _buffer, length) => length,
  poll: () => 1,
};

/** A peer that sends one byte of `text` for ever, each after `delay` milliseconds. */
function drip(clock: FakeClock, text: string, delay: number): Partial<System> {
  let next = 0;
  return {
    ...CONNECTED,
    poll: (fds, wait) => {
      if (fds[0]?.events === 4) return 1;
      clock.now += Math.min(delay, wait);
      return delay <= wait ? 1 : 0;
    },
    recv: (_fd, buffer) => {
      buffer?.set([text.charCodeAt(next++ % text.length)]);
      return 1;
    },
  };
}

Deno.test("sendRequest() gives up on a head that comes byte by byte", () => {
  using clock = fakeClock();
  const { system } = fakeSystem(drip(clock, "HTTP/1.1 200 OK\r\na: b\r\nc: d\r\n", 10));
  const limit = new TimeLimit({ each: 300 });
  const error = assertThrows(() => sendRequest(URL_80, { system, limit }), NetError);
  assertEquals(error.message, "Cannot read from 127.0.0.1:80: Timed out after 300 ms");
  assertEquals([error.kind, clock.now], ["TimedOut", 300]);
});

Deno.test("sendRequest() gives connection and head the time each", () => {
  using clock = fakeClock();
  const { system } = fakeSystem({
    ...drip(clock, "HTTP/1.1 200 OK\r\n\r\n", 10),
    connect: () => {
      clock.now += 200;
      return 0;
    },
  });
  using response = sendRequest(URL_80, { system, limit: new TimeLimit({ each: 300 }) });
  assertEquals([response.head.status, clock.now], [200, 390]);
});

Deno.test("sendRequest() bounds all of an exchange together", () => {
  using clock = fakeClock();
  const { system } = fakeSystem(drip(clock, "HTTP/1.1 200 OK\r\n\r\n", 10));
  const limit = new TimeLimit({ whole: 300 });
  using response = sendRequest(URL_80, { system, limit });
  assertThrows(() => [...response.body()], NetError, "Timed out after 300 ms");
  assertEquals(clock.now, 300);
});

Deno.test("sendRequest() lets a body take as long as each of its pieces comes in time", () => {
  using clock = fakeClock();
  const { system } = fakeSystem(
    drip(clock, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", 4),
  );
  const limit = new TimeLimit({ each: 200 });
  using response = sendRequest(URL_80, { system, limit });
  assertEquals([...response.body()].length, 99);
  assertEquals(clock.now > 400, true);
});

Deno.test("PlainConnection.connect() starts nothing once time has run out", () => {
  using clock = fakeClock();
  const limit = new TimeLimit({ whole: 100 });
  clock.now = 100;
  const { system, calls } = fakeSystem(CONNECTED);
  assertThrows(
    () => PlainConnection.connect(system, URL_80, limit),
    NetError,
    "Cannot connect to 127.0.0.1:80: Timed out after 100 ms",
  );
  assertEquals(calls, []);
});

Deno.test("PlainConnection.write() writes all, and waits for room within the limit", () => {
  const { system, calls } = fakeSystem({
    ...CONNECTED,
    poll: sequence(1, -Errno.EINTR, 1, 1, 0),
    send: sequence(3, -Errno.EAGAIN, 1),
  });
  using connection = PlainConnection.connect(system, URL_80, new TimeLimit({ each: 100 }));
  calls.length = 0;
  connection.write(new Uint8Array(4));
  assertEquals(calls, ["poll", "send(3)", "poll", "poll", "send(3)", "poll", "send(3)"]);
  assertThrows(
    () => connection.write(new Uint8Array(1)),
    NetError,
    "Cannot write to 127.0.0.1:80: Timed out after 100 ms",
  );
});

Deno.test("PlainConnection.write() says why nothing more is taken", () => {
  const { system } = fakeSystem({ ...CONNECTED, send: () => -Errno.EPIPE });
  using connection = PlainConnection.connect(system, URL_80, new TimeLimit({ each: 100 }));
  assertThrows(
    () => connection.write(new Uint8Array(1)),
    NetError,
    "Cannot write to 127.0.0.1:80: Broken pipe (EPIPE)",
  );
});
