import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../lib/kernel/system.ts";
import { parseSocketAddress } from "../../lib/ip.ts";
import { Errno } from "../../lib/linux/errno.ts";
import { SO_RCVTIMEO, SO_SNDTIMEO } from "../../lib/linux/socket.ts";
import { decodeTimeval } from "../../lib/linux/time.ts";
import { NetError } from "../../lib/net/error.ts";
import { TcpStream } from "../../lib/net/tcp_stream.ts";
import { fakeSystem, sequence } from "./fake_system.ts";

/** A stream to 127.0.0.1:80 over a system of these calls. */
function stream(answers: Partial<System>): { stream: TcpStream; calls: string[] } {
  const { system, calls } = fakeSystem(answers);
  const peer = parseSocketAddress("127.0.0.1:80") ?? undefined;
  return { stream: new TcpStream(system, 7, peer), calls };
}

Deno.test("TcpStream.readExact() fails with UnexpectedEof if the stream ends before", () => {
  const { stream: tested } = stream({ recv: sequence(2, 1, 0) });
  const error = assertThrows(() => tested.readExact(new Uint8Array(5)), NetError);
  assertEquals(error.kind, "UnexpectedEof");
  assertEquals(error.errno, 0);
  assertEquals(
    error.message,
    "Cannot read 5 bytes from 127.0.0.1:80: the stream ended after 3",
  );
});

Deno.test("TcpStream.readExact() reads nothing for an empty buffer", () => {
  const { stream: tested, calls } = stream({});
  tested.readExact(new Uint8Array(0));
  assertEquals(calls, []);
});

Deno.test("TcpStream.readExact() and readToEnd() go on after an interruption, read() does not", () => {
  const { stream: exact } = stream({ recv: sequence(-Errno.EINTR, 1) });
  exact.readExact(new Uint8Array(1));

  const { stream: whole } = stream({ recv: sequence(-Errno.EINTR, 1, -Errno.EINTR, 0) });
  assertEquals(whole.readToEnd().length, 1);

  const { stream: once } = stream({ recv: () => -Errno.EINTR });
  const error = assertThrows(() => once.read(new Uint8Array(1)), NetError);
  assertEquals(error.kind, "Interrupted");
});

Deno.test("TcpStream.writeAll() sends what a short write left, from where it ended", () => {
  const sent: number[][] = [];
  const { stream: tested } = stream({
    send: (_fd, buffer, length) => {
      sent.push([...buffer ?? []]);
      return Math.min(2, length);
    },
  });
  tested.writeAll(Uint8Array.of(1, 2, 3, 4, 5));
  assertEquals(sent, [[1, 2, 3, 4, 5], [3, 4, 5], [5]]);
});

Deno.test("TcpStream.writeAll() fails with WriteZero if nothing more is taken", () => {
  const { stream: tested } = stream({ send: sequence(2, 0) });
  const error = assertThrows(() => tested.writeAll(new Uint8Array(5)), NetError);
  assertEquals(error.kind, "WriteZero");
  assertEquals(error.message, "Cannot write 5 bytes to 127.0.0.1:80: only 2 were taken");
});

Deno.test("TcpStream.writeAll() goes on after an interruption, write() does not", () => {
  const { stream: whole } = stream({ send: sequence(-Errno.EINTR, 1) });
  whole.writeAll(new Uint8Array(1));

  const { stream: once } = stream({ send: () => -Errno.EINTR });
  assertEquals(assertThrows(() => once.write(new Uint8Array(1)), NetError).kind, "Interrupted");
});

Deno.test("TcpStream's errors name the call, the peer and the reason", () => {
  const { stream: tested } = stream({
    recv: () => -Errno.ECONNRESET,
    send: () => -Errno.EPIPE,
    shutdown: () => -Errno.ENOTCONN,
    dup: () => -Errno.EMFILE,
  });
  const failures = [
    () => tested.read(new Uint8Array(1)),
    () => tested.write(new Uint8Array(1)),
    () => tested.shutdown("both"),
    () => tested.tryClone(),
  ].map((call) => assertThrows(call, NetError)).map(({ syscall, message }) => [syscall, message]);
  assertEquals(failures, [
    ["recv", "Cannot read from 127.0.0.1:80: Connection reset by peer (ECONNRESET)"],
    ["send", "Cannot write to 127.0.0.1:80: Broken pipe (EPIPE)"],
    [
      "shutdown",
      "Cannot shut the connection to 127.0.0.1:80 down: " +
      "Transport endpoint is not connected (ENOTCONN)",
    ],
    ["dup", "Cannot clone a socket: Too many open files (EMFILE)"],
  ]);
});

Deno.test("TcpStream.setReadTimeout() rounds up to microseconds", () => {
  const set: unknown[] = [];
  const { stream: tested } = stream({
    setsockopt: (_fd, _level, name, value) => {
      set.push([name, decodeTimeval(value ?? new Uint8Array())]);
      return 0;
    },
  });
  tested.setReadTimeout(0.0001);
  tested.setReadTimeout(1500.5);
  tested.setReadTimeout(null);
  tested.setWriteTimeout(2000);
  assertEquals(set, [
    [SO_RCVTIMEO, { seconds: 0, microseconds: 1 }],
    [SO_RCVTIMEO, { seconds: 1, microseconds: 500_500 }],
    [SO_RCVTIMEO, { seconds: 0, microseconds: 0 }],
    [SO_SNDTIMEO, { seconds: 2, microseconds: 0 }],
  ]);
});

Deno.test("TcpStream.close() closes once, and every call after it fails", () => {
  const { stream: tested, calls } = stream({ recv: (fd) => fd === -1 ? -Errno.EBADF : 0 });
  tested.close();
  tested.close();
  tested[Symbol.dispose]();
  assertEquals(calls, ["close(7)"]);
  assertEquals(tested.fd, -1);
  const error = assertThrows(() => tested.read(new Uint8Array(1)), NetError);
  assertEquals([error.errno, error.kind], [9, "InvalidInput"]);
});
