/**
 * What of a connection's responses the socket has not taken yet.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { MSG_MORE } from "../../linux/socket.ts";
import type { OffsetCell } from "../../stack/open_file.ts";
import type { MultipartBody } from "./multipart.ts";
import type { Reply } from "./reply.ts";
import type { ServedFile } from "./served_file.ts";
import type { Service } from "./service.ts";

/** Bytes of a file that one call sends at most, so that other connections have their turn. */
const FILE_CHUNK = 1024 * 1024;

/** What came of sending. */
export const Sent = {
  /** Everything was taken. */
  all: 0,
  /** The rest waits until the socket is writable. */
  part: 1,
  /** The connection is of no use any more. */
  failed: 2,
} as const;

/** One of the values of {@linkcode Sent}. */
export type Sent = (typeof Sent)[keyof typeof Sent];

/** Sends bytes, then a range of a file, then what parts give. */
export class Output {
  readonly #service: Service;
  readonly #fd: number;
  #bytes: Uint8Array<ArrayBuffer> | null = null;
  #file: ServedFile | null = null;
  #fileEnd = 0;
  readonly #offset: OffsetCell = { value: 0 };
  #parts: MultipartBody | null = null;
  /** Bytes that the socket has taken. */
  taken = 0;

  /** Sends to a socket. */
  constructor(service: Service, fd: number) {
    this.#service = service;
    this.#fd = fd;
  }

  /** Whether nothing is left to be sent. */
  get isEmpty(): boolean {
    return this.#bytes === null && this.#file === null && this.#parts === null;
  }

  /**
   * Sends bytes that are not kept by the one who gives them: what the socket does not take is copied.
   * Nothing else may be left to be sent.
   *
   * @param flags MSG_MORE where something follows at once.
   */
  sendBytes(bytes: Uint8Array<ArrayBuffer>, length: number, flags: number): Sent {
    const result = this.#service.system.send(this.#fd, bytes, length, flags);
    if (result === length) {
      this.taken += length;
      return Sent.all;
    }
    if (result < 0 && result !== -Errno.EAGAIN && result !== -Errno.EINTR) return Sent.failed;
    const taken = Math.max(result, 0);
    this.taken += taken;
    this.#bytes = bytes.slice(taken, length);
    return Sent.part;
  }

  /** Sends what was gathered. */
  flush(flags: number): Sent {
    const { gathered } = this.#service;
    const { length } = gathered;
    if (length === 0) return Sent.all;
    gathered.length = 0;
    return this.sendBytes(gathered.bytes, length, flags);
  }

  /** Adds bytes to those that the socket has not taken. */
  append(bytes: Uint8Array, length: number): void {
    const before = this.#bytes ?? new Uint8Array(0);
    const all = new Uint8Array(before.length + length);
    all.set(before);
    all.set(bytes.subarray(0, length), before.length);
    this.#bytes = all;
  }

  /** Adds what follows the bytes of a reply; it is sent by {@linkcode Output.advance}. */
  follow({ file, fileStart, fileEnd, parts }: Reply): void {
    if (parts !== null) {
      this.#parts = parts;
      this.#service.cache.use(parts.file);
    } else if (file !== null) this.#setFile(file, fileStart, fileEnd);
  }

  /** Sends as much as the socket takes, but not more than its share. */
  advance(): Sent {
    for (;;) {
      if (this.#bytes !== null) {
        const bytes = this.#bytes;
        this.#bytes = null;
        const more = this.#file !== null || this.#parts !== null;
        const sent = this.sendBytes(bytes, bytes.length, more ? MSG_MORE : 0);
        if (sent !== Sent.all) return sent;
      }
      if (this.#file !== null) {
        const sent = this.#sendFile(this.#file);
        if (sent !== Sent.all) return sent;
      }
      if (this.#parts === null) return Sent.all;
      const { file } = this.#parts;
      const { bytes, range } = this.#parts.next();
      this.#bytes = bytes;
      if (range !== null) this.#setFile(file, range.start, range.end);
      else {
        this.#parts = null;
        this.#service.cache.release(file);
      }
    }
  }

  /** Forgets what is left. */
  drop(): void {
    const { cache } = this.#service;
    if (this.#file !== null) cache.release(this.#file);
    if (this.#parts !== null) cache.release(this.#parts.file);
    this.#bytes = null;
    this.#file = null;
    this.#parts = null;
  }

  #setFile(file: ServedFile, start: number, end: number): void {
    this.#file = file;
    this.#offset.value = start;
    this.#fileEnd = end;
    this.#service.cache.use(file);
  }

  #sendFile(file: ServedFile): Sent {
    const offset = this.#offset;
    const before = offset.value;
    const count = Math.min(this.#fileEnd - before, FILE_CHUNK);
    const result = this.#service.system.sendfile(this.#fd, file.fd, offset, count);
    if (result < 0) {
      return result === -Errno.EAGAIN || result === -Errno.EINTR ? Sent.part : Sent.failed;
    }
    // The file has become shorter than what was announced.
    if (result === 0) return Sent.failed;
    this.taken += result;
    if (offset.value < this.#fileEnd) return Sent.part;
    this.#file = null;
    this.#service.cache.release(file);
    return Sent.all;
  }
}
