/**
 * Descriptors 0, 1 and 2 of a guest: this process's own through Deno, or an embedder's functions.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { type Flock, O_APPEND, O_NONBLOCK, O_RDONLY, O_WRONLY } from "../../linux/fcntl.ts";
import { FIONBIO, TIOCGWINSZ } from "../../linux/ioctl.ts";
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from "../../linux/poll.ts";
import { type FileStatus, S_IFCHR, S_IRUSR, S_IWGRP, S_IWUSR } from "../../linux/stat.ts";
import { type Iovec, MAX_RW_COUNT } from "../../linux/uio.ts";
import { type Bytes, FileKind, OpenFile } from "../../stack/open_file.ts";
import type { Alarm } from "../../stack/alarm.ts";
import { InputPump } from "./input_pump.ts";
import { errnoOf, fileKindOf, fillStatus, nodeFs } from "./node_fs.ts";

/**
 * Gives a guest bytes: fills `buffer` from its start and returns how many bytes there are, 0 at the
 * end of the input, or a negated errno. May wait. What it throws reaches whoever runs the guest.
 */
export type StdioRead = (buffer: Uint8Array) => number;

/**
 * Takes a guest's bytes, which are valid during the call only, and returns how many of them it took,
 * or a negated errno. What it throws reaches whoever runs the guest.
 */
export type StdioWrite = (bytes: Uint8Array) => number;

/** Replacements for a guest's standard descriptors; what is not given is the process's own. */
export interface StdioOptions {
  /** Descriptor 0. */
  readonly stdin?: StdioRead;
  /** Descriptor 1. */
  readonly stdout?: StdioWrite;
  /** Descriptor 2. */
  readonly stderr?: StdioWrite;
}

/** How a {@link StdioFile} moves bytes and what it looks like. */
export interface StdioFileOptions {
  /** Reads; absent for a descriptor that is open for writing only. */
  readonly read?: StdioRead;
  /** Writes; absent for a descriptor that is open for reading only. */
  readonly write?: StdioWrite;
  /** Says whether a read would return at once; without it, all do. */
  readonly poll?: () => boolean;
  /** Ends what reads ahead. */
  readonly close?: () => void;
  /** Number of the process's own descriptor that `fstat` tells of; absent for none. */
  readonly descriptor?: 0 | 1 | 2;
  /** Which standard descriptor it is; default: 0 if it reads, else 1. */
  readonly standard?: 0 | 1 | 2;
}

/** A standard descriptor that moves bytes by functions. It has no offset; closing it ends nothing. */
export class StdioFile extends OpenFile {
  readonly kind: FileKind;
  /** Which standard descriptor it is. */
  readonly standard: 0 | 1 | 2;
  readonly #read: StdioRead | undefined;
  readonly #write: StdioWrite | undefined;
  readonly #poll: (() => boolean) | undefined;
  readonly #close: (() => void) | undefined;
  readonly #descriptor: 0 | 1 | 2 | undefined;
  #flags: number;

  /** Makes a descriptor of `options`; a terminal's kind where it is none of the process's own. */
  constructor(options: StdioFileOptions) {
    super();
    const { read, write, poll, close, descriptor, standard } = options;
    this.#poll = poll;
    this.#close = close;
    this.standard = standard ?? (read === undefined ? 1 : 0);
    this.#read = read;
    this.#write = write;
    this.#descriptor = descriptor;
    this.#flags = read === undefined ? O_WRONLY : O_RDONLY;
    this.kind = descriptor === undefined ? FileKind.character : kindOfDescriptor(descriptor);
  }

  close(): number {
    this.#close?.();
    return 0;
  }

  getStatusFlags(): number {
    return this.#flags;
  }

