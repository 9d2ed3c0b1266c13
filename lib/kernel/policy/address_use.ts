/**
 * What guests use addresses for.
 *
 * @module
 */

/**
 * What a guest uses an address for.
 *
 * - `connect`, `bind`, `listen` (on a socket that has no address yet, which binds it to every one),
 *   `send` (the destination of a datagram) and `multicast` (a group that is joined) name the address
 *   that the guest gives; to connect a datagram socket is both `connect` and `send`;
 * - `accept` and `receive` name the peer of an accepted connection and the sender of a datagram.
 */
export type AddressUse =
  | "connect"
  | "bind"
  | "listen"
  | "accept"
  | "send"
  | "receive"
  | "multicast";

/** Every {@linkcode AddressUse}. */
export const ADDRESS_USES: readonly AddressUse[] = [
  "connect",
  "bind",
  "listen",
  "accept",
  "send",
  "receive",
  "multicast",
];
