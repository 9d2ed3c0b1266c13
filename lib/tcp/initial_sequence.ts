/**
 * Initial sequence numbers that others cannot guess: RFC 6528, RFC 9293 section 3.4.1.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import { writeUint16 } from "../wire/bytes.ts";
import { sipHash } from "./sip_hash.ts";

const TICKS_PER_MILLISECOND = 250;

/**
 * Chooses a connection's first sequence number: a clock that ticks every 4 µs, from a point that
 * depends on both addresses and on a secret (MUST-8, MUST-9).
 *
 * @param secret 16 random octets, the same for as long as the host runs.
 * @param local This side's address.
 * @param remote The peer's address.
 * @param now Milliseconds.
 * @returns 0 to 2³² − 1.
 */
export function initialSequence(
  secret: Uint8Array,
  local: SocketAddress,
  remote: SocketAddress,
  now: number,
): number {
  const ends = [local, remote];
  const message = new Uint8Array(ends.reduce((sum, { ip }) => sum + ip.bytes.length + 2, 0));
  let offset = 0;
  for (const { ip, port } of ends) {
    message.set(ip.bytes, offset);
    writeUint16(message, offset + ip.bytes.length, port);
    offset += ip.bytes.length + 2;
  }
  const ticks = Math.floor(now * TICKS_PER_MILLISECOND) % 2 ** 32;
  return (ticks + Number(sipHash(secret, message) & 0xffff_ffffn)) >>> 0;
}
