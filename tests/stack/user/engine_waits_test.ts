import { assertEquals } from "@std/assert";
import { LoopbackDevice } from "../../../lib/device/loopback.ts";
import { POLLIN } from "../../../lib/linux/poll.ts";
import { AF_INET, SOCK_DGRAM } from "../../../lib/linux/socket.ts";
import type { Libc } from "../../../lib/stack/libc/libc.ts";
import {
  newControlMemory,
  Operation,
  RequestState,
  Word,
} from "../../../lib/stack/user/control.ts";
import { Engine } from "../../../lib/stack/user/engine/engine.ts";

const BELL = 100;
const GUESTS = 101;

/** A wait of the engine's: descriptors with what it waits for there, and the longest time. */
interface Wait {
  readonly descriptors: ReadonlyMap<number, number>;
  readonly timeout: number;
}

/** Lets an engine carry out requests, one a turn, and returns how it waits after each. */
function waitsAfter(requests: readonly (readonly number[])[]): Wait[] {
  const memory = newControlMemory();
  const { control } = memory;
  const left = [...requests];
  const waits: Wait[] = [];
  const request = () => {
    const [operation, ...args] = left.shift() ?? [Operation.stop, 5000];
    Atomics.store(control, Word.operation, operation ?? 0);
    for (const [index, value] of args.entries()) {
      Atomics.store(control, Word.argument + index, value);
    }
    Atomics.store(control, Word.state, RequestState.requested);
  };
  const libc = {
    read: () => 8,
    // The guest's end was shut down.
    recv: () => 0,
    close: () => 0,
    poll: (fds: Int32Array, count: number, timeout: number) => {
      const descriptors = new Map<number, number>();
      for (let index = 0; index < count; index++) {
        descriptors.set(fds[2 * index] ?? -1, fds[2 * index + 1] ?? 0);
      }
      waits.push({ descriptors, timeout });
      request();
      return 0;
    },
  } as unknown as Libc;
  const [device] = LoopbackDevice.pair(1500);
  request();
  const engine = new Engine({
    libc,
    device,
    addresses: [],
    memory,
    bell: BELL,
    hosts: new Map(),
    nameserver: null,
  });
  engine.run();
  return waits;
}

Deno.test("Engine.run() does not wait once it was told to stop and nothing is left", () => {
  const waits = waitsAfter([[Operation.stop, 5000]]);
  assertEquals(waits.map(({ timeout }) => timeout), [0]);
});

Deno.test("Engine.run() waits for nothing of a UDP socket that was shut down", () => {
  const [wait] = waitsAfter([[Operation.open, AF_INET, SOCK_DGRAM, GUESTS]]);
  assertEquals(wait?.descriptors.get(BELL), POLLIN);
  assertEquals(wait?.descriptors.has(GUESTS), false);
});
