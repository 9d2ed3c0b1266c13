/**
 * Natives on arrays, Vecs, Maps and channels.
 *
 * @module
 */
import { Channel } from "../channel.ts";
import { MocaLimitError, runtimeError } from "../error.ts";
import { OBJECT_BYTES, SLOT_BYTES } from "../heap.ts";
import { checkedIndex, outOfBounds, toIndex } from "../indexing.ts";
import type { MapKey, MocaMap } from "../map.ts";
import { HeapBlock, Pointer, Sequence, SequenceKind, type Value } from "../value.ts";
import { int, map, sequence } from "../value_checks.ts";
import { native, type NativeContext, type NativeRow } from "./native.ts";

function key(value: Value | undefined): MapKey {
  if (typeof value === "bigint" || typeof value === "string") {
    return value;
  }
  throw runtimeError("expected integer or string key");
}

/** Appends to a Vec, growing it as the original does: 8, then twice the size. */
export function push(context: NativeContext, vec: Sequence, value: Value): void {
  if (vec.length >= vec.capacity) {
    const capacity = vec.capacity === 0 ? 8 : vec.capacity * 2;
    const slot = vec.kind === SequenceKind.VALUE ? SLOT_BYTES : 8;
    context.heap.reserve(slot * capacity);
    vec.grow(capacity);
  }
  if (!vec.set(vec.length, value)) {
    throw runtimeError(vec.kind === SequenceKind.INT ? "expected integer" : "expected float");
  }
  vec.length++;
}

/** Makes a sequence of a size after counting its memory. */
export function makeSequence(
  context: NativeContext,
  kind: number,
  isVec: boolean,
  length: number,
  capacity: number,
): Sequence {
  const slot = kind === SequenceKind.VALUE ? SLOT_BYTES : 8;
  context.heap.reserve(OBJECT_BYTES + slot * capacity);
  return new Sequence(kind, isVec, length, capacity);
}

function sized(context: NativeContext, kind: bigint, count: bigint, used: boolean): Sequence {
  if (count < 0n) {
    throw runtimeError(`invalid capacity ${count}`);
  }
  const capacity = toIndex(count);
  return makeSequence(context, Number(kind), true, used ? capacity : 0, capacity);
}

function vecFrom(context: NativeContext, kind: bigint, items: readonly Value[]): Sequence {
  context.spend(items.length * 32);
  const vec = makeSequence(context, Number(kind), true, 0, items.length);
  for (const item of items) {
    push(context, vec, item);
  }
  return vec;
}

function fromParts(
  context: NativeContext,
  [data, length, capacity, kind]: readonly Value[],
): Sequence {
  const source = data instanceof Pointer ? data.target : null;
  const size = Math.max(0, toIndex(int(capacity)));
  const vec = makeSequence(context, Number(int(kind)), true, 0, size);
  const count = toIndex(int(length));
  for (let i = 0; i < count; i++) {
    const item = source instanceof Sequence && i < source.length
      ? source.get(i)
      : source instanceof HeapBlock
      ? source.slots[i] ?? null
      : null;
    push(context, vec, item);
  }
  return vec;
}

function setPart(context: NativeContext, [target, part, value]: readonly Value[]): Value {
  const vec = sequence(target);
  if (int(part) !== 1n) {
    return null;
  }
  const length = toIndex(int(value));
  if (length < 0) {
    throw runtimeError("invalid length");
  }
  if (length > vec.capacity) {
    context.heap.reserve(length * SLOT_BYTES);
    vec.grow(length);
  }
  while (vec.kind === SequenceKind.VALUE && vec.items.length < length) {
    vec.items.push(null);
  }
  vec.length = length;
  return null;
}

function put(context: NativeContext, target: MocaMap, at: MapKey, value: Value): null {
  if (target.set(at, value)) {
    context.heap.reserve(4 * SLOT_BYTES);
  }
  return null;
}

function get(target: MocaMap, at: MapKey): Value {
  const value = target.get(at);
  if (value === undefined) {
    throw runtimeError("key not found");
  }
  return value;
}

function pop(vec: Sequence): Value {
  if (vec.length === 0) {
    throw runtimeError("cannot pop from empty vector");
  }
  const value = vec.get(--vec.length);
  if (vec.kind === SequenceKind.VALUE) {
    vec.items.pop();
  }
  return value;
}

