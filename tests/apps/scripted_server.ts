/**
 * An HTTP server whose every byte is a test's. It runs in the test's own process, for clients in
 * another one: a blocking client in this one would never let it answer.
 *
 * @module
 */

/** One connection of a client. */
export interface Exchange {
  /** Reads up to the end of the request's head, and returns it; "" if the client sent none. */
  request(): Promise<string>;
  /** Sends text (Latin-1) or bytes. */
  send(...parts: readonly (string | Uint8Array)[]): Promise<void>;
  /** What else the client sends, in pieces that are valid until the next one is asked for. */
  received(): AsyncIterable<Uint8Array>;
  /** Waits until the client closes. */
  closed(): Promise<void>;
}

/** A server on 127.0.0.1. */
export interface ScriptedServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Its port. */
  readonly port: number;
  /** Heads of the requests so far. */
  readonly requests: readonly string[];
}

function exchangeOf(connection: Deno.TcpConn, requests: string[]): Exchange {
  const buffer = new Uint8Array(65536);
  return {
    async request() {
      let head = "";
      while (!head.includes("\r\n\r\n")) {
        const count = await connection.read(buffer);
        if (count === null) break;
        head += new TextDecoder("latin1").decode(buffer.subarray(0, count));
      }
      requests.push(head);
      return head;
    },
    async send(...parts) {
      for (const part of parts) {
        const bytes = typeof part === "string"
          ? Uint8Array.from(part, (character) => character.charCodeAt(0))
          : part;
        for (let sent = 0; sent < bytes.length;) {
          sent += await connection.write(bytes.subarray(sent));
        }
      }
    },
    async *received() {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) return;
        yield buffer.subarray(0, count);
      }
    },
    async closed() {
      while (await connection.read(buffer) !== null);
    },
  };
}

/**
 * Starts a server.
 *
 * @param answer Serves one connection, which is closed after it. A client that has gone is no error.
 * @param hostname Where to listen.
 */
export function startServer(
  answer: (exchange: Exchange) => Promise<void>,
  hostname = "127.0.0.1",
): ScriptedServer {
  const listener = Deno.listen({ hostname, port: 0 });
  const requests: string[] = [];
  const connections = new Set<Promise<void>>();

  async function serve(connection: Deno.TcpConn): Promise<void> {
    try {
      await answer(exchangeOf(connection, requests));
    } catch (error) {
      const isGone = error instanceof Deno.errors.BrokenPipe ||
        error instanceof Deno.errors.ConnectionReset;
      if (!isGone) throw error;
    } finally {
      connection.close();
    }
  }

  async function accept(): Promise<void> {
    for await (const connection of listener) connections.add(serve(connection));
  }

  const accepting = accept();
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const { port } = listener.addr;
  return {
    origin: `http://${host}:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(connections);
    },
  };
}

/** Bytes that differ from place to place, the same for a length. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return bytes;
}
