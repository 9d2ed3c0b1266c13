/**
 * What the TCP and UDP sockets of `scheduler:core-libs` have in common.
 *
 * @module
 */
import { SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../linux/in.ts";
import { type PollFd, POLLIN, POLLOUT } from "../../linux/poll.ts";
import { encodeSockaddr, SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET, AF_INET6, SO_REUSEADDR, SOCK_NONBLOCK, SOL_SOCKET } from "../../linux/socket.ts";
import { type ErrorNames, type WasiErrorCode, wasiErrorCode } from "../wasi/socket_errors.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import { fail } from "../wasi_p2/fail.ts";
import { faultOfLocal, type NetworkPolicy } from "./network_policy.ts";

/** Milliseconds that are as good as for ever, and more than poll(2) takes. */
const FOREVER = 0x7fffffff;

/** Room for names, used by one call at a time. */
export const addressRoom: SockaddrStorage = new SockaddrStorage();

const intCell = new Int32Array(1);
const intBytes = new Uint8Array(intCell.buffer);
const lengthCell = new Int32Array(1);

/** For which transfers a pollable waits. */
export type Interest = "read" | "write";

/** What an endpoint is made of. */
export interface EndpointOptions {
  /** What the guest's resources share. */
  readonly context: WasiContext;
  /** How errors are called in the guest's interface. */
  readonly names: ErrorNames;
  /** Family of its addresses. */
  readonly family: 4 | 6;
}

/**
 * A socket of the guest. Its descriptor never waits; calls wait in poll(2), for as long as the
 * guest's time-outs say. What fails throws the name of the error in the guest's interface.
 */
export abstract class Endpoint {
  /** What the guest's resources share. */
  readonly context: WasiContext;
  /** How errors are called in the guest's interface. */
  readonly names: ErrorNames;
  /** Family of its addresses. */
  readonly family: 4 | 6;
  /** Whether calls fail instead of waiting. */
  nonblocking = false;
  /** Milliseconds that receiving and accepting may take. */
  protected readLimit = Infinity;
  /** Milliseconds that sending may take. */
  protected writeLimit = Infinity;
  /** Milliseconds that connecting may take; null for `writeLimit`. */
  protected connectLimit: number | null = null;
  /** Where it was bound to; null if it was not. */
  protected localName: Uint8Array | null = null;
  /** Whether IPv4 peers may come, who are not for this socket. */
  protected refusesIpv4 = false;
  #fd: number;
  #reusesAddress = false;
  #network: NetworkPolicy | null = null;
  readonly #type: number;
  readonly #entry: PollFd = { fd: -1, events: 0, revents: 0 };
  readonly #entries: readonly PollFd[] = [this.#entry];

  /**
   * Makes a socket of `type`, or takes over a descriptor.
   *
   * @throws {string} `out-of-memory` and the like, if there can be no more.
   */
  constructor({ context, names, family }: EndpointOptions, type: number, fd?: number) {
    this.context = context;
    this.names = names;
    this.family = family;
    this.#type = type;
    this.#fd = fd ?? this.#open();
  }

  /** The descriptor; −1 once it is closed. */
  get fd(): number {
    return this.#fd;
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return this.#fd < 0;
  }

  /** The network that it belongs to; null for none yet. */
  get network(): NetworkPolicy | null {
    return this.#network;
  }

  /** Ends it. */
  close(): void {
    if (this.#fd < 0) return;
    this.context.system.close(this.#fd);
    this.#fd = -1;
  }

  /** Fails with a code. */
  fail(code: WasiErrorCode): never {
    fail(this.names[code]);
  }

  /** Returns what a call returned; fails if that is a negated errno. */
  check(result: number): number {
    return result < 0 ? this.fail(wasiErrorCode(result)) : result;
  }

  /** Binds it, in a network. */
  bind(network: NetworkPolicy, address: SocketAddress): void {
    if (this.isBound()) this.fail("invalid-state");
    this.check(faultOfLocal(address, this.family));
    this.checkNetwork(network);
    const sockaddr = encodeSockaddr(address);
    this.check(network.checkAddress("bind", sockaddr));
    this.check(this.bindTo(sockaddr));
    this.check(this.context.system.getsockname(this.#fd, addressRoom));
    this.localName = addressRoom.toBytes();
    this.#network = network;
  }

  /** SO_REUSEADDR. */
  setReuseAddress(reuse: boolean): void {
    this.check(this.setInt(SOL_SOCKET, SO_REUSEADDR, reuse ? 1 : 0));
    this.#reusesAddress = reuse;
  }

  /** Bounds receiving and accepting; undefined for no bound. */
  setReadTimeout(milliseconds: bigint | undefined): void {
    this.readLimit = this.#limit(milliseconds);
  }

  /** Bounds sending; undefined for no bound. */
  setWriteTimeout(milliseconds: bigint | undefined): void {
    this.writeLimit = this.#limit(milliseconds);
  }

  /** Bounds connecting; undefined for that of sending. */
  setConnectTimeout(milliseconds: bigint | undefined): void {
    this.connectLimit = milliseconds === undefined ? null : this.#limit(milliseconds);
  }

  /** When connecting has to end, if it begins now, in milliseconds of `performance.now()`. */
  connectDeadline(): number {
    return deadlineAfter(this.connectLimit ?? this.writeLimit);
  }

  /** Its own address; `invalid-state` if it has none. */
  localAddress(): SocketAddress {
    this.check(this.context.system.getsockname(this.#fd, addressRoom));
    const { address } = addressRoom;
    if (!(address instanceof SocketAddress)) this.fail("unknown");
    return address.port === 0 ? this.fail("invalid-state") : address;
  }

  /** Its peer's address; `invalid-state` if it has none. */
  remoteAddress(): SocketAddress {
    this.check(this.context.system.getpeername(this.#fd, addressRoom));
    const { address } = addressRoom;
    return address instanceof SocketAddress ? address : this.fail("unknown");
  }

  /** The events of poll(2) for an interest. */
  eventsOf(interest: Interest): number {
    return interest === "read" ? POLLIN : POLLOUT;
  }

  /** Fails if it belongs to another network. */
  protected checkNetwork(network: NetworkPolicy): void {
    if (this.#network !== null && this.#network !== network) this.fail("invalid-argument");
  }

  /** Makes it belong to a network from now on. */
  protected adopt(network: NetworkPolicy | null): void {
    this.#network = network;
  }

  /** Whether the guest has bound it. */
  protected isBound(): boolean {
    return this.localName !== null;
  }

  /** Takes over what the listener that it came from has. */
  protected inherit(listener: Endpoint): void {
    this.readLimit = listener.readLimit;
    this.writeLimit = listener.writeLimit;
    this.connectLimit = listener.connectLimit;
    this.#network = listener.#network;
  }

  /** bind(2). IPv4 is kept out otherwise where the stack has no IPV6_V6ONLY for the wildcard. */
  protected bindTo(sockaddr: Uint8Array): number {
    const { system } = this.context;
    const result = system.bind(this.#fd, sockaddr);
    if (result !== -Errno.EOPNOTSUPP || this.family === 4) return result;
    const cleared = this.setInt(IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (cleared < 0) return cleared;
    const again = system.bind(this.#fd, sockaddr);
    this.refusesIpv4 = again === 0;
    return again;
  }

  /** An option that is an int. */
  protected getInt(level: number, option: number): number {
    lengthCell[0] = intBytes.length;
    this.check(this.context.system.getsockopt(this.#fd, level, option, intBytes, lengthCell));
    return intCell[0] ?? 0;
  }

  /** Waits for events; returns whether they have come by `deadline`, 0 to look only. */
  protected wait(events: number, deadline: number): boolean {
    const entry = this.#entry;
    entry.fd = this.#fd;
    entry.events = events;
    entry.revents = 0;
    this.context.poll(this.#entries, deadline);
    return entry.revents !== 0;
  }

  /** Waits for events as a blocking socket does; fails with `would-block` or `timeout` if it may not. */
  protected awaitEvents(events: number, deadline: number): void {
    if (this.nonblocking) this.fail("would-block");
    if (!this.wait(events, deadline)) this.fail("timeout");
  }

  /** Begins anew with another descriptor, bound as before: a connection attempt was given up. */
  protected reopen(): void {
    this.close();
    this.#fd = this.#open();
    if (this.#reusesAddress) this.setReuseAddress(true);
    if (this.localName !== null) this.check(this.bindTo(this.localName));
  }

  protected setInt(level: number, option: number, value: number): number {
    intCell[0] = value;
    return this.context.system.setsockopt(this.#fd, level, option, intBytes, intBytes.length);
  }

  #open(): number {
    const { system } = this.context;
    const domain = this.family === 4 ? AF_INET : AF_INET6;
    this.#fd = this.check(system.socket(domain, this.#type | SOCK_NONBLOCK, 0));
    if (this.family === 6) {
      const result = this.setInt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
      if (result < 0) this.close();
      this.check(result);
    }
    return this.#fd;
  }

  #limit(milliseconds: bigint | undefined): number {
    if (milliseconds === undefined) return Infinity;
    if (milliseconds === 0n) this.fail("invalid-argument");
    return milliseconds > BigInt(FOREVER) ? Infinity : Number(milliseconds);
  }
}

/** The time after some milliseconds, of `performance.now()`. */
export function deadlineAfter(milliseconds: number): number {
  return milliseconds === Infinity ? Infinity : performance.now() + milliseconds;
}
