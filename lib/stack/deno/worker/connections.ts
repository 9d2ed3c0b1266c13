/**
 * Connections in the I/O worker: when they read, what is to be sent, how they end.
 *
 * @module
 */
import type { Connection } from "./connection.ts";
import type { WorkerHost } from "./host.ts";
import type { WorkerReceivedBytes } from "./received_bytes.ts";

/** See {@link workerConnections}. */
export interface WorkerConnections {
  /** Listeners of this stack. */
  readonly listeners: Set<Connection>;
  create(slot: number): Connection;
  /** The connection of a row; made if there is none. */
  at(slot: number): Connection;
  /** The connection of a row, if there is one. */
  find(slot: number): Connection | undefined;
  /** Gives a connection a row. */
  assign(connection: Connection, slot: number): void;
  arrived(connection: Connection, bytes: Uint8Array): void;
  ended(connection: Connection): void;
  fail(connection: Connection, errno: number): void;
  established(connection: Connection): void;
  read(
    slot: number,
    length: number,
    flags: number,
    offset: number,
    wait: boolean,
  ): number | Promise<number>;
  write(slot: number, bytes: Uint8Array<ArrayBuffer>, more: boolean): number;
  /** Writes what the guest's thread did not wait for. */
  takePosted(slot: number, bytes: Uint8Array<ArrayBuffer>, more: boolean): void;
  finish(slot: number): Promise<number>;
  option(slot: number, option: number, value: number, second: number): number;
  close(slot: number, mode: number): number;
  drain(): Promise<void>;
  /** Notices resets of connections whose peer has ended its direction. */
  checkEnded(): void;
  /** Rows in use. */
  slots(): number[];
}

/**
 * Makes the table of connections. Self-contained: its source text runs in the worker.
 *
 * @param host What the worker's parts share.
 * @param receivedBytes Where what was received and not read yet is kept.
 */
