/**
 * Options that a stack has to bring about below itself, not only to remember.
 *
 * @module
 */

/** Options that `tcpOption` and `udpOption` apply to the host's socket. */
export const HostOption = {
  noDelay: 1,
  keepAlive: 2,
  cork: 3,
  receiveBuffer: 4,
  broadcast: 5,
  ttl: 6,
  multicastTtl: 7,
  multicastLoop: 8,
  multicastInterface: 9,
  join: 10,
  leave: 11,
} as const;
