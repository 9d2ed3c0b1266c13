/**
 * The I/O worker: carries out requests of the guest's thread on Deno's asynchronous sockets.
 *
 * @module
 */
import type {
  BindFlag,
  CloseMode,
  HostOption,
  Operation,
  ReadFlag,
  RequestState,
  SharedMemory,
  SlotFlag,
  SlotWord,
  Word,
} from "./shared_memory.ts";
import type {
  DnsModule,
  ProcessModule,
  StreamWrapBinding,
  TcpHandle,
  TcpWrapBinding,
  UdpHandle,
  UdpWrapBinding,
  UvBinding,
} from "./node_bindings.ts";

/** What the worker is told when it starts: it has no imports. */
export interface WorkerConfiguration {
  /** The memory shared with the guest's thread. */
  readonly memory: SharedMemory;
  /** Errno numbers by name. */
  readonly errno: Readonly<Record<string, number>>;
  /** Constants of shared_memory.ts. */
  readonly constants: {
    readonly Word: typeof Word;
    readonly RequestState: typeof RequestState;
    readonly SlotWord: typeof SlotWord;
    readonly SlotFlag: typeof SlotFlag;
    readonly Operation: typeof Operation;
    readonly ReadFlag: typeof ReadFlag;
    readonly BindFlag: typeof BindFlag;
    readonly HostOption: typeof HostOption;
    readonly CloseMode: typeof CloseMode;
  };
}

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerConfiguration>) => void) | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
  process: ProcessModule;
  setImmediate(callback: () => void): unknown;
}

/**
 * The worker's program. Its source text is what the worker runs, so that it may use nothing from
 * outside itself.
 *
 * @param scope The worker's global scope.
 */
