/**
 * Records, tuples and flags.
 *
 * @module
 */
import { align, Codec, concatenate } from "./codec.ts";
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";

/** Parts that lie after one another. */
abstract class PartsCodec extends Codec {
  readonly size: number;
  readonly alignment: number;
  readonly flat: readonly CoreType[] | null;
  /** The parts. */
  protected readonly parts: readonly Codec[];
  /** Where each of them begins. */
  protected readonly offsets: readonly number[];

  constructor(parts: readonly Codec[]) {
    super();
    this.parts = parts;
    this.alignment = parts.reduce((most, part) => Math.max(most, part.alignment), 1);
    const offsets: number[] = [];
    let offset = 0;
    for (const part of parts) {
      offset = align(offset, part.alignment);
      offsets.push(offset);
      offset += part.size;
    }
    this.offsets = offsets;
    this.size = align(offset, this.alignment);
    this.flat = concatenate(parts);
  }

  /** The value with these parts. */
  protected abstract compose(parts: unknown[]): unknown;

  /** A part of a value. */
  protected abstract part(value: unknown, index: number): unknown;

  load(context: CallContext, address: number): unknown {
    const values: unknown[] = [];
    for (let index = 0; index < this.parts.length; index++) {
      values.push(this.parts[index]?.load(context, address + (this.offsets[index] ?? 0)));
    }
    return this.compose(values);
  }

  store(context: CallContext, address: number, value: unknown): void {
    for (let index = 0; index < this.parts.length; index++) {
      const place = address + (this.offsets[index] ?? 0);
      this.parts[index]?.store(context, place, this.part(value, index));
    }
  }

  lift(context: CallContext, source: FlatValues): unknown {
    const values: unknown[] = [];
    for (let index = 0; index < this.parts.length; index++) {
      values.push(this.parts[index]?.lift(context, source));
    }
    return this.compose(values);
  }

  lower(context: CallContext, value: unknown, target: CoreValue[]): void {
    for (let index = 0; index < this.parts.length; index++) {
      this.parts[index]?.lower(context, this.part(value, index), target);
    }
  }
}

/** A tuple: an array. */
export class TupleCodec extends PartsCodec {
  protected compose(parts: unknown[]): unknown {
    return parts;
  }

  protected part(value: unknown, index: number): unknown {
    return (value as readonly unknown[])[index];
  }
}

/** A record: an object. */
export class RecordCodec extends PartsCodec {
  readonly #names: readonly string[];

  /** A record of `parts` under `names`. */
  constructor(names: readonly string[], parts: readonly Codec[]) {
    super(parts);
    this.#names = names;
  }

  protected compose(parts: unknown[]): unknown {
    const record: Record<string, unknown> = {};
    for (let index = 0; index < parts.length; index++) {
      record[this.#names[index] ?? ""] = parts[index];
    }
    return record;
  }

  protected part(value: unknown, index: number): unknown {
    return (value as Readonly<Record<string, unknown>>)[this.#names[index] ?? ""];
  }
}

/** Flags: an object of truth values. */
export class FlagsCodec extends Codec {
  readonly size: number;
  readonly flat: readonly CoreType[] = ["i32"];
  readonly #names: readonly string[];

  /** Flags with these names, the lowest bit first; at most 32. */
  constructor(names: readonly string[]) {
    super();
    this.#names = names;
    this.size = names.length <= 8 ? 1 : names.length <= 16 ? 2 : 4;
  }

  get alignment(): number {
    return this.size;
  }

  load({ memory: { view } }: CallContext, address: number): unknown {
    if (this.size === 1) return this.#compose(view.getUint8(address));
    return this.#compose(
      this.size === 2 ? view.getUint16(address, true) : view.getUint32(address, true),
    );
  }

  store({ memory: { view } }: CallContext, address: number, value: unknown): void {
    const bits = this.#bits(value);
    if (this.size === 1) view.setUint8(address, bits);
    else if (this.size === 2) view.setUint16(address, bits, true);
    else view.setUint32(address, bits, true);
  }

  lift(_context: CallContext, source: FlatValues): unknown {
    return this.#compose(source.next() as number);
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(this.#bits(value));
  }

  #compose(bits: number): Readonly<Record<string, boolean>> {
    const flags: Record<string, boolean> = {};
    for (let index = 0; index < this.#names.length; index++) {
      flags[this.#names[index] ?? ""] = (bits & (1 << index)) !== 0;
    }
    return flags;
  }

  #bits(value: unknown): number {
    const flags = value as Readonly<Record<string, unknown>>;
    let bits = 0;
    for (let index = 0; index < this.#names.length; index++) {
      if (flags[this.#names[index] ?? ""]) bits |= 1 << index;
    }
    return bits;
  }
}
