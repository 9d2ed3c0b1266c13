/**
 * Where a document is saved.
 *
 * @module
 */
import { permissionState } from "../../kernel/policy/permissions.ts";
import type { System } from "../../kernel/system.ts";
import { Errno } from "../../linux/errno.ts";
import {
  AT_FDCWD,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_TRUNC,
  O_WRONLY,
} from "../../linux/fcntl.ts";
import { POLLOUT } from "../../linux/poll.ts";
import { FileStatus, S_IFMT, S_IFREG } from "../../linux/stat.ts";
import { failureReason } from "../../net/failure.ts";
import { DownloadError, ExitStatus } from "./exit_status.ts";

/** Permission bits of a new file, less the umask. */
const MODE = 0o666;

/** Names that are tried, `file`, `file.1`, …, before it is given up. */
const MAX_NAMES = 10_000;

const STDOUT = 1;

/** Paths that Deno opens with every permission only, unless they are those of a few harmless devices. */
const RESERVED = /^\/(?:dev\/(?!(?:null|zero|random|urandom)$)|proc\/|sys\/)/;

const NO_REGULAR_FILE = "it is no regular file";

/** Results of opening what cannot be gone on with, and what it is. */
const NOT_RESUMED: ReadonlyMap<number, string> = new Map([
  [-Errno.ENXIO, NO_REGULAR_FILE],
  [-Errno.EISDIR, NO_REGULAR_FILE],
  [-Errno.ELOOP, "it is a symbolic link, which only -O follows"],
]);

function notResumed(path: string, reason: string): DownloadError {
  return new DownloadError(`Cannot go on with ${path}: ${reason}`, ExitStatus.file);
}

const ALL = ["read", "write", "net", "env", "sys", "run", "ffi"] as const;

/** The flag that is missing to write a file, if it is one. */
function missingFlag(path: string): string | null {
  const lacks = (name: (typeof ALL)[number]) => permissionState({ name }) !== "granted";
  if (RESERVED.test(path)) return ALL.some(lacks) ? "--allow-all" : null;
  // What is there already can be seen with leave to read only.
  const missing = (["write", "read"] as const)
    .find((name) => permissionState({ name, path }) !== "granted");
  return missing === undefined ? null : `--allow-${missing}=${path}`;
}

/** What is to be opened. */
export interface DestinationOptions {
  /** The file, or the name that it would like to have. */
  readonly path: string;
  /**
   * Whether the name comes from a URL: then no other file is overwritten, and no symbolic link is
   * followed.
   */
  readonly isFromUrl: boolean;
  /** Whether the file as it stands is the document's beginning. */
  readonly resume: boolean;
}

/** Standard output is nobody's any more: nothing is left to be done. */
export class ReaderGoneError extends Error {
  /** `ReaderGoneError`. */
  override readonly name: string = "ReaderGoneError";
}

/** A file or standard output. It is opened by the first byte, so that a failure before leaves no trace. */
export class Destination implements Disposable {
  readonly #system: System;
  readonly #options: DestinationOptions | null;
  #path: string;
  #fd = -1;

  private constructor(system: System, options: DestinationOptions | null) {
    this.#system = system;
    this.#options = options;
    this.#path = options?.path ?? "standard output";
    if (options === null) this.#fd = STDOUT;
  }

  /** Standard output. */
  static stdout(system: System): Destination {
    return new Destination(system, null);
  }

  /** A file. */
  static file(system: System, options: DestinationOptions): Destination {
    return new Destination(system, options);
  }

  /** The file's path, as it was named when it was opened; or what is meant. */
  get path(): string {
    return this.#path;
  }

  /** Whether it is a file, which stays as it is when a download fails. */
  get isFile(): boolean {
    return this.#options !== null;
  }

  /** Whether it is a file that nobody but a URL has named. */
  get isNamedByUrl(): boolean {
    return this.#options?.isFromUrl ?? false;
  }

  /**
   * Opens a file that is there, to go on with it.
   *
   * @returns How many bytes it has; 0 where there is none, or nothing is to be gone on with.
   * @throws {DownloadError} If it cannot be opened, or is not a regular file.
   */
  resume(): number {
    const options = this.#options;
    if (options === null || !options.resume || this.#fd >= 0) return 0;
    // A pipe would be waited for: until somebody reads from it.
    const flags = O_APPEND | O_NONBLOCK | (options.isFromUrl ? O_NOFOLLOW : 0);
    const fd = this.#open(options.path, flags);
    if (fd === -Errno.ENOENT) return 0;
    const odd = NOT_RESUMED.get(fd);
    if (odd !== undefined) throw notResumed(options.path, odd);
    if (fd < 0) throw this.#failure(options.path, fd);
    const status = new FileStatus();
    const result = this.#system.fstat(fd, status);
    if (result < 0 || (status.mode & S_IFMT) !== S_IFREG) {
      this.#system.close(fd);
      const reason = result < 0 ? failureReason(this.#system, result) : NO_REGULAR_FILE;
      throw notResumed(options.path, reason);
    }
    this.#fd = fd;
    return status.size;
  }

  /**
   * Opens it, if it is not open yet.
   *
   * @throws {DownloadError} If it cannot be opened.
   */
  open(): void {
    if (this.#fd >= 0 || this.#options === null) return;
    const { path, isFromUrl } = this.#options;
    if (isFromUrl) {
      this.#openNew(path);
      return;
    }
    const fd = this.#open(path, O_CREAT | O_TRUNC);
    if (fd < 0) throw this.#failure(path, fd);
    this.#fd = fd;
  }

  /**
   * Writes all bytes.
   *
   * @throws {DownloadError} If they cannot be written, such as on a full disk.
   * @throws {ReaderGoneError} If nobody reads standard output any more.
   */
  write(bytes: Uint8Array): void {
    const system = this.#system;
    for (let written = 0; written < bytes.byteLength;) {
      const rest = bytes.subarray(written);
      const result = system.write(this.#fd, rest, rest.byteLength);
      if (result > 0) written += result;
      else if (result === -Errno.EPIPE && !this.isFile) throw new ReaderGoneError();
      else if (result === -Errno.EAGAIN) {
        // Whoever shares standard output may have made it non-blocking.
        system.poll([{ fd: this.#fd, events: POLLOUT, revents: 0 }], -1);
      } else if (result !== -Errno.EINTR) {
        throw this.#failure(this.#path, result < 0 ? result : -Errno.EIO);
      }
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    if (this.isFile && this.#fd >= 0) this.#system.close(this.#fd);
    if (this.isFile) this.#fd = -1;
  }

  #open(path: string, flags: number): number {
    return this.#system.openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC | flags, MODE);
  }

  /** Opens a file that is not there yet, under the first name that is free. */
  #openNew(name: string): void {
    for (let count = 0; count < MAX_NAMES; count++) {
      const path = count === 0 ? name : `${name}.${count}`;
      const fd = this.#open(path, O_CREAT | O_EXCL);
      if (fd >= 0) {
        this.#fd = fd;
        this.#path = path;
        return;
      }
      if (fd !== -Errno.EEXIST) throw this.#failure(path, fd);
    }
    throw new DownloadError(
      `Cannot write ${name}: it exists, and so do the first ${MAX_NAMES} numbered ones`,
      ExitStatus.file,
    );
  }

  #failure(path: string, result: number): DownloadError {
    const missing = result === -Errno.EACCES ? missingFlag(path) : null;
    const advice = missing === null ? "" : `, add ${missing}`;
    const reason = failureReason(this.#system, result);
    return new DownloadError(`Cannot write ${path}: ${reason}${advice}`, ExitStatus.file);
  }
}
