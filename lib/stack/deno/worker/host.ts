/**
 * What all parts of the I/O worker use: shared memory, errors, permissions, rounds of the event loop.
 *
 * @module
 */
import type { HostOption } from "../../options/host_option.ts";
import type {
  BindFlag,
  CloseMode,
  Operation,
  ReadFlag,
  RequestState,
  SharedMemory,
  SlotFlag,
  SlotWord,
  Word,
} from "../shared_memory.ts";
import type {
  NameOut,
  ProcessModule,
  StreamWrapBinding,
  TcpWrapBinding,
  UdpWrapBinding,
  UvBinding,
} from "../node_bindings.ts";

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

/** The part of a worker's global scope that is used. */
export interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerConfiguration>) => void) | null;
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
  process: ProcessModule;
  setImmediate(callback: () => void): unknown;
}

/** An address as the host's APIs name it. */
export interface HostName {
  readonly host: string;
  readonly port: number;
}

/** See {@link workerHost}. */
export interface WorkerHost {
  readonly scope: WorkerScope;
  readonly constants: WorkerConfiguration["constants"];
  readonly data: Uint8Array<SharedArrayBuffer>;
  readonly tcp: TcpWrapBinding | null;
  readonly streams: StreamWrapBinding | null;
  readonly udp: UdpWrapBinding | null;
  readonly uv: UvBinding | null;
  /** The second result of the request being carried out. */
  detail: number;
  /** The number of an errno's name; EIO for a name that Linux lacks. */
  errnoOf(name: string): number;
  /** The number of a negative status of the handles. */
  errnoOfStatus(status: number): number;
  /** The number of what a Deno API has thrown, by its code. */
  errnoOfError(error: unknown): number;
  /** Text of the data area. */
  text(start: number, end: number): string;
  /** Puts text at the start of the data area; returns its length in bytes. */
  say(value: string): number;
  /** Sets a word of a socket's row; nothing for a socket that has none. */
  set(slot: number, index: number, value: number): void;
  /** Raises a flag of a socket's row. */
  raise(slot: number, flag: number): void;
  /** Zeros a socket's row. */
  clear(slot: number): void;
  /** Wakes the guest's thread if it waits for a socket. */
  announce(): void;
  /** Whether Deno lets us, asked without a prompt: a prompt would appear in the worker. */
  permitted(host: string, port: number): boolean;
  /** As `permitted`, for a host in the words of `--allow-net`. */
  granted(host: string): boolean;
  /** One round of the event loop. */
  immediate(): Promise<void>;
  /** Lets everything that has already arrived come in. */
  turn(): Promise<number>;
  /** What `ask` writes, or null if it fails. */
  nameOf(ask: (out: NameOut) => number): HostName | null;
}

/**
 * Makes what the worker's parts share. Self-contained: its source text runs in the worker.
 *
 * @param scope The worker's global scope.
 * @param configuration What the guest's thread sent.
 */
export function workerHost(scope: WorkerScope, configuration: WorkerConfiguration): WorkerHost {
  const { memory: { control, slots, data }, errno: ERRNO, constants } = configuration;
  const { Word, SlotWord } = constants;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const scratch = new Uint8Array(64 * 1024);
  const uv = binding<UvBinding>("uv");
  /**
   * Deno keeps an object for every question, under the text that it reads after the answer: the
   * same one for all, or a guest could use up memory by naming one address after the other.
   */
  const question: Deno.NetPermissionDescriptor = {
    name: "net",
    get host(): string {
      const text = asked;
      asked = ".";
      return text;
    },
  };
  let asked = ".";

  return {
    scope,
    constants,
    data,
    tcp: binding<TcpWrapBinding>("tcp_wrap"),
    streams: binding<StreamWrapBinding>("stream_wrap"),
    udp: binding<UdpWrapBinding>("udp_wrap"),
    uv,
    detail: 0,
    errnoOf,
    errnoOfStatus,
    errnoOfError,
    text,
    say,
    set,
    raise,
    clear,
    announce,
    permitted,
    granted,
    immediate,
    turn,
    nameOf,
  };

  function binding<T>(name: string): T | null {
    try {
      return scope.process.binding(name) as T;
    } catch {
      return null;
    }
  }

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

  function clear(slot: number): void {
    for (let i = 0; i < SlotWord.count; i++) set(slot, i, 0);
  }

  /** Wakes the guest's thread if it waits for a socket. */
  function announce(): void {
    Atomics.add(control, Word.events, 1);
    Atomics.notify(control, Word.events);
  }

  /** Whether Deno lets us, asked without a prompt: a prompt would appear in the worker. */
  function permitted(host: string, port: number): boolean {
    return granted(`${host.includes(":") ? `[${host}]` : host}:${port}`);
  }

  function granted(host: string): boolean {
    asked = host;
    try {
      return Deno.permissions.querySync(question).state === "granted";
    } catch {
      return false;
    }
  }

  /** Lets everything that has already arrived come in: Deno asks the host once in 61 rounds. */
  async function turn(): Promise<number> {
    for (let rounds = 0; rounds < 66; rounds++) await immediate();
    return 0;
  }

  function immediate(): Promise<void> {
    return new Promise((done) => scope.setImmediate(done));
  }

  function nameOf(
    ask: (out: { address?: string; port?: number }) => number,
  ): HostName | null {
    const out: { address?: string; port?: number } = {};
    if (ask(out) !== 0 || out.address === undefined || out.port === undefined) return null;
    return { host: out.address, port: out.port };
  }
}
