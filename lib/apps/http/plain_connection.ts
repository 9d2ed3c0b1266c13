/**
 * HTTP over a blocking TCP socket.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { POLLIN, POLLOUT } from "../../linux/poll.ts";
import { MSG_DONTWAIT } from "../../linux/socket.ts";
import type { System } from "../../kernel/system.ts";
import { NetError } from "../../net/error.ts";
import { failure } from "../../net/failure.ts";
import { TcpStream } from "../../net/tcp_stream.ts";
import { type HttpConnection, timedOut } from "./connection.ts";
import type { HttpUrl } from "./http_url.ts";
import type { TimeLimit } from "./time_limit.ts";

/** A connection over a `TcpStream`. */
export class PlainConnection implements HttpConnection {
  readonly #stream: TcpStream;
  readonly #limit: TimeLimit;
  readonly #address: string;

  /** Takes over a stream to `address`, which names the peer where the stream cannot. */
  constructor(stream: TcpStream, address: string, limit: TimeLimit) {
    this.#stream = stream;
    this.#address = address;
    this.#limit = limit;
  }

  /**
   * Connects to a URL's server.
   *
   * @throws {NetError} If no connection can be made in time.
   */
  static connect(system: System, { address }: HttpUrl, limit: TimeLimit): PlainConnection {
    const wait = limit.next();
    if (wait !== null && wait.left <= 0) throw timedOut("connect", `connect to ${address}`, wait);
    const timeout = wait === null ? {} : { timeout: Math.ceil(wait.left) };
    return new PlainConnection(TcpStream.connect(address, { system, ...timeout }), address, limit);
  }

  /** The peer's address. */
  get peer(): string {
    try {
      return this.#stream.peerAddr().toString();
    } catch (error) {
      // Reset already.
      if (error instanceof NetError) return this.#address;
      throw error;
    }
  }

  /** As `TcpStream.read`, within the limit. */
  read(buffer: Uint8Array): number {
    this.#await(POLLIN, "recv", "read from");
    return this.#stream.read(buffer);
  }

  /** As `TcpStream.writeAll`, within the limit. */
  write(data: Uint8Array): void {
    if (this.#limit.next() === null) return this.#stream.writeAll(data);
    const { system, fd } = this.#stream;
    for (let written = 0; written < data.byteLength;) {
      this.#await(POLLOUT, "send", "write to");
      const rest = data.subarray(written);
      // A send that waits would do so until all of it is taken.
      const result = system.send(fd, rest, rest.byteLength, MSG_DONTWAIT);
      if (result >= 0) written += result;
      else if (result !== -Errno.EAGAIN && result !== -Errno.EINTR) {
        throw failure(system, { syscall: "send", result, action: `write to ${this.peer}` });
      }
    }
  }

  /** Closes the connection. */
  [Symbol.dispose](): void {
    this.#stream.close();
  }

  #await(events: number, syscall: string, verb: string): void {
    const { system, fd } = this.#stream;
    for (;;) {
      const wait = this.#limit.next();
      if (wait === null) return;
      const left = Math.ceil(wait.left);
      const ready = left <= 0 ? 0 : system.poll([{ fd, events, revents: 0 }], left);
      if (ready > 0) return;
      if (ready === -Errno.EINTR) continue;
      const action = `${verb} ${this.peer}`;
      if (ready === 0) throw timedOut(syscall, action, wait);
      throw failure(system, { syscall: "poll", result: ready, action });
    }
  }
}
