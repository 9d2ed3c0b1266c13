/**
 * What a stack has to offer for several threads to share a process over it.
 *
 * @module
 */
import type { FileKind, OpenFile } from "./open_file.ts";
import type { Stack } from "./stack.ts";

/** An open file description as one thread tells another of it. */
export interface HostFile {
  /** The host's descriptor, which is the process's and good on every thread. */
  readonly descriptor: number;
  /** What it is. */
  readonly kind: FileKind;
  /** Family of a socket, else 0. */
  readonly domain: number;
  /** Type of a socket, else 0. */
  readonly type: number;
  /** Protocol of a socket, else 0. */
  readonly protocol: number;
  /** Whether closing leaves the host's descriptor open: stdio. */
  readonly borrowed: boolean;
}

/** A stack on one of the threads of a process. */
export interface ThreadStack extends Stack {
  /** The host's number of the thread that made the stack. */
  readonly threadId: number;

  /** Whether a thread of this host process, by the host's number, still runs. */
  isAlive(threadId: number): boolean;

  /**
   * Makes a call that blocks on another thread end, with EINTR or what it has done so far. One that is
   * about to begin is not touched: whoever wants it to end asks again until it has.
   */
  interrupt(threadId: number): void;

  /** Makes this thread's object for a description that another thread has opened. */
  open(file: HostFile): OpenFile;
}
