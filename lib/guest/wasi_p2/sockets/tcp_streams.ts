/**
 * The streams of a TCP connection.
 *
 * @module
 */
import { Errno } from "../../../linux/errno.ts";
import { type PollFd, POLLIN, POLLOUT } from "../../../linux/poll.ts";
import { MSG_PEEK } from "../../../linux/socket.ts";
import { MAX_READ, type WasiContext } from "../context.ts";
import { Awaited, Pollable } from "../io/poll.ts";
import { failClosed, failOperation, InputStream, OutputStream } from "../io/streams.ts";
import type { Resource } from "../resource.ts";
import type { TcpWriter } from "./tcp_writer.ts";

/** What `check-write` permits. */
const WRITE_SIZE = 1 << 16;

const NOTHING = new Uint8Array(0);

/** What a connection receives. */
export class TcpInputStream extends InputStream {
  readonly #entry: PollFd;
  #closed = false;

  /** Reads from a descriptor of `socket`. */
  constructor(context: WasiContext, socket: Resource, fd: number) {
    super(context, socket);
    this.#entry = { fd, events: POLLIN, revents: 0 };
  }

  /** Whether nothing more will come. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Ends the stream: what has arrived is not read any more. */
  close(): void {
    this.#closed = true;
  }

  subscribe(): Pollable {
    return new TcpInputPollable(this.context, this, this.#entry.fd);
  }

  protected pull(length: number, wait: boolean): Uint8Array {
    if (this.#closed) failClosed();
    const { context } = this;
    const { system } = context;
    context.flushWriters();
    if (length === 0) return this.#probe();
    const room = Math.min(length, MAX_READ);
    const buffer = context.scratch(room);
    for (;;) {
      const count = system.recv(this.#entry.fd, buffer, room, 0);
      if (count > 0) return buffer.subarray(0, count);
      if (count === 0) {
        this.#closed = true;
        failClosed();
      }
      if (count === -Errno.EAGAIN) {
        if (!wait) return NOTHING;
        context.wait(this.#entry);
      } else if (count !== -Errno.EINTR) this.#fail(count);
    }
  }

  /** Whether the stream has ended, without reading. */
  #probe(): Uint8Array {
    const { system } = this.context;
    const count = system.recv(this.#entry.fd, this.context.scratch(1), 1, MSG_PEEK);
    if (count === 0) {
      this.#closed = true;
      failClosed();
    }
    if (count < 0 && count !== -Errno.EAGAIN && count !== -Errno.EINTR) this.#fail(count);
    return NOTHING;
  }

  #fail(errno: number): never {
    this.#closed = true;
    failOperation(-errno, "network");
  }
}

class TcpInputPollable extends Pollable {
  readonly #stream: TcpInputStream;

  constructor(context: WasiContext, stream: TcpInputStream, fd: number) {
    super(context, stream);
    this.#stream = stream;
    this.entry.fd = fd;
    this.entry.events = POLLIN;
  }

  look(): Awaited {
    return this.#stream.closed ? Awaited.nothing : Awaited.descriptor;
  }
}

/** What a connection sends. */
export class TcpOutputStream extends OutputStream {
  readonly #writer: TcpWriter;
  readonly #entry: PollFd;
  #closed = false;

  /** Writes by `writer`, which belongs to `socket`. */
  constructor(context: WasiContext, socket: Resource, writer: TcpWriter) {
    super(context, socket);
    this.#writer = writer;
    this.#entry = { fd: writer.entry.fd, events: POLLOUT, revents: 0 };
  }

  /** Whether nothing more can be written. */
  get closed(): boolean {
    return this.#closed || this.#writer.error !== 0;
  }

  /** Whether it waits for the system to take what was accepted. */
  get isPending(): boolean {
    return this.#writer.isPending;
  }

  /** Ends the stream: what was accepted is still sent. */
  close(): void {
    this.#closed = true;
  }

  subscribe(): Pollable {
    return new TcpOutputPollable(this.context, this, this.#entry.fd);
  }

  protected room(): number {
    this.#check();
    this.context.flushWriters();
    this.#check();
    if (this.isPending) return 0;
    const entry = this.#entry;
    entry.revents = 0;
    this.context.poll([entry], 0);
    return entry.revents === 0 ? 0 : WRITE_SIZE;
  }

  protected push(bytes: Uint8Array): void {
    this.#check();
    if (bytes.length > 0) this.#writer.push(bytes);
    this.#check();
  }

  protected startFlush(): void {
    this.#check();
    this.context.flushWriters();
    this.#check();
  }

  protected finishFlush(): void {
    this.startFlush();
    while (this.isPending) {
      this.context.wait(this.#entry);
      this.context.flushWriters();
    }
    this.#check();
  }

  protected waitForRoom(): number {
    this.finishFlush();
    this.context.wait(this.#entry);
    return WRITE_SIZE;
  }

  protected override writeThrough(bytes: Uint8Array): void {
    if (this.isPending) this.finishFlush();
    else this.#check();
    this.#writer.push(bytes);
    if (this.isPending) this.finishFlush();
    else this.#check();
  }

  /** Fails if the stream is closed, or once with what sending has failed with. */
  #check(): void {
    if (this.#closed) failClosed();
    const { error } = this.#writer;
    if (error === 0) return;
    this.#closed = true;
    if (error === Errno.EPIPE) failClosed();
    failOperation(error, "network");
  }
}

class TcpOutputPollable extends Pollable {
  readonly #stream: TcpOutputStream;

  constructor(context: WasiContext, stream: TcpOutputStream, fd: number) {
    super(context, stream);
    this.#stream = stream;
    this.entry.fd = fd;
    this.entry.events = POLLOUT;
  }

  look(): Awaited {
    return this.#stream.closed ? Awaited.nothing : Awaited.descriptor;
  }

  override settle(): boolean {
    this.context.flushWriters();
    return !this.#stream.isPending;
  }
}
