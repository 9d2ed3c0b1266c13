/**
 * The options of TCP sockets. Linux keeps all of them, so that accepted sockets have their listener's.
 *
 * @module
 */
import { IPPROTO_TCP } from "../../../linux/in.ts";
import { SO_KEEPALIVE, SOL_SOCKET } from "../../../linux/socket.ts";
import { TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL } from "../../../linux/tcp.ts";
import { NANOSECONDS_PER_SECOND } from "../../wasi/clocks.ts";
import { failWith } from "./network.ts";
import { Socket } from "./socket.ts";

/** Largest values of TCP_KEEPIDLE and TCP_KEEPINTVL, in seconds, and of TCP_KEEPCNT: linux/tcp.h. */
const MAX_TCP_KEEPIDLE = 32_767;
const MAX_TCP_KEEPCNT = 127;

/** Whole seconds that Linux takes, of a duration in nanoseconds. */
function toSeconds(duration: bigint): number {
  if (duration === 0n) failWith("invalid-argument");
  const seconds = (duration + NANOSECONDS_PER_SECOND - 1n) / NANOSECONDS_PER_SECOND;
  return seconds > BigInt(MAX_TCP_KEEPIDLE) ? MAX_TCP_KEEPIDLE : Number(seconds);
}

/** The part of `tcp-socket` that sets and tells options. */
export abstract class TcpOptions extends Socket {
  /** `keep-alive-enabled`. */
  keepAliveEnabled(): boolean {
    return this.getInt(SOL_SOCKET, SO_KEEPALIVE) !== 0;
  }

  /** `set-keep-alive-enabled`. */
  setKeepAliveEnabled(value: boolean): void {
    this.setInt(SOL_SOCKET, SO_KEEPALIVE, Number(value));
  }

  /** `keep-alive-idle-time`, in nanoseconds. */
  keepAliveIdleTime(): bigint {
    return BigInt(this.getInt(IPPROTO_TCP, TCP_KEEPIDLE)) * NANOSECONDS_PER_SECOND;
  }

  /** `set-keep-alive-idle-time`, in nanoseconds. */
  setKeepAliveIdleTime(value: bigint): void {
    this.setInt(IPPROTO_TCP, TCP_KEEPIDLE, toSeconds(value));
  }

  /** `keep-alive-interval`, in nanoseconds. */
  keepAliveInterval(): bigint {
    return BigInt(this.getInt(IPPROTO_TCP, TCP_KEEPINTVL)) * NANOSECONDS_PER_SECOND;
  }

  /** `set-keep-alive-interval`, in nanoseconds. */
  setKeepAliveInterval(value: bigint): void {
    this.setInt(IPPROTO_TCP, TCP_KEEPINTVL, toSeconds(value));
  }

  /** `keep-alive-count`. */
  keepAliveCount(): number {
    return this.getInt(IPPROTO_TCP, TCP_KEEPCNT);
  }

  /** `set-keep-alive-count`. */
  setKeepAliveCount(value: number): void {
    if (value === 0) failWith("invalid-argument");
    this.setInt(IPPROTO_TCP, TCP_KEEPCNT, Math.min(value, MAX_TCP_KEEPCNT));
  }

  /** `hop-limit`. */
  hopLimit(): number {
    return this.getHopLimit();
  }

  /** `set-hop-limit`. */
  setHopLimit(value: number): void {
    this.changeHopLimit(value);
  }
}
