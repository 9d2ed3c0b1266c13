/**
 * A raw IPv4 socket: whole packets with TCP segments in them, raw(7).
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { IP_HDRINCL, IPPROTO_IP, IPPROTO_TCP } from "../linux/in.ts";
import { encodeSockaddr } from "../linux/sockaddr.ts";
import {
  AF_INET,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
} from "../linux/socket.ts";
import type { Libc } from "../stack/libc/libc.ts";
import { Ipv4Packet } from "../wire/ipv4.ts";
import type { Device } from "./device.ts";

const LINK_MTU = 1500;

/**
 * A raw socket for TCP. It sees a copy of every TCP packet that reaches the host, and of those that
 * the host sends to itself; whoever reads from it picks its own. Linux answers segments as well
 * unless a `PortGuard` keeps it from doing so.
 */
export class RawSocketDevice implements Device {
  /** Longest packet to send, in octets. Longer ones may arrive: Linux joins segments. */
  readonly mtu = LINK_MTU;
  /** The host's descriptor. */
  readonly descriptor: number;
  readonly #libc: Libc;

  private constructor(libc: Libc, descriptor: number) {
    this.#libc = libc;
    this.descriptor = descriptor;
  }

  /**
   * Opens a raw socket.
   *
   * @param libc The C library.
   * @returns −EPERM without CAP_NET_RAW.
   */
  static open(libc: Libc): RawSocketDevice | number {
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const descriptor = libc.socket(AF_INET, type, IPPROTO_TCP);
    if (descriptor < 0) return descriptor;
    const one = new Int32Array([1]);
    const included = libc.setsockopt(descriptor, IPPROTO_IP, IP_HDRINCL, one, one.byteLength);
    if (included < 0) {
      libc.close(descriptor);
      return included;
    }
    return new RawSocketDevice(libc, descriptor);
  }

  /** See {@link Device.receive}. */
  receive(buffer: Uint8Array<ArrayBuffer>): number {
    return this.#libc.recv(this.descriptor, buffer, buffer.length, MSG_DONTWAIT);
  }

  /** See {@link Device.transmit}; −EINVAL for what is no IPv4 packet. */
  transmit(packet: Uint8Array<ArrayBuffer>): number {
    const view = Ipv4Packet.check(packet);
    if (view === null) return -Errno.EINVAL;
    const to = encodeSockaddr(new SocketAddress(new IpAddress(view.destination), 0));
    return this.#libc.sendto(
      this.descriptor,
      packet,
      packet.length,
      MSG_DONTWAIT | MSG_NOSIGNAL,
      to,
      to.length,
    );
  }

  /** Closes it. */
  close(): void {
    this.#libc.close(this.descriptor);
  }
}
