/**
 * Binding, connecting, listening and accepting in the I/O worker.
 *
 * @module
 */
import type { Connection } from "./connection.ts";
import type { WorkerConnections } from "./connections.ts";
import type { WorkerHost } from "./host.ts";
import type { WorkerTransports } from "./transports.ts";

/** See {@link workerTcp}. */
export interface WorkerTcp {
  bind(slot: number, address: string, port: number, flags: number): number;
  connect(slot: number, address: string, port: number): Promise<number>;
  connectByName(slot: number, name: string, port: number): Promise<number>;
  listen(slot: number, backlog: number): number;
  accept(slot: number, newSlot: number): number;
  names(slot: number): number;
}

/**
 * Makes TCP's operations. Self-contained: its source text runs in the worker.
 *
 * @param host What the worker's parts share.
 * @param connections The connections.
 * @param transports What moves their bytes.
 */
export function workerTcp(
  host: WorkerHost,
  connections: WorkerConnections,
  transports: WorkerTransports,
): WorkerTcp {
  const { tcp } = host;
  const { SlotWord, SlotFlag, BindFlag } = host.constants;
  const { listeners } = connections;
  /** Milliseconds until an attempt that nobody answers is given up: tcp_syn_retries of 6. */
  const CONNECT_TIMEOUT = 127_000;

  return { bind, connect, connectByName, listen, accept, names };

  function bind(slot: number, address: string, port: number, flags: number): number {
    if (!tcp) return -host.errnoOf("EOPNOTSUPP");
    if (!host.permitted(address, port)) return -host.errnoOf("EACCES");
    const connection = connections.at(slot);
    const handle = new tcp.TCP(tcp.constants.SOCKET);
    const hostFlags = flags & BindFlag.reusePort ? tcp.constants.UV_TCP_REUSEPORT ?? 0 : 0;
    const status = address.includes(":")
      ? handle.bind6(address, port, hostFlags)
      : handle.bindWithFlags
      ? handle.bindWithFlags(address, port, hostFlags)
      : handle.bind(address, port);
    if (status !== 0) {
      handle.close();
      // What the host says of an address that is nobody's.
      const errno = host.errnoOfStatus(status);
      return -(errno === host.errnoOf("EINVAL") ? host.errnoOf("EADDRNOTAVAIL") : errno);
    }
    const name = host.nameOf((out) => handle.getsockname(out));
    // Like libuv, the handle reports EADDRINUSE only later; until then it has no port.
    if (name === null || name.port === 0) {
      handle.close();
      return -host.errnoOf("EADDRINUSE");
    }
    connection.transport?.close();
    connection.transport = transports.ofHandle(connection, handle);
    connection.local = name;
    host.detail = name.port;
    return 0;
  }

  /** The listener of this stack that a connection to an address would reach. */
  function listenerFor(address: string, port: number): Connection | null {
    for (const listener of listeners) {
      const local = listener.local;
      if (local === null || local.port !== port) continue;
      const any = local.host === "0.0.0.0" || local.host === "::";
      const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
      if (any || local.host === address || local.host === plain) return listener;
      if (address === "0.0.0.0" || address === "::") return listener;
    }
    return null;
  }

  async function connect(slot: number, address: string, port: number): Promise<number> {
    if (!tcp) return connectByName(slot, address, port);
    if (!host.permitted(address, port)) return -host.errnoOf("EACCES");
    const connection = connections.at(slot);
    const listener = listenerFor(address, port);
    if (listener !== null) {
      if (queued(listener) > listener.backlog) await host.turn();
      if (queued(listener) > listener.backlog) {
        hold(listener, connection, address, port);
        return 0;
      }
      reserve(listener, connection);
    }
    return open(connection, address, port);
  }

  /** Counts an attempt as one that will be in the listener's queue. */
  function reserve(listener: Connection, connection: Connection): void {
    listener.arriving++;
    connection.abandon = () => {
      connection.abandon = null;
      listener.arriving--;
    };
  }

  /** The listener's queue is full: Linux drops the SYN, and the peer tries again. */
  function hold(
    listener: Connection,
    connection: Connection,
    address: string,
    port: number,
  ): void {
    const timer = setTimeout(() => {
      connection.abandon?.();
      connections.fail(connection, host.errnoOf("ETIMEDOUT"));
    }, CONNECT_TIMEOUT);
    connection.abandon = () => {
      connection.abandon = null;
      clearTimeout(timer);
      listener.deferred.delete(connection);
    };
    listener.deferred.set(connection, () => {
      connection.abandon?.();
      reserve(listener, connection);
      open(connection, address, port).then((status) => {
        if (status < 0) connections.fail(connection, -status);
      });
    });
  }

  async function open(connection: Connection, address: string, port: number): Promise<number> {
    if (!tcp) return -host.errnoOf("EOPNOTSUPP");
    const handle = connection.transport?.handle ?? new tcp.TCP(tcp.constants.SOCKET);
    const used = connection.transport ?? transports.ofHandle(connection, handle);
    connection.transport = used;
    const request = new tcp.TCPConnectWrap();
    let settled = false;
    request.oncomplete = (status: number): void => {
      settled = true;
      if (connection.transport !== used) return;
      connection.abandon?.();
      if (status !== 0) {
        drop();
        connections.fail(connection, errnoOfConnect(status, address));
        return;
      }
      connections.established(connection);
    };
    function drop(): void {
      connection.abandon?.();
      connection.transport = null;
      used.close();
    }
    try {
      const status = address.includes(":")
        ? handle.connect6(request, address, port)
        : handle.connect(request, address, port);
      if (status !== 0) {
        drop();
        return -host.errnoOfStatus(status);
      }
    } catch (error) {
      drop();
      return -host.errnoOfError(error);
    }
    // What connect(2) itself answers comes in the next rounds.
    for (let rounds = 0; rounds < 3 && !settled; rounds++) await host.immediate();
    return 0;
  }

  /**
   * The host says EINVAL of an address that no local address can reach, such as ::1 on a machine
   * without IPv6. Of a link-local one it is what Linux says, too: it lacks its interface.
   */
  function errnoOfConnect(status: number, address: string): number {
    const errno = host.errnoOfStatus(status);
    const isIpv6 = address.includes(":") && !/^(?:::ffff:|fe[89ab])/.test(address);
    return isIpv6 && errno === host.errnoOf("EINVAL") ? host.errnoOf("EADDRNOTAVAIL") : errno;
  }

  async function connectByName(slot: number, address: string, port: number): Promise<number> {
    if (!host.permitted(address, port)) return -host.errnoOf("EACCES");
    const connection = connections.at(slot);
    await Promise.resolve();
    const attempt = new AbortController();
    connection.abandon = () => {
      connection.abandon = null;
      attempt.abort();
    };
    Deno.connect({ hostname: address, port, signal: attempt.signal }).then((conn) => {
      connection.abandon = null;
      if (connection.closing) {
        conn.close();
        return;
      }
      connection.transport = transports.ofConn(connection, conn);
      connections.established(connection);
    }, (error) => connections.fail(connection, host.errnoOfError(error)));
    return 0;
  }

  function queued(listener: Connection): number {
    return (listener.queue?.length ?? 0) + listener.arriving;
  }

  function listen(slot: number, backlog: number): number {
    if (!tcp) return -host.errnoOf("EOPNOTSUPP");
    const connection = connections.at(slot);
    connection.backlog = backlog;
    if (connection.listening) return 0;
    const handle = connection.transport?.handle;
    if (!handle) return -host.errnoOf("EINVAL");
    connection.queue = [];
    handle.onconnection = (status: number): void => {
      if (status !== 0) return;
      connection.stalled = true;
      takeConnections(connection);
    };
    // 0 means "some" to the host.
    const status = handle.listen(Math.max(backlog, 1));
    if (status !== 0) {
      connection.queue = null;
      return -host.errnoOfStatus(status);
    }
    connection.listening = true;
    listeners.add(connection);
    return 0;
  }

  function takeConnections(listener: Connection): void {
    const handle = listener.transport?.handle;
    if (!tcp || !handle || listener.queue === null) return;
    while (listener.stalled && listener.queue.length <= listener.backlog) {
      const client = new tcp.TCP(tcp.constants.SOCKET);
      if (handle.accept(client) !== 0) {
        client.close();
        listener.stalled = false;
        return;
      }
      listener.stalled = false;
      const connection = connections.create(-1);
      connection.transport = transports.ofHandle(connection, client);
      listener.queue.push(connection);
      connections.established(connection);
      host.set(listener.slot, SlotWord.waiting, listener.queue.length);
      host.announce();
    }
  }

  function accept(slot: number, newSlot: number): number {
    const listener = connections.at(slot);
    const connection = listener.queue?.shift();
    if (connection === undefined) return -host.errnoOf("EAGAIN");
    host.set(slot, SlotWord.waiting, listener.queue?.length ?? 0);
    connections.assign(connection, newSlot);
    host.raise(newSlot, SlotFlag.connected);
    if (connection.endOfFile) host.raise(newSlot, SlotFlag.endOfFile);
    host.set(newSlot, SlotWord.received, connection.received);
    if (connection.failed) host.set(newSlot, SlotWord.error, host.errnoOf("ECONNRESET"));
    takeConnections(listener);
    for (const start of [...listener.deferred.values()]) {
      if (queued(listener) > listener.backlog) break;
      start();
    }
    return tell(connection);
  }

  function tell(connection: Connection): number {
    const found = connection.transport?.names() ?? null;
    if (found !== null) [connection.local, connection.peer] = found;
    const { local, peer } = connection;
    if (local === null) return 0;
    return host.say(
      peer === null
        ? `${local.host} ${local.port}`
        : `${local.host} ${local.port} ${peer.host} ${peer.port}`,
    );
  }

  function names(slot: number): number {
    const connection = connections.find(slot);
    return connection === undefined ? 0 : tell(connection);
  }
}
