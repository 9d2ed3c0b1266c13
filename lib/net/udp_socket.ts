/**
 * A UDP socket with blocking calls.
 *
 * @module
 */
import { type IpAddress, parseIpAddress, SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MULTICAST_LOOP,
} from "../linux/in.ts";
import { MSG_PEEK, SO_BROADCAST, SOCK_DGRAM, SOL_SOCKET } from "../linux/socket.ts";
import { encodeSockaddr, SockaddrStorage } from "../linux/sockaddr.ts";
import type { System } from "../kernel/system.ts";
import { type Attempt, attemptEach } from "./attempts.ts";
import { defaultSystem, type SystemOptions } from "../kernel/default_system.ts";
import type { NetError } from "./error.ts";
import { failure, invalidInput } from "./failure.ts";
import { type Address, familyOf, socketAddresses } from "./host_port.ts";
import { duplicate, Socket } from "./socket.ts";
import {
  getIntOption,
  getTimeoutOption,
  type OptionName,
  setIntOption,
  setOption,
} from "./socket_option.ts";
import {
  RECEIVE_TIMEOUT,
  SEND_TIMEOUT,
  setWaitLimit,
  shareWaitLimits,
  socketFailure,
} from "./wait_limit.ts";

const BROADCAST: OptionName = [SOL_SOCKET, SO_BROADCAST];
const LOOP_V4: OptionName = [IPPROTO_IP, IP_MULTICAST_LOOP];
const LOOP_V6: OptionName = [IPPROTO_IPV6, IPV6_MULTICAST_LOOP];
const MULTICAST_TTL_V4: OptionName = [IPPROTO_IP, IP_MULTICAST_TTL];

/** A datagram that was received. */
export interface Datagram {
  /** How many of its bytes are in the buffer; the rest of a longer one is lost. */
  readonly count: number;
  /** Who sent it. */
  readonly address: SocketAddress;
}

/**
 * A UDP socket. `recv` waits for a datagram.
 *
 * @example
 * ```ts
 * import { UdpSocket } from "@vmsock/vmsock/net";
 * import { assertEquals } from "@std/assert";
 *
 * using receiver = UdpSocket.bind("127.0.0.1:0");
 * using sender = UdpSocket.bind("127.0.0.1:0");
 * sender.sendTo(new TextEncoder().encode("hello"), receiver.localAddr());
 *
 * const buffer = new Uint8Array(1500);
 * const { count, address } = receiver.recvFrom(buffer);
 * assertEquals(new TextDecoder().decode(buffer.subarray(0, count)), "hello");
 * assertEquals(address, sender.localAddr());
 * ```
 */
export class UdpSocket extends Socket {
  /**
   * Makes a socket and binds it.
   *
   * @param address Where: an address, or text such as `0.0.0.0:5353` or `[::1]:0`; port 0 picks a
   * free one. Every address of a name is tried until one succeeds.
   * @param options The system.
   * @returns The socket.
   * @throws {NetError} `AddrInUse`, `AddrNotAvailable`, `PermissionDenied`, … as bind(2) failed;
   * `InvalidInput` if the text is malformed; `NotFound` if the name has no address.
   */
  static override bind(address: Address, options: SystemOptions = {}): UdpSocket {
    const system = options.system ?? defaultSystem();
    const { fd } = attemptEach(system, address, {
      syscall: "bind",
      text: "bind to",
      attempt: (candidate) => attemptBind(system, candidate),
    });
    return new UdpSocket(system, fd);
  }

  /**
   * Sets the peer: `send` goes there, and datagrams from elsewhere are not received. Every address of
   * a name is tried until one succeeds; nothing is sent.
   *
   * @param address The peer, as for `TcpStream.connect`.
   * @throws {NetError} `PermissionDenied`, `NetworkUnreachable`, … as connect(2) failed.
   */
  connect(address: Address): void {
    attemptEach(this.system, address, {
      syscall: "connect",
      text: "connect to",
      attempt: (candidate) => ({
        syscall: "connect",
        result: this.system.connect(this.fd, encodeSockaddr(candidate)),
      }),
    });
  }

