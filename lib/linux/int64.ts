// 64-bit integers in memory as numbers: exact up to 2^53, the nearest double beyond. Without BigInt,
// which costs an allocation for each value.

const TWO_TO_32 = 4294967296;

/** Reads a little-endian int64_t. */
export function readInt64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * TWO_TO_32 + view.getUint32(offset, true);
}

/** Writes a little-endian int64_t: the integer part of `value`, saturated. */
export function writeInt64(view: DataView, offset: number, value: number): void {
  const saturated = value >= 2 ** 63 || value < -(2 ** 63);
  const low = saturated ? (value > 0 ? 0xffffffff : 0) : Math.trunc(value);
  const high = saturated
    ? (value > 0 ? 0x7fffffff : -0x80000000)
    : Math.floor(Math.trunc(value) / TWO_TO_32);
  view.setUint32(offset, low, true);
  view.setInt32(offset + 4, high, true);
}

/** Reads a little-endian uint64_t. */
export function readUint64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * TWO_TO_32 + view.getUint32(offset, true);
}

/** Writes a little-endian uint64_t: the integer part of `value`, saturated; negative is 0. */
export function writeUint64(view: DataView, offset: number, value: number): void {
  const integer = value > 0 ? Math.trunc(value) : 0;
  const saturated = integer >= 2 ** 64;
  view.setUint32(offset, saturated ? 0xffffffff : integer, true);
  view.setUint32(offset + 4, saturated ? 0xffffffff : Math.floor(integer / TWO_TO_32), true);
}

/** A view of a byte array's own range. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
