/**
 * States of a TCP socket, with Linux's numbers: net/tcp_states.h.
 *
 * @module
 */

/** `sk_state`. */
export const TcpState = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
} as const;

/** One of {@link TcpState}. */
export type TcpState = (typeof TcpState)[keyof typeof TcpState];

/** `socket_state` of linux/net.h: what connect(2) goes by. */
export const SocketState = {
  UNCONNECTED: 1,
  CONNECTING: 2,
  CONNECTED: 3,
  DISCONNECTING: 4,
} as const;

/** One of {@link SocketState}. */
export type SocketState = (typeof SocketState)[keyof typeof SocketState];

/** Bits of `sk_shutdown`. */
export const Shutdown = {
  RECEIVE: 1,
  SEND: 2,
  BOTH: 3,
} as const;
