/**
 * A TCP socket in the engine: between a pair of local sockets and a connection.
 *
 * @module
 */
import { IpAddress, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../../linux/poll.ts";
import {
  AF_INET6,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_STREAM,
} from "../../../linux/socket.ts";
import {
  DEFAULT_TCP_SETTINGS,
  type TcpConnection,
  type TcpListener,
  type TcpSettings,
  type TcpState,
} from "../../../tcp/mod.ts";
import { anyAddress, encodeEndpoint, toDomain } from "../../endpoint.ts";
import { HostOption } from "../../options/host_option.ts";
import type { PortClaim, PortEntry } from "../../port_table.ts";
import { ACCEPTED_SIZE, BindFlag, CloseMode, OwnOption, putAddress, SlotWord } from "../control.ts";
import { PacketMarks } from "./packet_marks.ts";
import {
  type EngineContext,
  type EngineSocket,
  isBindable,
  normalize,
  sourceFor,
} from "./context.ts";

/** Octets that move at a time. */
const CHUNK = 65_536;
/** Connections that lie in the pair of a listener before the guest has taken them. */
const MAX_OFFERED = 16;
/** What connections of this stack are told: Linux's TCP_RTO_MIN, where RFC 6298 says a second. */
const SETTINGS: TcpSettings = { ...DEFAULT_TCP_SETTINGS, minimumRetransmissionTimeout: 200 };
/** The options' defaults come back with 0. */
const DEFAULT_USER_TIMEOUT = DEFAULT_TCP_SETTINGS.userTimeout;

/** Linux's numbers of the states, net/tcp_states.h. */
const STATE_NUMBERS: Readonly<Record<TcpState, number>> = {
  "ESTABLISHED": 1,
  "SYN-SENT": 2,
  "SYN-RECEIVED": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  // Linux's socket has left the connection by then.
  "TIME-WAIT": 7,
  "CLOSED": 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  "LISTEN": 10,
  "CLOSING": 11,
};

/** How long an open lasts in which the SYN is sent again so often: the wait doubles each time. */
function openTimeout(retries: number): number {
  return DEFAULT_TCP_SETTINGS.minimumRetransmissionTimeout * (2 ** (retries + 1) - 1);
}

const buffer = new Uint8Array(CHUNK);

/** One TCP socket. */
export class EngineTcpSocket implements EngineSocket {
  readonly #context: EngineContext;
  readonly #slot: number;
  readonly #domain: number;
  #descriptor: number;
  #settings: TcpSettings = { ...SETTINGS };
  readonly #marks = new PacketMarks();
  #bindFlags = 0;
  #local: SocketAddress | null = null;
  /** What is still told after the port was given back: inet_sport. */
  #formerly: SocketAddress | null = null;
  /** Whether bind(2) has named the port: SOCK_BINDPORT_LOCK; and the address: SOCK_BINDADDR_LOCK. */
  #chosePort = false;
  #choseAddress = false;
  #portEntry: PortEntry | null = null;
  #connection: TcpConnection | null = null;
  #listeners: TcpListener[] = [];
  #backlog = 0;
  #offered = 0;
  /** Octets in the pair that only keep the guest's end from being writable before its time. */
  #padding = 0;
  /** Whether the guest has ended its side. */
  #ended = false;
  /** Whether the guest was told that the peer has ended. */
  #endTold = false;
  #blocked = false;
  #closing = false;
  /** Whether nothing more can happen to the connection that concerns the guest. */
  #done = true;

  /**
   * Makes a socket.
   *
   * @param context The engine.
   * @param slot Its row.
   * @param domain AF_INET or AF_INET6.
   * @param descriptor The engine's end of its pair.
   */
  constructor(context: EngineContext, slot: number, domain: number, descriptor: number) {
    this.#context = context;
    this.#slot = slot;
    this.#domain = domain;
    this.#descriptor = descriptor;
    this.#setState("CLOSED");
  }

  /** See {@link EngineSocket.descriptor}. */
  get descriptor(): number {
    return this.#descriptor;
  }

  /** See {@link EngineSocket.interest}. */
  get interest(): number {
    const connection = this.#connection;
    if (connection === null || !connection.isEstablished) return 0;
    const reads = !this.#ended && connection.room > 0;
    return (reads ? POLLIN : 0) | (this.#blocked ? POLLOUT : 0);
  }

  /** See {@link EngineSocket.isOver}. */
  get isOver(): boolean {
    return this.#closing && this.#done;
  }

  /** Whether it listens. */
  get isListening(): boolean {
    return this.#listeners.length > 0;
  }

  /** bind(2). */
  bind(ip: IpAddress, port: number, flags: number): number {
    this.#bindFlags = flags;
    const plain = ip.unmapped();
    if (!isBindable(this.#context, plain)) return -Errno.EADDRNOTAVAIL;
    const taken = this.#take(ip, port);
    if (taken < 0) return taken;
    this.#chosePort = port !== 0;
    this.#choseAddress = !plain.isUnspecified;
    return taken;
  }

  /** connect(2), which only begins it. */
  connect(remote: SocketAddress, padding: number): number {
    const { tcp, now } = this.#context;
    const target = normalize(remote);
    const source = this.#local === null || this.#local.ip.unmapped().isUnspecified
      ? sourceFor(this.#context, target.ip)
      : this.#local.ip.unmapped();
    if (source === null) return -Errno.ENETUNREACH;
    if (source.family !== target.ip.family) {
      return source.family === 4 ? -Errno.EAFNOSUPPORT : -Errno.ENETUNREACH;
    }
    if (this.#local === null) {
      const isConnected = (port: number) =>
        tcp.hasConnection(new SocketAddress(source, port), target);
      const taken = this.#take(toDomain(this.#domain, source), 0, isConnected);
      if (taken < 0) return -Errno.EADDRNOTAVAIL;
    }
    const local = new SocketAddress(source, this.#local?.port ?? 0);
    const { mtu } = this.#context;
    const { family } = target.ip;
    const settings = { ...this.#settings, ...this.#marks.of(family), family, mtu };
    const connection = tcp.connect(local, target, settings, now());
    if (typeof connection === "number") return connection;
    this.#local = new SocketAddress(toDomain(this.#domain, source), local.port);
    this.#padding = padding;
    this.#follow(connection);
    return 0;
  }

  /** listen(2). */
  listen(backlog: number): number {
    if (this.#listeners.length > 0) {
      this.#backlog = backlog;
      for (const listener of this.#listeners) listener.setBacklog(backlog);
      return 0;
    }
    if (this.#local === null) {
      const taken = this.#take(anyAddress(this.#domain), 0);
      if (taken < 0) return taken;
    }
    const local = this.#local;
    if (local === null) return -Errno.EINVAL;
    this.#backlog = backlog;
    for (const ip of this.#listenedAddresses(local.ip)) {
      const { family } = ip;
      const { mtu } = this.#context;
      const settings = { ...this.#settings, ...this.#marks.of(family), family, mtu };
      const address = new SocketAddress(ip, local.port);
      const shares = (this.#bindFlags & BindFlag.reusePort) !== 0;
      const listener = this.#context.tcp.listen(address, backlog, settings, shares);
      if (typeof listener === "number") {
        this.#stopListening();
        return listener;
      }
      this.#listeners.push(listener);
      this.#context.owners.set(listener, this);
    }
    if (this.#portEntry !== null) this.#portEntry.listening = true;
    this.#setState("LISTEN");
    return 0;
  }

  /** Ends a connection or a listener; the socket goes on with a new pair. Gives 1 if it has its port. */
  disconnect(descriptor: number): number {
    this.#stopListening();
    this.#leaveConnection();
    this.#closeDescriptor();
    this.#descriptor = descriptor;
    this.#ended = this.#endTold = this.#blocked = false;
    this.#offered = 0;
    this.#context.setWord(this.#slot, SlotWord.accepted, 0);
    const bound = this.#local;
    if (!this.#chosePort) this.#givePortBack();
    if (bound !== null) {
      const ip = this.#choseAddress ? bound.ip : anyAddress(this.#domain);
      this.#formerly = new SocketAddress(ip, bound.port);
      this.#local = this.#chosePort ? this.#formerly : null;
    }
    if (this.#portEntry !== null) this.#portEntry.listening = false;
    this.#setState("CLOSED");
    return this.#chosePort ? 1 : 0;
  }

  /** close(2). */
  close(mode: number): number {
    this.#closing = true;
    this.#stopListening();
    const connection = this.#connection;
    const goesOn = connection !== null && connection.isEstablished && mode === CloseMode.orderly &&
      connection.state !== "CLOSED";
    if (!goesOn) {
      if (mode === CloseMode.reset || connection?.isEstablished === false) connection?.abort();
      this.#over();
    } else if (this.#ended) {
      connection.close(this.#context.now());
      this.#closeDescriptor();
    }
    return 0;
  }

  /** See {@link EngineSocket.fail}. */
  fail(errno: number): void {
    this.#context.setWord(this.#slot, SlotWord.error, errno);
    if (!this.isListening) this.#setState("CLOSED");
    this.#closeDescriptor();
  }

  /** Both names, each in a record of its own. */
  names(target: Uint8Array): number {
    const local = this.#local ?? this.#formerly;
    const remote = this.#connection?.remote;
    putAddress(target, 0, this.#encode(local ?? new SocketAddress(anyAddress(this.#domain), 0)));
    putAddress(target, 32, remote === undefined ? new Uint8Array() : this.#encode(remote));
    return 64;
  }

  /** Octets that the peer has not acknowledged. */
  unacknowledged(): number {
    return this.#connection?.unacknowledged ?? 0;
  }

  /** setsockopt(2) for what is the connection's matter. */
  option(option: number, value: number): number {
    const connection = this.#connection;
    if (this.#marks.set(option, value)) return this.#mark();
    switch (option) {
      case HostOption.noDelay:
        return this.#tune({ noDelay: value !== 0 });
      case HostOption.cork:
        return this.#tune({ cork: value !== 0 });
      case HostOption.keepAlive:
        return this.#tune({ keepAlive: value !== 0 });
      case OwnOption.keepIdle:
        return this.#tune({ keepAliveIdle: value * 1000 });
      case OwnOption.keepInterval:
        return this.#tune({ keepAliveInterval: value * 1000 });
      case OwnOption.keepCount:
        return this.#tune({ keepAliveCount: value });
      case OwnOption.userTimeout:
        return this.#tune({ userTimeout: value === 0 ? DEFAULT_USER_TIMEOUT : value });
      case OwnOption.finTimeout:
        return this.#tune({ finTimeout: Math.max(0, value) * 1000 });
      case OwnOption.maximumSegmentSize:
        this.#settings = { ...this.#settings, maximumSegmentSize: value };
        return 0;
      case OwnOption.synCount:
        this.#settings = { ...this.#settings, openTimeout: openTimeout(value) };
        return 0;
      case OwnOption.segmentSize:
        return connection === null || !connection.isEstablished ? 0 : connection.segmentSize;
      default:
        return 0;
    }
  }

  /** See {@link EngineSocket.pump}. */
  pump(now: number): void {
    if (this.#listeners.length > 0) return this.#offer();
    const connection = this.#connection;
    // The error of one that is over was told.
    if (connection === null || this.#done) return;
    if (connection.isEstablished && this.#descriptor >= 0) {
      this.#dropPadding();
      this.#send(connection, now);
      this.#receive(connection);
    }
    this.#setState(connection.state);
    const ended = connection.state === "CLOSED" || connection.state === "TIME-WAIT";
    if (!ended) return;
    if (connection.error !== 0) {
      this.#context.setWord(this.#slot, SlotWord.error, connection.error);
    }
    // What has arrived still waits for room in the pair.
    if (connection.available > 0 && this.#descriptor >= 0) return;
    this.#over();
  }

  #take(ip: IpAddress, port: number, isUsed: (port: number) => boolean = () => false): number {
    const { ports } = this.#context;
    const claim = (number: number) => this.#claim(new SocketAddress(ip, number));
    if (port !== 0 && ports.conflicts(claim(port))) return -Errno.EADDRINUSE;
    const number = port !== 0
      ? port
      : this.#context.freePort((free) =>
        ports.conflicts({ ...claim(free), reuseAddress: false, reusePort: false }) || isUsed(free)
      );
    if (number === 0) return -Errno.EADDRINUSE;
    this.#portEntry = ports.add(claim(number));
    this.#local = new SocketAddress(ip, number);
    return number;
  }

  #claim({ ip, port }: SocketAddress): PortClaim {
    return {
      type: SOCK_STREAM,
      ip: ip.unmapped(),
      port,
      v6Only: (this.#bindFlags & BindFlag.v6Only) !== 0,
      reuseAddress: (this.#bindFlags & BindFlag.reuseAddress) !== 0,
      reusePort: (this.#bindFlags & BindFlag.reusePort) !== 0,
    };
  }

  #givePortBack(): void {
    if (this.#portEntry !== null) {
      if (this.#connection?.state === "TIME-WAIT") this.#context.ports.linger(this.#portEntry);
      else this.#context.ports.remove(this.#portEntry);
    }
    this.#portEntry = null;
    this.#local = null;
  }

  /** The addresses that a listener has: the wildcard of IPv6 stands for IPv4 as well. */
  #listenedAddresses(ip: IpAddress): IpAddress[] {
    const both = this.#domain === AF_INET6 && ip.isUnspecified && !ip.isV4Mapped &&
      (this.#bindFlags & BindFlag.v6Only) === 0;
    const plain = new IpAddress(ip.unmapped().bytes);
    return both ? [plain, new IpAddress(new Uint8Array(4))] : [plain];
  }

  #stopListening(): void {
    for (const listener of this.#listeners) {
      this.#context.owners.delete(listener);
      listener.close();
    }
    this.#listeners = [];
  }

  #follow(connection: TcpConnection): void {
    this.#connection = connection;
    this.#done = false;
    this.#context.owners.set(connection, this);
    this.#setState(connection.state);
  }

  #leaveConnection(): void {
    if (this.#connection === null) return;
    this.#context.owners.delete(this.#connection);
    this.#connection.abort();
    this.#connection = null;
  }

  #tune(tuning: Parameters<TcpConnection["tune"]>[0]): number {
    Object.assign(this.#settings, tuning);
    this.#connection?.tune(tuning, this.#context.now());
    for (const listener of this.#listeners) Object.assign(listener.settings, tuning);
    return 0;
  }

  /** Has the packets of what there is already marked as those of what comes. */
  #mark(): number {
    const connection = this.#connection;
    connection?.tune(this.#marks.of(connection.settings.family), this.#context.now());
    for (const { settings } of this.#listeners) {
      Object.assign(settings, this.#marks.of(settings.family));
    }
    return 0;
  }

  #setState(state: TcpState): void {
    this.#context.setWord(this.#slot, SlotWord.state, STATE_NUMBERS[state]);
  }

  #encode(address: SocketAddress): Uint8Array<ArrayBuffer> {
    return encodeEndpoint(this.#domain, address.ip, address.port);
  }

  /** Takes out what kept the guest's end from being writable: it is connected now. */
  #dropPadding(): void {
    const { libc } = this.#context;
    while (this.#padding > 0) {
      const room = buffer.subarray(0, Math.min(this.#padding, CHUNK));
      const count = libc.recv(this.#descriptor, room, room.length, MSG_DONTWAIT);
      if (count <= 0) return;
      this.#padding -= count;
    }
  }

  /** From the guest to the peer. */
  #send(connection: TcpConnection, now: number): void {
    const { libc } = this.#context;
    while (!this.#ended && connection.room > 0) {
      const room = buffer.subarray(0, Math.min(connection.room, CHUNK));
      const count = libc.recv(this.#descriptor, room, room.length, MSG_DONTWAIT);
      // Whoever has closed the socket has put in everything before.
      if (count === -Errno.EAGAIN && !this.#closing) return;
      if (count <= 0) {
        this.#ended = true;
        // A guest that is gone has left; one that only ended its side may still read.
        if (this.#closing || count < 0) {
          connection.close(now);
          this.#closeDescriptor();
        } else connection.finish();
        return;
      }
      if (connection.send(room.subarray(0, count)) < 0) return;
    }
  }

  /** From the peer to the guest. */
  #receive(connection: TcpConnection): void {
    const { libc } = this.#context;
    this.#blocked = false;
    while (connection.available > 0 && this.#descriptor >= 0) {
      const count = connection.peek(0, buffer);
      const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
      const sent = libc.send(this.#descriptor, buffer, count, flags);
      if (sent === -Errno.EAGAIN) {
        this.#blocked = true;
        return;
      }
      // A guest that has shut receiving down gets nothing more; the peer need not know.
      connection.discard(sent < 0 ? count : sent);
    }
    if (connection.isReceiveEnded && !this.#endTold && this.#descriptor >= 0) {
      this.#endTold = true;
      libc.shutdown(this.#descriptor, SHUT_WR);
    }
  }

  /** Tells the guest of connections, a few ahead of those that it has taken. */
  #offer(): void {
    const { libc } = this.#context;
    const taken = this.#context.word(this.#slot, SlotWord.accepted);
    for (const listener of this.#listeners) {
      while (this.#offered - taken < MAX_OFFERED && listener.hasConnection) {
        const connection = listener.accept();
        if (connection === null) break;
        const message = this.#acceptConnection(connection);
        if (message === null) {
          connection.abort();
          continue;
        }
        libc.send(this.#descriptor, message, message.length, MSG_DONTWAIT | MSG_NOSIGNAL);
        this.#offered += 1;
      }
      const waiting = this.#offered - taken;
      listener.setBacklog(this.#backlog - waiting);
    }
  }

  /** Makes the socket of an accepted connection; what the guest is told of it. */
  #acceptConnection(connection: TcpConnection): Uint8Array<ArrayBuffer> | null {
    const { libc } = this.#context;
    const pair = new Int32Array(2);
    if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return null;
    const [ours = -1, guests = -1] = pair;
    const slot = this.#context.adopt((row) => {
      const socket = new EngineTcpSocket(this.#context, row, this.#domain, ours);
      socket.#settings = { ...this.#settings };
      socket.#marks.inherit(this.#marks);
      socket.#local = new SocketAddress(
        toDomain(this.#domain, connection.local.ip),
        connection.local.port,
      );
      // As long as one of its connections lives, others may not have a listener's port.
      socket.#bindFlags = this.#bindFlags;
      socket.#portEntry = this.#context.ports.add(socket.#claim(connection.local));
      socket.#follow(connection);
      return socket;
    });
    if (slot < 0) {
      libc.close(ours);
      libc.close(guests);
      return null;
    }
    const message = new Uint8Array(ACCEPTED_SIZE);
    const words = new Int32Array(message.buffer, 0, 2);
    words[0] = slot;
    words[1] = guests;
    putAddress(message, 8, this.#encode(connection.local));
    putAddress(message, 40, this.#encode(connection.remote));
    return message;
  }

  #closeDescriptor(): void {
    if (this.#descriptor >= 0) this.#context.libc.close(this.#descriptor);
    this.#descriptor = -1;
  }

  /** The connection is over: the guest's end sees it, and the port is free. */
  #over(): void {
    if (this.#connection !== null) this.#context.owners.delete(this.#connection);
    this.#done = true;
    this.#closeDescriptor();
    if (this.#closing) this.#givePortBack();
  }
}
