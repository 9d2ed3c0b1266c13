/**
 * Streams over files.
 *
 * @module
 */
import { F_GETFL, F_SETFL, O_APPEND } from "../../../linux/fcntl.ts";
import { MAX_READ, type WasiContext } from "../context.ts";
import { type Pollable, ReadyPollable } from "../io/poll.ts";
import { failClosed, failOperation, InputStream, OutputStream } from "../io/streams.ts";
import type { OpenHandle } from "./open_handle.ts";

/** What `check-write` permits. */
const WRITE_SIZE = 1 << 16;

const NOTHING = new Uint8Array(0);

/** Reads a file from an offset on. */
export class FileInputStream extends InputStream {
  readonly #handle: OpenHandle;
  #offset: number;
  #closed = false;

  /** Reads from `offset` on; takes over one hold of `handle`. */
  constructor(context: WasiContext, handle: OpenHandle, offset: number) {
    super(context, null);
    this.#handle = handle;
    this.#offset = offset;
  }

  subscribe(): Pollable {
    return new ReadyPollable(this.context, this);
  }

  protected pull(length: number): Uint8Array {
    if (this.#closed) failClosed();
    if (length === 0) return NOTHING;
    const room = Math.min(length, MAX_READ);
    const buffer = this.context.scratch(room);
    const { system, fd } = this.#handle;
    const count = system.pread(fd, buffer, room, this.#offset);
    if (count > 0) {
      this.#offset += count;
      return buffer.subarray(0, count);
    }
    this.#closed = true;
    if (count === 0) failClosed();
    failOperation(-count, "filesystem");
  }

  protected override release(): void {
    this.#handle.release();
  }
}

/** Writes a file from an offset on, or at its end. */
export class FileOutputStream extends OutputStream {
  readonly #handle: OpenHandle;
  /** Where the next byte goes; null for the end of the file. */
  #offset: number | null;
  #closed = false;

  /** Writes from `offset` on, at the end if that is null; takes over one hold of `handle`. */
  constructor(context: WasiContext, handle: OpenHandle, offset: number | null) {
    super(context, null);
    this.#handle = handle;
    this.#offset = offset;
  }

  subscribe(): Pollable {
    return new ReadyPollable(this.context, this);
  }

  protected room(): number {
    if (this.#closed) failClosed();
    return WRITE_SIZE;
  }

  protected push(bytes: Uint8Array): void {
    if (this.#closed) failClosed();
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.subarray(done);
      const count = this.#offset === null
        ? this.#append(rest)
        : this.#handle.system.pwrite(this.#handle.fd, rest, rest.length, this.#offset);
      if (count < 0) {
        this.#closed = true;
        failOperation(-count, "filesystem");
      }
      if (this.#offset !== null) this.#offset += count;
      done += count;
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

  protected override release(): void {
    this.#handle.release();
  }

  /** Writes at the end, wherever that is by now; other streams of the file keep their offsets. */
  #append(bytes: Uint8Array): number {
    const { system, fd } = this.#handle;
    const flags = system.fcntl(fd, F_GETFL, 0);
    if (flags < 0) return flags;
    const changed = system.fcntl(fd, F_SETFL, flags | O_APPEND);
    if (changed < 0) return changed;
    const count = system.write(fd, bytes, bytes.length);
    system.fcntl(fd, F_SETFL, flags);
    return count;
  }
}