function channel(context: NativeContext, id: Value | undefined): Channel {
  const queue = context.channels[toIndex(int(id))];
  if (queue === undefined) {
    throw runtimeError(`channel ${int(id)} not found`);
  }
  return queue;
}

/** Natives on containers, by name. */
export const CONTAINER_NATIVES: readonly (readonly [string, NativeRow])[] = [
  [
    "seq_set",
    native("viv", "v", (_, [target, index, value]) => {
      const list = sequence(target);
      if (!list.set(checkedIndex(list, int(index)), value ?? null)) {
        throw runtimeError("expected integer");
      }
      return null;
    }),
  ],
  ["vec_pop", native("v", "v", (_, [vec]) => pop(sequence(vec)))],
  [
    "vec_first",
    native("v", "v", (_, [vec]) => {
      const list = sequence(vec);
      if (list.length === 0) {
        throw outOfBounds(list, 0n);
      }
      return list.get(0);
    }),
  ],
  ["vec_cap", native("v", "i", (_, [vec]) => BigInt(sequence(vec).capacity))],
  [
    "vec_with_capacity",
    native("ii", "v", (context, [n, kind]) => sized(context, int(kind), int(n), false)),
  ],
  [
    "vec_uninit",
    native("ii", "v", (context, [n, kind]) => sized(context, int(kind), int(n), true)),
  ],
  ["vec_from_parts", native("viii", "v", fromParts)],
  ["vec_set_part", native("viv", "v", setPart)],
  ["sort_int", native("v", "v", (context, [vec]) => sortInPlace(context, sequence(vec)))],
  ["sort_float", native("v", "v", (context, [vec]) => sortInPlace(context, sequence(vec)))],
  [
    "map_put",
    native(
      "vvv",
      "v",
      (context, [target, at, value]) => put(context, map(target), key(at), value ?? null),
    ),
  ],
  ["map_get", native("vv", "v", (_, [target, at]) => get(map(target), key(at)))],
  ["map_contains", native("vv", "b", (_, [target, at]) => map(target).has(key(at)))],
  ["map_remove", native("vv", "b", (_, [target, at]) => map(target).delete(key(at)))],
  ["map_len", native("v", "i", (_, [target]) => BigInt(map(target).size))],
  ["map_capacity", native("v", "i", (_, [target]) => BigInt(map(target).capacity))],
  [
    "map_keys",
    native("vi", "v", (context, [target, kind]) =>
      vecFrom(
        context,
        int(kind),
        [...map(target).entries()].map(([at]) => at),
      )),
  ],
  [
    "map_values",
    native("vi", "v", (context, [target, kind]) =>
      vecFrom(
        context,
        int(kind),
        [...map(target).entries()].map(([, value]) => value),
      )),
  ],
  [
    "channel",
    native("", "v", (context) => {
      context.heap.reserve(OBJECT_BYTES + SLOT_BYTES);
      context.channels.push(new Channel());
      const pair = makeSequence(context, SequenceKind.INT, false, 2, 2);
      pair.ints.fill(BigInt(context.channels.length - 1));
      return pair;
    }),
  ],
  [
    "send",
    native("iv", "v", (context, [id, value]) => {
      context.heap.reserve(SLOT_BYTES);
      channel(context, id).push(value ?? null);
      return null;
    }),
  ],
  [
    "recv",
    native("i", "v", (context, [id]) => {
      const queue = channel(context, id);
      const value = queue.shift();
      if (value === undefined) {
        // Channels belong to one thread, so nobody could ever send.
        throw new MocaLimitError("runtime error: deadlock: recv on an empty channel");
      }
      return value;
    }),
  ],
];

function sortInPlace(context: NativeContext, vec: Sequence): null {
  context.spend(vec.length * 64);
  if (vec.kind === SequenceKind.INT) {
    vec.ints.subarray(0, vec.length).sort();
  } else if (vec.kind === SequenceKind.FLOAT) {
    vec.floats.subarray(0, vec.length).sort();
  } else {
    vec.items.length = vec.length;
    vec.items.sort((a, b) => compareNumbers(a, b));
  }
  return null;
}

function compareNumbers(a: Value, b: Value): number {
  const numeric = (value: Value): bigint | number =>
    typeof value === "bigint" || typeof value === "number" ? value : int(value);
  const x = numeric(a);
  const y = numeric(b);
  return x < y ? -1 : x > y ? 1 : 0;
}