  /**
   * Returns the peer's address.
   *
   * @throws {NetError} `NotConnected` before {@linkcode UdpSocket.connect}.
   */
  peerAddr(): SocketAddress {
    const name = new SockaddrStorage();
    const result = this.system.getpeername(this.fd, name);
    const { address } = name;
    if (result >= 0 && address instanceof SocketAddress) return address;
    throw failure(this.system, {
      syscall: "getpeername",
      result: result < 0 ? result : -Errno.EAFNOSUPPORT,
      action: "get the peer's address",
    });
  }

  /**
   * Sends a datagram to the peer.
   *
   * @param data Its bytes.
   * @returns How many were sent: all.
   * @throws {NetError} `Other` (EDESTADDRREQ) without a peer; `ConnectionRefused` if nobody received
   * an earlier one; `Other` (EMSGSIZE) if it is too long; …
   */
  send(data: Uint8Array): number {
    const result = this.system.send(this.fd, data, data.byteLength, 0);
    if (result >= 0) return result;
    throw this.#failure("send", result, "send a datagram", SEND_TIMEOUT);
  }

  /**
   * Sends a datagram.
   *
   * @param data Its bytes.
   * @param address Where to, as for `TcpStream.connect`; of a name's addresses, the first of the
   * socket's own family.
   * @returns How many were sent: all.
   * @throws {NetError} `PermissionDenied` where the policy refuses the address; `InvalidInput` if the
   * text is malformed; `NotFound` if the name has no address; else as {@linkcode UdpSocket.send}.
   */
  sendTo(data: Uint8Array, address: Address): number {
    const target = this.#destination(address);
    const sockaddr = encodeSockaddr(target);
    const result = this.system.sendto(this.fd, data, data.byteLength, 0, sockaddr);
    if (result >= 0) return result;
    throw socketFailure(this, {
      syscall: "sendto",
      result,
      action: `send a datagram to ${address}`,
      address: target,
      limit: SEND_TIMEOUT,
    });
  }

  /**
   * Waits for a datagram and takes it.
   *
   * @param buffer Receives its bytes; those beyond the buffer are lost.
   * @returns How many are in the buffer; 0 for an empty datagram.
   * @throws {NetError} `WouldBlock` if the time-out expires or a non-blocking socket has none;
   * `ConnectionRefused` if the peer did not receive an earlier one; …
   */
  recv(buffer: Uint8Array): number {
    return this.#receive(buffer, 0);
  }

  /**
   * As {@linkcode UdpSocket.recv}, but leaves the datagram in the queue.
   *
   * @param buffer Receives its bytes.
   * @returns How many are in the buffer.
   * @throws {NetError} As {@linkcode UdpSocket.recv}.
   */
  peek(buffer: Uint8Array): number {
    return this.#receive(buffer, MSG_PEEK);
  }

  /**
   * Waits for a datagram and takes it.
   *
   * @param buffer Receives its bytes; those beyond the buffer are lost.
   * @returns How many are in the buffer, and who sent it.
   * @throws {NetError} As {@linkcode UdpSocket.recv}.
   */
  recvFrom(buffer: Uint8Array): Datagram {
    return this.#receiveFrom(buffer, 0);
  }

  /**
   * As {@linkcode UdpSocket.recvFrom}, but leaves the datagram in the queue.
   *
   * @param buffer Receives its bytes.
   * @returns How many are in the buffer, and who sent it.
   * @throws {NetError} As {@linkcode UdpSocket.recv}.
   */
  peekFrom(buffer: Uint8Array): Datagram {
    return this.#receiveFrom(buffer, MSG_PEEK);
  }

