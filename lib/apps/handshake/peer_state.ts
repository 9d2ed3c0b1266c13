/**
 * The state of a TCP that is seen from outside.
 *
 * @module
 */
import type { TcpState } from "../../tcp/mod.ts";
import type { TcpRepr } from "../../wire/tcp.ts";
import { TCP_FLAG_ACK, TCP_FLAG_FIN, TCP_FLAG_RST, TCP_FLAG_SYN } from "../../wire/tcp_flags.ts";

/** Follows the peer's state by the segments that pass, as if each arrived at once. */
export class PeerState {
  #state: TcpState = "LISTEN";

  /**
   * Lets a segment pass.
   *
   * @param segment The segment.
   * @param toPeer Whether it goes to the peer.
   * @returns The peer's state after it.
   */
  pass(segment: TcpRepr, toPeer: boolean): TcpState {
    this.#state = toPeer ? this.#arrives(segment) : this.#leaves(segment);
    return this.#state;
  }

  #arrives({ flags }: TcpRepr): TcpState {
    const state = this.#state;
    if ((flags & TCP_FLAG_RST) !== 0) return "CLOSED";
    const fin = (flags & TCP_FLAG_FIN) !== 0;
    const ack = (flags & TCP_FLAG_ACK) !== 0;
    if (state === "SYN-RECEIVED" && ack) return fin ? "CLOSE-WAIT" : "ESTABLISHED";
    if (state === "ESTABLISHED" && fin) return "CLOSE-WAIT";
    if (state === "FIN-WAIT-1") return fin ? "TIME-WAIT" : "FIN-WAIT-2";
    if (state === "FIN-WAIT-2" && fin) return "TIME-WAIT";
    if (state === "LAST-ACK" && ack) return "CLOSED";
    return state;
  }

  #leaves({ flags }: TcpRepr): TcpState {
    const state = this.#state;
    if ((flags & TCP_FLAG_RST) !== 0) return "CLOSED";
    if ((flags & TCP_FLAG_SYN) !== 0) {
      return (flags & TCP_FLAG_ACK) !== 0 ? "SYN-RECEIVED" : "SYN-SENT";
    }
    if ((flags & TCP_FLAG_FIN) === 0) return state;
    return state === "CLOSE-WAIT" ? "LAST-ACK" : state === "ESTABLISHED" ? "FIN-WAIT-1" : state;
  }
}
