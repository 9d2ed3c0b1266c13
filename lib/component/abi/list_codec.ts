/**
 * Lists. Those of numbers are typed arrays.
 *
 * @module
 */
import type { PrimitiveName } from "../definition.ts";
import { Trap } from "../error.ts";
import { Codec } from "./codec.ts";
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";

/** About what the host needs for an element of an array. */
const ELEMENT_COST = 32;

/** A list in memory may not have more bytes. */
const MAX_LIST = 2 ** 32 - 1;

abstract class PointerAndLength extends Codec {
  readonly size = 8;
  readonly alignment = 4;
  readonly flat: readonly CoreType[] = ["i32", "i32"];

  /** The list of `length` elements at `address`. */
  protected abstract read(context: CallContext, address: number, length: number): unknown;

  /** Where a list was put. */
  protected abstract write(context: CallContext, value: unknown): number;

  /** How many elements a list has. */
  protected abstract lengthOf(value: unknown): number;

  load(context: CallContext, address: number): unknown {
    const { view } = context.memory;
    return this.read(context, view.getUint32(address, true), view.getUint32(address + 4, true));
  }

  store(context: CallContext, address: number, value: unknown): void {
    const start = this.write(context, value);
    const { view } = context.memory;
    view.setUint32(address, start, true);
    view.setUint32(address + 4, this.lengthOf(value), true);
  }

  lift(context: CallContext, source: FlatValues): unknown {
    const address = source.next() as number;
    return this.read(context, address, (source.next() as number) >>> 0);
  }

  lower(context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(this.write(context, value), this.lengthOf(value));
  }
}

/** A list of anything: an array. */
export class ListCodec extends PointerAndLength {
  readonly #element: Codec;

  /** A list of what `element` is. */
  constructor(element: Codec) {
    super();
    this.#element = element;
  }

  protected read(context: CallContext, address: number, length: number): unknown[] {
    const element = this.#element;
    const start = context.memory.check(address, length * element.size, element.alignment);
    context.spend(length * ELEMENT_COST);
    const list: unknown[] = [];
    for (let index = 0; index < length; index++) {
      list.push(element.load(context, start + index * element.size));
    }
    return list;
  }

  protected write(context: CallContext, value: unknown): number {
    const element = this.#element;
    const list = value as readonly unknown[];
    const start = allocate(context, list.length, element.size, element.alignment);
    for (let index = 0; index < list.length; index++) {
      element.store(context, start + index * element.size, list[index]);
    }
    return start;
  }

  protected lengthOf(value: unknown): number {
    return (value as readonly unknown[]).length;
  }
}

/**
 * `list<u8>`: a Uint8Array. What a guest passes is a view of its memory, valid until the call
 * returns; what the host returns is copied.
 */
export class BytesCodec extends PointerAndLength {
  protected read(context: CallContext, address: number, length: number): Uint8Array {
    const { memory, copies } = context;
    const start = memory.check(address, length, 1);
    if (!copies) return memory.bytes.subarray(start, start + length);
    context.spend(length);
    return memory.bytes.slice(start, start + length);
  }

  protected write(context: CallContext, value: unknown): number {
    const bytes = value as Uint8Array;
    const start = allocate(context, bytes.length, 1, 1);
    context.memory.bytes.set(bytes, start);
    return start;
  }

  protected lengthOf(value: unknown): number {
    return (value as Uint8Array).length;
  }
}

/** A typed array of other numbers, and what makes one. */
interface NumberArray extends ArrayLike<number | bigint> {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** A list of numbers: a typed array, copied. */
export class NumbersCodec extends PointerAndLength {
  readonly #elementSize: number;
  readonly #make: (buffer: ArrayBuffer) => NumberArray;
  readonly #from: (values: Iterable<unknown>) => NumberArray;

  /** Lists of numbers of `elementSize` bytes. */
  constructor(
    elementSize: number,
    make: (buffer: ArrayBuffer) => NumberArray,
    from: (values: Iterable<unknown>) => NumberArray,
  ) {
    super();
    this.#elementSize = elementSize;
    this.#make = make;
    this.#from = from;
  }

  protected read(context: CallContext, address: number, length: number): NumberArray {
    const { memory } = context;
    const size = length * this.#elementSize;
    const start = memory.check(address, size, this.#elementSize);
    context.spend(size);
    return this.#make(memory.bytes.slice(start, start + size).buffer);
  }

  protected write(context: CallContext, value: unknown): number {
    const numbers = ArrayBuffer.isView(value) ? value : this.#from(value as Iterable<unknown>);
    const { buffer, byteOffset, byteLength } = numbers;
    const length = byteLength / this.#elementSize;
    const start = allocate(context, length, this.#elementSize, this.#elementSize);
    context.memory.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start);
    return start;
  }

  protected lengthOf(value: unknown): number {
    return (value as ArrayLike<unknown>).length;
  }
}

function allocate(context: CallContext, length: number, size: number, alignment: number): number {
  const bytes = length * size;
  if (bytes > MAX_LIST) throw new Trap(`A list of ${bytes} bytes is too long`);
  return context.allocate(bytes, alignment);
}

/** How lists of each primitive type that is a number pass. */
export const NUMBER_LISTS: ReadonlyMap<PrimitiveName, Codec> = new Map<PrimitiveName, Codec>([
  ["u8", new BytesCodec()],
  [
    "s8",
    new NumbersCodec(
      1,
      (buffer) => new Int8Array(buffer),
      (values) => Int8Array.from(values, Number),
    ),
  ],
  [
    "u16",
    new NumbersCodec(
      2,
      (buffer) => new Uint16Array(buffer),
      (values) => Uint16Array.from(values, Number),
    ),
  ],
  [
    "s16",
    new NumbersCodec(
      2,
      (buffer) => new Int16Array(buffer),
      (values) => Int16Array.from(values, Number),
    ),
  ],
  [
    "u32",
    new NumbersCodec(
      4,
      (buffer) => new Uint32Array(buffer),
      (values) => Uint32Array.from(values, Number),
    ),
  ],
  [
    "s32",
    new NumbersCodec(
      4,
      (buffer) => new Int32Array(buffer),
      (values) => Int32Array.from(values, Number),
    ),
  ],
  [
    "u64",
    new NumbersCodec(
      8,
      (buffer) => new BigUint64Array(buffer),
      (values) => BigUint64Array.from(values as Iterable<bigint>),
    ),
  ],
  [
    "s64",
    new NumbersCodec(
      8,
      (buffer) => new BigInt64Array(buffer),
      (values) => BigInt64Array.from(values as Iterable<bigint>),
    ),
  ],
  [
    "f32",
    new NumbersCodec(
      4,
      (buffer) => new Float32Array(buffer),
      (values) => Float32Array.from(values, Number),
    ),
  ],
  [
    "f64",
    new NumbersCodec(
      8,
      (buffer) => new Float64Array(buffer),
      (values) => Float64Array.from(values, Number),
    ),
  ],
]);
