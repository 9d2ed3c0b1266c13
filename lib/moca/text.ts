/**
 * Byte strings. A moca string is a sequence of bytes; it is held in a JavaScript string whose
 * characters are the bytes, 0 to 255, since V8 joins, compares and indexes those fastest.
 *
 * @module
 */

/**
 * Encodes text as the bytes of its UTF-8 form.
 *
 * @param text Any JavaScript text; lone surrogates become U+FFFD.
 * @returns A byte string.
 */
export function utf8ToBytes(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 127) {
      return fromBytes(new TextEncoder().encode(text));
    }
  }
  return text;
}

/**
 * Decodes a byte string as UTF-8; invalid sequences become U+FFFD.
 *
 * @param bytes A byte string.
 * @returns The text.
 */
export function bytesToUtf8(bytes: string): string {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) > 127) {
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(toBytes(bytes));
    }
  }
  return bytes;
}

/**
 * Copies a byte string into bytes.
 *
 * @param text A byte string.
 * @returns Its bytes.
 */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

/** V8 copies parts shorter than this; of longer ones it keeps the whole string that they are from. */
const SLICED = 13;

/**
 * Copies a part of a byte string, so that it does not keep the rest in memory.
 *
 * @param text A byte string.
 * @param start Where the part begins.
 * @param end Where it ends, exclusive; not before `start`.
 * @returns The part.
 */
export function copyOfPart(text: string, start: number, end: number): string {
  if (end - start < SLICED || end - start === text.length) {
    return text.slice(start, end);
  }
  // Joining two strings of an array is what makes V8 copy them.
  const middle = (start + end) >>> 1;
  return [text.slice(start, middle), text.slice(middle, end)].join("");
}

/**
 * Makes a byte string from bytes.
 *
 * @param bytes The bytes.
 * @returns The byte string.
 */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}
