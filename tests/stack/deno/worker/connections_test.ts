import { HostOption } from "../../../../lib/stack/options/host_option.ts";
import { assert, assertEquals } from "@std/assert";
import { Errno } from "../../../../lib/linux/errno.ts";
import {
  CloseMode,
  newSharedMemory,
  ReadFlag,
  SlotFlag,
  SlotWord,
} from "../../../../lib/stack/deno/shared_memory.ts";
import type { Transport } from "../../../../lib/stack/deno/worker/connection.ts";
import {
  type WorkerConnections,
  workerConnections,
} from "../../../../lib/stack/deno/worker/connections.ts";
import { workerReceivedBytes } from "../../../../lib/stack/deno/worker/received_bytes.ts";
import type { WorkerHost } from "../../../../lib/stack/deno/worker/host.ts";

/** What a transport was told to do. */
interface Told {
  readonly done: string[];
}

/** A transport of a peer that never takes anything. */
function stuckTransport(told: Told): Transport {
  const note = (what: string) => (): void => void told.done.push(what);
  return {
    handle: null,
    write: note("write"),
    finish: note("finish"),
    resume: note("resume"),
    pause: note("pause"),
    close: note("close"),
    reset: note("reset"),
    alive: () => true,
    names: () => null,
    setNoDelay: note("setNoDelay"),
    setKeepAlive: note("setKeepAlive"),
  };
}

/** The connections without a worker around them. */
function connectionsAlone(): { connections: WorkerConnections; memory: Uint8Array } {
  const { data, slots } = newSharedMemory();
  const host = {
    constants: { SlotWord, SlotFlag, ReadFlag, HostOption, CloseMode },
    data,
    errnoOf: (name: keyof typeof Errno) => Errno[name],
    set: (slot: number, index: number, value: number) => {
      if (slot >= 0) slots[slot * SlotWord.count + index] = value;
    },
    raise: () => {},
    announce: () => {},
    immediate: () => Promise.resolve(),
  };
  return {
    connections: workerConnections(host as unknown as WorkerHost, workerReceivedBytes()),
    memory: data,
  };
}

Deno.test("close() resets connections with unsent data once too many outlive their sockets", () => {
  const { connections } = connectionsAlone();
  const told: Told = { done: [] };
  for (let slot = 0; slot < 300; slot++) {
    connections.at(slot).transport = stuckTransport(told);
    assertEquals(connections.write(slot, new Uint8Array(100), false), 100);
    connections.close(slot, CloseMode.orderly);
  }
  assertEquals(told.done.filter((what) => what === "reset").length, 300 - 256);
  assertEquals(told.done.includes("close"), false);
});

Deno.test("arrived() gathers short pieces, and read() gives them in order", () => {
  const { connections, memory } = connectionsAlone();
  const connection = connections.at(0);
  connection.transport = stuckTransport({ done: [] });
  const expected: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const length = i % 100 === 0 ? 3000 : 1 + (i % 3);
    const piece = Uint8Array.from({ length }, (_, at) => (i + at) & 255);
    expected.push(...piece);
    connections.arrived(connection, piece);
    if (i % 777 === 0) {
      const count = connections.read(0, 501, 0, 0, false);
      assert(typeof count === "number");
      assertEquals([...memory.subarray(0, count)], expected.splice(0, count));
    }
  }
  assert(connection.chunks.length < 400, `${connection.chunks.length} chunks`);
  while (expected.length > 0) {
    const count = connections.read(0, 100_000, 0, 0, false);
    assert(typeof count === "number" && count > 0);
    assertEquals([...memory.subarray(0, count)], expected.splice(0, count));
  }
});

Deno.test("a connection in a queue is read less far ahead, and further once accepted", () => {
  const { connections } = connectionsAlone();
  const told: Told = { done: [] };
  const connection = connections.create(-1);
  connection.transport = stuckTransport(told);
  connections.arrived(connection, new Uint8Array(16 * 1024));
  assertEquals(told.done, ["pause"]);
  connections.assign(connection, 5);
  assertEquals(told.done, ["pause", "resume"]);
});

Deno.test("established() applies options that came before the connection", () => {
  const { connections } = connectionsAlone();
  const told: Told = { done: [] };
  assertEquals(connections.option(0, HostOption.noDelay, 1, 0), 0);
  assertEquals(connections.option(0, HostOption.keepAlive, 1, 60), 0);
  const connection = connections.at(0);
  connection.transport = stuckTransport(told);
  connections.established(connection);
  assertEquals(told.done, ["setNoDelay", "setKeepAlive", "resume"]);
});

Deno.test("arrived() keeps nothing for a socket that was closed", () => {
  const { connections } = connectionsAlone();
  const connection = connections.at(0);
  connection.transport = stuckTransport({ done: [] });
  connections.write(0, new Uint8Array(100), false);
  connections.close(0, CloseMode.orderly);
  connections.arrived(connection, new Uint8Array(1000));
  assertEquals([connection.received, connection.chunks.length], [0, 0]);
});
