/**
 * Serves files over HTTP on one thread, with one wait for all of its connections.
 *
 * @module
 */
import type { IpAddress, SocketAddress } from "../../ip.ts";
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_TCP } from "../../linux/in.ts";
import { POLLIN } from "../../linux/poll.ts";
import { type Rlimit, RLIMIT_NOFILE } from "../../linux/resource.ts";
import { SOCK_CLOEXEC, SOCK_NONBLOCK } from "../../linux/socket.ts";
import { SockaddrStorage } from "../../linux/sockaddr.ts";
import { TCP_DEFER_ACCEPT, TCP_NODELAY } from "../../linux/tcp.ts";
import { failure } from "../../net/failure.ts";
import { TcpListener } from "../../net/tcp_listener.ts";
import { AccessLog } from "./access_log.ts";
import { Clock } from "./clock.ts";
import { Connection, Phase } from "./connection.ts";
import { DocumentRoot } from "./document_root.ts";
import { FileCache } from "./file_cache.ts";
import { HttpdLimits } from "./limits.ts";
import { openReadiness, type Readiness, type Waiter } from "./readiness.ts";
import { Responder } from "./responder.ts";
import { Service } from "./service.ts";
import { StatusResponses } from "./status_responses.ts";

/** Connections that may wait to be accepted; Linux cuts it to net.core.somaxconn. */
const BACKLOG = 4096;

/** Connections that are accepted before the others have their turn. */
const ACCEPTS = 16;

/** Milliseconds between two looks at the deadlines. */
const SWEEP_INTERVAL = 250;

/** Milliseconds that accepting pauses when there is no descriptor for a connection. */
const ACCEPT_PAUSE = 1000;

/** Descriptors beside those of connections and files: stdio, listener, epoll, a listing. */
const OTHER_DESCRIPTORS = 16;

/** What came of one wait. */
export const Turn = {
  /** There was something to do. */
  worked: 0,
  /** Nothing happened. */
  idled: 1,
  /** A signal cut the wait short. */
  interrupted: 2,
} as const;

/** One of the values of {@linkcode Turn}. */
export type Turn = (typeof Turn)[keyof typeof Turn];

/** What is served, and where. */
export interface ServerOptions {
  /** The folder. */
  readonly root: string;
  /** The address to listen on; a name is resolved. */
  readonly address: string | SocketAddress;
  /** Whether other threads listen there, too. */
  readonly sharesPort: boolean;
  /** Whether directories without an index are listed. */
  readonly lists: boolean;
  /** Whether requests are logged on standard output. */
  readonly logs: boolean;
  /** Milliseconds that a client may take for each thing that it does. */
  readonly timeout: number;
  /** Connections at once. */
  readonly maxConnections: number;
}

/** Raises the limit of descriptors, and returns how many of them connections may have. */
function connectionLimit(system: System, wanted: number): number {
  const limit: Rlimit = { current: 0, maximum: 0 };
  system.prlimit(RLIMIT_NOFILE, null, limit);
  if (system.prlimit(RLIMIT_NOFILE, { ...limit, current: limit.maximum }, null) === 0) {
    limit.current = limit.maximum;
  }
  const room = limit.current - HttpdLimits.openFiles - OTHER_DESCRIPTORS;
  return Math.max(1, Math.min(wanted, room));
}

function peerText(peer: SockaddrStorage): string {
  const address = peer.address;
  const ip: IpAddress | null = address !== null && "ip" in address ? address.ip : null;
  return ip === null ? "-" : ip.unmapped().toString();
}

/** A server. It is made listening; {@linkcode HttpServer.turn} does the work. */
export class HttpServer implements Disposable {
  /** Where it listens. */
  readonly address: SocketAddress;
  readonly #system: System;
  readonly #listener: TcpListener;
  readonly #waiter: Waiter;
  readonly #readiness: Readiness;
  readonly #clock = new Clock();
  readonly #cache: FileCache;
  readonly #log: AccessLog | null;
  readonly #service: Service;
  readonly #limit: number;
  readonly #connections: Connection[] = [];
  /** Receives the address of a client that is to be logged. */
  readonly #peer: SockaddrStorage | null;
  readonly #awake: () => void = () => this.#clock.read();
  readonly #closed = (connection: Connection): void => this.#remove(connection);
  #nextSweep = 0;
  #isAccepting = true;
  /** When accepting goes on, in the clock's ticks. */
  #acceptAt = 0;