export function workerConnections(
  host: WorkerHost,
  receivedBytes: WorkerReceivedBytes,
): WorkerConnections {
  const { data } = host;
  const { SlotWord, SlotFlag, ReadFlag, HostOption, CloseMode } = host.constants;
  /** Bytes that TCP_CORK and MSG_MORE hold back at most: about a segment of the loopback device. */
  const SEGMENT = 32 * 1024;
  /** Bytes that are read ahead of the guest unless SO_RCVBUF says otherwise. */
  const RECEIVE_LIMIT = 256 * 1024;
  /** The same while the guest has not accepted the connection. */
  const QUEUED_LIMIT = 16 * 1024;
  /** How many connections may outlive their sockets; Linux resets the others (tcp_max_orphans). */
  const MAX_ORPHANS = 256;
  const connections = new Map<number, Connection>();
  const listeners = new Set<Connection>();
  /** Closed by the guest, with data still to send. */
  const orphans = new Set<Connection>();
  const doubtful = new Set<Connection>();
  let doubtTimer: ReturnType<typeof setInterval> | undefined;
  let drainers: (() => void)[] = [];

  return {
    listeners,
    create,
    at,
    find: (slot) => connections.get(slot),
    assign,
    arrived,
    ended,
    fail,
    established,
    read,
    write,
    takePosted,
    finish,
    option,
    close,
    drain,
    checkEnded,
    slots: () => [...connections.keys()],
  };

  function create(slot: number): Connection {
    return {
      slot,
      transport: null,
      chunks: [],
      gathered: null,
      reader: null,
      received: 0,
      receiveLimit: slot < 0 ? QUEUED_LIMIT : RECEIVE_LIMIT,
      paused: false,
      endOfFile: false,
      failed: false,
      unsent: 0,
      taken: 0,
      corked: false,
      noDelay: false,
      keepAlive: false,
      keepIdle: 0,
      held: [],
      heldSize: 0,
      holdTimer: undefined,
      finishing: false,
      finished: false,
      doubtful: false,
      closing: false,
      queue: null,
      backlog: 0,
      stalled: false,
      deferred: new Map(),
      abandon: null,
      local: null,
      peer: null,
      listening: false,
      arriving: 0,
    };
  }

  function at(slot: number): Connection {
    let connection = connections.get(slot);
    if (connection === undefined) connections.set(slot, connection = create(slot));
    return connection;
  }

  function assign(connection: Connection, slot: number): void {
    connection.slot = slot;
    connections.set(slot, connection);
    connection.receiveLimit = RECEIVE_LIMIT;
    readOn(connection);
  }

  /** Reads again once there is room. */
  function readOn(connection: Connection): void {
    if (!connection.paused || connection.received >= connection.receiveLimit) return;
    connection.paused = false;
    if (!connection.endOfFile && !connection.failed) connection.transport?.resume();
  }

  function ignore(): void {
    // What comes now is nobody's.
  }

  function established(connection: Connection): void {
    const found = connection.transport?.names() ?? null;
    if (found !== null) [connection.local, connection.peer] = found;
    host.raise(connection.slot, SlotFlag.connected);
    host.announce();
    const { transport, noDelay, keepAlive, keepIdle } = connection;
    if (noDelay) transport?.setNoDelay(true);
    if (keepAlive) transport?.setKeepAlive(true, keepIdle);
    transport?.resume();
  }

  function arrived(connection: Connection, bytes: Uint8Array): void {
    // Nobody will read it.
    if (connection.closing) return;
    receivedBytes.append(connection, bytes);
    host.set(connection.slot, SlotWord.received, connection.received);
    if (!connection.paused && connection.received >= connection.receiveLimit) {
      connection.paused = true;
      connection.transport?.pause();
    }
    wakeReader(connection);
    host.announce();
  }

  function wakeReader(connection: Connection): void {
    const { reader } = connection;
    connection.reader = null;
    reader?.();
  }

  function ended(connection: Connection): void {
    connection.endOfFile = true;
    host.raise(connection.slot, SlotFlag.endOfFile);
    wakeReader(connection);
    host.announce();
    settle(connection);
  }

  /** The connection is gone: what was received stays, what was to be sent is lost. */
  function fail(connection: Connection, errno: number): void {
    if (connection.failed) return;
    connection.failed = true;
    connection.unsent = 0;
    connection.held = [];
    connection.heldSize = 0;
    clearTimeout(connection.holdTimer);
    doubtful.delete(connection);
    host.set(connection.slot, SlotWord.unsent, 0);
    host.set(connection.slot, SlotWord.error, errno);
    wakeReader(connection);
    host.announce();
    settle(connection);
  }

  function read(
    slot: number,
    length: number,
    flags: number,
    offset: number,
    wait: boolean,
  ): number | Promise<number> {
    const connection = at(slot);
    const over = connection.endOfFile || connection.failed || connection.transport === null;
    if (wait && connection.received <= offset && !over) {
      // The guest's thread waits for nothing else.
      return new Promise<void>((done) => connection.reader = done).then(() =>
        read(slot, length, flags, offset, false)
      );
    }
    const peek = (flags & ReadFlag.peek) !== 0;
    const target = (flags & ReadFlag.discard) === 0 ? data : null;
    const wanted = Math.min(length, data.length);
    const result = receivedBytes.take(connection, target, wanted, offset, peek);
    if (result > 0 && !peek) {
      host.set(slot, SlotWord.received, connection.received);
      readOn(connection);
    }
    return result;
  }

  function takePosted(slot: number, bytes: Uint8Array<ArrayBuffer>, more: boolean): void {
    const connection = at(slot);
    const lost = write(slot, bytes, more) === 0;
    connection.taken = (connection.taken + bytes.length) | 0;
    host.set(slot, SlotWord.taken, connection.taken);
    // Whoever waits for room has to look again.
    if (lost) host.announce();
  }

  function write(slot: number, bytes: Uint8Array<ArrayBuffer>, more: boolean): number {
    const connection = at(slot);
    if (connection.failed || connection.transport === null) return 0;
    const { length } = bytes;
    connection.unsent += length;
    host.set(slot, SlotWord.unsent, connection.unsent);
    if (connection.endOfFile) watch(connection);
    if ((more || connection.corked) && connection.heldSize + length < SEGMENT) {
      connection.held.push(bytes);
      connection.heldSize += length;
      connection.holdTimer ??= setTimeout(() => flush(connection), 200);
      return length;
    }
    flush(connection);
    send(connection, bytes);
    return length;
  }

  function send(connection: Connection, bytes: Uint8Array<ArrayBuffer>): void {
    connection.transport?.write(bytes, (errno) => {
      if (connection.failed) return;
      if (errno !== 0) {
        fail(connection, connection.endOfFile ? host.errnoOf("EPIPE") : host.errnoOf("ECONNRESET"));
        return;
      }
      connection.unsent -= bytes.length;
      host.set(connection.slot, SlotWord.unsent, connection.unsent);
      host.announce();
      settle(connection);
    });
  }

  /** Sends what TCP_CORK or MSG_MORE held back. */
  function flush(connection: Connection): void {
    clearTimeout(connection.holdTimer);
    connection.holdTimer = undefined;
    const held = connection.held;
    connection.held = [];
    connection.heldSize = 0;
    for (const bytes of held) send(connection, bytes);
  }

  async function finish(slot: number): Promise<number> {
    const connection = at(slot);
    connection.finishing = true;
    flush(connection);
    settle(connection);
    // The host ends the stream in one of its next rounds.
    for (let rounds = 0; rounds < 4 && connection.unsent === 0; rounds++) await host.immediate();
    return 0;
  }

  /** Ends the sending direction, and the connection, once everything has been sent. */
  function settle(connection: Connection): void {
    if (connection.unsent > 0 && !connection.failed) return;
    const transport = connection.transport;
    if (connection.closing) {
      orphans.delete(connection);
      if (transport !== null) {
        connection.transport = null;
        transport.close();
      }
      if (orphans.size === 0) finishDrain();
      return;
    }
    finishDrain();
    if (connection.finishing && !connection.finished && !connection.failed) {
      connection.finished = true;
      transport?.finish((errno) => {
        if (errno === 0) host.raise(connection.slot, SlotFlag.finished);
        host.announce();
      });
    }
  }

  /**
   * After the peer's end of file nothing is read any more, so a reset would go unnoticed until
   * the next write. The host forgets the peer's name when it comes.
   */
  function watch(connection: Connection): void {
    connection.doubtful = true;
    doubtful.add(connection);
    doubtTimer ??= setInterval(checkDoubtful, 5);
  }

  function checkDoubtful(): void {
    for (const connection of doubtful) check(connection);
    if (doubtful.size === 0) {
      clearInterval(doubtTimer);
      doubtTimer = undefined;
    }
  }

  /** Notices resets of connections of which nothing is read any more. */
  function checkEnded(): void {
    for (const connection of connections.values()) if (connection.endOfFile) check(connection);
  }

  function check(connection: Connection): void {
    const { transport, closing, finishing, failed } = connection;
    // Once both directions have ended the host forgets the peer too.
    if (transport === null || closing || finishing || failed) doubtful.delete(connection);
    else if (!transport.alive()) fail(connection, host.errnoOf("EPIPE"));
  }

  function option(slot: number, option: number, value: number, second: number): number {
    const connection = at(slot);
    switch (option) {
      case HostOption.noDelay:
        if (value !== 0) flush(connection);
        connection.noDelay = value !== 0;
        connection.transport?.setNoDelay(value !== 0);
        return 0;
      case HostOption.keepAlive:
        connection.keepAlive = value !== 0;
        connection.keepIdle = second;
        connection.transport?.setKeepAlive(value !== 0, second);
        return 0;
      case HostOption.cork:
        connection.corked = value !== 0;
        if (value === 0) flush(connection);
        return 0;
      case HostOption.receiveBuffer:
        connection.receiveLimit = value;
        readOn(connection);
        return 0;
      default:
        return -host.errnoOf("ENOPROTOOPT");
    }
  }

  function close(slot: number, mode: number): number {
    const connection = connections.get(slot);
    connections.delete(slot);
    if (connection === undefined) return 0;
    connection.slot = -1;
    connection.closing = true;
    doubtful.delete(connection);
    connection.abandon?.();
    if (connection.listening) {
      listeners.delete(connection);
      connection.listening = false;
      const handle = connection.transport?.handle;
      if (handle) handle.onconnection = ignore;
      for (const waiting of connection.queue ?? []) {
        waiting.closing = true;
        waiting.transport?.reset();
        waiting.transport = null;
      }
      for (const start of [...connection.deferred.values()]) start();
    }
    const late = connection.unsent > 0 && !connection.failed;
    if (
      mode === CloseMode.reset || connection.received > 0 || (late && orphans.size >= MAX_ORPHANS)
    ) {
      clearTimeout(connection.holdTimer);
      connection.transport?.reset();
      connection.transport = null;
      connection.unsent = 0;
      return 0;
    }
    flush(connection);
    if (late) orphans.add(connection);
    settle(connection);
    return 0;
  }

  function undelivered(): boolean {
    if (orphans.size > 0) return true;
    for (const connection of connections.values()) {
      if (connection.unsent > 0) return true;
    }
    return false;
  }

  function finishDrain(): void {
    if (drainers.length === 0 || undelivered()) return;
    const waiting = drainers;
    drainers = [];
    for (const done of waiting) done();
  }

  /** Ends when everything that was accepted for sending is with the host. */
  function drain(): Promise<void> {
    for (const connection of connections.values()) flush(connection);
    return new Promise<void>((done) => {
      drainers.push(done);
      finishDrain();
    });
  }
}
