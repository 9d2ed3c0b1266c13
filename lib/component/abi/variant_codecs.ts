/**
 * Variants, enums, options and results.
 *
 * @module
 */
import { Trap } from "../error.ts";
import { align, Codec } from "./codec.ts";
import { type CallContext, type CoreType, type CoreValue, FlatValues } from "./context.ts";

/** What stands in memory before the payload: which case it is. */
function discriminantSize(cases: number): number {
  return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4;
}

/** The core type that holds values of both. */
function join(one: CoreType, other: CoreType): CoreType {
  if (one === other) return one;
  const narrow = (type: CoreType) => type === "i32" || type === "f32";
  return narrow(one) && narrow(other) ? "i32" : "i64";
}

/** Core types of a payload that is one of several; null for too many. */
function joinAll(payloads: readonly (Codec | null)[]): readonly CoreType[] | null {
  const joined: CoreType[] = [];
  for (const payload of payloads) {
    if (payload === null) continue;
    if (payload.flat === null) return null;
    payload.flat.forEach((type, index) => {
      const before = joined[index];
      joined[index] = before === undefined ? type : join(before, type);
    });
  }
  return joined;
}

const BITS = new DataView(new ArrayBuffer(8));

/** A core value of a wider type as the narrower one that was put there. */
function narrow(value: CoreValue, from: CoreType, to: CoreType): CoreValue {
  if (from === to) return value;
  if (from === "i64") {
    BITS.setBigInt64(0, value as bigint, true);
    if (to === "i32") return BITS.getInt32(0, true);
    return to === "f32" ? BITS.getFloat32(0, true) : BITS.getFloat64(0, true);
  }
  BITS.setInt32(0, value as number, true);
  return BITS.getFloat32(0, true);
}

/** The other way round. */
function widen(value: CoreValue, from: CoreType, to: CoreType): CoreValue {
  if (from === to) return value;
  BITS.setBigInt64(0, 0n, true);
  if (from === "i32") BITS.setInt32(0, Number(value), true);
  else if (from === "f32") BITS.setFloat32(0, Number(value), true);
  else BITS.setFloat64(0, Number(value), true);
  return to === "i64" ? BITS.getBigInt64(0, true) : BITS.getInt32(0, true);
}

/** One case of several, some with a payload. */
abstract class CasesCodec extends Codec {
  readonly size: number;
  readonly alignment: number;
  readonly flat: readonly CoreType[] | null;
  readonly #payloads: readonly (Codec | null)[];
  readonly #discriminantSize: number;
  readonly #payloadOffset: number;
  /** Core types that the payloads share. */
  readonly #joined: readonly CoreType[];

