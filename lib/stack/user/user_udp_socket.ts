/**
 * UDP sockets of this stack. Each message in the pair begins with an address.
 *
 * @module
 */
import type { IpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { FIONREAD } from "../../linux/ioctl.ts";
import { POLLERR } from "../../linux/poll.ts";
import { sockaddrFamily, type SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
} from "../../linux/socket.ts";
import type { Iovec } from "../../linux/uio.ts";
import { HostOption } from "../options/host_option.ts";
import { anyAddress, decodeEndpoint, encodeEndpoint } from "../endpoint.ts";
import type { Bytes, ReceivedMessage } from "../open_file.ts";
import { ADDRESS_SIZE, Operation, putAddress, SlotWord, takeAddress } from "./control.ts";
import { UserSocket } from "./user_socket.ts";

/** Most octets of data: IPv4 counts its own header, and both UDP's. */
const MOST_DATA = { 4: 65_507, 6: 65_527 } as const;

/** The broadcast address, and that of the loopback network. */
function isBroadcast(ip: IpAddress): boolean {
  const { bytes } = ip.unmapped();
  return bytes.length === 4 && (bytes[0] === 255 || bytes[0] === 127) &&
    bytes.subarray(1).every((octet) => octet === 255);
}

/** Octets that MSG_MORE and UDP_CORK keep until the datagram is whole. */
interface Corked {
  readonly sockaddr: Uint8Array<ArrayBuffer> | null;
  readonly pieces: Uint8Array<ArrayBuffer>[];
  length: number;
}

/** A UDP socket. */
export class UserUdpSocket extends UserSocket {
  #bound = false;
  #connected = false;
  /** The address that bind(2) has named; null for none, or all. */
  #address: IpAddress | null = null;
  #corked: Corked | null = null;
  readonly #header = new Uint8Array(ADDRESS_SIZE);

  override get bound(): boolean {
    return this.#bound;
  }

  override get pendingEvents(): number {
    return this.context.channel.word(this.slot, SlotWord.error) === 0 ? 0 : POLLERR;
  }

  /** Whether a datagram waits, or the end. Records that have only told of an error are taken away. */
  get hasDatagram(): boolean {
    for (;;) {
      const count = super.recv(this.#header, ADDRESS_SIZE, MSG_PEEK | MSG_DONTWAIT);
      if (count <= 0) return count === 0;
      if (takeAddress(this.#header, 0).length !== 0) return true;
      super.recv(this.#header, ADDRESS_SIZE, MSG_DONTWAIT);
    }
  }

  override bind(address: Uint8Array<ArrayBuffer>, length: number): number {
    const endpoint = decodeEndpoint(this.domain, address, length, "bind");
    if (typeof endpoint === "number") return endpoint;
    if (this.#bound) return -Errno.EINVAL;
    const sockaddr = address.subarray(0, length);
    if (sockaddrFamily(address, length) === AF_UNSPEC) sockaddr[0] = this.domain;
    const bound = this.#bind(sockaddr);
    if (bound === 0 && !endpoint.ip.isUnspecified) this.#address = endpoint.ip;
    return bound;
  }

  override connect(address: Uint8Array<ArrayBuffer>, length: number): number {
    const { channel } = this.context;
    if (length < 2) return -Errno.EINVAL;
    if (sockaddrFamily(address, length) === AF_UNSPEC) {
      this.#connected = false;
      const result = channel.request(Operation.disconnect, this.slot);
      this.#bound = result > 0;
      return Math.min(result, 0);
    }
    const endpoint = decodeEndpoint(this.domain, address, length, "datagram");
    if (typeof endpoint === "number") return endpoint;
    const sockaddr = encodeEndpoint(this.domain, endpoint.ip, endpoint.port);
    const result = channel.requestWith(sockaddr, Operation.connect, this.slot, 0);
    if (result < 0) return result;
    this.#bound = true;
    this.#connected = true;
    return 0;
  }

  override listen(): number {
    return -Errno.EOPNOTSUPP;
  }

  override accept(): number {
    return -Errno.EOPNOTSUPP;
  }

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    return this.#connected ? super.shutdown(how) : -Errno.ENOTCONN;
  }

  override getpeername(name: SockaddrStorage): number {
    if (!this.#connected) return -Errno.ENOTCONN;
    const peer = this.peerName();
    const endpoint = decodeEndpoint(this.domain, peer, peer.length, "datagram");
    if (typeof endpoint === "number" || endpoint.port === 0) return -Errno.ENOTCONN;
    name.set(peer);
    return 0;
  }

  override applyOption(option: number, value: number): number {
    if (option !== HostOption.cork) return super.applyOption(option, value);
    return value === 0 ? Math.min(this.#uncork(), 0) : 0;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request !== FIONREAD) return super.ioctl(request, value);
    this.context.channel.request(Operation.names, this.slot);
    if (value === null) return -Errno.EFAULT;
    const flags = MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT;
    const first = super.recv(this.#header, ADDRESS_SIZE, flags);
    value[0] = Math.max(0, first - ADDRESS_SIZE);
    return 0;
  }

  override send(buffer: Bytes | null, length: number, flags: number): number {
    return this.sendmsg([{ base: buffer, length }], flags, null, 0);
  }

  override write(buffer: Bytes | null, length: number): number {
    return this.send(buffer, length, 0);
  }

  override writev(buffers: readonly Iovec[]): number {
    if (buffers.every(({ length }) => length === 0)) return 0;
    return this.sendmsg(buffers, 0, null, 0);
  }

  override sendto(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer>,
    addressLength: number,
  ): number {
    return this.sendmsg([{ base: buffer, length }], flags, address, addressLength);
  }

  override sendmsg(
    buffers: readonly Iovec[],
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
  ): number {
    if (!this.#bound) {
      const bound = this.#bind(encodeEndpoint(this.domain, anyAddress(this.domain), 0));
      if (bound < 0) return bound;
    }
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    const total = buffers.reduce((sum, { length }) => sum + length, this.#corked?.length ?? 0);
    if (total > MOST_DATA[this.domain === AF_INET ? 4 : 6]) return -Errno.EMSGSIZE;
    const error = this.takeError();
    if (error !== 0) return -error;
    let sockaddr: Uint8Array<ArrayBuffer> | null = null;
    if (address !== null) {
      const endpoint = decodeEndpoint(this.domain, address, addressLength, "datagram");
      if (typeof endpoint === "number") return endpoint;
      if (endpoint.port === 0) return -Errno.EINVAL;
      if (!this.options.broadcast && isBroadcast(endpoint.ip)) return -Errno.EACCES;
      const unreachable = this.#checkFamily(endpoint.ip);
      if (unreachable < 0) return unreachable;
      sockaddr = encodeEndpoint(this.domain, endpoint.ip, endpoint.port);
    } else if (!this.#connected) return -Errno.EDESTADDRREQ;
    const corks = this.options.cork || (flags & MSG_MORE) !== 0;
    if (corks || this.#corked !== null) return this.#cork(buffers, sockaddr, corks);
    return this.#transmit(buffers, flags, sockaddr);
  }

  /** Whether the address that the socket is bound to can speak to another: ipv6(7). */
  #checkFamily(ip: IpAddress): number {
    if (this.domain !== AF_INET6 || this.#address === null) return 0;
    const toMapped = ip.family === 4 || ip.isV4Mapped;
    if (toMapped === this.#address.isV4Mapped || ip.isUnspecified) return 0;
    return toMapped ? -Errno.ENETUNREACH : -Errno.EAFNOSUPPORT;
  }

  /** Adds to a datagram that goes where its first piece was to go, and sends it unless more follows. */
  #cork(
    buffers: readonly Iovec[],
    sockaddr: Uint8Array<ArrayBuffer> | null,
    isOpen: boolean,
  ): number {
    const corked: Corked = this.#corked ?? { sockaddr, pieces: [], length: 0 };
    let added = 0;
    for (const { base, length } of buffers) {
      if (base === null && length > 0) return -Errno.EFAULT;
      const piece = Uint8Array.from(base?.subarray(0, length) ?? []);
      if (length > 0) corked.pieces.push(piece);
      added += piece.length;
    }
    corked.length += added;
    this.#corked = corked;
    const sent = isOpen ? 0 : this.#uncork();
    return sent < 0 ? sent : added;
  }

  #uncork(): number {
    const corked = this.#corked;
    this.#corked = null;
    if (corked === null) return 0;
    const buffers = corked.pieces.map((base) => ({ base, length: base.length }));
    return this.#transmit(buffers, 0, corked.sockaddr);
  }

  #transmit(
    buffers: readonly Iovec[],
    flags: number,
    sockaddr: Uint8Array<ArrayBuffer> | null,
  ): number {
    this.#header.fill(0);
    if (sockaddr !== null) putAddress(this.#header, 0, sockaddr);
    const message = [{ base: this.#header, length: ADDRESS_SIZE }, ...buffers];
    const sent = super.sendmsg(message, flags | MSG_NOSIGNAL, null, 0);
    return sent < 0 ? sent : sent - ADDRESS_SIZE;
  }

  override recv(buffer: Bytes | null, length: number, flags: number): number {
    return this.#receive([{ base: buffer, length }], flags, null, null);
  }

  override read(buffer: Bytes | null, length: number): number {
    return length === 0 ? 0 : this.recv(buffer, length, 0);
  }

  override readv(buffers: readonly Iovec[]): number {
    return this.#receive(buffers, 0, null, null);
  }

  override recvfrom(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage,
  ): number {
    return this.#receive([{ base: buffer, length }], flags, from, null);
  }

  override recvmsg(buffers: readonly Iovec[], flags: number, message: ReceivedMessage): number {
    return this.#receive(buffers, flags, message.name, message);
  }

  #bind(sockaddr: Uint8Array): number {
    const { channel } = this.context;
    const result = channel.requestWith(sockaddr, Operation.bind, this.slot, this.bindFlags);
    if (result < 0) return result;
    this.#bound = true;
    return 0;
  }

  #receive(
    buffers: readonly Iovec[],
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number {
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    const error = this.takeError();
    if (error !== 0) return -error;
    const whole = { name: null, flags: 0 };
    const message = [{ base: this.#header, length: ADDRESS_SIZE }, ...buffers];
    let count: number;
    let sender: Uint8Array<ArrayBuffer>;
    do {
      count = super.recvmsg(message, flags & ~MSG_OOB, whole);
      if (count === -Errno.EAGAIN && this.isImmediate(flags)) {
        this.settle();
        count = super.recvmsg(message, flags & ~MSG_OOB, whole);
      }
      if (count < 0) return count;
      // The end: what is received was shut down, or the engine is gone.
      if (count === 0) {
        const gone = this.takeError();
        return gone === 0 && this.isImmediate(flags) ? -Errno.EAGAIN : -gone;
      }
      sender = takeAddress(this.#header, 0);
      if (sender.length === 0) {
        // An error is what woke us. Where an earlier call has taken it already, waiting goes on.
        if ((flags & MSG_PEEK) !== 0) super.recv(this.#header, ADDRESS_SIZE, MSG_DONTWAIT);
        const pending = this.takeError();
        if (pending !== 0) return -pending;
      }
    } while (sender.length === 0);
    from?.set(sender);
    if (status !== null) status.flags = whole.flags & MSG_TRUNC;
    return count - ADDRESS_SIZE;
  }
}
