/**
 * Strings.
 *
 * @module
 */
import { Trap } from "../error.ts";
import { Codec } from "./codec.ts";
import type { CallContext, CoreType, CoreValue, FlatValues } from "./context.ts";

/** The longest string in bytes. */
const MAX_STRING = 2 ** 31 - 1;

/** Of a length in latin1+utf16: whether it counts UTF-16 code units. */
const UTF16_TAG = 2 ** 31;

const ENCODER = new TextEncoder();
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF16 = new TextDecoder("utf-16le", { fatal: true, ignoreBOM: true });

/** A string in the encoding that the function was made with. */
export class StringCodec extends Codec {
  readonly size = 8;
  readonly alignment = 4;
  readonly flat: readonly CoreType[] = ["i32", "i32"];

  load(context: CallContext, address: number): string {
    const { view } = context.memory;
    return read(context, view.getUint32(address, true), view.getUint32(address + 4, true));
  }

  store(context: CallContext, address: number, value: unknown): void {
    const { start, length } = write(context, String(value));
    const { view } = context.memory;
    view.setUint32(address, start, true);
    view.setUint32(address + 4, length, true);
  }

  lift(context: CallContext, source: FlatValues): string {
    const address = source.next() as number;
    return read(context, address, (source.next() as number) >>> 0);
  }

  lower(context: CallContext, value: unknown, target: CoreValue[]): void {
    const { start, length } = write(context, String(value));
    target.push(start, length | 0);
  }
}

function read(context: CallContext, address: number, length: number): string {
  switch (context.encoding) {
    case "utf8":
      return decode(context, UTF8, address, length, 1);
    case "utf16":
      return decode(context, UTF16, address, 2 * length, 2);
    case "latin1+utf16": {
      if (length >= UTF16_TAG) return decode(context, UTF16, address, 2 * (length - UTF16_TAG), 2);
      let text = "";
      for (const byte of take(context, address, length, 2)) text += String.fromCharCode(byte);
      return text;
    }
  }
}

function take(
  context: CallContext,
  address: number,
  size: number,
  alignment: number,
): Uint8Array {
  if (size > MAX_STRING) throw new Trap(`A string of ${size} bytes is too long`);
  const { memory } = context;
  const start = memory.check(address, size, alignment);
  context.spend(size);
  return memory.bytes.subarray(start, start + size);
}

function decode(
  context: CallContext,
  decoder: TextDecoder,
  address: number,
  size: number,
  alignment: number,
): string {
  const bytes = take(context, address, size, alignment);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Trap(`A string is not ${decoder.encoding}`);
  }
}

/** Writes a string to room that the guest makes. */
function write(context: CallContext, text: string): { start: number; length: number } {
  // Half a surrogate pair has no encoding.
  const whole = text.toWellFormed();
  if (context.encoding === "utf8") {
    const bytes = ENCODER.encode(whole);
    return { start: place(context, bytes, 1), length: bytes.length };
  }
  if (context.encoding === "latin1+utf16" && /^[\0-\xff]*$/.test(whole)) {
    const bytes = Uint8Array.from(whole, (character) => character.charCodeAt(0));
    return { start: place(context, bytes, 2), length: bytes.length };
  }
  const bytes = new Uint8Array(2 * whole.length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < whole.length; index++) {
    view.setUint16(2 * index, whole.charCodeAt(index), true);
  }
  const tag = context.encoding === "utf16" ? 0 : UTF16_TAG;
  return { start: place(context, bytes, 2), length: whole.length + tag };
}

function place(context: CallContext, bytes: Uint8Array, alignment: number): number {
  if (bytes.length > MAX_STRING) throw new Trap(`A string of ${bytes.length} bytes is too long`);
  const start = context.allocate(bytes.length, alignment);
  context.memory.bytes.set(bytes, start);
  return start;
}