  setStatusFlags(flags: number): number {
    // Whether these calls wait is not for the guest to change: Deno shares the descriptor.
    if (((flags ^ this.#flags) & O_NONBLOCK) !== 0) return -Errno.EINVAL;
    this.#flags = (this.#flags & ~O_APPEND) | (flags & O_APPEND);
    return 0;
  }

  fstat(status: FileStatus): number {
    if (this.#descriptor !== undefined) {
      try {
        fillStatus(nodeFs().fstatSync(this.#descriptor, { bigint: true }), status);
        return 0;
      } catch (error) {
        return errnoOf(error);
      }
    }
    // As a terminal: mode 0620, /dev/pts/0.
    status.dev =
      status.uid =
      status.gid =
      status.size =
      status.blocks =
        0;
    status.ino = 0n;
    status.mode = S_IFCHR | S_IRUSR | S_IWUSR | S_IWGRP;
    status.nlink = 1;
    status.rdev = 0x8800;
    status.blksize = 1024;
    status.atimeSeconds = status.mtimeSeconds = status.ctimeSeconds = 0;
    status.atimeNanoseconds = status.mtimeNanoseconds = status.ctimeNanoseconds = 0;
    return 0;
  }

  override poll(events: number): number {
    const possible = this.#read === undefined ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM;
    const asked = events & possible;
    return asked !== 0 && (this.#poll?.() ?? true) ? asked : 0;
  }

  override read(buffer: Bytes | null, length: number): number {
    if (this.#read === undefined) return -Errno.EBADF;
    return transfer(this.#read, buffer, length);
  }

  override write(buffer: Bytes | null, length: number): number {
    if (this.#write === undefined) return -Errno.EBADF;
    return transfer(this.#write, buffer, length);
  }

  override readv(buffers: readonly Iovec[]): number {
    return this.#read === undefined ? -Errno.EBADF : transferAll(this.#read, buffers);
  }

  override writev(buffers: readonly Iovec[]): number {
    return this.#write === undefined ? -Errno.EBADF : transferAll(this.#write, buffers);
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request === TIOCGWINSZ && this.#descriptor !== undefined) {
      return windowSize(this.#descriptor, value);
    }
    if (request !== FIONBIO) return -Errno.ENOTTY;
    if (value === null) return -Errno.EFAULT;
    return this.setStatusFlags((this.#flags & ~O_NONBLOCK) | (value[0] === 0 ? 0 : O_NONBLOCK));
  }

  override lock(_command: number, _lock: Flock): number {
    return -Errno.ENOLCK;
  }
}

/** One call of an embedder's or Deno's function, whose result is not trusted. */
function transfer(
  move: (bytes: Uint8Array) => number,
  buffer: Bytes | null,
  length: number,
): number {
  if (length === 0) return 0;
  if (buffer === null) return -Errno.EFAULT;
  const count = Math.min(length, MAX_RW_COUNT);
  const result = move(buffer.subarray(0, count));
  return Number.isInteger(result) && result <= count && result >= -0xfff ? result : -Errno.EIO;
}

/** One buffer after the other until one is not filled; an error counts if it comes first. */
function transferAll(move: (bytes: Uint8Array) => number, buffers: readonly Iovec[]): number {
  let total = 0;
  for (const { base, length } of buffers) {
    const result = transfer(move, base, length);
    if (result < 0) return total > 0 ? total : result;
    total += result;
    if (result < length) break;
  }
  return total;
}

function kindOfDescriptor(descriptor: 0 | 1 | 2): FileKind {
  try {
    return fileKindOf(nodeFs().fstatSync(descriptor).mode);
  } catch {
    return FileKind.character;
  }
}

/** TIOCGWINSZ of one of the process's own descriptors. */
function windowSize(descriptor: 0 | 1 | 2, size: Int32Array | null): number {
  const stream = [Deno.stdin, Deno.stdout, Deno.stderr][descriptor];
  if (stream === undefined || !stream.isTerminal()) return -Errno.ENOTTY;
  if (size === null) return -Errno.EFAULT;
  try {
    const { rows, columns } = Deno.consoleSize();
    // struct winsize: four 16-bit numbers, of which Deno does not know the pixels.
    size[0] = rows | (columns << 16);
    size[1] = 0;
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}

/** A function of Deno with its exceptions as negated errnos. */
function guarded(move: (bytes: Uint8Array) => number | null): (bytes: Uint8Array) => number {
  return (bytes) => {
    try {
      return move(bytes) ?? 0;
    } catch (error) {
      return errnoOf(error);
    }
  };
}

/** The process's own input. Of what is a file, nobody has to wait for bytes. */
function openInput(alarm: Alarm | null): OpenFile {
  const descriptor = 0;
  if (alarm === null || kindOfDescriptor(descriptor) === FileKind.file) {
    const read = guarded((bytes) => Deno.stdin.readSync(bytes));
    return new StdioFile({ read, descriptor, standard: 0 });
  }
  const pump = new InputPump(alarm);
  return new StdioFile({
    read: (bytes) => pump.read(bytes),
    poll: () => pump.poll(),
    close: () => pump.close(),
    descriptor,
    standard: 0,
  });
}

/**
 * A standard descriptor without libc: the embedder's function if there is one, else this process's
 * own through `Deno.stdin`, `Deno.stdout` or `Deno.stderr`.
 *
 * @param descriptor 0, 1 or 2.
 * @param replacements The embedder's functions.
 * @param alarm What waits for input sleep on; without it, input is always taken to be there.
 */
export function openStdio(
  descriptor: 0 | 1 | 2,
  replacements: StdioOptions,
  alarm: Alarm | null = null,
): OpenFile {
  const { stdin, stdout, stderr } = replacements;
  switch (descriptor) {
    case 0:
      if (stdin !== undefined) return new StdioFile({ read: stdin, standard: 0 });
      return openInput(alarm);
    case 1:
      if (stdout !== undefined) return new StdioFile({ write: stdout, standard: 1 });
      return new StdioFile({
        write: guarded((bytes) => Deno.stdout.writeSync(bytes)),
        descriptor,
        standard: 1,
      });
    case 2:
      if (stderr !== undefined) return new StdioFile({ write: stderr, standard: 2 });
      return new StdioFile({
        write: guarded((bytes) => Deno.stderr.writeSync(bytes)),
        descriptor,
        standard: 2,
      });
  }
}
