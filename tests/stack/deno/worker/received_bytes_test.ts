import { assertEquals } from "@std/assert";
import type { Connection } from "../../../../lib/stack/deno/worker/connection.ts";
import { workerReceivedBytes } from "../../../../lib/stack/deno/worker/received_bytes.ts";

/** What of a connection matters here. */
function emptyConnection(): Connection {
  return { chunks: [], gathered: null, received: 0 } as unknown as Connection;
}

function counting(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => from + index);
}

Deno.test("append() gathers short pieces and leaves long ones alone", () => {
  const bytes = workerReceivedBytes();
  const connection = emptyConnection();
  for (let piece = 0; piece < 1000; piece++) bytes.append(connection, Uint8Array.of(piece));
  assertEquals([connection.chunks.length, connection.received], [1, 1000]);
  const long = new Uint8Array(100_000);
  bytes.append(connection, long);
  bytes.append(connection, long);
  assertEquals(connection.chunks.at(-1), long);
  assertEquals(connection.received, 201_000);
});

Deno.test("take() gives bytes in order across pieces, peeked ones again", () => {
  const bytes = workerReceivedBytes();
  const connection = emptyConnection();
  // Longer than what is gathered, so that pieces stay apart.
  for (let piece = 0; piece < 4; piece++) {
    bytes.append(connection, new Uint8Array(3000).fill(piece));
  }
  const target = new Uint8Array(4000);
  assertEquals(bytes.take(connection, target, 4000, 2500, true), 4000);
  assertEquals([target[499], target[500], target[3499], target[3500]], [0, 1, 1, 2]);
  assertEquals(bytes.take(connection, target, 4000, 0, false), 4000);
  assertEquals([target[2999], target[3000]], [0, 1]);
  assertEquals(connection.received, 8000);
  assertEquals(bytes.take(connection, null, 2000, 0, false), 2000);
  assertEquals(bytes.take(connection, target, 4000, 0, true), 4000);
  assertEquals([target[2999], target[3000]], [2, 3]);
  assertEquals(bytes.take(connection, target, 4000, 5000, true), 1000);
});

Deno.test("take() gives nothing when there is nothing, or nothing behind the offset", () => {
  const bytes = workerReceivedBytes();
  const connection = emptyConnection();
  assertEquals(bytes.take(connection, new Uint8Array(10), 10, 0, false), 0);
  bytes.append(connection, counting(1, 5));
  assertEquals(bytes.take(connection, new Uint8Array(10), 10, 5, true), 0);
  assertEquals(bytes.take(connection, new Uint8Array(10), 10, 9, true), 0);
  const target = new Uint8Array(10);
  assertEquals(bytes.take(connection, target, 10, 2, true), 3);
  assertEquals(target.subarray(0, 4), Uint8Array.of(3, 4, 5, 0));
});
