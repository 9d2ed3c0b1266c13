/**
 * A client for Redis, or anything that speaks its protocol (RESP2), with sockets that block: no
 * promise anywhere, so that a class, a getter or a callback can ask the server in the middle.
 *
 *     deno run --allow-net examples/redis_client.ts 127.0.0.1:6379 SET greeting hello
 *     deno run --allow-net examples/redis_client.ts 127.0.0.1:6379 GET greeting
 *
 * @module
 */
import { NetError, TcpStream } from "@vmsock/vmsock/net";

/** What a server answers: text, a number, nothing, or several of these. */
export type Reply = string | number | null | Reply[];

const LINE_FEED = 10;

/** A connection to a server. */
export class RedisClient implements Disposable {
  readonly #stream: TcpStream;
  readonly #piece = new Uint8Array(4096);
  #received = new Uint8Array(0);

  /** Connects to `HOST:PORT`; nothing may take longer than `timeout` milliseconds. */
  constructor(address: string, timeout: number) {
    this.#stream = TcpStream.connect(address, { timeout });
    this.#stream.setReadTimeout(timeout);
  }

  /** Sends a command and waits for the answer. */
  command(...words: string[]): Reply {
    const encoder = new TextEncoder();
    // Lengths count bytes, not characters.
    const bulk = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
    this.#stream.writeAll(encoder.encode(`*${words.length}\r\n${bulk.join("")}`));
    return this.#reply();
  }

  [Symbol.dispose](): void {
    this.#stream.close();
  }

  #reply(): Reply {
    const line = this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case ":":
        return Number(rest);
      case "$":
        return rest === "-1" ? null : this.#text(Number(rest));
      case "*":
        return rest === "-1" ? null : Array.from({ length: Number(rest) }, () => this.#reply());
      default:
        throw new Error(`The server says ${line}`);
    }
  }

  #line(): string {
    let end = this.#received.indexOf(LINE_FEED);
    for (; end < 0; end = this.#received.indexOf(LINE_FEED)) this.#receive();
    return this.#take(end + 1).slice(0, -2);
  }

  #text(length: number): string {
    while (this.#received.length < length + 2) this.#receive();
    return this.#take(length + 2).slice(0, -2);
  }

  /** Removes bytes from the front of what has arrived. */
  #take(count: number): string {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.slice(count);
    return new TextDecoder().decode(taken);
  }

  /** Waits for more. */
  #receive(): void {
    const count = this.#stream.read(this.#piece);
    if (count === 0) throw new Error("The server has closed the connection");
    const joined = new Uint8Array(this.#received.length + count);
    joined.set(this.#received);
    joined.set(this.#piece.subarray(0, count), this.#received.length);
    this.#received = joined;
  }
}

function print(output: "stdout" | "stderr", text: string): void {
  Deno[output].writeSync(new TextEncoder().encode(`${text}\n`));
}

function main([address = "127.0.0.1:6379", ...words]: readonly string[]): number {
  try {
    using client = new RedisClient(address, 5000);
    print("stdout", JSON.stringify(client.command(...(words.length === 0 ? ["PING"] : words))));
    return 0;
  } catch (error) {
    // A NetError's message says what was attempted, and which permission is missing.
    print("stderr", error instanceof NetError ? error.message : String(error));
    return 1;
  }
}

if (import.meta.main) Deno.exit(main(Deno.args));
