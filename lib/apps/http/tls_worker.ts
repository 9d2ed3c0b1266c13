/**
 * The thread that speaks TLS: Deno's is asynchronous, and the thread that asks waits.
 *
 * @module
 */

/** Words that both threads see. */
export const TlsWord = {
  /** 0 while a request is under way, 1 once it is answered. */
  answered: 0,
  /** A number ≥ 0, or −1 where the data area holds a {@linkcode TlsFailure} as JSON. */
  result: 1,
  /** How many bytes of the data area the answer has. */
  length: 2,
  /** How many words there are. */
  count: 4,
} as const;

/** Bytes that a request or an answer can carry. */
export const TLS_DATA_SIZE = 64 * 1024;

/** The memory that both threads see. */
export interface TlsMemory {
  /** Words, as {@linkcode TlsWord} names them. */
  readonly control: Int32Array<SharedArrayBuffer>;
  /** What a request or an answer carries. */
  readonly data: Uint8Array<SharedArrayBuffer>;
}

/** What is asked of the thread. */
export type TlsRequest =
  | { readonly operation: "start"; readonly memory: TlsMemory; readonly words: typeof TlsWord }
  | { readonly operation: "connect"; readonly hostname: string; readonly port: number }
  | { readonly operation: "read" | "write"; readonly length: number };

/** Why a request failed. */
export interface TlsFailure {
  /** What was being done. */
  readonly step: "connect" | "handshake" | "read" | "write";
  /** The error's class. */
  readonly name: string;
  /** The errno's name, where there is one. */
  readonly code: string | undefined;
  /** The error's text. */
  readonly message: string;
}

/** The part of a worker's global scope that is used. */
export interface TlsWorkerScope {
  /** Is called with each request. */
  onmessage: ((event: MessageEvent<TlsRequest>) => void) | null;
}

/**
 * The worker's whole program; its source is what runs, so that it must use nothing from outside.
 *
 * @param scope The worker's global scope.
 */
export function serveTls(scope: TlsWorkerScope): void {
  let memory: TlsMemory | null = null;
  let words: typeof TlsWord | null = null;
  let connection: Deno.TlsConn | null = null;
  let step: TlsFailure["step"] = "connect";
  const buffer = new Uint8Array(64 * 1024);

  async function connect(hostname: string, port: number): Promise<number> {
    step = "connect";
    const tcp = await Deno.connect({ hostname, port });
    step = "handshake";
    connection = await Deno.startTls(tcp, { hostname, alpnProtocols: ["http/1.1"] });
    await connection.handshake();
    const { hostname: address, port: peerPort } = connection.remoteAddr;
    return put(address.includes(":") ? `[${address}]:${peerPort}` : `${address}:${peerPort}`);
  }

  async function read(length: number): Promise<number> {
    step = "read";
    const count = await connection?.read(buffer.subarray(0, length)) ?? 0;
    memory?.data.set(buffer.subarray(0, count));
    return count;
  }

  async function write(length: number): Promise<number> {
    step = "write";
    const bytes = memory?.data.slice(0, length) ?? new Uint8Array();
    for (let written = 0; written < bytes.length;) {
      written += await connection?.write(bytes.subarray(written)) ?? 0;
    }
    return length;
  }

  /** Puts text into the data area; how many bytes it has. */
  function put(text: string): number {
    // encodeInto takes no shared memory.
    const bytes = new TextEncoder().encode(text).subarray(0, memory?.data.length);
    memory?.data.set(bytes);
    return bytes.length;
  }

  function describe(error: unknown): TlsFailure {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    return { step, name, message, code: typeof code === "string" ? code : undefined };
  }

  scope.onmessage = async ({ data: request }) => {
    if (request.operation === "start") {
      ({ memory, words } = request);
      return;
    }
    if (memory === null || words === null) return;
    let result = -1;
    let length = 0;
    try {
      if (request.operation === "connect") length = await connect(request.hostname, request.port);
      else if (request.operation === "read") length = await read(request.length);
      else length = await write(request.length);
      result = length;
    } catch (error) {
      length = put(JSON.stringify(describe(error)));
    }
    Atomics.store(memory.control, words.length, length);
    Atomics.store(memory.control, words.result, result);
    Atomics.store(memory.control, words.answered, 1);
    Atomics.notify(memory.control, words.answered);
  };
}
