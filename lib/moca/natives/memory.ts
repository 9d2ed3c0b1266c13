/**
 * Natives on raw memory, run-time types and boxed values.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import { OBJECT_BYTES, SLOT_BYTES } from "../heap.ts";
import { MocaMap } from "../map.ts";
import { fromBytes } from "../text.ts";
import {
  DynBox,
  HeapBlock,
  Pointer,
  Sequence,
  StructValue,
  typeNumber,
  type Value,
} from "../value.ts";
import {
  checkedIndex,
  int,
  native,
  type NativeContext,
  type NativeRow,
  outOfBounds,
  string,
  toIndex,
} from "./native.ts";

/** Slots as a raw pointer sees them. */
function slotCount(target: Pointer["target"]): number {
  return target instanceof HeapBlock ? target.slots.length : target.length;
}

function checkedSlot(pointer: Pointer, index: bigint): number {
  const at = toIndex(index + BigInt(pointer.offset));
  if (at < 0 || at >= slotCount(pointer.target)) {
    throw outOfBounds(null, index);
  }
  return at;
}

function loadPointer(pointer: Pointer, index: bigint): Value {
  const at = checkedSlot(pointer, index);
  const { target } = pointer;
  return typeof target === "string"
    ? BigInt(target.charCodeAt(at))
    : target instanceof HeapBlock
    ? target.slots[at] ?? null
    : target.get(at);
}

/** The slots of an object as the original lays them out. */
function slotsOf(value: Value | undefined): readonly Value[] {
  if (typeof value === "string") {
    return [new Pointer(value, 0), BigInt(value.length)];
  }
  if (value instanceof Sequence) {
    const slots: Value[] = [new Pointer(value, 0), BigInt(value.length)];
    return value.isVec ? [...slots, BigInt(value.capacity)] : slots;
  }
  if (value instanceof StructValue) {
    return value.fields;
  }
  if (value instanceof MocaMap) {
    return [null, BigInt(value.size), BigInt(value.capacity)];
  }
  if (value instanceof DynBox) {
    return [BigInt(value.type), value.value];
  }
  throw runtimeError("expected reference");
}

/** Reads a slot of an object or pointer. */
export function heapLoad(value: Value | undefined, index: bigint): Value {
  if (value instanceof Pointer) {
    return loadPointer(value, index);
  }
  const slots = slotsOf(value);
  const at = toIndex(index);
  if (at < 0 || at >= slots.length) {
    throw outOfBounds(null, index);
  }
  return slots[at] ?? null;
}

/** Writes a slot of an object or pointer. */
export function heapStore(target: Value | undefined, index: bigint, value: Value): void {
  if (target instanceof StructValue) {
    const at = toIndex(index);
    if (at < 0 || at >= target.fields.length) {
      throw outOfBounds(null, index);
    }
    target.fields[at] = value;
    return;
  }
  if (!(target instanceof Pointer) || typeof target.target === "string") {
    throw runtimeError("expected reference");
  }
  const at = checkedSlot(target, index);
  if (target.target instanceof HeapBlock) {
    target.target.slots[at] = value;
  } else if (!target.target.set(at, value)) {
    throw runtimeError("expected integer");
  }
}

/** Reads an element of whatever can be indexed. */
export function indexAny(target: Value | undefined, at: Value | undefined): Value {
  if (target instanceof MocaMap) {
    const value = typeof at === "bigint" || typeof at === "string" ? target.get(at) : undefined;
    if (value === undefined) {
      throw runtimeError("key not found");
    }
    return value;
  }
  const index = int(at);
  if (target instanceof Sequence) {
    return target.get(checkedIndex(target, index));
  }
  if (typeof target === "string") {
    const place = toIndex(index);
    if (place < 0 || place >= target.length) {
      throw outOfBounds(target, index);
    }
    return BigInt(target.charCodeAt(place));
  }
  return heapLoad(target, index);
}

/** Writes an element of whatever can be indexed. */
export function setIndexAny(target: Value | undefined, at: Value | undefined, value: Value): void {
  if (target instanceof MocaMap && (typeof at === "bigint" || typeof at === "string")) {
    target.set(at, value);
    return;
  }
  if (target instanceof Sequence) {
    if (!target.set(checkedIndex(target, int(at)), value)) {
      throw runtimeError("expected integer");
    }
    return;
  }
  heapStore(target, int(at), value);
}

