/**
 * A listening socket: RFC 9293, section 3.10.7.2, with Linux's backlog.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import type { TcpConnection } from "./connection.ts";
import type { TcpSettings } from "./settings.ts";

/** Half-open connections that are kept however small the backlog is. */
const LEAST_HALF_OPEN = 8;
/** And however large it is: each takes a few thousand octets, and anybody can ask for one. */
const MOST_HALF_OPEN = 512;
/** After so many milliseconds, when its SYN, ACK is sent again, one may have to make room. */
const HALF_OPEN_PATIENCE = 1000;

/** Waits for connections. */
export class TcpListener {
  /** Its address; an unspecified IP address stands for all of the host's. */
  readonly local: SocketAddress;
  /** What its connections are told. */
  readonly settings: TcpSettings;
  /** When each began, the oldest first. */
  readonly #halfOpen = new Map<TcpConnection, number>();
  readonly #ready: TcpConnection[] = [];
  readonly #closed: (listener: TcpListener) => void;
  #backlog: number;

  /**
   * Makes a listener.
   *
   * @param local Its address.
   * @param backlog How many connections may wait to be accepted; Linux takes one more.
   * @param settings What its connections are told.
   * @param closed Called when it ends.
   */
  constructor(
    local: SocketAddress,
    backlog: number,
    settings: TcpSettings,
    closed: (listener: TcpListener) => void,
  ) {
    this.local = local;
    this.settings = settings;
    this.#backlog = backlog;
    this.#closed = closed;
  }

  /** Whether a connection waits to be accepted. */
  get hasConnection(): boolean {
    return this.#ready.length > 0;
  }

  /** Whether a SYN may begin another connection; one that comes too many is dropped. */
  get hasRoom(): boolean {
    const limit = Math.min(Math.max(this.#backlog, LEAST_HALF_OPEN), MOST_HALF_OPEN);
    return this.#ready.length <= this.#backlog && this.#halfOpen.size < limit;
  }

  /** How many connections were asked for whose peers have not answered. */
  get halfOpenCount(): number {
    return this.#halfOpen.size;
  }

  /**
   * Returns a half-open connection that is to make room for others: SYNs that nobody means to complete
   * must not keep a listener busy for minutes (RFC 4987, section 3.3).
   *
   * @param now Milliseconds.
   * @returns Undefined while there is room, and if the oldest may still become a connection.
   */
  staleHalfOpen(now: number): TcpConnection | undefined {
    if (this.hasRoom) return undefined;
    const [oldest] = this.#halfOpen;
    if (oldest === undefined) return undefined;
    const [connection, began] = oldest;
    return now - began < HALF_OPEN_PATIENCE ? undefined : connection;
  }

  /**
   * Changes the backlog.
   *
   * @param backlog How many connections may wait.
   */
  setBacklog(backlog: number): void {
    this.#backlog = backlog;
  }

  /**
   * Takes the connection that has waited longest.
   *
   * @returns Null if there is none.
   */
  accept(): TcpConnection | null {
    return this.#ready.shift() ?? null;
  }

  /**
   * Notes a connection that was asked for.
   *
   * @param connection The connection, in SYN-RECEIVED.
   * @param now Milliseconds.
   */
  begin(connection: TcpConnection, now: number): void {
    this.#halfOpen.set(connection, now);
  }

  /**
   * Looks at a connection that has changed.
   *
   * @param connection The connection.
   * @returns Whether it has become ready to be accepted.
   */
  update(connection: TcpConnection): boolean {
    if (!this.#halfOpen.has(connection) || connection.state === "SYN-RECEIVED") return false;
    this.#halfOpen.delete(connection);
    if (connection.isEstablished) this.#ready.push(connection);
    return connection.isEstablished;
  }

  /** Ends it; connections that nobody has accepted are reset. */
  close(): void {
    for (const connection of [...this.#halfOpen.keys(), ...this.#ready]) connection.abort();
    this.#halfOpen.clear();
    this.#ready.length = 0;
    this.#closed(this);
  }
}
