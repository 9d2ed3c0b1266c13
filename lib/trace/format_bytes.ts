/**
 * Bytes, strings and paths as C string literals, and scatter lists of them.
 *
 * @module
 */
import { decodeDirents64 } from "../linux/dirent.ts";
import type { Iovec } from "../linux/uio.ts";
import type { Bytes } from "../stack/open_file.ts";
import { type Call, formatList, type Later, NULL, numberAt, POINTER, type Verb } from "./verb.ts";

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

function isOctalDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

/** Quotes bytes as a C string literal; what is not printable ASCII becomes an octal escape. */
export function quote(bytes: Bytes): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const escape = ESCAPES.get(byte);
    if (escape !== undefined) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    // An octal escape ends before the first character that is no octal digit, or after three.
    else text += `\\${byte.toString(8).padStart(isOctalDigit(bytes[i + 1]) ? 3 : 0, "0")}`;
  }
  return text + '"';
}

/** Quotes bytes, cut to the call's limit. */
export function quoteCut(bytes: Bytes, call: Call): string {
  const limit = call.stringLimit;
  return bytes.length > limit ? `${quote(bytes.subarray(0, limit))}...` : quote(bytes);
}

/** The first bytes of a buffer; all of it where `length` says more. */
export function firstBytes(buffer: Bytes, length: number): Bytes {
  return length > 0 ? buffer.subarray(0, Math.min(length, buffer.length)) : buffer.subarray(0, 0);
}

/** A path or a name, in full. */
export function path(value: string | null): string {
  return value === null ? NULL : quote(new TextEncoder().encode(value));
}

/** A buffer that the call reads; its length is another argument. */
export function input(lengthIndex: number): Verb<Bytes | null> {
  return (buffer, call) =>
    buffer === null ? NULL : quoteCut(firstBytes(buffer, numberAt(call, lengthIndex)), call);
}

/** A buffer that the call fills: as many bytes as its result says and its length permits. */
export function output(lengthIndex: number): Verb<Bytes | null> {
  return (buffer, call) => () => {
    if (buffer === null) return NULL;
    if (call.result < 0) return POINTER;
    const length = Math.min(call.result, numberAt(call, lengthIndex));
    return quoteCut(firstBytes(buffer, length), call);
  };
}

/** A path with its NUL that the call fills in, in full; its length is the result. */
export function filledPath(buffer: Bytes | null, call: Call): Later {
  return () => {
    if (buffer === null) return NULL;
    return call.result < 0 ? POINTER : quote(firstBytes(buffer, call.result - 1));
  };
}

/** A buffer that getdents64(2) fills. */
export function directoryEntries(buffer: Bytes | null, call: Call): Later {
  return () => {
    if (buffer === null) return NULL;
    if (call.result < 0) return POINTER;
    const count = [...decodeDirents64(firstBytes(buffer, call.result))].length;
    return `${POINTER} /* ${count} entries */`;
  };
}

function formatIovec(base: string, length: number): string {
  return `{iov_base=${base}, iov_len=${length}}`;
}

/** A gather list, as sendmsg(2) and writev(2) read it. */
export function formatInputs(buffers: readonly Iovec[], call: Call): string {
  return formatList(
    buffers,
    call,
    ({ base, length }) =>
      formatIovec(base === null ? NULL : quoteCut(firstBytes(base, length), call), length),
  );
}

/** A scatter list, as recvmsg(2) and readv(2) have filled it. */
export function formatOutputs(buffers: readonly Iovec[], call: Call): string {
  let rest = call.result;
  return formatList(buffers, call, ({ base, length }) => {
    if (base === null || call.result < 0) {
      return formatIovec(base === null ? NULL : POINTER, length);
    }
    const bytes = firstBytes(base, Math.min(length, rest));
    rest -= bytes.length;
    return formatIovec(quoteCut(bytes, call), length);
  });
}

/** A gather list and its count. */
export function inputs(buffers: readonly Iovec[], call: Call): string {
  return `${formatInputs(buffers, call)}, ${buffers.length}`;
}

/** A scatter list and its count. */
export function outputs(buffers: readonly Iovec[], call: Call): Later {
  return () => `${formatOutputs(buffers, call)}, ${buffers.length}`;
}
