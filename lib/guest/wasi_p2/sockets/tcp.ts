/**
 * wasi:sockets/tcp.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { IPPROTO_IPV6, IPV6_V6ONLY } from "../../../linux/in.ts";
import { type PollFd, POLLIN, POLLOUT } from "../../../linux/poll.ts";
import {
  SHUT_RD,
  SO_REUSEADDR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../linux/socket.ts";
import { SockaddrStorage } from "../../../linux/sockaddr.ts";
import type { WasiContext } from "../context.ts";
import { Awaited, Pollable } from "../io/poll.ts";
import type { InputStream, OutputStream } from "../io/streams.ts";
import {
  checkLocalAddress,
  checkRemoteAddress,
  decodeAddress,
  domainOf,
  encodeAddress,
} from "./addresses.ts";
import {
  check,
  errorCode,
  failWith,
  type IpAddressFamily,
  type IpSocketAddress,
  type Network,
} from "./network.ts";
import { TcpOptions } from "./tcp_options.ts";
import { TcpInputStream, TcpOutputStream } from "./tcp_streams.ts";
import { TcpWriter } from "./tcp_writer.ts";

/** `shutdown-type`. */
export type ShutdownType = "receive" | "send" | "both";

type State =
  | "unbound"
  | "bind-in-progress"
  | "bound"
  | "listen-in-progress"
  | "listening"
  | "connect-in-progress"
  | "connected"
  | "closed";

/** The states in which a start was not finished. */
const IN_PROGRESS: ReadonlySet<State> = new Set<State>([
  "bind-in-progress",
  "listen-in-progress",
  "connect-in-progress",
]);

/** Length of the queue of a socket that listens, unless set. */
const DEFAULT_BACKLOG = 128;

const INT_MAX = 0x7fffffff;

const peerName = new SockaddrStorage();

/** `tcp-socket`. */
export class TcpSocket extends TcpOptions {
  #state: State;
  #backlog = DEFAULT_BACKLOG;
  /** Whether the guest has bound it. */
  #explicitlyBound = false;
  /** Whether IPv4 peers may come, who are not for this socket: see {@linkcode TcpSocket.startBind}. */
  #refusesIpv4 = false;
  /** Errno of a connect that has failed before it was waited for; 0 for none. */
  #connectError = 0;
  #input: TcpInputStream | null = null;
  #output: TcpOutputStream | null = null;
  #writer: TcpWriter | null = null;

  private constructor(
    context: WasiContext,
    fd: number,
    family: IpAddressFamily,
    state: State,
  ) {
    super(context, fd, family);
    this.#state = state;
  }