  /**
   * Listens.
   *
   * @throws {NetError} If the address cannot be had.
   */
  constructor(system: System, options: ServerOptions) {
    const { address, sharesPort, timeout } = options;
    this.#system = system;
    this.#limit = connectionLimit(system, options.maxConnections);
    this.#listener = TcpListener.bind(address, { system, backlog: BACKLOG, reusePort: sharesPort });
    this.#listener.setNonblocking(true);
    this.address = this.#listener.localAddr();
    this.#tune(TCP_NODELAY);
    this.#tune(TCP_DEFER_ACCEPT);
    this.#waiter = {
      fd: this.#listener.fd,
      events: POLLIN,
      revents: 0,
      place: -1,
      ready: () => this.#accept(),
    };
    this.#readiness = openReadiness(system, this.#waiter);
    const root = new DocumentRoot(system, options.root);
    const clock = this.#clock;
    this.#cache = new FileCache({ system, root, clock, capacity: HttpdLimits.openFiles });
    this.#log = options.logs ? new AccessLog(system, clock) : null;
    this.#peer = options.logs ? new SockaddrStorage() : null;
    const statuses = new StatusResponses(clock);
    const cache = this.#cache;
    const responder = new Responder({
      system,
      clock,
      root,
      cache,
      statuses,
      lists: options.lists,
    });
    this.#service = new Service({
      system,
      clock,
      readiness: this.#readiness,
      cache,
      responder,
      statuses,
      log: this.#log,
      timeout,
    });
  }

  /** Connections at this moment. */
  get connections(): number {
    return this.#connections.length;
  }

  /**
   * Waits once, and does what there is to do.
   *
   * @param timeout The longest wait in milliseconds, whole.
   * @returns What came of it.
   * @throws {NetError} If waiting is impossible, because the stack has failed.
   */
  turn(timeout: number): Turn {
    const result = this.#readiness.wait(timeout, this.#awake);
    if (result < 0 && result !== -Errno.EINTR) {
      throw failure(this.#system, { syscall: "poll", result, action: "wait for clients" });
    }
    const { ticks } = this.#clock;
    if (ticks >= this.#nextSweep) this.#sweep(ticks);
    this.#log?.flush();
    if (result > 0) return Turn.worked;
    return result === 0 ? Turn.idled : Turn.interrupted;
  }

  /** Takes no new connections any more, and lets those that there are end with their response. */
  stop(): void {
    this.#service.isStopping = true;
    this.#pauseAccepting(Infinity);
    this.#listener.close();
    for (const connection of this.#connections.toReversed()) {
      if (connection.phase === Phase.idle) connection.close();
    }
  }

  /** Ends everything. */
  [Symbol.dispose](): void {
    this.stop();
    for (const connection of this.#connections.toReversed()) connection.abort();
    this.#cache.clear();
    this.#log?.flush();
    this.#readiness.close();
  }

  /**
   * Switches an option of TCP on, where the stack has it. Connections inherit TCP_NODELAY: responses
   * are sent as a whole, there is nothing to wait for. TCP_DEFER_ACCEPT takes connections with their
   * first request; those that bring none within a second come without.
   */
  #tune(option: number): void {
    const one = new Uint8Array(Int32Array.of(1).buffer);
    this.#system.setsockopt(this.#listener.fd, IPPROTO_TCP, option, one, one.length);
  }

  #accept(): void {
    for (let count = 0; count < ACCEPTS; count++) {
      // Whether somebody waits is known only when he is accepted; then the other makes room.
      const isFull = this.#connections.length >= this.#limit;
      const idle = isFull ? this.#longestIdle() : null;
      if (isFull && idle === null) return this.#pauseAccepting(Infinity);
      const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
      const fd = this.#system.accept4(this.#listener.fd, this.#peer, flags);
      if (fd === -Errno.EAGAIN) return;
      if (
        fd === -Errno.EMFILE || fd === -Errno.ENFILE || fd === -Errno.ENOBUFS ||
        fd === -Errno.ENOMEM
      ) return this.#pauseAccepting(this.#clock.ticks + ACCEPT_PAUSE);
      // accept(2): what went wrong with one connection says nothing about the next.
      if (fd < 0) continue;
      idle?.close();
      const peer = this.#peer === null ? "" : peerText(this.#peer);
      const connection = new Connection(this.#service, fd, peer, this.#closed);
      connection.index = this.#connections.push(connection) - 1;
      // What a file was in this turn may have changed before this client asked for it.
      this.#clock.turn++;
      connection.begin();
    }
  }

  /** The connection that has done nothing for longest; null if all are busy. */
  #longestIdle(): Connection | null {
    let longest: Connection | null = null;
    for (const connection of this.#connections) {
      if (connection.phase !== Phase.idle) continue;
      if (longest === null || connection.deadline < longest.deadline) longest = connection;
    }
    return longest;
  }

  #pauseAccepting(until: number): void {
    this.#acceptAt = until;
    if (!this.#isAccepting) return;
    this.#isAccepting = false;
    this.#readiness.forget(this.#waiter);
  }

  #resumeAccepting(): void {
    if (this.#isAccepting || this.#service.isStopping) return;
    this.#isAccepting = true;
    this.#readiness.watch(this.#waiter);
  }

  #sweep(ticks: number): void {
    this.#nextSweep = ticks + SWEEP_INTERVAL;
    // Backwards: what is closed is replaced by the last, which has been looked at.
    for (let index = this.#connections.length - 1; index >= 0; index--) {
      const connection = this.#connections[index];
      if (connection !== undefined && connection.deadline <= ticks) connection.expire();
    }
    if (ticks >= this.#acceptAt) this.#resumeAccepting();
  }

  #remove(connection: Connection): void {
    const last = this.#connections.pop() as Connection;
    if (last !== connection) {
      this.#connections[connection.index] = last;
      last.index = connection.index;
    }
    this.#resumeAccepting();
  }
}
