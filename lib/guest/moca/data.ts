/**
 * Bytes between scripts and the system.
 *
 * @module
 */
import { MocaTrap } from "../../moca/error.ts";
import { fromBytes, toBytes, utf8ToBytes } from "../../moca/text.ts";
import { HeapBlock, Pointer, Sequence, SequenceKind, type Value } from "../../moca/value.ts";

// Not fatal: what is no UTF-8 becomes U+FFFD, a byte-order mark stays.
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes what was read as the original does: what is no UTF-8 becomes U+FFFD, for each read by itself.
 *
 * @param bytes What was read.
 * @returns A byte string.
 */
export function lossyText(bytes: Uint8Array): string {
  const text = DECODER.decode(bytes);
  // As many characters as bytes, and none of them a replacement: each byte was ASCII.
  return text.length === bytes.length && !text.includes("\ufffd") ? text : utf8ToBytes(text);
}

/** What was read, byte for byte. */
export function rawText(bytes: Uint8Array): string {
  const text = DECODER.decode(bytes);
  return text.length === bytes.length && !text.includes("\ufffd") ? text : fromBytes(bytes);
}

/** What was read, as a Vec. */
export function byteVec(bytes: Uint8Array): Sequence {
  const vec = new Sequence(SequenceKind.INT, true, bytes.length, bytes.length);
  for (let i = 0; i < bytes.length; i++) vec.ints[i] = BigInt(bytes[i] ?? 0);
  return vec;
}

/** An array or Vec of values. */
export function sequenceOf(values: readonly Value[], isVec: boolean): Sequence {
  const sequence = new Sequence(SequenceKind.VALUE, isVec, 0, values.length);
  sequence.items.push(...values);
  sequence.length = values.length;
  return sequence;
}

/** How many of `available` bytes a script's count asks for: a negative one asks for all. */
function taken(count: bigint, available: number): number {
  return count < 0n || count > BigInt(available) ? available : Number(count);
}

function slotBytes(
  length: number,
  slot: (index: number) => Value | undefined,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const value = slot(i);
    if (typeof value !== "bigint") throw new MocaTrap("write: buf must hold integers");
    bytes[i] = Number(value & 255n);
  }
  return bytes;
}

/**
 * The bytes that a script wants to write.
 *
 * @param value A string, an array or Vec of ints, or a pointer: one byte for each slot.
 * @param count How many; negative for all there are.
 * @returns The bytes; null if it is no such value.
 * @throws {MocaTrap} If a slot holds no int.
 */
export function bytesOf(value: Value, count: bigint): Uint8Array<ArrayBuffer> | null {
  if (typeof value === "string") {
    const length = taken(count, value.length);
    return toBytes(length === value.length ? value : value.slice(0, length));
  }
  const target = value instanceof Pointer ? value.target : value;
  const offset = value instanceof Pointer ? value.offset : 0;
  if (typeof target === "string") {
    return bytesOf(target.slice(Math.max(0, offset)), count);
  }
  if (target instanceof Sequence || target instanceof HeapBlock) {
    const size = target instanceof Sequence ? target.length : target.slots.length;
    const start = Math.max(0, offset);
    const length = taken(count, Math.max(0, size - start));
    return slotBytes(
      length,
      (index) =>
        target instanceof Sequence ? target.get(start + index) : target.slots[start + index],
    );
  }
  return null;
}