  /**
   * Allows sending to broadcast addresses, or forbids it again.
   *
   * @param broadcast Whether it is allowed.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setBroadcast(broadcast: boolean): void {
    setIntOption(this, BROADCAST, broadcast);
  }

  /**
   * Returns what {@linkcode UdpSocket.setBroadcast} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  broadcast(): boolean {
    return getIntOption(this, BROADCAST) !== 0;
  }

  /**
   * Joins an IPv4 multicast group: its datagrams are received too.
   *
   * @param group The group's address, such as `224.0.0.251`.
   * @param iface Address of the interface; default `0.0.0.0`: the system picks one.
   * @throws {NetError} `InvalidInput` if one of them is no IPv4 address; `PermissionDenied` where the
   * policy refuses the group; …
   */
  joinMulticastV4(group: IpAddress | string, iface: IpAddress | string = "0.0.0.0"): void {
    setOption(this, [IPPROTO_IP, IP_ADD_MEMBERSHIP], membershipV4(group, iface));
  }

  /**
   * Leaves a group that {@linkcode UdpSocket.joinMulticastV4} joined.
   *
   * @param group As given there.
   * @param iface As given there.
   * @throws {NetError} `AddrNotAvailable` if it was not joined; else as there.
   */
  leaveMulticastV4(group: IpAddress | string, iface: IpAddress | string = "0.0.0.0"): void {
    setOption(this, [IPPROTO_IP, IP_DROP_MEMBERSHIP], membershipV4(group, iface));
  }

  /**
   * Joins an IPv6 multicast group.
   *
   * @param group The group's address, such as `ff02::fb`.
   * @param iface Number of the interface; default 0: the system picks one.
   * @throws {NetError} As {@linkcode UdpSocket.joinMulticastV4}.
   */
  joinMulticastV6(group: IpAddress | string, iface = 0): void {
    setOption(this, [IPPROTO_IPV6, IPV6_JOIN_GROUP], membershipV6(group, iface));
  }

  /**
   * Leaves a group that {@linkcode UdpSocket.joinMulticastV6} joined.
   *
   * @param group As given there.
   * @param iface As given there.
   * @throws {NetError} As {@linkcode UdpSocket.leaveMulticastV4}.
   */
  leaveMulticastV6(group: IpAddress | string, iface = 0): void {
    setOption(this, [IPPROTO_IPV6, IPV6_LEAVE_GROUP], membershipV6(group, iface));
  }

  /**
   * Sets whether datagrams that this socket sends to an IPv4 group come back to this host's members.
   *
   * @param loop Whether they do; at first they do.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setMulticastLoopV4(loop: boolean): void {
    setIntOption(this, LOOP_V4, loop);
  }

  /**
   * Returns what {@linkcode UdpSocket.setMulticastLoopV4} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  multicastLoopV4(): boolean {
    return getIntOption(this, LOOP_V4) !== 0;
  }

  /**
   * Sets whether datagrams that this socket sends to an IPv6 group come back to this host's members.
   *
   * @param loop Whether they do; at first they do.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setMulticastLoopV6(loop: boolean): void {
    setIntOption(this, LOOP_V6, loop);
  }

  /**
   * Returns what {@linkcode UdpSocket.setMulticastLoopV6} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  multicastLoopV6(): boolean {
    return getIntOption(this, LOOP_V6) !== 0;
  }

  /**
   * Sets how many hosts a datagram to an IPv4 group may pass.
   *
   * @param ttl 0 to 255; at first 1, this network.
   * @throws {NetError} If setsockopt(2) fails.
   */
  setMulticastTtlV4(ttl: number): void {
    setIntOption(this, MULTICAST_TTL_V4, ttl);
  }

  /**
   * Returns what {@linkcode UdpSocket.setMulticastTtlV4} sets.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  multicastTtlV4(): number {
    return getIntOption(this, MULTICAST_TTL_V4);
  }

  /**
   * Bounds how long receiving may wait; then it fails with `WouldBlock` (EAGAIN), as on Linux.
   *
   * @param milliseconds More than 0; null, as at first, for no bound.
   * @throws {NetError} `InvalidInput` for anything else.
   */
  setReadTimeout(milliseconds: number | null): void {
    setWaitLimit(this, RECEIVE_TIMEOUT, milliseconds);
  }

