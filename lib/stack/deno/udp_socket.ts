/**
 * UDP sockets: Linux's behaviour over datagram sockets that the I/O worker holds.
 *
 * @module
 */
import { type IpAddress, parseIpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { FIONREAD, TIOCOUTQ } from "../../linux/ioctl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../linux/poll.ts";
import { sockaddrFamily, type SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  SOCK_DGRAM,
} from "../../linux/socket.ts";
import type { Bytes, OpenFile, ReceivedMessage } from "../open_file.ts";
import { DenoSocket, type SocketContext } from "./deno_socket.ts";
import {
  anyAddress,
  decodeEndpoint,
  encodeEndpoint,
  hostText,
  isLocal,
  loopbackFor,
  toDomain,
} from "../endpoint.ts";
import type { PortClaim } from "../port_table.ts";
import { HostOption } from "../options/host_option.ts";
import { BindFlag, CloseMode, Operation, ReadFlag, SlotWord } from "./shared_memory.ts";
import { Shutdown } from "../tcp_state.ts";
import { NO_BYTES } from "../no_bytes.ts";

/** The longest datagram over IPv4: 65,535 less the headers of IP and UDP. */
const MAX_DATAGRAM = 65_507;
/** The longest datagram over IPv6. */
const MAX_DATAGRAM6 = 65_527;
/** The longest that udp_sendmsg looks at. */
const MAX_LENGTH = 0xffff;

/** Bytes that a queued datagram counts beside its own, about as on Linux. */
const OVERHEAD = 512;

/** What UDP_CORK or MSG_MORE holds back: one datagram in the making. */
interface CorkedDatagram {
  readonly to: SocketAddress;
  readonly name: string | null;
  bytes: Uint8Array;
}

/** A datagram that has arrived. */
interface Datagram {
  /** Its bytes, as many as were asked for. */
  readonly bytes: Uint8Array;
  /** Its whole length. */
  readonly size: number;
  /** The worker's text of the sender's address. */
  readonly from: Uint8Array;
}

function isBroadcast(bytes: Uint8Array): boolean {
  const rest = bytes.subarray(1).every((byte) => byte === 255);
  return rest && (bytes[0] === 255 || bytes[0] === 127);
}

/** A UDP socket. */
export class UdpSocket extends DenoSocket {
  /** The address of the host's socket; null before it has one. */
  #local: IpAddress | null = null;
  #localPort = 0;
  #boundAddress: IpAddress | null = null;
  #portLocked = false;
  #hosted = false;
  #peer: SocketAddress | null = null;
  #peerName: string | null = null;
  #connected = false;
  #corked: CorkedDatagram | null = null;
  /** What came before connect(2) with AF_UNSPEC gave the port back. */
  readonly #kept: Datagram[] = [];
  #decoder = new TextDecoder();
  #lastFrom = "";
  #lastFromBytes: Uint8Array<ArrayBuffer> | null = null;

  override get bound(): boolean {
    return this.#hosted;
  }

  override getsockname(name: SockaddrStorage): number {
    const shown = this.#shownAddress();
    name.set(encodeEndpoint(this.domain, shown, this.#localPort));
    return 0;
  }

  /** A connected socket shows the address that its datagrams come from. */
  #shownAddress(): IpAddress {
    const local = this.#local ?? this.#boundAddress ?? anyAddress(this.domain);
    if (!this.#connected || this.#peer === null || !local.isUnspecified) return local;
    return isLocal(this.#peer.ip) ? toDomain(this.domain, loopbackFor(this.#peer.ip)) : local;
  }

  override getpeername(name: SockaddrStorage): number {
    const peer = this.#peer;
    if (!this.#connected || peer === null || peer.port === 0) return -Errno.ENOTCONN;
    name.set(encodeEndpoint(this.domain, peer.ip, peer.port));
    return 0;
  }

  // ---- bind and connect --------------------------------------------------------------------------

  override bind(bytes: Uint8Array<ArrayBuffer>, length: number): number {
    const address = decodeEndpoint(this.domain, bytes, length, "bind");
    if (typeof address === "number") return address;
    const { ip, port } = address;
    if (this.domain === AF_INET6 && ip.isV4Mapped && this.options.v6Only) return -Errno.EINVAL;
    if (this.#hosted) return -Errno.EINVAL;
    const result = this.#take(ip, port);
    if (result < 0) return result;
    this.#portLocked = port !== 0;
    this.#boundAddress = ip.isUnspecified ? null : ip;
    // inet6_bind: an address that no IPv4 peer can reach.
    if (ip.family === 6 && !ip.isUnspecified && !ip.isV4Mapped) this.options.v6Only = true;
    return 0;
  }

  #claim(ip: IpAddress, port: number): PortClaim {
    const { reuseAddress, reusePort, v6Only } = this.options;
    return { type: SOCK_DGRAM, ip: ip.unmapped(), port, v6Only, reuseAddress, reusePort };
  }

  #take(ip: IpAddress, port: number): number {
    const { ports } = this.context;
    const { options } = this;
    if (port !== 0 && ports.conflicts(this.#claim(ip, port))) return -Errno.EADDRINUSE;
    const flags = (options.reuseAddress ? BindFlag.reuseAddress : 0) |
      (options.v6Only ? BindFlag.ipv6Only : 0);
    const result = this.channel.requestText(
      Operation.udpBind,
      this.slot,
      hostText(ip),
      port,
      flags,
    );
    if (result < 0) return result;
    this.#hosted = true;
    this.#local = ip;
    this.#localPort = this.channel.detail;
    this.portEntry = ports.add(this.#claim(ip, this.#localPort));
    this.#applyOptions();
    return 0;
  }

  /** Gives the socket a port when it sends or connects without one. */
  #autobind(peer: IpAddress | null = null): number {
    if (this.#hosted) return 0;
    const result = this.#take(this.#boundAddress ?? anyAddress(this.domain), 0);
    if (result !== -Errno.EACCES || peer === null || !isLocal(peer)) return result;
    // Where only this machine may be reached, the wildcard address may not be bound.
    return this.#take(toDomain(this.domain, loopbackFor(peer)), 0);
  }

  #release(): void {
    if (this.#hosted) this.channel.request(Operation.close, this.slot, CloseMode.orderly);
    this.#hosted = false;
    this.#local = null;
    this.#localPort = 0;
    if (this.portEntry !== null) this.context.ports.remove(this.portEntry);
    this.portEntry = null;
  }

  override connect(bytes: Uint8Array<ArrayBuffer>, length: number, name: string | null): number {
    if (length < 2) return -Errno.EINVAL;
    if (sockaddrFamily(bytes, length) === AF_UNSPEC) {
      this.#disconnect();
      return 0;
    }
    const address = decodeEndpoint(this.domain, bytes, length, "datagram");
    if (typeof address === "number") return address;
    const ip = this.#destination(address.ip);
    const refused = this.#checkRoute(ip);
    if (refused < 0) return refused;
    const bound = this.#autobind(ip);
    if (bound < 0) return bound;
    this.#peer = new SocketAddress(ip, address.port);
    this.#peerName = name;
    this.#connected = true;
    return this.#filter();
  }

  /** 0.0.0.0 and :: are this machine. */
  #destination(ip: IpAddress): IpAddress {
    return ip.unmapped().isUnspecified
      ? toDomain(this.domain, loopbackFor(ip))
      : toDomain(this.domain, ip);
  }

  #checkRoute(ip: IpAddress): number {
    const plain = ip.unmapped();
    if (plain.family === 4 && !this.options.broadcast && isBroadcast(plain.bytes)) {
      return -Errno.EACCES;
    }
    if (this.domain === AF_INET) return 0;
    if (ip.isV4Mapped && this.options.v6Only) return -Errno.ENETUNREACH;
    const from = this.#boundAddress;
    if (from === null) return 0;
    if (ip.isV4Mapped && !from.isV4Mapped) return -Errno.ENETUNREACH;
    if (!ip.isV4Mapped && from.isV4Mapped) return -Errno.EAFNOSUPPORT;
    return 0;
  }

  /** From now on only the peer's datagrams are queued. */
  #filter(): number {
    const peer = this.#peer;
    if (!this.#connected || peer === null) {
      return this.channel.requestText(Operation.udpFilter, this.slot, "");
    }
    // What comes in over a socket of IPv6 is named in the mapped form.
    const six = this.domain === AF_INET6 && !(this.#local?.isV4Mapped ?? false);
    const host = six ? peer.ip.toString() : hostText(peer.ip);
    return this.channel.requestText(Operation.udpFilter, this.slot, host, peer.port);
  }

  #disconnect(): void {
    const wasConnected = this.#connected;
    this.#connected = false;
    this.#peer = null;
    this.#peerName = null;
    if (!this.#hosted) return;
    if (this.#portLocked) {
      this.#filter();
      return;
    }
    // A port that was chosen for the socket is given back; what came to it stays.
    this.#refresh(wasConnected);
    for (let before = -1; before < this.#queuedBelow();) {
      before = this.#queuedBelow();
      this.channel.turn();
    }
    let size = this.#kept.reduce((sum, { bytes }) => sum + bytes.length + OVERHEAD, 0);
    while (this.#queuedBelow() > 0 && size < this.options.receiveBuffer) {
      const datagram = this.#fetch(MAX_LENGTH, false);
      if (typeof datagram === "number") break;
      this.#kept.push(datagram);
      size += datagram.bytes.length + OVERHEAD;
    }
    this.#release();
  }

  // ---- data ----------------------------------------------------------------------------------------

  protected override transmit(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
    name: string | null,
  ): number {
    // inet_send_prepare: a send gives the socket a port even if it fails.
    const bound = this.#autobind(this.#peerOf(address, addressLength));
    if (bound < 0) return bound;
    if (length > MAX_LENGTH) return -Errno.EMSGSIZE;
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    let to: SocketAddress;
    let byName: string | null;
    const corked = this.#corked;
    if (address !== null) {
      const decoded = decodeEndpoint(this.domain, address, addressLength, "datagram");
      if (typeof decoded === "number") return decoded;
      if (decoded.port === 0) return -Errno.EINVAL;
      to = new SocketAddress(this.#destination(decoded.ip), decoded.port);
      byName = name;
    } else if (corked !== null) {
      to = corked.to;
      byName = corked.name;
    } else if (this.#connected && this.#peer !== null) {
      to = this.#peer;
      byName = this.#peerName;
    } else {
      return -Errno.EDESTADDRREQ;
    }
    const refused = this.#checkRoute(to.ip);
    if (refused < 0) return refused;
    const total = (corked?.bytes.length ?? 0) + length;
    const limit = to.ip.unmapped().family === 4 ? MAX_DATAGRAM : MAX_DATAGRAM6;
    if (total > limit) return -Errno.EMSGSIZE;
    const error = this.takeError();
    if (error !== 0) return -error;
    if ((this.shut & Shutdown.SEND) !== 0) return -Errno.EPIPE;
    if (length > 0 && buffer === null) return -Errno.EFAULT;
    const bytes = length === 0 ? NO_BYTES : buffer?.subarray(0, length) ?? NO_BYTES;
    if (corked !== null || this.options.cork || (flags & MSG_MORE) !== 0) {
      return this.#cork(bytes, to, byName, flags);
    }
    return this.#sendNow(bytes, to, byName);
  }

  /** Takes in what the worker reported: the peer's port was closed. */
  #refresh(connected = this.#connected): void {
    const error = this.channel.takeError(this.slot);
    if (error !== 0 && connected) this.pendingError = error;
  }

  /** How many datagrams the worker has. */
  #queuedBelow(): number {
    return this.#hosted ? this.channel.word(this.slot, SlotWord.received) : 0;
  }

  /** The first datagram that the worker has, cut to `length`; or a negated errno. */
  #fetch(length: number, peek: boolean): Datagram | number {
    const { channel } = this;
    const flags = peek ? ReadFlag.peek : 0;
    const size = channel.request(Operation.udpReceive, this.slot, length, flags);
    if (size < 0) return size;
    const start = channel.detail;
    const bytes = channel.data.slice(start, start + Math.min(size, length));
    return { bytes, size, from: channel.data.slice(0, start) };
  }

  override takeError(): number {
    this.#refresh();
    return super.takeError();
  }

  #peerOf(address: Uint8Array<ArrayBuffer> | null, length: number): IpAddress | null {
    if (address === null) return null;
    const decoded = decodeEndpoint(this.domain, address, length, "datagram");
    return typeof decoded === "number" ? null : decoded.ip;
  }

  #cork(bytes: Uint8Array, to: SocketAddress, name: string | null, flags: number): number {
    const before = this.#corked?.bytes ?? new Uint8Array(0);
    const joined = new Uint8Array(before.length + bytes.length);
    joined.set(before);
    joined.set(bytes, before.length);
    this.#corked = { to: this.#corked?.to ?? to, name: this.#corked?.name ?? name, bytes: joined };
    if (this.options.cork || (flags & MSG_MORE) !== 0) return bytes.length;
    const result = this.#uncork();
    return result < 0 ? result : bytes.length;
  }

  #uncork(): number {
    const corked = this.#corked;
    if (corked === null) return 0;
    this.#corked = null;
    return this.#sendNow(corked.bytes, corked.to, corked.name);
  }

  #sendNow(bytes: Uint8Array, to: SocketAddress, name: string | null): number {
    // Linux accepts a datagram to port 0 on a connected socket and drops it.
    if (to.port === 0) return bytes.length;
    const { channel } = this;
    const start = channel.putText(name ?? hostText(to.ip));
    channel.data.set(bytes, start);
    const { port } = to;
    const peer = this.#peer;
    const connected = this.#connected && peer !== null && peer.equals(to) ? 1 : 0;
    const end = start + bytes.length;
    if (isLocal(to.ip)) channel.stirred = true;
    return channel.request(Operation.udpSend, this.slot, port, start, end, connected);
  }

  protected override receive(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number {
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    const { channel } = this;
    const error = this.takeError();
    if (error !== 0) return -error;
    const timeout = this.mayWait(flags) ? this.options.receiveTimeout : 0;
    const ready = (): boolean => this.#kept.length > 0 || this.#queuedBelow() > 0;
    if (!ready()) {
      if (timeout !== 0 && (this.shut & Shutdown.RECEIVE) !== 0) return 0;
      if (!this.#hosted && timeout === 0) return -Errno.EAGAIN;
      if (!this.waitFor(ready, timeout)) return -Errno.EAGAIN;
      if (channel.dead) return -Errno.EIO;
    }
    const peek = (flags & MSG_PEEK) !== 0;
    const [kept] = this.#kept;
    const datagram = kept ?? this.#fetch(length, peek);
    if (typeof datagram === "number") return datagram;
    if (kept !== undefined && !peek) this.#kept.shift();
    const { size } = datagram;
    const copied = Math.min(size, length);
    if (copied > 0 && buffer === null) return -Errno.EFAULT;
    if (copied > 0) buffer?.set(datagram.bytes.subarray(0, copied));
    if (from !== null) this.#nameSender(datagram.from, from);
    if (status !== null) status.flags = size > length ? MSG_TRUNC : 0;
    return (flags & MSG_TRUNC) !== 0 ? size : copied;
  }

  #nameSender(text: Uint8Array, from: SockaddrStorage): void {
    const name = this.#decoder.decode(text);
    if (name !== this.#lastFrom || this.#lastFromBytes === null) {
      const [host = "", port = "0"] = name.split(" ");
      const ip = parseIpAddress(host);
      if (ip === null) {
        from.length = 0;
        return;
      }
      this.#lastFrom = name;
      this.#lastFromBytes = encodeEndpoint(this.domain, ip, Number(port));
    }
    from.set(this.#lastFromBytes);
  }

  // ---- the rest --------------------------------------------------------------------------------------

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    this.shut |= how + 1;
    return this.#connected ? 0 : -Errno.ENOTCONN;
  }

  override listen(_backlog: number): number {
    return -Errno.EOPNOTSUPP;
  }

  override accept(_peer: SockaddrStorage | null, _flags: number): OpenFile | number {
    return -Errno.EOPNOTSUPP;
  }

  override poll(events: number): number {
    this.#refresh();
    let mask = POLLOUT | POLLWRNORM | POLLWRBAND;
    if (this.pendingError !== 0) mask |= POLLERR;
    if ((this.shut & Shutdown.RECEIVE) !== 0) mask |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (this.shut === Shutdown.BOTH) mask |= POLLHUP;
    if (this.#kept.length > 0 || this.#queuedBelow() > 0) mask |= POLLIN | POLLRDNORM;
    return mask & (events | POLLERR | POLLHUP);
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request !== FIONREAD && request !== TIOCOUTQ) return super.ioctl(request, value);
    if (value === null) return -Errno.EFAULT;
    if (request === TIOCOUTQ) {
      value[0] = 0;
      return 0;
    }
    const [kept] = this.#kept;
    if (kept !== undefined) {
      value[0] = kept.size;
      return 0;
    }
    const { channel, slot } = this;
    if (this.#hosted && this.#queuedBelow() === 0) channel.turn();
    value[0] = this.#hosted ? channel.word(slot, SlotWord.waiting) : 0;
    return 0;
  }

  override applyOption(option: number, value: number, text = ""): number {
    if (this.portEntry !== null) {
      this.portEntry.reuseAddress = this.options.reuseAddress;
      this.portEntry.reusePort = this.options.reusePort;
    }
    if (option < 0) return 0;
    if (option === HostOption.cork) return Math.min(this.#uncork(), 0);
    if (!this.#hosted) {
      // Groups are joined by the host's socket, which has to exist.
      if (option !== HostOption.join && option !== HostOption.multicastInterface) return 0;
      const bound = this.#autobind();
      if (bound < 0) return bound;
    }
    return this.#apply(option, value, text);
  }

  #apply(option: number, value: number, text = ""): number {
    const length = this.channel.putText(text);
    return this.channel.request(Operation.udpOption, this.slot, option, value, length);
  }

  #applyOptions(): void {
    const { options } = this;
    if (options.broadcast) this.#apply(HostOption.broadcast, 1);
    if (options.ttl !== 64) this.#apply(HostOption.ttl, options.ttl);
    if (options.multicastTtl !== 1) this.#apply(HostOption.multicastTtl, options.multicastTtl);
    const loop = this.domain === AF_INET ? options.multicastLoop : options.multicastLoop6;
    if (!loop) this.#apply(HostOption.multicastLoop, 0);
    if (options.receiveBufferSet) {
      this.#apply(HostOption.receiveBuffer, options.receiveBuffer);
    }
    for (const group of options.groups) this.#apply(HostOption.join, 1, group);
  }

  override close(): number {
    this.#release();
    this.channel.freeSlot(this.slot);
    return 0;
  }
}

/** Makes a UDP socket. */
export function newUdpSocket(
  context: SocketContext,
  domain: number,
  protocol: number,
  flags: number,
): UdpSocket | number {
  const slot = context.channel.allocateSlot();
  if (slot < 0) return slot;
  return new UdpSocket(context, slot, domain, SOCK_DGRAM, protocol, flags);
}
