/**
 * What the files of one thread share: the C library and memory for its out-parameters.
 *
 * @module
 */
import { EpollBuffer } from "./epoll_buffer.ts";
import { type EpollRegistrations, LocalEpollRegistrations } from "./epoll_registrations.ts";
import { type HostLayout, hostLayout } from "./host_layout.ts";
import { type Libc, openLibc } from "./libc.ts";
import { Message } from "./message.ts";

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
  registrations: EpollRegistrations = new LocalEpollRegistrations();

  /**
   * Opens the C library.
   *
   * @throws {LibcUnavailableError} If it cannot be loaded.
   */
  constructor() {
    this.libc = openLibc();
    this.statBuffer = new Uint8Array(this.layout.statSize);
    this.message = new Message(this.libc);
    this.epollBuffer = new EpollBuffer(this.libc, this.layout.epollEventSize);
  }
}
