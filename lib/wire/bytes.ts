/**
 * Big-endian integers in packets. A read beyond the end gives zero octets, never an exception: what
 * a packet claims was checked when its view was made.
 *
 * @module
 */

/**
 * Reads 16 bits in network order.
 *
 * @param bytes The packet.
 * @param offset Where the first octet is.
 */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/**
 * Reads 32 bits in network order, as a number from 0 to 2³² − 1.
 *
 * @param bytes The packet.
 * @param offset Where the first octet is.
 */
export function readUint32(bytes: Uint8Array, offset: number): number {
  return ((readUint16(bytes, offset) << 16) | readUint16(bytes, offset + 2)) >>> 0;
}

/**
 * Writes the low 16 bits of a value in network order.
 *
 * @param bytes The packet.
 * @param offset Where the first octet goes.
 * @param value The value.
 */
export function writeUint16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/**
 * Writes the low 32 bits of a value in network order.
 *
 * @param bytes The packet.
 * @param offset Where the first octet goes.
 * @param value The value.
 */
export function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  writeUint16(bytes, offset, value >>> 16);
  writeUint16(bytes, offset + 2, value);
}