  /**
   * Returns what {@linkcode UdpSocket.setReadTimeout} sets, in milliseconds as the system
   * rounded it; null for no bound.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  readTimeout(): number | null {
    return getTimeoutOption(this, RECEIVE_TIMEOUT);
  }

  /**
   * Bounds how long sending may wait; then it fails with `WouldBlock` (EAGAIN), as on Linux.
   *
   * @param milliseconds More than 0; null, as at first, for no bound.
   * @throws {NetError} `InvalidInput` for anything else.
   */
  setWriteTimeout(milliseconds: number | null): void {
    setWaitLimit(this, SEND_TIMEOUT, milliseconds);
  }

  /**
   * Returns what {@linkcode UdpSocket.setWriteTimeout} sets, in milliseconds as the system
   * rounded it; null for no bound.
   *
   * @throws {NetError} If getsockopt(2) fails.
   */
  writeTimeout(): number | null {
    return getTimeoutOption(this, SEND_TIMEOUT);
  }

  /**
   * Makes a second object for the same socket, with a descriptor of its own (dup(2)).
   *
   * @returns The clone.
   * @throws {NetError} If there is no free descriptor (EMFILE).
   */
  tryClone(): UdpSocket {
    const clone = new UdpSocket(this.system, duplicate(this));
    shareWaitLimits(this, clone);
    return clone;
  }

  #receive(buffer: Uint8Array, flags: number): number {
    const result = this.system.recv(this.fd, buffer, buffer.byteLength, flags);
    if (result >= 0) return result;
    throw this.#failure("recv", result, "receive a datagram", RECEIVE_TIMEOUT);
  }

  #receiveFrom(buffer: Uint8Array, flags: number): Datagram {
    const from = new SockaddrStorage();
    const count = this.system.recvfrom(this.fd, buffer, buffer.byteLength, flags, from);
    if (count >= 0) return { count, address: from.address as SocketAddress };
    throw this.#failure("recvfrom", count, "receive a datagram", RECEIVE_TIMEOUT);
  }

  #failure(syscall: string, result: number, action: string, limit: OptionName): NetError {
    return socketFailure(this, { syscall, result, action, limit });
  }

  /** The first address of the socket's own family, else the first: Linux says what is wrong. */
  #destination(address: Address): SocketAddress {
    const action = { syscall: "sendto", text: "send a datagram to" };
    const addresses = socketAddresses(this.system, address, action);
    const [first] = addresses;
    if (addresses.length === 1) return first as SocketAddress;
    const { family } = this.localAddr().ip;
    return (addresses.find(({ ip }) => ip.family === family) ?? first) as SocketAddress;
  }
}

function attemptBind(system: System, address: SocketAddress): Attempt {
  const fd = system.socket(familyOf(address), SOCK_DGRAM, 0);
  if (fd < 0) return { syscall: "socket", result: fd };
  const result = system.bind(fd, encodeSockaddr(address));
  if (result >= 0) return { syscall: "bind", result: fd };
  system.close(fd);
  return { syscall: "bind", result };
}

function addressBytes(address: IpAddress | string, family: 4 | 6): Uint8Array {
  const ip = typeof address === "string" ? parseIpAddress(address) : address;
  if (ip?.family === family) return ip.bytes;
  throw invalidInput(
    "setsockopt",
    `Cannot use ${
      JSON.stringify(String(address))
    } for a multicast group: it must be an IPv${family} address`,
  );
}

/** struct ip_mreq, ip(7): group and interface. */
function membershipV4(group: IpAddress | string, iface: IpAddress | string): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes.set(addressBytes(group, 4));
  bytes.set(addressBytes(iface, 4), 4);
  return bytes;
}

/** struct ipv6_mreq, ipv6(7): group, and the interface as an int. */
function membershipV6(group: IpAddress | string, iface: number): Uint8Array {
  if (iface >>> 0 !== iface) {
    throw invalidInput("setsockopt", `Cannot use ${iface} as the number of an interface`);
  }
  const bytes = new Uint8Array(20);
  bytes.set(addressBytes(group, 6));
  new DataView(bytes.buffer).setUint32(16, iface, true);
  return bytes;
}
