/**
 * connect(2) of TCP sockets.
 *
 * @module
 */
import type { IpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { sockaddrFamily } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../linux/socket.ts";
import {
  anyAddress,
  decodeEndpoint,
  hostText,
  isLocal,
  loopbackFor,
  toDomain,
} from "../endpoint.ts";
import { Operation } from "./shared_memory.ts";
import { SocketState, TcpState } from "../tcp_state.ts";
import { TcpConnection } from "./tcp_connection.ts";

/** What connect(2) itself answers, without a packet sent, also where the socket does not wait. */
const IMMEDIATE_ERRORS: ReadonlySet<number> = new Set([
  Errno.ENETUNREACH,
  Errno.EADDRNOTAVAIL,
  Errno.EADDRINUSE,
  Errno.EINVAL,
  Errno.EAFNOSUPPORT,
  Errno.EACCES,
  Errno.EPERM,
]);

/** A TCP socket that can connect. */
export abstract class TcpConnector extends TcpConnection {
  override connect(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    name: string | null,
  ): number {
    if (length < 2) return -Errno.EINVAL;
    this.refresh();
    if (sockaddrFamily(bytes, length) === AF_UNSPEC) {
      this.disconnect();
      this.socketState = SocketState.UNCONNECTED;
      return 0;
    }
    let result: number = -Errno.EINPROGRESS;
    switch (this.socketState) {
      case SocketState.CONNECTED:
        return -Errno.EISCONN;
      case SocketState.CONNECTING:
        result = -Errno.EALREADY;
        break;
      case SocketState.UNCONNECTED: {
        if (this.state !== TcpState.CLOSE) return -Errno.EISCONN;
        const started = this.#startConnecting(bytes, length, name);
        if (started < 0) return started;
        this.socketState = SocketState.CONNECTING;
        break;
      }
      default:
        return -Errno.EINVAL;
    }
    if (this.state === TcpState.SYN_SENT) {
      const timeout = this.nonBlocking ? 0 : this.options.sendTimeout;
      if (timeout === 0) {
        this.refresh();
        const error = this.pendingError;
        // Whether it is connected already shows in a later call, as on Linux.
        if (!IMMEDIATE_ERRORS.has(error)) return result;
      } else if (
        !this.waitFor(() => {
          this.refresh();
          return this.state !== TcpState.SYN_SENT;
        }, timeout)
      ) {
        return result;
      }
    }
    // Here refresh() has changed the state.
    if ((this.state as TcpState) === TcpState.CLOSE) {
      const error = this.pendingError;
      this.pendingError = 0;
      this.socketState = SocketState.UNCONNECTED;
      this.disconnect();
      return -(error || Errno.ECONNABORTED);
    }
    this.socketState = SocketState.CONNECTED;
    return 0;
  }

  #startConnecting(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    name: string | null,
  ): number {
    const address = decodeEndpoint(this.domain, bytes, length, "connect");
    if (typeof address === "number") return address;
    const { ip, port } = address;
    const unreachable = this.#checkRoute(ip);
    if (unreachable < 0) return unreachable;
    if (!this.hasPort) this.dropHost();
    else if (!this.hosted) {
      // An attempt that failed took the host's socket with it.
      const held = this.rebind();
      if (held < 0) return held;
    }
    this.#resetForConnection();
    // The peer's name is known at once, its address is that of the connection.
    this.peer = address;
    this.state = TcpState.SYN_SENT;
    let result: number;
    if (name !== null) {
      if (this.hasPort) return this.#refuseToConnect(-Errno.EACCES);
      result = this.channel.requestText(Operation.tcpConnectName, this.slot, name, port);
    } else {
      if (!this.hasPort && (this.nonBlocking || isLocal(ip))) this.#choosePort(ip);
      result = this.channel.requestText(Operation.tcpConnect, this.slot, this.#target(ip), port);
    }
    if (result < 0) return this.#refuseToConnect(result);
    this.hosted = true;
    if (!this.hasPort) this.applyOptions();
    if (isLocal(ip)) this.channel.stirred = true;
    return 0;
  }

  #refuseToConnect(result: number): number {
    this.state = TcpState.CLOSE;
    // The worker may have a socket of the host left, and always has a row for this one.
    this.hosted = true;
    this.dropHost();
    if (!this.portLocked) this.giveBackPort();
    else this.rebind();
    return result;
  }

  /** A socket of the host for IPv6 takes the address of an IPv4 peer in its mapped form. */
  #target(ip: IpAddress): string {
    const six = this.domain === AF_INET6 && ip.isV4Mapped && this.hasPort &&
      this.local !== null && this.local.isUnspecified;
    return six ? ip.toString() : hostText(ip);
  }

  #checkRoute(ip: IpAddress): number {
    if (ip.isMulticast) return -Errno.ENETUNREACH;
    if (this.domain === AF_INET) return 0;
    const mapped = ip.isV4Mapped;
    if (mapped && this.options.v6Only) return -Errno.ENETUNREACH;
    const from = this.boundAddress;
    if (from === null) return 0;
    if (mapped && !from.isV4Mapped) return -Errno.ENETUNREACH;
    if (!mapped && from.isV4Mapped && !ip.isUnspecified) return -Errno.EAFNOSUPPORT;
    return 0;
  }

  /**
   * A socket that does not wait has its name while it is connecting, and one that was refused keeps
   * the port: the host tells neither.
   */
  #choosePort(peer: IpAddress): void {
    const local = isLocal(peer) ? loopbackFor(peer) : anyAddress(AF_INET);
    if (!isLocal(peer) && peer.unmapped().family !== 4) return;
    const mapped = toDomain(this.domain, local);
    // Without the permission for it the name is known once connected.
    if (this.take(mapped, 0) < 0) this.dropHost();
  }

  #resetForConnection(): void {
    this.shut = 0;
    this.pendingError = 0;
    this.endSeen = false;
    this.endedFirst = false;
    this.peer = null;
  }
}
