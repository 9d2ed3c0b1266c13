/**
 * Control bits of a TCP segment: RFC 9293, section 3.1.
 *
 * @module
 */

/** No more data from the sender. */
export const TCP_FLAG_FIN = 0x01;
/** Synchronize sequence numbers. */
export const TCP_FLAG_SYN = 0x02;
/** Reset the connection. */
export const TCP_FLAG_RST = 0x04;
/** Hand what has arrived to the receiver at once. */
export const TCP_FLAG_PSH = 0x08;
/** The acknowledgment number counts. */
export const TCP_FLAG_ACK = 0x10;
/** The urgent pointer counts. */
export const TCP_FLAG_URG = 0x20;
/** Congestion was experienced on the way: RFC 3168. */
export const TCP_FLAG_ECE = 0x40;
/** The congestion window was reduced: RFC 3168. */
export const TCP_FLAG_CWR = 0x80;

const NAMES: readonly (readonly [number, string])[] = [
  [TCP_FLAG_SYN, "SYN"],
  [TCP_FLAG_FIN, "FIN"],
  [TCP_FLAG_RST, "RST"],
  [TCP_FLAG_PSH, "PSH"],
  [TCP_FLAG_ACK, "ACK"],
  [TCP_FLAG_URG, "URG"],
  [TCP_FLAG_ECE, "ECE"],
  [TCP_FLAG_CWR, "CWR"],
];

/**
 * Names control bits: `SYN, ACK`.
 *
 * @param flags The bits.
 * @returns The names, `none` without any.
 */
export function tcpFlagNames(flags: number): string {
  const names = NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? "none" : names.join(", ");
}
