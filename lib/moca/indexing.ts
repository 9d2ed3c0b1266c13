/**
 * Elements and slots of values by index: of arrays, Vecs, Maps and strings, and of raw memory as the
 * instructions of asm blocks and the natives of `std` see it.
 *
 * @module
 */
import { type MocaTrap, runtimeError } from "./error.ts";
import { type Heap, OBJECT_BYTES, SLOT_BYTES } from "./heap.ts";
import { MocaMap } from "./map.ts";
import {
  DynBox,
  HeapBlock,
  Pointer,
  Sequence,
  SequenceKind,
  StructValue,
  type Value,
} from "./value.ts";
import { int } from "./value_checks.ts";

/** An index as a number, whatever its size; out of range values stay out of range. */
export function toIndex(value: bigint): number {
  return value < 0n ? -1 : value > 0x7fffffffn ? 0x7fffffff : Number(value);
}

/** The error of an index that is out of range. */
export function outOfBounds(target: Sequence | string | null, index: bigint): MocaTrap {
  const typed = typeof target === "string" ||
    (target instanceof Sequence && target.isVec && target.kind !== SequenceKind.VALUE);
  return runtimeError(
    typed ? `typed array index ${index} out of bounds` : `slot index ${index} out of bounds`,
  );
}

/** Checks an index of an array or Vec. */
export function checkedIndex(target: Sequence, index: bigint): number {
  const at = toIndex(index);
  if (at < 0 || at >= target.length) {
    throw outOfBounds(target, index);
  }
  return at;
}

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
export function allocate(heap: Heap, count: bigint): Pointer {
  if (count < 0n || count > 0xffffffn * 64n) {
    throw runtimeError(`invalid allocation size ${count}`);
  }
  const slots = Number(count);
  heap.reserve(OBJECT_BYTES + slots * SLOT_BYTES);
  const block = new HeapBlock([]);
  for (let i = 0; i < slots; i++) {
    block.slots.push(null);
  }
  return new Pointer(block, 0);
}

/** Moves a pointer by slots. */
export function offsetPointer(value: Value | undefined, by: bigint): Pointer {
  if (!(value instanceof Pointer)) {
    throw runtimeError("expected reference");
  }
  const total = BigInt(value.offset) + by;
  if (total < -0x7fffffffn || total > 0x7fffffffn) {
    throw outOfBounds(null, by);
  }
  return new Pointer(value.target, Number(total));
}

/** Slots of an object, or behind a pointer. */
export function heapSize(target: Value | undefined): number {
  return target instanceof Pointer
    ? slotCount(target.target) - target.offset
    : slotsOf(target).length;
}
