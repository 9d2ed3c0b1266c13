/**
 * The Internet checksum of IPv4, TCP, UDP and ICMP: RFC 1071.
 *
 * A sum is carried from one part of a packet to the next as a plain number, and folded to 16 bits at
 * the end; 2⁵³ leaves room for more octets than any packet has.
 *
 * @module
 */

/**
 * Adds the 16-bit words of some octets to a sum. An odd last octet counts as the high one of a word,
 * so only the last part of a packet may have an odd length.
 *
 * @param bytes The octets.
 * @param sum What to add to, not folded.
 * @returns The new sum, not folded.
 */
export function sumWords(bytes: Uint8Array, sum = 0): number {
  const even = bytes.length & ~1;
  let total = sum;
  for (let offset = 0; offset < even; offset += 2) {
    total += ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
  }
  return even === bytes.length ? total : total + ((bytes[even] ?? 0) << 8);
}

/**
 * Adds the pseudo-header of a transport protocol to a sum: RFC 9293, section 3.1; RFC 8200, section
 * 8.1. Both versions add up to the same words: addresses, length and protocol.
 *
 * @param source 4 or 16 octets of the source address.
 * @param destination As many of the destination address.
 * @param protocol The protocol's number: 6 for TCP.
 * @param length Octets of header and payload of the transport protocol.
 * @returns The sum, not folded.
 */
export function sumPseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number {
  return sumWords(source, sumWords(destination, protocol + (length >>> 16) + (length & 0xffff)));
}

/**
 * Folds a sum to the value of a checksum field. Over data that contains a right checksum it is 0.
 *
 * @param sum What {@link sumWords} returned.
 * @returns 16 bits, ones' complement.
 */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = Math.floor(folded / 0x10000) + (folded % 0x10000);
  return ~folded & 0xffff;
}
