/**
 * A file that is served: open, with what is said about it.
 *
 * @module
 */
import type { System } from "../../kernel/system.ts";
import type { FileStatus } from "../../linux/stat.ts";
import { formatHttpDate } from "../http/http_date.ts";
import type { Clock } from "./clock.ts";
import type { Validators } from "./conditions.ts";
import { HttpdLimits } from "./limits.ts";
import { type Persistence, PreparedResponse } from "./prepared_response.ts";
import { changedAt, SETTLED, type WatchedFolder } from "./watched_folder.ts";

/** Where a file was found. */
export interface FilePlace {
  /** Bytes of the target's path that it answers. */
  readonly target: Uint8Array;
  /** Names from the root on. */
  readonly names: readonly string[];
  /** Its Content-Type. */
  readonly contentType: string;
}

function hex(value: number): string {
  return value.toString(16);
}

/** A file. */
export class ServedFile implements Validators {
  /** The descriptor. */
  readonly fd: number;
  /** Where it was found. */
  readonly place: FilePlace;
  /** Its size in bytes. */
  readonly size: number;
  /** Its device. */
  readonly dev: number;
  /** Its inode. */
  readonly ino: bigint;
  readonly etag: string;
  readonly lastModified: string;
  readonly modified: number;
  /** Responses that use the file at this moment. */
  users = 0;
  /** Whether it is no longer to be found, and closed when nobody uses it any more. */
  isStale = false;
  /** The turn of the clock in which it was last known to be up to date. */
  checkedTurn: number;
  /** When it was last looked up by its name, in the clock's ticks. */
  foundAt: number;
  /** The number of that look-up. */
  lookUp = 0;
  /** The folders that led to it; null where they are not watched. */
  folders: readonly WatchedFolder[] | null = null;
  /** When it last changed, in milliseconds since 1970. */
  readonly #changedAt: number;
  readonly #times: readonly [number, number, number, number];
  readonly #whole: (PreparedResponse | null)[] = [null, null, null];
  readonly #unmodified: (PreparedResponse | null)[] = [null, null, null];

  /** Takes over a descriptor, whose attributes are `status`. */
  constructor(fd: number, place: FilePlace, status: FileStatus, clock: Clock) {
    const { mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds } = status;
    this.fd = fd;
    this.place = place;
    this.size = status.size;
    this.dev = status.dev;
    this.ino = status.ino;
    this.#times = [mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds];
    const version = [status.size, mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds];
    this.etag = `"${version.map(hex).join("-")}"`;
    this.modified = mtimeSeconds * 1000;
    // RFC 9110 section 8.8.2.1: not in the future. There are four digits for the year.
    const isNamable = this.modified <= clock.now && mtimeSeconds >= -62167219200;
    this.lastModified = isNamable ? formatHttpDate(this.modified) : "";
    this.#changedAt = changedAt(status);
    this.checkedTurn = clock.turn;
    this.foundAt = clock.ticks;
  }

  /** Whether the open file has not changed, given its attributes now; a removed one has. */
  isUnchanged(status: FileStatus): boolean {
    const [mtime, mtimeNanoseconds, ctime, ctimeNanoseconds] = this.#times;
    return status.ctimeNanoseconds === ctimeNanoseconds && status.ctimeSeconds === ctime &&
      status.mtimeNanoseconds === mtimeNanoseconds && status.mtimeSeconds === mtime &&
      status.size === this.size && status.nlink > 0;
  }

  /** The response with the whole file: its head, and the body if the file is small. */
  whole(persistence: Persistence, system: System, clock: Clock): PreparedResponse {
    const kept = this.#whole[persistence];
    if (kept !== null && kept !== undefined) {
      kept.stamp(clock);
      return kept;
    }
    const body = this.#readSmall(system, clock);
    const fields = `Content-Type: ${this.place.contentType}\r\nContent-Length: ${this.size}\r\n` +
      this.rangeFields();
    const made = new PreparedResponse(
      { status: 200, fields, persistence },
      clock,
      body ?? undefined,
    );
    // One without its body may have it later.
    if (body !== null || !this.#isSmall()) this.#whole[persistence] = made;
    return made;
  }

  /** The response that says that the client has the file already. */
  unmodified(persistence: Persistence, clock: Clock): PreparedResponse {
    const kept = this.#unmodified[persistence];
    if (kept !== null && kept !== undefined) {
      kept.stamp(clock);
      return kept;
    }
    const fields = this.validatorFields();
    const made = new PreparedResponse({ status: 304, fields, persistence }, clock);
    this.#unmodified[persistence] = made;
    return made;
  }

  /** Lines of fields that name this version of the file. */
  validatorFields(): string {
    const modified = this.lastModified === "" ? "" : `Last-Modified: ${this.lastModified}\r\n`;
    return `${modified}ETag: ${this.etag}\r\n`;
  }

  /** The same, and that ranges can be asked for. */
  rangeFields(): string {
    return `${this.validatorFields()}Accept-Ranges: bytes\r\n`;
  }

  #isSmall(): boolean {
    return this.size <= HttpdLimits.inlineFile;
  }

  /** The contents, if the file is small and has not changed for a while; else null. */
  #readSmall(system: System, clock: Clock): Uint8Array | null {
    if (!this.#isSmall()) return null;
    if (this.#changedAt > clock.now - SETTLED) return null;
    const body = new Uint8Array(this.size);
    return system.pread(this.fd, body, body.length, 0) === body.length ? body : null;
  }
}
