/**
 * Values of a running program, as natives and host calls see them.
 *
 * An `int` is a bigint of 64 bits, a `float` a number, a string a JavaScript string whose
 * characters are bytes (text.ts), `nil` is null; everything else is one of the classes below.
 *
 * @module
 */
import type { MocaMap } from "./map.ts";

/** A value. */
export type Value =
  | bigint
  | number
  | boolean
  | string
  | null
  | Sequence
  | StructValue
  | MocaMap
  | Closure
  | DynBox
  | Pointer
  | HeapBlock;

const NO_INTS = new BigInt64Array(0);
const NO_FLOATS = new Float64Array(0);
const NO_ITEMS: Value[] = [];

/** How a sequence stores its elements. */
export const SequenceKind = {
  /** In `ints`. */
  INT: 0,
  /** In `floats`. */
  FLOAT: 1,
  /** In `items`. */
  VALUE: 2,
} as const;

/** An array or a Vec. */
export class Sequence {
  /** One of {@linkcode SequenceKind}. */
  readonly kind: number;
  /** Whether it is a Vec. */
  readonly isVec: boolean;
  /** Elements in use. */
  length: number;
  /** Elements, if the kind is INT; its size is the capacity. */
  ints: BigInt64Array;
  /** Elements, if the kind is FLOAT. */
  floats: Float64Array;
  /** Elements, if the kind is VALUE. */
  items: Value[];
  /** Elements before it must grow. */
  capacity: number;

  /**
   * Makes the value.
   *
   * @param kind How elements are stored.
   * @param isVec Whether it is a Vec.
   * @param length Elements in use.
   * @param capacity Elements before it must grow.
   */
  constructor(kind: number, isVec: boolean, length: number, capacity: number) {
    this.kind = kind;
    this.isVec = isVec;
    this.length = length;
    this.capacity = capacity;
    this.ints = kind === SequenceKind.INT && capacity > 0 ? new BigInt64Array(capacity) : NO_INTS;
    this.floats = kind === SequenceKind.FLOAT && capacity > 0
      ? new Float64Array(capacity)
      : NO_FLOATS;
    this.items = kind === SequenceKind.VALUE ? [] : NO_ITEMS;
    if (kind === SequenceKind.VALUE) {
      for (let i = 0; i < length; i++) {
        this.items.push(null);
      }
    }
  }

  /** The element at an index that is in range. */
  get(index: number): Value {
    return this.kind === SequenceKind.INT
      ? this.ints[index] ?? 0n
      : this.kind === SequenceKind.FLOAT
      ? this.floats[index] ?? 0
      : this.items[index] ?? null;
  }

  /** Stores an element at an index that is in range. Returns false if it is of the wrong kind. */
  set(index: number, value: Value): boolean {
    if (this.kind === SequenceKind.INT) {
      if (typeof value !== "bigint") {
        return false;
      }
      this.ints[index] = value;
    } else if (this.kind === SequenceKind.FLOAT) {
      if (typeof value !== "number") {
        return false;
      }
      this.floats[index] = value;
    } else {
      this.items[index] = value;
    }
    return true;
  }

  /** Makes room for more elements. */
  grow(capacity: number): void {
    this.capacity = capacity;
    if (this.kind === SequenceKind.INT) {
      const ints = new BigInt64Array(capacity);
      ints.set(this.ints);
      this.ints = ints;
    } else if (this.kind === SequenceKind.FLOAT) {
      const floats = new Float64Array(capacity);
      floats.set(this.floats);
      this.floats = floats;
    }
  }
}

/** A struct; `layout` is its index among the program's layouts. */
export class StructValue {
  /** Index of its layout. */
  readonly layout: number;
  /** Its fields in declaration order. */
  readonly fields: Value[];

  /**
   * Makes the value.
   *
   * @param layout Index of its layout.
   * @param fields Its fields in declaration order.
   */
  constructor(layout: number, fields: Value[]) {
    this.layout = layout;
    this.fields = fields;
  }
}

/** A variable that lambdas share. */
export class Cell {
  /** Its value. */
  value: Value;

  /**
   * Makes the value.
   *
   * @param value Its first value.
   */
  constructor(value: Value) {
    this.value = value;
  }
}

/** A function value. */
export class Closure {
  /** Index of the function. */
  readonly function: number;
  /** The variables it captured. */
  readonly cells: readonly Cell[];

  /**
   * Makes the value.
   *
   * @param fn Index of the function.
   * @param cells The variables it captured.
   */
  constructor(fn: number, cells: readonly Cell[]) {
    this.function = fn;
    this.cells = cells;
  }
}

/** A value with its run-time type. */
export class DynBox {
  /** Index of the type among the program's run-time types. */
  readonly type: number;
  /** The value; another one, equal to it, only ever takes its place when memory is counted. */
  value: Value;

  /**
   * Makes the value.
   *
   * @param type Index of the type.
   * @param value The value.
   */
  constructor(type: number, value: Value) {
    this.type = type;
    this.value = value;
  }
}

/** Memory of `__alloc_heap`. */
export class HeapBlock {
  /** The slots. */
  readonly slots: Value[];

  /**
   * Makes the value.
   *
   * @param slots The slots.
   */
  constructor(slots: Value[]) {
    this.slots = slots;
  }
}

/** A raw pointer to a slot of something. */
export class Pointer {
  /** What it points into; of equal strings, one may take the other's place. */
  target: HeapBlock | Sequence | string;
  /** The slot that index 0 means. */
  readonly offset: number;

  /**
   * Makes the value.
   *
   * @param target What it points into.
   * @param offset The slot that index 0 means.
   */
  constructor(target: HeapBlock | Sequence | string, offset: number) {
    this.target = target;
    this.offset = offset;
  }
}

/**
 * The number that `__typeof` gives.
 *
 * @param value The value.
 * @returns 0 int, 1 float, 2 bool, 3 nil, 4 anything else.
 */
export function typeNumber(value: Value): number {
  switch (typeof value) {
    case "bigint":
      return 0;
    case "number":
      return 1;
    case "boolean":
      return 2;
    default:
      return value === null ? 3 : 4;
  }
}
