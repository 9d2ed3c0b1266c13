/**
 * `vmsock httpd` in a process of its own, and raw connections to it.
 *
 * @module
 */
import { denoArguments, type StackFlags } from "../vmsock.ts";

/** How the server is started. */
export interface HttpdServerOptions {
  /** Options of `vmsock httpd` beside those that follow. */
  readonly args?: readonly string[];
  /** The address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Further permission flags. */
  readonly flags?: readonly string[];
  /** Whether its standard output is a pipe that nobody reads. */
  readonly isUnread?: boolean;
}

/** A server that runs. */
export interface HttpdServer extends AsyncDisposable {
  /** Its port. */
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Its process. */
  readonly pid: number;
  /** What it has written to standard output so far, at its end all of it. */
  log(): string;
  /** What it has written to standard error so far. */
  errors(): string;
  /** Sends a signal and waits for the end: the exit status. */
  stop(signal: Deno.Signal): Promise<number>;
  /** Waits until the log has `count` lines. */
  logged(count: number): Promise<string[]>;
}

/** What a process writes, as it comes. */
class Capture {
  text = "";
  readonly done: Promise<void>;
  #ended = false;
  #wake: () => void = () => {};

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  /** Waits until `isEnough` says so, or for the end. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough() && !this.#ended) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

/** Starts a server over a folder. */
export async function startHttpd(
  { stack, flags }: StackFlags,
  root: string,
  options: HttpdServerOptions = {},
): Promise<HttpdServer> {
  const host = options.host ?? "127.0.0.1";
  const own = [`--stack=${stack}`, "httpd", `--root=${root}`, `--host=${host}`, "--port=0"];
  // No time-out may hide that a connection does not end by itself.
  own.push("--timeout=3600");
  const child = new Deno.Command(Deno.execPath(), {
    args: denoArguments([...own, ...options.args ?? []], [
      ...flags,
      ...(flags.includes("--allow-all") ? [] : [`--allow-read=${root}`]),
      ...options.flags ?? [],
    ]),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = new Capture(options.isUnread ? new ReadableStream() : child.stdout);
  const errors = new Capture(child.stderr);
  await errors.until(() => errors.text.includes("\n"));
  const match = / at http:\/\/.*:([0-9]+)\/ /.exec(errors.text);
  async function stop(signal: Deno.Signal): Promise<number> {
    child.kill(signal);
    const { code } = await child.status;
    if (options.isUnread) await child.stdout.cancel();
    else await output.done;
    await errors.done;
    return code;
  }
  if (match === null) {
    await stop("SIGKILL").catch(() => {});
    throw new Error(`The server did not start: ${errors.text}`);
  }
  const port = Number(match[1]);
  let isStopped = false;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid,
    log: () => output.text,
    errors: () => errors.text,
    async stop(signal) {
      isStopped = true;
      return await stop(signal);
    },
    async logged(count) {
      const lines = () => output.text.split("\n").slice(0, -1);
      await output.until(() => lines().length >= count);
      return lines();
    },
    async [Symbol.asyncDispose]() {
      if (!isStopped) await stop("SIGTERM");
    },
  };
}

/** Text as bytes, Latin-1. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes as text, Latin-1. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}

/** A response. */
export interface RawResponse {
  /** The status code. */
  readonly status: number;
  /** Its fields; their names in lower case. */
  readonly headers: Headers;
  /** The body, Latin-1. */
  readonly body: string;
}

/** Splits text into responses, whose bodies have the length that they say, or none for HEAD. */
export function parseResponses(text: string, isHead = false): RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = text;
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) throw new Error(`No response: ${JSON.stringify(rest.slice(0, 200))}`);
    const [line = "", ...fields] = rest.slice(0, end).split("\r\n");
    const status = /^HTTP\/1\.1 ([0-9]{3}) [\x20-\x7e]+$/.exec(line)?.[1];
    if (status === undefined) throw new Error(`No response: ${JSON.stringify(line)}`);
    const headers = new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(": ");
      return [field.slice(0, colon), field.slice(colon + 2)];
    }));
    const hasBody = !isHead && status !== "304" && status !== "100";
    const length = hasBody ? Number(headers.get("content-length")) : 0;
    const body = rest.slice(end + 4, end + 4 + length);
    responses.push({ status: Number(status), headers, body });
    rest = rest.slice(end + 4 + length);
  }
  return responses;
}

/** A connection whose every byte is a test's. */
export class RawConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(65536);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Connects. */
  static async open(port: number, hostname = "127.0.0.1"): Promise<RawConnection> {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    return new RawConnection(connection);
  }

  /** Sends text, Latin-1. */
  async send(text: string): Promise<void> {
    const bytes = bytesOf(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }

  /** Ends the sending half. */
  async endSending(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** Whether a read has come to the end. */
  isAtEnd = false;
  /** Whether the server has reset the connection, seen by a read. */
  wasReset = false;

  /** Some bytes, as text; "" at the end, which a reset is, too. */
  async read(): Promise<string> {
    try {
      const count = await this.#connection.read(this.#buffer);
      this.isAtEnd = count === null;
      return textOf(this.#buffer.subarray(0, count ?? 0));
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      this.wasReset = true;
      this.isAtEnd = true;
      return "";
    }
  }

  /** Everything up to the end. */
  async rest(): Promise<string> {
    let text = "";
    for (let part = await this.read(); part !== ""; part = await this.read()) text += part;
    return text;
  }

  /** Reads up to the end: how many bytes there were. */
  async count(): Promise<number> {
    let total = 0;
    for (;;) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) return total;
      total += count;
    }
  }

  /** One response. */
  async response(isHead = false): Promise<RawResponse> {
    let text = "";
    for (;;) {
      const part = await this.read();
      if (part === "") throw new Error(`The connection ended after ${JSON.stringify(text)}`);
      text += part;
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      const length = Number(/\r\nContent-Length: ([0-9]+)/.exec(text.slice(0, end + 2))?.[1] ?? 0);
      const hasBody = !isHead && !/^HTTP\/1\.1 (?:100|304)/.test(text);
      if (text.length < end + 4 + (hasBody ? length : 0)) continue;
      const [first] = parseResponses(text, isHead);
      if (first !== undefined) return first;
    }
  }

  /** Closes. */
  close(): void {
    this.#connection.close();
  }

  /** As {@linkcode RawConnection.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Sends text over a new connection and returns everything that comes back up to its end. */
export async function exchange(port: number, text: string): Promise<string> {
  using connection = await RawConnection.open(port);
  await connection.send(text);
  return await connection.rest();
}

/** The one response to a request that is the last of its connection. */
export async function ask(port: number, text: string): Promise<RawResponse> {
  const responses = parseResponses(await exchange(port, text), text.startsWith("HEAD "));
  const [first] = responses;
  if (first === undefined || responses.length > 1) {
    throw new Error(`${responses.length} responses to ${JSON.stringify(text.slice(0, 200))}`);
  }
  return first;
}

/** A GET whose connection ends with the response. */
export function get(target: string, ...fields: readonly string[]): string {
  const lines = [`GET ${target} HTTP/1.1`, "Host: test", "Connection: close", ...fields, "", ""];
  return lines.join("\r\n");
}

/** How many descriptors a server has, without those of Deno's caches, which come and go. */
export function descriptors({ pid }: HttpdServer): number {
  let count = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fd`)) {
    try {
      if (!/_cache_v[0-9]/.test(Deno.readLinkSync(`/proc/${pid}/fd/${name}`))) count++;
    } catch {
      // Closed since.
    }
  }
  return count;
}

/** Makes a folder, and removes it at the end. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
