/**
 * What the files of one thread share: the C library and memory for its out-parameters.
 *
 * @module
 */
import type { EpollRegistrations } from "../epoll_registrations.ts";
import { EpollBuffer } from "./epoll_buffer.ts";
import { LocalEpollRegistrations } from "./local_epoll_registrations.ts";
import { type HostLayout, hostLayout } from "./host_layout.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Message } from "./message.ts";

/** What the threads of a process share of their C library. */
export interface ThreadShared {
  /** What the process has registered with epoll. */
  readonly registrations?: EpollRegistrations;
  /** Whether the process ends. */
  readonly isEnding?: () => boolean;
}

/**
 * The C library on one thread, with memory that is reused from call to call, which is safe since a
 * call ends before the thread makes the next one.
 */
export class LibcThread {
  /** The functions. */
  readonly libc: Libc;
  /** The host's ABI. */
  readonly layout: HostLayout = hostLayout(Deno.build.arch);
  /** A `struct stat` of the host. */
  readonly statBuffer: Uint8Array<ArrayBuffer>;
  /** One `struct pollfd`: the descriptor, then events and revents. */
  readonly pollfd: Int32Array<ArrayBuffer> = new Int32Array(2);
  /** What readv, writev, sendmsg and recvmsg point to. */
  readonly message: Message;
  /** What epoll_ctl and epoll_wait point to. */
  readonly epollBuffer: EpollBuffer;
  /** What guests have registered with epoll. */
  readonly registrations: EpollRegistrations;
  /** Whether calls that a signal interrupts are given up, because the process ends. */
  readonly isEnding: () => boolean;

  /**
   * Opens the C library.
   *
   * @param shared What belongs to a process of several threads; default: one thread's own.
   *
   * @throws {LibcUnavailableError} If it cannot be loaded.
   */
  constructor(shared: ThreadShared = {}) {
    this.registrations = shared.registrations ?? new LocalEpollRegistrations();
    this.isEnding = shared.isEnding ?? (() => false);
    this.libc = openLibc();
    this.statBuffer = new Uint8Array(this.layout.statSize);
    this.message = new Message(this.libc);
    this.epollBuffer = new EpollBuffer(this.libc, this.layout.epollEventSize);
  }
}
