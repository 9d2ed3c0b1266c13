/**
 * wasi:cli/stdin, stdout and stderr: streams over descriptors 0, 1 and 2.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type PollFd, POLLIN, POLLOUT } from "../../../linux/poll.ts";
import { MAX_READ, type WasiContext } from "../context.ts";
import { Awaited, Pollable } from "../io/poll.ts";
import { failClosed, failOperation, InputStream, OutputStream } from "../io/streams.ts";

/** What `check-write` permits. */
const WRITE_SIZE = 1 << 16;

const NOTHING = new Uint8Array(0);

/** Waits for events of a standard descriptor. */
class StdioPollable extends Pollable {
  constructor(
    context: WasiContext,
    stream: InputStream | OutputStream,
    fd: number,
    events: number,
  ) {
    super(context, stream);
    this.entry.fd = fd;
    this.entry.events = events;
  }

  look(): Awaited {
    return Awaited.descriptor;
  }
}

/** Standard input. */
export class StdinStream extends InputStream {
  readonly #entry: PollFd = { fd: 0, events: POLLIN, revents: 0 };
  #closed = false;

  /** Reads descriptor 0. */
  constructor(context: WasiContext) {
    super(context, null);
  }

  subscribe(): Pollable {
    return new StdioPollable(this.context, this, 0, POLLIN);
  }

  protected pull(length: number, wait: boolean): Uint8Array {
    if (this.#closed) failClosed();
    if (length === 0) return NOTHING;
    const { context } = this;
    const entry = this.#entry;
    // The descriptor may wait, since it is shared with others.
    if (!wait) {
      entry.revents = 0;
      context.poll([entry], 0);
      if (entry.revents === 0) return NOTHING;
    }
    const room = Math.min(length, MAX_READ);
    const buffer = context.scratch(room);
    for (;;) {
      if (context.writers.size > 0) context.wait(entry);
      const count = context.system.read(0, buffer, room);
      if (count > 0) return buffer.subarray(0, count);
      if (count === -Errno.EAGAIN && !wait) return NOTHING;
      if (count === -Errno.EAGAIN) context.wait(entry);
      else if (count !== -Errno.EINTR) {
        this.#closed = true;
        // Input that is not open has ended.
        if (count === 0 || count === -Errno.EBADF) failClosed();
        failOperation(-count, "other");
      }
    }
  }
}

/** Standard output or standard error. */
export class StdoutStream extends OutputStream {
  readonly #entry: PollFd;
  #closed = false;

  /** Writes to descriptor 1 or 2. */
  constructor(context: WasiContext, fd: 1 | 2) {
    super(context, null);
    this.#entry = { fd, events: POLLOUT, revents: 0 };
  }

  subscribe(): Pollable {
    return new StdioPollable(this.context, this, this.#entry.fd, POLLOUT);
  }

  protected room(): number {
    if (this.#closed) failClosed();
    return WRITE_SIZE;
  }

  protected push(bytes: Uint8Array): void {
    if (this.#closed) failClosed();
    const { system } = this.context;
    const { fd } = this.#entry;
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.subarray(done);
      const count = system.write(fd, rest, rest.length);
      if (count >= 0) done += count;
      else if (count === -Errno.EAGAIN) this.context.wait(this.#entry);
      else if (count !== -Errno.EINTR) {
        this.#closed = true;
        if (count === -Errno.EPIPE) failClosed();
        failOperation(-count, "other");
      }
    }
  }

  protected startFlush(): void {
    if (this.#closed) failClosed();
  }

  protected finishFlush(): void {
    if (this.#closed) failClosed();
  }

  protected waitForRoom(): number {
    return this.room();
  }
}