export function ioWorker(scope: WorkerScope): void {
  /** Bytes that TCP_CORK and MSG_MORE hold back at most: about a segment of the loopback device. */
  const SEGMENT = 32 * 1024;
  /** Bytes that a datagram counts in its queue beside its own. */
  const OVERHEAD = 512;
  const scratch = new Uint8Array(64 * 1024);

  /** A connection, made or being made. */
  interface Connection {
    kind: "tcp";
    slot: number;
    /** What moves the bytes; null before the first bind or connect and after an error. */
    transport: Transport | null;
    chunks: Uint8Array[];
    /** Ends the guest's wait for something to receive. */
    reader: (() => void) | null;
    received: number;
    receiveLimit: number;
    paused: boolean;
    endOfFile: boolean;
    failed: boolean;
    unsent: number;
    corked: boolean;
    held: Uint8Array<ArrayBuffer>[];
    heldSize: number;
    holdTimer: ReturnType<typeof setTimeout> | undefined;
    finishing: boolean;
    finished: boolean;
    /** Written to after the peer's end of file: a reset may be on its way. */
    doubtful: boolean;
    closing: boolean;
    /** Of a listener. */
    queue: Connection[] | null;
    backlog: number;
    stalled: boolean;
    deferred: (() => void)[];
    local: HostName | null;
    peer: HostName | null;
    listening: boolean;
    arriving: number;
    abandoned: boolean;
  }

  /** A datagram socket. */
  interface Datagrams {
    kind: "udp";
    slot: number;
    handle: UdpHandle;
    queue: { data: Uint8Array; host: string; port: number }[];
    queuedSize: number;
    receiveLimit: number;
    filter: HostName | null;
    local: HostName;
  }

  interface HostName {
    host: string;
    port: number;
  }

  /** What moves a connection's bytes: a handle of tcp_wrap, or a Deno.Conn. */
  interface Transport {
    write(bytes: Uint8Array<ArrayBuffer>, done: (errno: number) => void): void;
    finish(done: (errno: number) => void): void;
    resume(): void;
    pause(): void;
    close(): void;
    reset(): void;
    alive(): boolean;
    names(): [HostName, HostName] | null;
    setNoDelay(on: boolean): void;
    setKeepAlive(on: boolean, delay: number): void;
    readonly handle: TcpHandle | null;
  }

  scope.onmessage = (event: MessageEvent<WorkerConfiguration>): void => {
    scope.onmessage = ignore;
    start(event.data);
  };

  function ignore(): void {
    // A listener keeps the worker alive.
  }

  function start(configuration: WorkerConfiguration): void {
    const { memory: { control, slots, data }, errno: ERRNO } = configuration;
    const {
      Word,
      RequestState,
      SlotWord,
      SlotFlag,
      Operation,
      ReadFlag,
      BindFlag,
      HostOption,
      CloseMode,
    } = configuration.constants;
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    const endpoints = new Map<number, Connection | Datagrams>();
    /** Closed by the guest, with data still to send. */
    const orphans = new Set<Connection>();
    const listeners = new Set<Connection>();
    const doubtful = new Set<Connection>();
    let doubtTimer: ReturnType<typeof setInterval> | undefined;
    let drainers: (() => void)[] = [];
    /** The second result of the request being carried out. */
    let detail = 0;

    scope.addEventListener("error", (event) => {
      event.preventDefault();
      die();
    });
    scope.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      die();
    });

    const tcp = binding<TcpWrapBinding>("tcp_wrap");
    const streams = binding<StreamWrapBinding>("stream_wrap");
    const udp = binding<UdpWrapBinding>("udp_wrap");
    const uv = binding<UvBinding>("uv");

    Atomics.store(control, Word.ready, tcp && streams && udp && uv ? 2 : 1);
    Atomics.notify(control, Word.ready);
    serve().catch(die);

    function binding<T>(name: string): T | null {
      try {
        return scope.process.binding(name) as T;
      } catch {
        return null;
      }
    }

    /** Nothing can be trusted any more: whoever waits gets EIO. */
    function die(): void {
      Atomics.store(control, Word.dead, 1);
      if (Atomics.load(control, Word.state) === RequestState.requested) {
        reply(-errnoOf("EIO"), 0);
      }
      announce();
      scope.close();
    }

    async function serve(): Promise<void> {
      for (;;) {
        for (;;) {
          const state = Atomics.load(control, Word.state);
          if (state === RequestState.requested) break;
          const waiting = Atomics.waitAsync(control, Word.state, state);
          if (waiting.async) await waiting.value;
        }
        let result = perform();
        if (typeof result !== "number") result = await result;
        reply(result, detail);
      }
    }

    function reply(result: number, second: number): void {
      Atomics.store(control, Word.result, result);
      Atomics.store(control, Word.detail, second);
      Atomics.store(control, Word.state, RequestState.replied);
      Atomics.notify(control, Word.state);
    }

    function perform(): number | Promise<number> {
      const slot = Atomics.load(control, Word.slot);
      const a = Atomics.load(control, Word.argument);
      const b = Atomics.load(control, Word.argument + 1);
      const c = Atomics.load(control, Word.argument + 2);
      const d = Atomics.load(control, Word.argument + 3);
      detail = 0;
      try {
        switch (Atomics.load(control, Word.operation)) {
          case Operation.tcpBind:
            return tcpBind(slot, text(0, b), a, c);
          case Operation.tcpConnect:
            return tcpConnect(slot, text(0, b), a);
          case Operation.tcpConnectName:
            return tcpConnectName(slot, text(0, b), a);
          case Operation.tcpListen:
            return tcpListen(slot, a);
          case Operation.tcpAccept:
            return tcpAccept(slot, a);
          case Operation.tcpRead:
            return tcpRead(slot, a, b, c, d !== 0);
          case Operation.tcpWrite:
            return tcpWrite(slot, a, b !== 0);
          case Operation.tcpFinish:
            return tcpFinish(slot);
          case Operation.tcpOption:
            return tcpOption(slot, a, b, c);
          case Operation.names:
            return names(slot);
          case Operation.udpBind:
            return udpBind(slot, text(0, b), a, c);
          case Operation.udpFilter:
            return udpFilter(slot, text(0, b), a);
          case Operation.udpSend:
            return udpSend(slot, text(0, b), a, b, c, d !== 0);
          case Operation.udpReceive:
            return udpReceive(slot, a, b);
          case Operation.udpOption:
            return udpOption(slot, a, b, text(0, c), d);
          case Operation.close:
            return close(slot, a);
          case Operation.resolve:
            return resolve(text(0, b), a);
          case Operation.turn:
            return turn();
          case Operation.drain:
            return drain(a);
          default:
            // The two sides disagree about the protocol: nothing can be trusted.
            die();
            return -errnoOf("EIO");
        }
      } catch (error) {
        return -errnoOfError(error);
      }
    }

    // ---- errors, text, events ------------------------------------------------------------------

    function errnoOf(name: string): number {
      return ERRNO[name] ?? ERRNO["EIO"] ?? 5;
    }

    function errnoOfStatus(status: number): number {
      if (!uv) return errnoOf("EIO");
      return errnoOf(uv.errname(status));
    }

    function errnoOfError(error: unknown): number {
      if (error instanceof Deno.errors.NotCapable) return errnoOf("EACCES");
      const code = (error as { code?: unknown } | null)?.code;
      if (typeof code === "string" && code in ERRNO) return errnoOf(code);
      if (error instanceof Deno.errors.ConnectionRefused) return errnoOf("ECONNREFUSED");
      if (error instanceof Deno.errors.ConnectionReset) return errnoOf("ECONNRESET");
      if (error instanceof Deno.errors.TimedOut) return errnoOf("ETIMEDOUT");
      // A name that is no longer known.
      if (error instanceof Error && error.message.includes("lookup")) {
        return errnoOf("EHOSTUNREACH");
      }
      return errnoOf("EIO");
    }

    function text(start: number, end: number): string {
      return decoder.decode(data.slice(start, end));
    }

    function say(value: string): number {
      const { written } = encoder.encodeInto(value, scratch);
      data.set(scratch.subarray(0, written));
      return written;
    }

    function word(slot: number, index: number): number {
      return slot * SlotWord.count + index;
    }

    function set(slot: number, index: number, value: number): void {
      if (slot >= 0) Atomics.store(slots, word(slot, index), value);
    }

    function raise(slot: number, flag: number): void {
      if (slot >= 0) Atomics.or(slots, word(slot, SlotWord.flags), flag);
    }

    /** Wakes the guest's thread if it waits for a socket. */
    function announce(): void {
      Atomics.add(control, Word.events, 1);
      Atomics.notify(control, Word.events);
    }

    /** Whether Deno lets us, asked without a prompt: a prompt would appear in the worker. */
    function permitted(host: string, port: number): boolean {
      const name = host.includes(":") ? `[${host}]` : host;
      try {
        return Deno.permissions.querySync({ name: "net", host: `${name}:${port}` }).state ===
          "granted";
      } catch {
        return false;
      }
    }

    // ---- the host's event loop -----------------------------------------------------------------

    /** Lets everything that has already arrived come in: Deno asks the host once in 61 rounds. */
    async function turn(): Promise<number> {
      for (let rounds = 0; rounds < 66; rounds++) await immediate();
      return 0;
    }

    function immediate(): Promise<void> {
      return new Promise((done) => scope.setImmediate(done));
    }

    // ---- TCP -----------------------------------------------------------------------------------

    function newConnection(slot: number): Connection {
      return {
        kind: "tcp",
        slot,
        transport: null,
        chunks: [],
        reader: null,
        received: 0,
        receiveLimit: 256 * 1024,
        paused: false,
        endOfFile: false,
        failed: false,
        unsent: 0,
        corked: false,
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
        deferred: [],
        local: null,
        peer: null,
        listening: false,
        arriving: 0,
        abandoned: false,
      };
    }

    function connectionAt(slot: number): Connection {
      const endpoint = endpoints.get(slot);
      if (endpoint?.kind === "tcp") return endpoint;
      const connection = newConnection(slot);
      endpoints.set(slot, connection);
      return connection;
    }

    function nameOf(
      ask: (out: { address?: string; port?: number }) => number,
    ): HostName | null {
      const out: { address?: string; port?: number } = {};
      if (ask(out) !== 0 || out.address === undefined || out.port === undefined) return null;
      return { host: out.address, port: out.port };
    }

    function tcpBind(slot: number, host: string, port: number, flags: number): number {
      if (!tcp) return -errnoOf("EOPNOTSUPP");
      if (!permitted(host, port)) return -errnoOf("EACCES");
      const connection = connectionAt(slot);
      const handle = new tcp.TCP(tcp.constants.SOCKET);
      const hostFlags = flags & BindFlag.reusePort ? tcp.constants.UV_TCP_REUSEPORT ?? 0 : 0;
      const status = host.includes(":")
        ? handle.bind6(host, port, hostFlags)
        : handle.bindWithFlags
        ? handle.bindWithFlags(host, port, hostFlags)
        : handle.bind(host, port);
      if (status !== 0) {
        handle.close();
        // The host's message for an address that is nobody's.
        const errno = errnoOfStatus(status);
        return -(errno === errnoOf("EINVAL") ? errnoOf("EADDRNOTAVAIL") : errno);
      }
      const name = nameOf((out) => handle.getsockname(out));
      // Like libuv, the handle reports EADDRINUSE only later; until then it has no port.
      if (name === null || name.port === 0) {
        handle.close();
        return -errnoOf("EADDRINUSE");
      }
      connection.transport?.close();
      connection.transport = handleTransport(connection, handle);
      connection.local = name;
      detail = name.port;
      return 0;
    }

    /** The listener of this stack that a connection to an address would reach. */
    function listenerFor(host: string, port: number): Connection | null {
      for (const listener of listeners) {
        const local = listener.local;
        if (local === null || local.port !== port) continue;
        const any = local.host === "0.0.0.0" || local.host === "::";
        const plain = host.startsWith("::ffff:") ? host.slice(7) : host;
        if (any || local.host === host || local.host === plain) return listener;
        if (host === "0.0.0.0" || host === "::") return listener;
      }
      return null;
    }

    async function tcpConnect(slot: number, host: string, port: number): Promise<number> {
      if (!tcp) return tcpConnectName(slot, host, port);
      if (!permitted(host, port)) return -errnoOf("EACCES");
      const connection = connectionAt(slot);
      const listener = listenerFor(host, port);
      if (listener !== null) {
        if (queued(listener) > listener.backlog) await turn();
        if (queued(listener) > listener.backlog) {
          // The listener's queue is full. Linux drops the SYN, and the peer tries again.
          listener.deferred.push(() => {
            if (!connection.closing && !connection.abandoned) open();
          });
          return 0;
        }
        listener.arriving++;
      }
      return open();

      async function open(): Promise<number> {
        if (!tcp) return 0;
        let transport = connection.transport;
        let handle = transport?.handle ?? null;
        if (transport === null || handle === null) {
          handle = new tcp.TCP(tcp.constants.SOCKET);
          transport = handleTransport(connection, handle);
          connection.transport = transport;
        }
        const request = new tcp.TCPConnectWrap();
        let settled = false;
        const used = transport;
        request.oncomplete = (status: number): void => {
          settled = true;
          if (listener !== null && listener.arriving > 0) listener.arriving--;
          if (connection.transport !== used) return;
          if (status !== 0) {
            connection.transport = null;
            used.close();
            fail(connection, errnoOfStatus(status));
            return;
          }
          established(connection);
        };
        let status: number;
        try {
          status = host.includes(":")
            ? handle.connect6(request, host, port)
            : handle.connect(request, host, port);
        } catch (error) {
          connection.transport = null;
          used.close();
          return -errnoOfError(error);
        }
        if (status !== 0) {
          connection.transport = null;
          used.close();
          return -errnoOfStatus(status);
        }
        // What connect(2) itself answers comes in the next rounds.
        for (let rounds = 0; rounds < 3 && !settled; rounds++) await immediate();
        return 0;
      }
    }

    async function tcpConnectName(slot: number, host: string, port: number): Promise<number> {
      if (!permitted(host, port)) return -errnoOf("EACCES");
      const connection = connectionAt(slot);
      await Promise.resolve();
      Deno.connect({ hostname: host, port }).then((conn) => {
        if (connection.closing || connection.abandoned) {
          conn.close();
          return;
        }
        connection.transport = connTransport(connection, conn);
        established(connection);
      }, (error) => fail(connection, errnoOfError(error)));
      return 0;
    }

    function established(connection: Connection): void {
      const found = connection.transport?.names() ?? null;
      if (found !== null) [connection.local, connection.peer] = found;
      raise(connection.slot, SlotFlag.connected);
      announce();
      connection.transport?.resume();
    }

    function queued(listener: Connection): number {
      return (listener.queue?.length ?? 0) + listener.arriving;
    }

    function tcpListen(slot: number, backlog: number): number {
      if (!tcp) return -errnoOf("EOPNOTSUPP");
      const connection = connectionAt(slot);
      connection.backlog = backlog;
      if (connection.listening) return 0;
      const handle = connection.transport?.handle;
      if (!handle) return -errnoOf("EINVAL");
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
        return -errnoOfStatus(status);
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
        const connection = newConnection(-1);
        connection.transport = handleTransport(connection, client);
        listener.queue.push(connection);
        established(connection);
        set(listener.slot, SlotWord.waiting, listener.queue.length);
        announce();
      }
    }

    function tcpAccept(slot: number, newSlot: number): number {
      const listener = connectionAt(slot);
      const connection = listener.queue?.shift();
      if (connection === undefined) return -errnoOf("EAGAIN");
      set(slot, SlotWord.waiting, listener.queue?.length ?? 0);
      connection.slot = newSlot;
      endpoints.set(newSlot, connection);
      raise(newSlot, SlotFlag.connected);
      if (connection.endOfFile) raise(newSlot, SlotFlag.endOfFile);
      set(newSlot, SlotWord.received, connection.received);
      if (connection.failed) set(newSlot, SlotWord.error, errnoOf("ECONNRESET"));
      takeConnections(listener);
      while (listener.deferred.length > 0 && queued(listener) <= listener.backlog) {
        listener.arriving++;
        listener.deferred.shift()?.();
      }
      return tell(connection);
    }

    function tell(connection: Connection): number {
      const found = connection.transport?.names() ?? null;
      if (found !== null) [connection.local, connection.peer] = found;
      const { local, peer } = connection;
      if (local === null) return 0;
      return say(
        peer === null
          ? `${local.host} ${local.port}`
          : `${local.host} ${local.port} ${peer.host} ${peer.port}`,
      );
    }

    function names(slot: number): number {
      const endpoint = endpoints.get(slot);
      if (endpoint === undefined) return 0;
      if (endpoint.kind === "udp") return say(`${endpoint.local.host} ${endpoint.local.port}`);
      return tell(endpoint);
    }

    function arrived(connection: Connection, bytes: Uint8Array): void {
      connection.chunks.push(bytes);
      connection.received += bytes.length;
      set(connection.slot, SlotWord.received, connection.received);
      if (!connection.paused && connection.received >= connection.receiveLimit) {
        connection.paused = true;
        connection.transport?.pause();
      }
      wakeReader(connection);
      announce();
    }

    function wakeReader(connection: Connection): void {
      const { reader } = connection;
      connection.reader = null;
      reader?.();
    }

    function ended(connection: Connection): void {
      connection.endOfFile = true;
      raise(connection.slot, SlotFlag.endOfFile);
      wakeReader(connection);
      announce();
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
      set(connection.slot, SlotWord.unsent, 0);
      set(connection.slot, SlotWord.error, errno);
      wakeReader(connection);
      announce();
      settle(connection);
    }

    function tcpRead(
      slot: number,
      length: number,
      flags: number,
      offset: number,
      wait: boolean,
    ): number | Promise<number> {
      const connection = connectionAt(slot);
      const over = connection.endOfFile || connection.failed || connection.transport === null;
      if (wait && connection.received <= offset && !over) {
        // The guest's thread waits for nothing else.
        return new Promise<void>((done) => connection.reader = done).then(() =>
          tcpRead(slot, length, flags, offset, false)
        );
      }
      let wanted = Math.min(length, data.length, connection.received - offset);
      if (wanted <= 0) return 0;
      const result = wanted;
      let skip = offset;
      let at = 0;
      let index = 0;
      const peek = (flags & ReadFlag.peek) !== 0;
      const copy = (flags & ReadFlag.discard) === 0;
      while (wanted > 0) {
        const chunk = connection.chunks[index];
        if (chunk === undefined) break;
        if (skip >= chunk.length) {
          skip -= chunk.length;
          index++;
          continue;
        }
        const piece = chunk.subarray(skip, skip + wanted);
        if (copy) data.set(piece, at);
        at += piece.length;
        wanted -= piece.length;
        if (!peek) {
          if (piece.length === chunk.length) connection.chunks.shift();
          else connection.chunks[index] = chunk.subarray(piece.length);
        } else {
          index++;
          skip = 0;
        }
      }
      if (!peek) {
        connection.received -= result;
        set(slot, SlotWord.received, connection.received);
        if (connection.paused && connection.received < connection.receiveLimit) {
          connection.paused = false;
          if (!connection.endOfFile && !connection.failed) connection.transport?.resume();
        }
      }
      return result;
    }

    function tcpWrite(slot: number, length: number, more: boolean): number {
      const connection = connectionAt(slot);
      if (connection.failed || connection.transport === null) return 0;
      const bytes = data.slice(0, length);
      connection.unsent += length;
      set(slot, SlotWord.unsent, connection.unsent);
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
          fail(connection, connection.endOfFile ? errnoOf("EPIPE") : errnoOf("ECONNRESET"));
          return;
        }
        connection.unsent -= bytes.length;
        set(connection.slot, SlotWord.unsent, connection.unsent);
        announce();
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

    async function tcpFinish(slot: number): Promise<number> {
      const connection = connectionAt(slot);
      connection.finishing = true;
      flush(connection);
      settle(connection);
      // The host ends the stream in one of its next rounds.
      for (let rounds = 0; rounds < 4 && connection.unsent === 0; rounds++) await immediate();
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
          if (errno === 0) raise(connection.slot, SlotFlag.finished);
          announce();
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
      for (const connection of doubtful) {
        if (connection.transport === null || connection.closing) doubtful.delete(connection);
        else if (!connection.transport.alive()) fail(connection, errnoOf("EPIPE"));
      }
      if (doubtful.size === 0) {
        clearInterval(doubtTimer);
        doubtTimer = undefined;
      }
    }

    function tcpOption(slot: number, option: number, value: number, second: number): number {
      const connection = connectionAt(slot);
      switch (option) {
        case HostOption.noDelay:
          if (value !== 0) flush(connection);
          connection.transport?.setNoDelay(value !== 0);
          return 0;
        case HostOption.keepAlive:
          connection.transport?.setKeepAlive(value !== 0, second);
          return 0;
        case HostOption.cork:
          connection.corked = value !== 0;
          if (value === 0) flush(connection);
          return 0;
        case HostOption.receiveBuffer:
          connection.receiveLimit = value;
          return 0;
        default:
          return -errnoOf("ENOPROTOOPT");
      }
    }

    /** The host's datagram socket lives until its pending receive has noticed the end. */
    async function released(): Promise<number> {
      for (let rounds = 0; rounds < 4; rounds++) await immediate();
      return 0;
    }

    function close(slot: number, mode: number): number | Promise<number> {
      const endpoint = endpoints.get(slot);
      endpoints.delete(slot);
      for (let i = 0; i < SlotWord.count; i++) set(slot, i, 0);
      if (endpoint === undefined) return 0;
      if (endpoint.kind === "udp") {
        endpoint.handle.recvStop();
        endpoint.handle.onmessage = ignore;
        endpoint.handle.close();
        return released();
      }
      const connection = endpoint;
      connection.slot = -1;
      connection.closing = true;
      doubtful.delete(connection);
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
        for (const start of connection.deferred.splice(0)) start();
      }
      if (mode === CloseMode.reset || connection.received > 0) {
        clearTimeout(connection.holdTimer);
        connection.transport?.reset();
        connection.transport = null;
        connection.unsent = 0;
        return 0;
      }
      flush(connection);
      if (connection.unsent > 0 && !connection.failed) orphans.add(connection);
      settle(connection);
      return 0;
    }

    // ---- transports ----------------------------------------------------------------------------

    function handleTransport(connection: Connection, handle: TcpHandle): Transport {
      const self: Transport = {
        handle,
        write(bytes, done): void {
          if (!streams) return done(errnoOf("EIO"));
          const request = new streams.WriteWrap();
          request.oncomplete = (status: number): void =>
            done(status === 0 ? 0 : errnoOfStatus(status));
          const status = handle.writeBuffer(request, bytes);
          if (status !== 0) done(errnoOfStatus(status));
          // What the host took at once is not reported again.
          else if (streams.streamBaseState[streams.kLastWriteWasAsync] === 0) done(0);
        },
        finish(done): void {
          if (!streams) return done(errnoOf("EIO"));
          const request = new streams.ShutdownWrap();
          request.oncomplete = (status: number): void =>
            done(status === 0 ? 0 : errnoOfStatus(status));
          const status = handle.shutdown(request);
          if (status !== 0) done(errnoOfStatus(status));
        },
        resume(): void {
          handle.readStart();
        },
        pause(): void {
          handle.readStop();
        },
        close(): void {
          handle.onread = ignore;
          handle.close();
        },
        reset(): void {
          handle.onread = ignore;
          if (handle.reset() !== 0) handle.close();
          else handle.close();
        },
        alive(): boolean {
          return handle.getpeername({}) === 0;
        },
        names(): [HostName, HostName] | null {
          const local = nameOf((out) => handle.getsockname(out));
          const peer = nameOf((out) => handle.getpeername(out));
          return local === null || peer === null ? null : [local, peer];
        },
        setNoDelay(on): void {
          handle.setNoDelay(on);
        },
        setKeepAlive(on, delay): void {
          handle.setKeepAlive(on, delay);
        },
      };
      handle.onread = (buffer: ArrayBuffer | undefined): void => {
        if (!streams || connection.transport !== self) return;
        const count = streams.streamBaseState[streams.kReadBytesOrError] ?? 0;
        if (count > 0 && buffer !== undefined) {
          const offset = streams.streamBaseState[streams.kArrayBufferOffset] ?? 0;
          arrived(connection, new Uint8Array(buffer, offset, count));
        } else if (count < 0) {
          if (uv?.errname(count) === "EOF") ended(connection);
          else fail(connection, errnoOfStatus(count));
        }
      };
      return self;
    }

    function connTransport(connection: Connection, conn: Deno.TcpConn): Transport {
      let reading = false;
      let wanted = false;
      let tail = Promise.resolve();
      const self: Transport = {
        handle: null,
        write(bytes, done): void {
          tail = tail.then(async () => {
            for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
          }).then(() => done(0), (error) => done(errnoOfError(error)));
        },
        finish(done): void {
          tail = tail.then(() => conn.closeWrite()).then(
            () => done(0),
            (error) => done(errnoOfError(error)),
          );
        },
        resume(): void {
          wanted = true;
          if (!reading) read();
        },
        pause(): void {
          wanted = false;
        },
        close(): void {
          conn.close();
        },
        reset(): void {
          conn.close();
        },
        alive(): boolean {
          return true;
        },
        names(): [HostName, HostName] | null {
          const { localAddr, remoteAddr } = conn;
          return [
            { host: localAddr.hostname, port: localAddr.port },
            { host: remoteAddr.hostname, port: remoteAddr.port },
          ];
        },
        setNoDelay(on): void {
          conn.setNoDelay(on);
        },
        setKeepAlive(on): void {
          conn.setKeepAlive(on);
        },
      };
      async function read(): Promise<void> {
        reading = true;
        const buffer = new Uint8Array(65536);
        try {
          while (wanted && connection.transport === self) {
            const count = await conn.read(buffer);
            if (connection.transport !== self) return;
            if (count === null) {
              ended(connection);
              return;
            }
            if (count > 0) arrived(connection, buffer.slice(0, count));
          }
        } catch (error) {
          if (connection.transport === self) fail(connection, errnoOfError(error));
        } finally {
          reading = false;
        }
      }
      return self;
    }

    // ---- UDP -----------------------------------------------------------------------------------

    function udpBind(slot: number, host: string, port: number, flags: number): number {
      if (!udp) return -errnoOf("EOPNOTSUPP");
      if (!permitted(host, port)) return -errnoOf("EACCES");
      const handle = new udp.UDP();
      // UV_UDP_IPV6ONLY and UV_UDP_REUSEADDR
      const hostFlags = (flags & BindFlag.ipv6Only ? 1 : 0) |
        (flags & BindFlag.reuseAddress ? 4 : 0);
      const status = host.includes(":")
        ? handle.bind6(host, port, hostFlags)
        : handle.bind(host, port, hostFlags);
      if (status !== 0) return -errnoOfStatus(status);
      const local = nameOf((out) => handle.getsockname(out));
      if (local === null) return -errnoOf("EIO");
      const socket: Datagrams = {
        kind: "udp",
        slot,
        handle,
        queue: [],
        queuedSize: 0,
        receiveLimit: 212992,
        filter: null,
        local,
      };
      handle.onmessage = (count, _handle, buffer, from): void => {
        if (count < 0 || buffer === undefined || from === undefined) return;
        const { filter } = socket;
        if (filter !== null && (filter.port !== from.port || filter.host !== from.address)) return;
        // What Linux's own bookkeeping of a datagram takes, about.
        if (socket.queuedSize + count + OVERHEAD > socket.receiveLimit) {
          if (socket.queue.length > 0) return;
        }
        socket.queue.push({
          data: new Uint8Array(buffer.buffer, buffer.byteOffset, count),
          host: from.address,
          port: from.port,
        });
        socket.queuedSize += count + OVERHEAD;
        tellQueue(socket);
        announce();
      };
      handle.recvStart();
      endpoints.set(slot, socket);
      detail = local.port;
      return 0;
    }

    function tellQueue(socket: Datagrams): void {
      set(socket.slot, SlotWord.received, socket.queue.length);
      set(socket.slot, SlotWord.waiting, socket.queue[0]?.data.length ?? 0);
    }

    function datagramsAt(slot: number): Datagrams | null {
      const endpoint = endpoints.get(slot);
      return endpoint?.kind === "udp" ? endpoint : null;
    }

    function udpFilter(slot: number, host: string, port: number): number {
      const socket = datagramsAt(slot);
      if (socket !== null) socket.filter = host === "" ? null : { host, port };
      return 0;
    }

    function udpSend(
      slot: number,
      host: string,
      port: number,
      start: number,
      end: number,
      connected: boolean,
    ): number | Promise<number> {
      const socket = datagramsAt(slot);
      if (!udp || socket === null) return -errnoOf("EIO");
      if (!permitted(host, port)) return -errnoOf("EACCES");
      const bytes = data.slice(start, end);
      const request = new udp.SendWrap();
      return new Promise((done) => {
        request.oncomplete = (error: number | null): void => {
          if (error === null || error === 0) {
            const refused = connected && isLoopback(host) && nobodyAt(host, port);
            if (!refused) return done(bytes.length);
            set(slot, SlotWord.error, errnoOf("ECONNREFUSED"));
            announce();
            return done(released().then(() => bytes.length));
          }
          const name = uv?.errname(error) ?? "";
          // The host's own errno is lost on the way, except for this one.
          done(-(name === "EMSGSIZE" ? errnoOf(name) : errnoOf("ENETUNREACH")));
        };
        if (host.includes(":")) socket.handle.send6(request, [bytes], 1, port, host, true);
        else socket.handle.send(request, [bytes], 1, port, host, true);
      });
    }

    function isLoopback(host: string): boolean {
      return host.startsWith("127.") || host === "::1";
    }

    /**
     * Whether a datagram to this machine meets a closed port. The host's sockets are not connected
     * and so never hear of it; a port that can be bound is nobody's.
     */
    function nobodyAt(host: string, port: number): boolean {
      if (!udp || !permitted(host, port)) return false;
      const probe = new udp.UDP();
      const status = host.includes(":") ? probe.bind6(host, port, 0) : probe.bind(host, port, 0);
      if (status !== 0) return false;
      probe.close();
      return true;
    }

    function udpReceive(slot: number, length: number, flags: number): number {
      const socket = datagramsAt(slot);
      const datagram = socket?.queue[0];
      if (!socket || datagram === undefined) return -errnoOf("EAGAIN");
      const count = Math.min(length, datagram.data.length, data.length - 64);
      const from = say(`${datagram.host} ${datagram.port}`);
      data.set(datagram.data.subarray(0, count), from);
      detail = from;
      if ((flags & ReadFlag.peek) === 0) {
        socket.queue.shift();
        socket.queuedSize -= datagram.data.length + OVERHEAD;
        tellQueue(socket);
      }
      return datagram.data.length;
    }

    function udpOption(
      slot: number,
      option: number,
      value: number,
      address: string,
      _second: number,
    ): number {
      const socket = datagramsAt(slot);
      if (socket === null) return -errnoOf("EIO");
      const handle = socket.handle;
      let status = 0;
      switch (option) {
        case HostOption.broadcast:
          status = handle.setBroadcast(value === 0 ? 0 : 1);
          break;
        case HostOption.ttl:
          status = handle.setTTL(value);
          break;
        case HostOption.multicastTtl:
          status = handle.setMulticastTTL(value);
          break;
        case HostOption.multicastLoop:
          status = handle.setMulticastLoopback(value === 0 ? 0 : 1);
          break;
        case HostOption.multicastInterface:
          status = handle.setMulticastInterface(address);
          break;
        case HostOption.join:
        case HostOption.leave: {
          const [group = "", local] = address.split(" ");
          if (!permitted(group, socket.local.port)) return -errnoOf("EACCES");
          status = option === HostOption.join
            ? handle.addMembership(group, local)
            : handle.dropMembership(group, local);
          break;
        }
        case HostOption.receiveBuffer:
          socket.receiveLimit = value;
          break;
        default:
          return -errnoOf("ENOPROTOOPT");
      }
      return status === 0 ? 0 : -errnoOfStatus(status);
    }

    // ---- names ---------------------------------------------------------------------------------

    function resolve(name: string, family: number): Promise<number> | number {
      try {
        if (Deno.permissions.querySync({ name: "net", host: name }).state !== "granted") {
          return -errnoOf("EACCES");
        }
      } catch {
        return -errnoOf("EACCES");
      }
      const dns = scope.process.getBuiltinModule("node:dns") as DnsModule;
      return new Promise((done) => {
        dns.lookup(name, { all: true, family, verbatim: true }, (error, addresses) => {
          if (error === null) {
            return done(say(addresses.map((found) => found.address).join(" ")));
          }
          const { code } = error;
          if (code === "EAI_AGAIN" || code === "ETIMEOUT") return done(-errnoOf("EAGAIN"));
          if (code === "EPERM" || error instanceof Deno.errors.NotCapable) {
            return done(-errnoOf("EACCES"));
          }
          done(-errnoOf("ENOENT"));
        });
      });
    }

    // ---- the end -------------------------------------------------------------------------------

    function undelivered(): boolean {
      if (orphans.size > 0) return true;
      for (const endpoint of endpoints.values()) {
        if (endpoint.kind === "tcp" && endpoint.unsent > 0) return true;
      }
      return false;
    }

    function finishDrain(): void {
      if (drainers.length === 0 || undelivered()) return;
      const waiting = drainers;
      drainers = [];
      for (const done of waiting) done();
    }

    /** Delivers what was accepted for sending; with `end`, ends the worker afterwards. */
    function drain(end: number): Promise<number> {
      for (const endpoint of endpoints.values()) if (endpoint.kind === "tcp") flush(endpoint);
      return new Promise<void>((done) => {
        drainers.push(done);
        finishDrain();
      }).then(() => {
        if (end !== 0) {
          for (const slot of [...endpoints.keys()]) close(slot, CloseMode.orderly);
          setTimeout(() => scope.close(), 0);
        }
        return 0;
      });
    }
  }
}

/** The source text that the worker runs. */
export function ioWorkerSource(): string {
  return `(${ioWorker.toString()})(globalThis);`;
}