/** Allocates slots. */
export function allocate(context: NativeContext, count: bigint): Pointer {
  if (count < 0n || count > 0xffffffn * 64n) {
    throw runtimeError(`invalid allocation size ${count}`);
  }
  const slots = Number(count);
  context.heap.reserve(OBJECT_BYTES + slots * SLOT_BYTES);
  const block = new HeapBlock([]);
  for (let i = 0; i < slots; i++) {
    block.slots.push(null);
  }
  return new Pointer(block, 0);
}

function box(value: Value | undefined): DynBox {
  if (!(value instanceof DynBox)) {
    throw runtimeError("expected reference");
  }
  return value;
}

function fieldAt(value: Value | undefined, index: bigint): { struct: StructValue; at: number } {
  const struct = box(value).value;
  const at = toIndex(index);
  if (!(struct instanceof StructValue) || at < 0 || at >= struct.fields.length) {
    throw outOfBounds(null, index);
  }
  return { struct, at };
}

function offset(value: Value | undefined, by: bigint): Pointer {
  if (!(value instanceof Pointer)) {
    throw runtimeError("expected reference");
  }
  const total = BigInt(value.offset) + by;
  if (total < -0x7fffffffn || total > 0x7fffffffn) {
    throw outOfBounds(null, by);
  }
  return new Pointer(value.target, Number(total));
}

function stringFrom(context: NativeContext, source: Value | undefined, length: bigint): string {
  const count = toIndex(length);
  if (count < 0) {
    throw outOfBounds(null, length);
  }
  if (source === null && count === 0) {
    return "";
  }
  context.heap.reserveString(count);
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    bytes[i] = Number(int(heapLoad(source, BigInt(i))) & 255n);
  }
  return fromBytes(bytes);
}

/** Natives on memory and types, by name. */
export const MEMORY_NATIVES: readonly (readonly [string, NativeRow])[] = [
  ["__null_ptr", native("", "v", () => null)],
  ["__typeof", native("v", "i", (_, [value]) => BigInt(typeNumber(value ?? null)))],
  [
    "__value_to_string",
    native("v", "v", (context, [value]) => context.plain(value ?? null)),
  ],
  [
    "__dyn_type_name",
    native("v", "v", (context, [value]) => context.program.types[box(value).type]?.name ?? "?"),
  ],
  [
    "__dyn_field_count",
    native("v", "i", (_, [value]) => {
      const struct = box(value).value;
      return struct instanceof StructValue ? BigInt(struct.fields.length) : 0n;
    }),
  ],
  [
    "__dyn_field_name",
    native("vi", "v", (context, [value, index]) => {
      const { struct, at } = fieldAt(value, int(index));
      return context.program.layouts[struct.layout]?.fields[at] ?? "";
    }),
  ],
  [
    "__dyn_field_value",
    native("vi", "v", (context, [value, index]) => {
      const { struct, at } = fieldAt(value, int(index));
      const field = struct.fields[at] ?? null;
      const type = context.program.layouts[struct.layout]?.fieldTypes[at] ?? 0;
      return field instanceof DynBox ? field : new DynBox(type, field);
    }),
  ],
  ["__alloc_heap", native("i", "v", (context, [count]) => allocate(context, int(count)))],
  ["__heap_load", native("vi", "v", (_, [target, index]) => heapLoad(target, int(index)))],
  [
    "__heap_store",
    native("viv", "v", (_, [target, index, value]) => {
      heapStore(target, int(index), value ?? null);
      return null;
    }),
  ],
  [
    "__heap_size",
    native("v", "i", (_, [target]) =>
      BigInt(
        target instanceof Pointer
          ? slotCount(target.target) - target.offset
          : slotsOf(target).length,
      )),
  ],
  ["__ptr_offset", native("vi", "v", (_, [target, by]) => offset(target, int(by)))],
  [
    "__alloc_string",
    native("vi", "v", (context, [source, length]) => stringFrom(context, source, int(length))),
  ],
  [
    "data_ptr",
    native(
      "v",
      "v",
      (_, [target]) => new Pointer(target instanceof Sequence ? target : string(target), 0),
    ),
  ],
  ["index_any", native("vv", "v", (_, [target, at]) => indexAny(target, at))],
  [
    "set_index_any",
    native("vvv", "v", (_, [target, at, value]) => {
      setIndexAny(target, at, value ?? null);
      return null;
    }),
  ],
];
