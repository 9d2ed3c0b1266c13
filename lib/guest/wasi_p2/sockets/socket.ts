/**
 * What TCP and UDP sockets have in common.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { IP_TTL, IPPROTO_IP, IPPROTO_IPV6, IPV6_UNICAST_HOPS } from "../../../linux/in.ts";
import { SO_ERROR, SO_RCVBUF, SO_SNDBUF, SOL_SOCKET } from "../../../linux/socket.ts";
import { SockaddrStorage } from "../../../linux/sockaddr.ts";
import type { WasiContext } from "../context.ts";
import { Resource } from "../resource.ts";
import { decodeAddress } from "./addresses.ts";
import {
  check,
  errorCode,
  failWith,
  type IpAddressFamily,
  type IpSocketAddress,
} from "./network.ts";

const INT_MAX = 0x7fffffff;

const name = new SockaddrStorage();
const intCell = new Int32Array(1);
const intBytes = new Uint8Array(intCell.buffer);
const lengthCell = new Int32Array(1);

/** A socket, over a descriptor that does not wait. */
export abstract class Socket extends Resource {
  /** What the guest's resources share. */
  protected readonly context: WasiContext;
  /** The descriptor. */
  readonly fd: number;
  /** The family of its addresses. */
  readonly family: IpAddressFamily;

  /** Takes over a descriptor. */
  constructor(context: WasiContext, fd: number, family: IpAddressFamily) {
    super();
    this.context = context;
    this.fd = fd;
    this.family = family;
  }

  protected override release(): void {
    this.context.system.close(this.fd);
  }

  /** `address-family`. */
  addressFamily(): IpAddressFamily {
    return this.family;
  }

  /** `receive-buffer-size`. */
  receiveBufferSize(): bigint {
    return this.#bufferSize(SO_RCVBUF);
  }

  /** `set-receive-buffer-size`. */
  setReceiveBufferSize(value: bigint): void {
    this.#setBufferSize(SO_RCVBUF, value);
  }

  /** `send-buffer-size`. */
  sendBufferSize(): bigint {
    return this.#bufferSize(SO_SNDBUF);
  }

  /** `set-send-buffer-size`. */
  setSendBufferSize(value: bigint): void {
    this.#setBufferSize(SO_SNDBUF, value);
  }

  /** The socket's own address. */
  protected getLocalAddress(): IpSocketAddress {
    check(this.context.system.getsockname(this.fd, name));
    return decodeAddress(name) ?? failWith("unknown");
  }

  /** The peer's address. */
  protected getRemoteAddress(): IpSocketAddress {
    check(this.context.system.getpeername(this.fd, name));
    return decodeAddress(name) ?? failWith("unknown");
  }

  /** An option that is an int. */
  protected getInt(level: number, option: number): number {
    lengthCell[0] = intBytes.length;
    check(this.context.system.getsockopt(this.fd, level, option, intBytes, lengthCell));
    return intCell[0] ?? 0;
  }

  /** Sets an option that is an int; fails where the system refuses it. */
  protected setInt(level: number, option: number, value: number): void {
    check(this.trySetInt(level, option, value));
  }

  /** As {@linkcode Socket.setInt}; returns 0 or a negated errno. */
  protected trySetInt(level: number, option: number, value: number): number {
    intCell[0] = value;
    return this.context.system.setsockopt(this.fd, level, option, intBytes, intBytes.length);
  }

  /** Hops that the socket's packets may take. */
  protected getHopLimit(): number {
    return this.family === "ipv4"
      ? this.getInt(IPPROTO_IP, IP_TTL)
      : this.getInt(IPPROTO_IPV6, IPV6_UNICAST_HOPS);
  }

  /** Sets that. */
  protected changeHopLimit(value: number): void {
    if (value === 0) failWith("invalid-argument");
    if (this.family === "ipv4") this.setInt(IPPROTO_IP, IP_TTL, value);
    else this.setInt(IPPROTO_IPV6, IPV6_UNICAST_HOPS, value);
  }

  /** SO_ERROR: a positive errno, which is then forgotten, or 0. */
  protected takeError(): number {
    return this.getInt(SOL_SOCKET, SO_ERROR);
  }

  #bufferSize(option: number): bigint {
    // Linux doubles what is set and returns that, socket(7).
    return BigInt(Math.floor(this.getInt(SOL_SOCKET, option) / 2));
  }

  #setBufferSize(option: number, value: bigint): void {
    if (value === 0n) failWith("invalid-argument");
    const size = value > BigInt(INT_MAX) ? INT_MAX : Number(value);
    const result = this.trySetInt(SOL_SOCKET, option, size);
    // More than there can be is less than that, not an error.
    if (result < 0 && result !== -Errno.ENOBUFS) failWith(errorCode(result));
  }
}
