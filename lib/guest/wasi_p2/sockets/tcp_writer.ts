/**
 * Sends what a TCP socket's output stream has accepted.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type PollFd, POLLOUT } from "../../../linux/poll.ts";
import { MSG_NOSIGNAL, SHUT_WR } from "../../../linux/socket.ts";
import type { PendingWriter, WasiContext } from "../context.ts";

const NOTHING = new Uint8Array(0);

/**
 * Bytes on their way to a socket. What the system does not take at once is kept and handed over when
 * the guest waits for anything; a shutdown, and closing the descriptor, come after it.
 */
export class TcpWriter implements PendingWriter {
  readonly entry: PollFd;
  /** A positive errno with which sending has failed; 0 for none. */
  error = 0;
  readonly #context: WasiContext;
  readonly #fd: number;
  #pending: Uint8Array = NOTHING;
  #shutdown = false;
  #close = false;

  /** A writer for a descriptor. */
  constructor(context: WasiContext, fd: number) {
    this.#context = context;
    this.#fd = fd;
    this.entry = { fd, events: POLLOUT, revents: 0 };
  }

  /** Whether there are bytes that the system has not taken. */
  get isPending(): boolean {
    return this.#pending.length > 0;
  }

  /** Sends bytes, after those that are pending. Errors go to `error`. */
  push(bytes: Uint8Array): void {
    if (this.isPending) {
      this.#pending = concatenate(this.#pending, bytes);
      return;
    }
    const sent = this.#send(bytes);
    if (sent === bytes.length || this.error !== 0) return;
    this.#pending = bytes.slice(sent);
    this.#context.writers.add(this);
  }

  flushPending(): void {
    const pending = this.#pending;
    const sent = this.#send(pending);
    this.#pending = this.error === 0 ? pending.subarray(sent) : NOTHING;
    if (this.#pending.length > 0) return;
    this.#pending = NOTHING;
    this.#context.writers.delete(this);
    if (this.#shutdown) this.#context.system.shutdown(this.#fd, SHUT_WR);
    if (this.#close) this.#context.system.close(this.#fd);
  }

  /** Shuts the sending direction down once everything is sent. */
  shutdown(): void {
    if (this.isPending) this.#shutdown = true;
    else this.#context.system.shutdown(this.#fd, SHUT_WR);
  }

  /** Closes the descriptor once everything is sent. */
  close(): void {
    if (this.isPending) this.#close = true;
    else this.#context.system.close(this.#fd);
  }

  /** Sends what the system takes; returns how many bytes that were. */
  #send(bytes: Uint8Array): number {
    const { system } = this.#context;
    for (let done = 0;;) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      const sent = system.send(this.#fd, rest, rest.length, MSG_NOSIGNAL);
      if (sent >= 0) {
        done += sent;
        if (done >= bytes.length) return done;
      } else if (sent === -Errno.EAGAIN) {
        return done;
      } else if (sent !== -Errno.EINTR) {
        this.error = -sent;
        return done;
      }
    }
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