  constructor(payloads: readonly (Codec | null)[]) {
    super();
    this.#payloads = payloads;
    this.#discriminantSize = discriminantSize(payloads.length);
    let size = 0;
    let alignment = 1;
    for (const payload of payloads) {
      size = Math.max(size, payload?.size ?? 0);
      alignment = Math.max(alignment, payload?.alignment ?? 1);
    }
    this.#payloadOffset = align(this.#discriminantSize, alignment);
    this.alignment = Math.max(this.#discriminantSize, alignment);
    this.size = align(this.#payloadOffset + size, this.alignment);
    const joined = joinAll(payloads);
    this.#joined = joined ?? [];
    this.flat = joined === null || joined.length > 15 ? null : ["i32", ...joined];
  }

  /** The value of a case. */
  protected abstract compose(index: number, payload: unknown): unknown;

  /** Which case a value is of. Throws TypeError for what is none. */
  protected abstract indexOf(value: unknown): number;

  /** The payload of a value. */
  protected abstract payloadOf(value: unknown): unknown;

  load(context: CallContext, address: number): unknown {
    const { view } = context.memory;
    const size = this.#discriminantSize;
    const index = size === 1
      ? view.getUint8(address)
      : size === 2
      ? view.getUint16(address, true)
      : view.getUint32(address, true);
    const payload = this.#payload(index);
    return this.compose(index, payload?.load(context, address + this.#payloadOffset));
  }

  store(context: CallContext, address: number, value: unknown): void {
    this.storeCase(context, address, this.indexOf(value), this.payloadOf(value));
  }

  /** Writes a value given by its case. */
  storeCase(context: CallContext, address: number, index: number, payload: unknown): void {
    const { view } = context.memory;
    const size = this.#discriminantSize;
    if (size === 1) view.setUint8(address, index);
    else if (size === 2) view.setUint16(address, index, true);
    else view.setUint32(address, index, true);
    this.#payloads[index]?.store(context, address + this.#payloadOffset, payload);
  }

  lift(context: CallContext, source: FlatValues): unknown {
    const index = (source.next() as number) >>> 0;
    const payload = this.#payload(index);
    const start = source.at;
    const joined = this.#joined;
    let value: unknown;
    if (payload !== null) {
      const types = payload.flat ?? [];
      if (types.every((type, at) => type === joined[at])) value = payload.lift(context, source);
      else {
        const own = new FlatValues();
        own.values = types.map((type, at) =>
          narrow(source.values[start + at] as CoreValue, joined[at] as CoreType, type)
        );
        value = payload.lift(context, own);
      }
    }
    source.at = start + joined.length;
    return this.compose(index, value);
  }

  lower(context: CallContext, value: unknown, target: CoreValue[]): void {
    const index = this.indexOf(value);
    const payload = this.#payloads[index];
    const own: CoreValue[] = [];
    payload?.lower(context, this.payloadOf(value), own);
    target.push(index);
    this.#joined.forEach((type, at) => {
      const part = own[at];
      const from = payload?.flat?.[at];
      if (part === undefined || from === undefined) target.push(type === "i64" ? 0n : 0);
      else target.push(widen(part, from, type));
    });
  }

  #payload(index: number): Codec | null {
    const payload = this.#payloads[index];
    if (payload === undefined) throw new Trap(`There is no case ${index}`);
    return payload;
  }
}

function indexIn(names: ReadonlyMap<string, number>, name: unknown): number {
  const index = typeof name === "string" ? names.get(name) : undefined;
  if (index === undefined) throw new TypeError(`There is no case ${String(name)}`);
  return index;
}

function indices(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

/** A variant: `{ tag, val }`. */
export class VariantCodec extends CasesCodec {
  readonly #names: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;

  /** A variant of these cases. */
  constructor(names: readonly string[], payloads: readonly (Codec | null)[]) {
    super(payloads);
    this.#names = names;
    this.#indices = indices(names);
  }

  protected compose(index: number, val: unknown): unknown {
    const tag = this.#names[index];
    return val === undefined ? { tag } : { tag, val };
  }

  protected indexOf(value: unknown): number {
    return indexIn(this.#indices, (value as { readonly tag?: unknown }).tag);
  }

  protected payloadOf(value: unknown): unknown {
    return (value as { readonly val?: unknown }).val;
  }
}

/** An enum: a string. */
export class EnumCodec extends CasesCodec {
  readonly #names: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;

  /** An enum of these names. */
  constructor(names: readonly string[]) {
    super(names.map(() => null));
    this.#names = names;
    this.#indices = indices(names);
  }

  protected compose(index: number): unknown {
    return this.#names[index];
  }

  protected indexOf(value: unknown): number {
    return indexIn(this.#indices, value);
  }

  protected payloadOf(): unknown {
    return undefined;
  }
}

/** An option: undefined, or the value. */
export class OptionCodec extends CasesCodec {
  /** An option of `payload`. */
  constructor(payload: Codec) {
    super([null, payload]);
  }

  protected compose(index: number, payload: unknown): unknown {
    return index === 0 ? undefined : payload;
  }

  protected indexOf(value: unknown): number {
    return value === undefined || value === null ? 0 : 1;
  }

  protected payloadOf(value: unknown): unknown {
    return value;
  }
}

/** A result: `{ tag: "ok" | "err", val }`. */
export class ResultCodec extends VariantCodec {
  /** A result of `ok` or `error`, null for no payload. */
  constructor(ok: Codec | null, error: Codec | null) {
    super(["ok", "err"], [ok, error]);
  }
}
