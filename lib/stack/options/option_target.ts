/**
 * What the rules of socket options need to know of a socket.
 *
 * @module
 */

/** A socket, as its options see it. */
export interface OptionTarget {
  /** Its family: AF_INET, … */
  readonly domain: number;
  /** Its type: SOCK_STREAM, … */
  readonly type: number;
  /** Its protocol: IPPROTO_TCP, … */
  readonly protocol: number;
  /** SO_ACCEPTCONN. */
  readonly listening: boolean;
  /** Whether it has a peer whose credentials SO_PEERCRED tells. */
  readonly connected: boolean;
  /** `tcpi_state` of TCP_INFO. */
  readonly tcpState: number;
  /** Whether bind(2), connect(2) or listen(2) has given it a port. */
  readonly bound: boolean;

  /** SO_PEERCRED of a connected socket: `struct ucred`, or a negated errno. */
  peerCredentials(): Uint8Array | number;

  /** SO_ERROR: the pending error, which is then forgotten. */
  takeError(): number;

  /**
   * Applies an option to what is below the socket, if there is anything yet; the options remember it.
   *
   * @param option One of `HostOption`; −1 for those that only the port is concerned with.
   * @param value The value.
   * @param text More about it: a group, an interface.
   * @returns 0 or a negated errno.
   */
  applyOption(option: number, value: number, text?: string): number;
}