  /** `create-tcp-socket`. */
  static create(context: WasiContext, family: IpAddressFamily): TcpSocket {
    const { system } = context;
    const fd = check(system.socket(domainOf(family), SOCK_STREAM | SOCK_NONBLOCK, 0));
    const socket = new TcpSocket(context, fd, family, "unbound");
    try {
      if (family === "ipv6") socket.setInt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
    return socket;
  }

  /** `start-bind`. */
  startBind(_network: Network, address: IpSocketAddress): void {
    this.#checkNotInProgress();
    if (this.#state !== "unbound") failWith("invalid-state");
    checkLocalAddress(this.family, address);
    // WASI: a port is free again at once, as with SO_REUSEADDR.
    this.setInt(SOL_SOCKET, SO_REUSEADDR, 1);
    const { system } = this.context;
    const bytes = encodeAddress(address);
    let result = system.bind(this.fd, bytes);
    if (result === -Errno.EOPNOTSUPP && this.family === "ipv6") {
      // A stack that has no such flag for the wildcard address: IPv4 peers are then turned away here.
      this.setInt(IPPROTO_IPV6, IPV6_V6ONLY, 0);
      result = system.bind(this.fd, bytes);
      this.#refusesIpv4 = result === 0;
    }
    check(result);
    this.#explicitlyBound = true;
    this.#state = "bind-in-progress";
  }

  /** `finish-bind`. */
  finishBind(): void {
    if (this.#state !== "bind-in-progress") failWith("not-in-progress");
    this.#state = "bound";
  }

  /** `start-connect`. */
  startConnect(_network: Network, address: IpSocketAddress): void {
    this.#checkNotInProgress();
    if (this.#state !== "unbound" && this.#state !== "bound") failWith("invalid-state");
    checkRemoteAddress(this.family, address);
    const result = this.context.system.connect(this.fd, encodeAddress(address));
    if (result === -Errno.EACCES || result === -Errno.EPERM) failWith("access-denied");
    this.#connectError = result < 0 && result !== -Errno.EINPROGRESS ? -result : 0;
    this.#state = "connect-in-progress";
  }

  /** `finish-connect`. */
  finishConnect(): [InputStream, OutputStream] {
    if (this.#state !== "connect-in-progress") failWith("not-in-progress");
    let error = this.#connectError;
    if (error === 0) {
      const entry = { fd: this.fd, events: POLLOUT, revents: 0 };
      this.context.poll([entry], 0);
      if (entry.revents === 0) failWith("would-block");
      error = this.takeError();
    }
    if (error !== 0) {
      this.#state = "closed";
      // The error of an implicit bind.
      failWith(error === Errno.EADDRNOTAVAIL ? "address-in-use" : errorCode(error));
    }
    return this.#becomeConnected();
  }

  /** `start-listen`. */
  startListen(): void {
    this.#checkNotInProgress();
    if (this.#state !== "bound") failWith("invalid-state");
    check(this.context.system.listen(this.fd, this.#backlog));
    this.#state = "listen-in-progress";
  }

  /** `finish-listen`. */
  finishListen(): void {
    if (this.#state !== "listen-in-progress") failWith("not-in-progress");
    this.#state = "listening";
  }

  /** `accept`. */
  accept(): [TcpSocket, InputStream, OutputStream] {
    if (!this.isListening()) failWith("invalid-state");
    const { context } = this;
    context.flushWriters();
    for (;;) {
      const fd = context.system.accept4(this.fd, peerName, SOCK_NONBLOCK);
      if (fd === -Errno.EINTR) continue;
      check(fd);
      if (this.#refusesIpv4 && isIpv4(decodeAddress(peerName))) {
        context.system.close(fd);
        continue;
      }
      const socket = new TcpSocket(context, fd, this.family, "connected");
      return [socket, ...socket.#becomeConnected()];
    }
  }

  /** `local-address`. */
  localAddress(): IpSocketAddress {
    const unknown = this.#state === "unbound" || this.#state === "closed" ||
      (this.#state === "connect-in-progress" && !this.#explicitlyBound);
    if (unknown) failWith("invalid-state");
    return this.getLocalAddress();
  }

  /** `remote-address`. */
  remoteAddress(): IpSocketAddress {
    if (this.#state !== "connected") failWith("invalid-state");
    return this.getRemoteAddress();
  }

  /** `is-listening`. */
  isListening(): boolean {
    return this.#state === "listening" || this.#state === "listen-in-progress";
  }

  /** `set-listen-backlog-size`. */
  setListenBacklogSize(value: bigint): void {
    if (value === 0n) failWith("invalid-argument");
    switch (this.#state) {
      case "connect-in-progress":
      case "connected":
      case "closed":
        failWith("invalid-state");
    }
    const backlog = value > BigInt(INT_MAX) ? INT_MAX : Number(value);
    if (this.isListening()) check(this.context.system.listen(this.fd, backlog));
    this.#backlog = backlog;
  }

  /** `subscribe`. */
  subscribe(): Pollable {
    return new TcpPollable(this.context, this);
  }

  /** `shutdown`. */
  shutdown(type: ShutdownType): void {
    if (this.#state !== "connected") failWith("invalid-state");
    if (type !== "send") {
      this.#input?.close();
      this.context.system.shutdown(this.fd, SHUT_RD);
    }
    if (type !== "receive") {
      this.#output?.close();
      this.#writer?.shutdown();
    }
  }

  /** What the socket's pollable waits for now; sets `entry` if that is events. */
  awaited(entry: PollFd): Awaited {
    entry.fd = this.fd;
    if (this.#state === "connect-in-progress" && this.#connectError === 0) {
      entry.events = POLLOUT;
      return Awaited.descriptor;
    }
    if (this.#state !== "listening") return Awaited.nothing;
    entry.events = POLLIN;
    return Awaited.descriptor;
  }

  protected override release(): void {
    if (this.#writer === null) super.release();
    else this.#writer.close();
  }

  #becomeConnected(): [InputStream, OutputStream] {
    const { context } = this;
    this.#writer = new TcpWriter(context, this.fd);
    this.#input = new TcpInputStream(context, this, this.fd);
    this.#output = new TcpOutputStream(context, this, this.#writer);
    this.#state = "connected";
    return [this.#input, this.#output];
  }

  #checkNotInProgress(): void {
    if (IN_PROGRESS.has(this.#state)) failWith("concurrency-conflict");
  }
}

/** Whether it is the address of an IPv4 peer of an IPv6 socket, `::ffff:a.b.c.d`. */
function isIpv4(address: IpSocketAddress | null): boolean {
  if (address?.tag !== "ipv6") return false;
  const parts = address.val.address;
  return parts[5] === 0xffff && parts.slice(0, 5).every((part) => part === 0);
}

class TcpPollable extends Pollable {
  readonly #socket: TcpSocket;

  constructor(context: WasiContext, socket: TcpSocket) {
    super(context, socket);
    this.#socket = socket;
  }

  look(): Awaited {
    return this.#socket.awaited(this.entry);
  }
}
