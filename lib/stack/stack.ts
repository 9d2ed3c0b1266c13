/**
 * What moves a guest's bytes: the interface between the kernel and a network stack.
 *
 * @module
 */
import type { Alarm } from "./alarm.ts";
import type { EpollRegistrations } from "./epoll_registrations.ts";
import type { OffsetCell, OpenFile } from "./open_file.ts";
import type { HostFile } from "./thread_stack.ts";

/**
 * A thing that a stack cannot do as Linux does, and what the guest gets instead: never a silent
 * success.
 */
export interface Limitation {
  /** The call, flag or option concerned, in C's words: `send(MSG_OOB)`. */
  readonly call: string;
  /** The positive errno that the guest gets, or 0 where the call works but differs as said. */
  readonly errno: number;
  /** What is missing below: the API that Deno does not have. */
  readonly missing: string;
}

/** Files that are real descriptors of the host; a stack without them leaves files to the kernel. */
export interface HostFiles {
  /** pipe2(2): the reading and the writing end, or a negated errno. */
  pipe2(flags: number): readonly [OpenFile, OpenFile] | number;

  /** What the guests of this host have registered with epoll. */
  readonly registrations: EpollRegistrations;

  /** What another thread needs to know of a file of this host; null for one that is not. */
  describe(file: OpenFile): HostFile | null;

  /** epoll_create1(2) without flags: an epoll instance, or a negated errno. */
  epollCreate(): OpenFile | number;

  /** eventfd2(2): an event counter, or a negated errno. */
  eventfd(initial: number, flags: number): OpenFile | number;

  /**
   * Duplicates a descriptor that was opened under Deno's permissions, so that the caller can close
   * its own. `path` is the absolute path of a directory, else null.
   */
  adopt(descriptor: number, path: string | null): OpenFile | number;

  /** The process's own standard descriptor 0, 1 or 2; closing it leaves the process's open. */
  stdio(descriptor: 0 | 1 | 2): OpenFile;

  /**
   * Where the file behind a descriptor of the host is, as the system knows it.
   *
   * @returns An absolute path, null if it cannot be told.
   */
  pathOf(descriptor: number): string | null;

  /**
   * sendfile(2) between two files of this host; `offset` is advanced where it is given. Null if one
   * of them is not this host's.
   */
  sendfile(
    output: OpenFile,
    input: OpenFile,
    offset: OffsetCell | null,
    count: number,
  ): number | null;
}

/**
 * A network stack: makes sockets and waits for them.
 *
 * The kernel has checked every argument that Linux checks before it looks at the socket, and has
 * asked the policy about every address: a stack never sees an address that it may not use.
 */
export interface Stack {
  /** `libc`, `deno`, … as `--stack` names it. */
  readonly name: string;

  /** What this stack cannot do as Linux does. */
  readonly limitations: readonly Limitation[];

  /** Real descriptors for files, pipes and stdio; null where the kernel has to emulate them. */
  readonly host: HostFiles | null;

  /**
   * What its waits sleep on; absent where poll(2) sees everything. Other parts of the guest ring it when
   * a file that they emulate has become ready.
   */
  readonly alarm?: Alarm;

  /**
   * Whether it goes to the name and not to the address where a call gives it both: to whatever
   * address the name has then.
   */
  readonly usesNames: boolean;

  /**
   * socket(2). Only families, types and protocols that exist reach the stack.
   *
   * @param domain AF_INET, AF_INET6 or AF_UNIX.
   * @param type SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET, perhaps with SOCK_NONBLOCK.
   * @param protocol 0, or the one of the type.
   * @returns A new socket, or a negated errno.
   */
  socket(domain: number, type: number, protocol: number): OpenFile | number;

  /**
   * socketpair(2).
   *
   * @param domain AF_UNIX.
   * @param type As for {@link Stack.socket}.
   * @param protocol 0.
   * @returns Two sockets that are connected, or a negated errno.
   */
  socketpair(
    domain: number,
    type: number,
    protocol: number,
  ): readonly [OpenFile, OpenFile] | number;

  /**
   * Resolves a host name, /etc/hosts included.
   *
   * @param name The name, without a port.
   * @param family AF_INET, AF_INET6, or AF_UNSPEC for both.
   * @param addresses Receives sockaddr bytes with port 0 in the resolver's order, without repeats.
   * @param timeout Milliseconds that it may take, negative for no limit; only a stack that
   * {@link Stack.limitsLookups} is told.
   * @returns The count of addresses; −ENOENT if there is none, −EAGAIN for a failure that may pass,
   * −ETIMEDOUT.
   */
  resolve(
    name: string,
    family: number,
    addresses: Uint8Array<ArrayBuffer>[],
    timeout?: number,
  ): number;

  /** Whether names are not the host's matter but its own, and its lookups keep to a time limit. */
  readonly limitsLookups?: boolean;

  /** Whether a lookup goes on when its time is over, so that the next one of the name joins it. */
  readonly keepsLookups?: boolean;

  /**
   * poll(2) over open files.
   *
   * @param files What each entry refers to; null for an entry to be ignored.
   * @param events What each entry waits for.
   * @param revents Receives what is ready; entries of null files are set to 0.
   * @param count How many entries there are.
   * @param timeout Milliseconds, possibly fractional; negative waits for ever.
   * @returns How many entries have anything ready, 0 after the time-out, or a negated errno.
   */
  poll(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number;

  /**
   * select(2) over open files: `events` holds POLLIN, POLLOUT and POLLPRI for membership in the
   * read, write and exception set; `revents` receives the same bits for what select would set.
   * Otherwise as {@link Stack.poll}; the result counts bits, not files.
   */
  select(
    files: readonly (OpenFile | null)[],
    events: Int16Array,
    revents: Int16Array,
    count: number,
    timeout: number,
  ): number;

  /** Ends the stack: delivers what was accepted for sending, then frees what it holds. */
  close(): void;
}
