/**
 * Which of several sockets that share a port hears a peer.
 *
 * @module
 */

/**
 * Mixes an address and a port so that neighbours come apart: clients take every other port.
 *
 * @param address Octets of the peer's address.
 * @param port The peer's port.
 * @returns 32 bits, the same for the same peer. Who chooses its address and port chooses this as well.
 */
export function flowHash(address: Uint8Array, port: number): number {
  let mixed = port;
  for (const octet of address) mixed = Math.imul(mixed ^ octet, 0x01000193);
  // The end of MurmurHash3.
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
