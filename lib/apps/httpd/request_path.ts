/**
 * From the path of a target to names of files.
 *
 * @module
 */
import { HEX_VALUE } from "./characters.ts";

const PERCENT = 37;

/** What a target's path names. */
export interface RequestPath {
  /** Names from the root on, none of them empty, `.` or `..`. */
  readonly names: readonly string[];
  /** Whether a slash stands at the end: only a directory is meant. */
  readonly isDirectory: boolean;
}

/** Decodes percent-encoding: null where it is malformed. */
function percentDecode(
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> | null {
  const decoded = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    let octet = bytes[at] as number;
    if (octet === PERCENT) {
      if (at + 2 >= end) return null;
      const high = HEX_VALUE[bytes[at + 1] as number] as number;
      const low = HEX_VALUE[bytes[at + 2] as number] as number;
      if (high < 0 || low < 0) return null;
      octet = high * 16 + low;
      at += 2;
    }
    decoded[length++] = octet;
  }
  return decoded.subarray(0, length);
}

/** Whether a host reads more into a name than Linux does: `C:`, `..\`. */
function isForeign(name: string): boolean {
  return Deno.build.os === "windows" && /[\\:]/.test(name);
}

/**
 * Decodes the path of a target.
 *
 * Encoded slashes separate names like any other. `..` is refused wherever it stands: clients resolve
 * it before they ask (RFC 3986 section 5.2.4).
 *
 * @param bytes What the path is in.
 * @param start Where it starts.
 * @param end Where it ends.
 * @returns The names, or the status of the refusal: 400 for malformed percent-encoding, a NUL, or
 * what is not UTF-8; 403 for `..`; 404 for a name that this host reads as something else.
 */
export function decodePath(bytes: Uint8Array, start: number, end: number): RequestPath | number {
  const decoded = percentDecode(bytes, start, end);
  if (decoded === null || decoded.includes(0)) return 400;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decoded);
  } catch {
    return 400;
  }
  const parts = text.split("/");
  if (parts.includes("..")) return 403;
  const names = parts.filter((name) => name !== "" && name !== ".");
  if (names.some(isForeign)) return 404;
  const last = parts.at(-1);
  return { names, isDirectory: last === "" || last === "." };
}

/** Encodes a name for a URL: all but RFC 3986's unreserved characters. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
