/**
 * Numbers, truth values and characters.
 *
 * @module
 */
import type { PrimitiveName } from "../definition.ts";
import { Trap } from "../error.ts";
import { Codec } from "./codec.ts";
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";
import { StringCodec } from "./string_codec.ts";

/** Unicode's surrogates, which are no characters, and what comes after the last character. */
const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;
const CHARACTERS_END = 0x110000;

/** A number of at most 32 bits that is an integer. */
abstract class IntegerCodec extends Codec {
  readonly flat: readonly CoreType[] = ["i32"];

  get alignment(): number {
    return this.size;
  }

  /** The value of the type that has the low bits of `value`. */
  abstract wrap(value: number): number;

  lift(_context: CallContext, source: FlatValues): number {
    return this.wrap(source.next() as number);
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(this.wrap(Number(value)));
  }
}

class U8Codec extends IntegerCodec {
  readonly size = 1;

  wrap(value: number): number {
    return value & 0xff;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getUint8(address);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setUint8(address, Number(value));
  }
}

class S8Codec extends IntegerCodec {
  readonly size = 1;

  wrap(value: number): number {
    return value << 24 >> 24;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getInt8(address);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setInt8(address, Number(value));
  }
}

class U16Codec extends IntegerCodec {
  readonly size = 2;

  wrap(value: number): number {
    return value & 0xffff;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getUint16(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setUint16(address, Number(value), true);
  }
}

class S16Codec extends IntegerCodec {
  readonly size = 2;

  wrap(value: number): number {
    return value << 16 >> 16;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getInt16(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setInt16(address, Number(value), true);
  }
}

class U32Codec extends IntegerCodec {
  readonly size = 4;

  wrap(value: number): number {
    return value >>> 0;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getUint32(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setUint32(address, Number(value), true);
  }
}

class S32Codec extends IntegerCodec {
  readonly size = 4;

  wrap(value: number): number {
    return value | 0;
  }

  load({ memory }: CallContext, address: number): number {
    return memory.view.getInt32(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setInt32(address, Number(value), true);
  }
}

class U64Codec extends Codec {
  readonly size = 8;
  readonly alignment = 8;
  readonly flat: readonly CoreType[] = ["i64"];

  load({ memory }: CallContext, address: number): bigint {
    return memory.view.getBigUint64(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setBigUint64(address, toBigInt(value), true);
  }

  lift(_context: CallContext, source: FlatValues): bigint {
    return BigInt.asUintN(64, source.next() as bigint);
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(toBigInt(value));
  }
}

class S64Codec extends U64Codec {
  override load({ memory }: CallContext, address: number): bigint {
    return memory.view.getBigInt64(address, true);
  }

  override lift(_context: CallContext, source: FlatValues): bigint {
    return source.next() as bigint;
  }
}

class F32Codec extends Codec {
  readonly size = 4;
  readonly alignment = 4;
  readonly flat: readonly CoreType[] = ["f32"];

  load({ memory }: CallContext, address: number): number {
    return memory.view.getFloat32(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setFloat32(address, Number(value), true);
  }

  lift(_context: CallContext, source: FlatValues): number {
    return source.next() as number;
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(Number(value));
  }
}

class F64Codec extends Codec {
  readonly size = 8;
  readonly alignment = 8;
  readonly flat: readonly CoreType[] = ["f64"];

  load({ memory }: CallContext, address: number): number {
    return memory.view.getFloat64(address, true);
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setFloat64(address, Number(value), true);
  }

  lift(_context: CallContext, source: FlatValues): number {
    return source.next() as number;
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(Number(value));
  }
}

class BoolCodec extends Codec {
  readonly size = 1;
  readonly alignment = 1;
  readonly flat: readonly CoreType[] = ["i32"];

  load({ memory }: CallContext, address: number): boolean {
    return memory.view.getUint8(address) !== 0;
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setUint8(address, value ? 1 : 0);
  }

  lift(_context: CallContext, source: FlatValues): boolean {
    return source.next() !== 0;
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(value ? 1 : 0);
  }
}

class CharCodec extends Codec {
  readonly size = 4;
  readonly alignment = 4;
  readonly flat: readonly CoreType[] = ["i32"];

  load({ memory }: CallContext, address: number): string {
    return toCharacter(memory.view.getUint32(address, true));
  }

  store({ memory }: CallContext, address: number, value: unknown): void {
    memory.view.setUint32(address, String(value).codePointAt(0) ?? 0, true);
  }

  lift(_context: CallContext, source: FlatValues): string {
    return toCharacter((source.next() as number) >>> 0);
  }

  lower(_context: CallContext, value: unknown, target: CoreValue[]): void {
    target.push(String(value).codePointAt(0) ?? 0);
  }
}

function toCharacter(code: number): string {
  if (code >= CHARACTERS_END || (code >= SURROGATES && code < AFTER_SURROGATES)) {
    throw new Trap(`${code} is no character`);
  }
  return String.fromCodePoint(code);
}

function toBigInt(value: unknown): bigint {
  return typeof value === "bigint" ? value : BigInt(Number(value));
}

/** How each primitive type passes. */
export const PRIMITIVE_CODECS: Readonly<Record<PrimitiveName, Codec>> = {
  bool: new BoolCodec(),
  s8: new S8Codec(),
  u8: new U8Codec(),
  s16: new S16Codec(),
  u16: new U16Codec(),
  s32: new S32Codec(),
  u32: new U32Codec(),
  s64: new S64Codec(),
  u64: new U64Codec(),
  f32: new F32Codec(),
  f64: new F64Codec(),
  char: new CharCodec(),
  string: new StringCodec(),
};
