/**
 * The states of a connection and the ways between them: RFC 9293, section 3.3.2, figure 5.
 *
 * @module
 */

/** A state of a connection, in the RFC's words. */
export type TcpState =
  /** No connection. */
  | "CLOSED"
  /** Waits for a connection request from anywhere. */
  | "LISTEN"
  /** Has asked for a connection and waits for the answer. */
  | "SYN-SENT"
  /** Has received and sent a request and waits for its acknowledgment. */
  | "SYN-RECEIVED"
  /** Data flows. */
  | "ESTABLISHED"
  /** Has asked to end the connection and waits for the acknowledgment or the same request. */
  | "FIN-WAIT-1"
  /** Its end was acknowledged; waits for the peer's. */
  | "FIN-WAIT-2"
  /** The peer has ended; the user has not yet. */
  | "CLOSE-WAIT"
  /** Both have ended at once; waits for the acknowledgment of its own end. */
  | "CLOSING"
  /** Ended after the peer; waits for the acknowledgment. */
  | "LAST-ACK"
  /** Waits until no old segment can be on the way. */
  | "TIME-WAIT";

/** A way from one state to another. */
export interface TcpTransition {
  /** Where it starts. */
  readonly from: TcpState;
  /** Where it leads. */
  readonly to: TcpState;
  /** What makes a connection take it, and the section of RFC 9293 that says so. */
  readonly because: string;
}

/** Every way there is; a connection takes no other. Any state but CLOSED can end in CLOSED. */
export const TCP_TRANSITIONS: readonly TcpTransition[] = [
  { from: "CLOSED", to: "LISTEN", because: "passive OPEN, 3.10.1" },
  { from: "CLOSED", to: "SYN-SENT", because: "active OPEN, 3.10.1" },
  { from: "LISTEN", to: "SYN-RECEIVED", because: "SYN arrives, 3.10.7.2" },
  { from: "LISTEN", to: "CLOSED", because: "CLOSE, 3.10.4" },
  { from: "SYN-SENT", to: "ESTABLISHED", because: "SYN, ACK arrives, 3.10.7.3" },
  { from: "SYN-SENT", to: "SYN-RECEIVED", because: "SYN arrives: simultaneous open, 3.10.7.3" },
  { from: "SYN-SENT", to: "CLOSED", because: "CLOSE 3.10.4, RST 3.10.7.3, time-out 3.10.8" },
  { from: "SYN-RECEIVED", to: "ESTABLISHED", because: "ACK of SYN arrives, 3.10.7.4" },
  { from: "SYN-RECEIVED", to: "FIN-WAIT-1", because: "CLOSE, 3.10.4" },
  { from: "SYN-RECEIVED", to: "CLOSE-WAIT", because: "ACK of SYN arrives with FIN, 3.10.7.4" },
  { from: "SYN-RECEIVED", to: "CLOSED", because: "RST 3.10.7.4, time-out 3.10.8" },
  { from: "ESTABLISHED", to: "FIN-WAIT-1", because: "CLOSE, 3.10.4" },
  { from: "ESTABLISHED", to: "CLOSE-WAIT", because: "FIN arrives, 3.10.7.4" },
  { from: "ESTABLISHED", to: "CLOSED", because: "RST 3.10.7.4, ABORT 3.10.5, time-out 3.10.8" },
  { from: "FIN-WAIT-1", to: "FIN-WAIT-2", because: "ACK of FIN arrives, 3.10.7.4" },
  { from: "FIN-WAIT-1", to: "CLOSING", because: "FIN arrives, 3.10.7.4" },
  { from: "FIN-WAIT-1", to: "TIME-WAIT", because: "FIN arrives with ACK of FIN, 3.10.7.4" },
  { from: "FIN-WAIT-1", to: "CLOSED", because: "RST, ABORT, time-out, data for a closed user" },
  { from: "FIN-WAIT-2", to: "TIME-WAIT", because: "FIN arrives, 3.10.7.4" },
  { from: "FIN-WAIT-2", to: "CLOSED", because: "RST, ABORT, time-out, data for a closed user" },
  { from: "CLOSE-WAIT", to: "LAST-ACK", because: "CLOSE, 3.10.4" },
  { from: "CLOSE-WAIT", to: "CLOSED", because: "RST 3.10.7.4, ABORT 3.10.5, time-out 3.10.8" },
  { from: "CLOSING", to: "TIME-WAIT", because: "ACK of FIN arrives, 3.10.7.4" },
  { from: "CLOSING", to: "CLOSED", because: "RST 3.10.7.4, ABORT 3.10.5, time-out 3.10.8" },
  { from: "LAST-ACK", to: "CLOSED", because: "ACK of FIN arrives, 3.10.7.4" },
  { from: "TIME-WAIT", to: "CLOSED", because: "time-out 3.10.8, RST 3.10.7.4, new SYN 3.6.1" },
];

/**
 * Returns whether a state is one in which both sides know each other's sequence numbers.
 *
 * @param state The state.
 */
export function isSynchronized(state: TcpState): boolean {
  switch (state) {
    case "CLOSED":
    case "LISTEN":
    case "SYN-SENT":
    case "SYN-RECEIVED":
      return false;
    default:
      return true;
  }
}
