/**
 * What TCP and UDP sockets of this stack have in common.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../linux/fcntl.ts";
import { FIONBIO } from "../../linux/ioctl.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "../../linux/socket.ts";
import { type FileStatus, S_IFSOCK } from "../../linux/stat.ts";
import type { Iovec } from "../../linux/uio.ts";
import { type Bytes, FileKind, OpenFile, type ReceivedMessage } from "../open_file.ts";
import type { Channel } from "./channel.ts";
import type { PortEntry, PortTable } from "../port_table.ts";
import { SocketOptions } from "../options/socket_options.ts";

/** Bytes that scattered and gathered buffers are copied through at most in one call. */
const MAX_GATHERED = 1 << 20;

/** Bytes that Linux copies at a time from a buffer into a stream. */
const STREAM_PIECE = 32_768;

/** What all sockets of a stack share. */
export interface SocketContext {
  /** The way to the I/O worker. */
  readonly channel: Channel;
  /** Which ports are held. */
  readonly ports: PortTable;
  /** Connections as `local peer`: both ends may be of this stack. */
  readonly connections: Set<string>;
  /** Makes the thread wait, in milliseconds: for ever if Infinity. */
  sleep(timeout: number): void;
}

let nextInode = 1;

/** A socket: status flags, time-outs, buffers. */
export abstract class DenoSocket extends OpenFile {
  override readonly kind: FileKind = FileKind.socket;
  override readonly domain: number;
  override readonly type: number;
  override readonly protocol: number;

  /** Options that are stored and how they are checked. */
  readonly options: SocketOptions;
  /** What the socket shares with others. */
  protected readonly context: SocketContext;
  /** The socket's row in shared memory. */
  protected readonly slot: number;
  /** The port that it holds. */
  protected portEntry: PortEntry | null = null;
  /** What has been shut down: 1 receiving, 2 sending. */
  protected shut = 0;
  /** `sk_err`: reported once. */
  protected pendingError = 0;
  #nonBlocking: boolean;
  readonly #inode = nextInode++;

  constructor(
    context: SocketContext,
    slot: number,
    domain: number,
    type: number,
    protocol: number,
    flags: number,
  ) {
    super();
    this.context = context;
    this.slot = slot;
    this.domain = domain;
    this.type = type;
    this.protocol = protocol;
    this.#nonBlocking = (flags & SOCK_NONBLOCK) !== 0;
    this.options = new SocketOptions(domain, type);
  }

  /** The way to the I/O worker. */
  protected get channel(): Channel {
    return this.context.channel;
  }

  /** What select(2) and poll(2) see; brings what the worker reported up to date first. */
  abstract override poll(events: number): number;

  /** recvfrom(2) without an address where `from` is null; `status` receives the message's flags. */
  protected abstract receive(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number;

  /** sendto(2); `address` is null where there is none. */
  protected abstract transmit(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
    name: string | null,
  ): number;

  /** Whether calls return instead of waiting. */
  get nonBlocking(): boolean {
    return this.#nonBlocking;
  }

  override getStatusFlags(): number {
    return O_RDWR | (this.#nonBlocking ? O_NONBLOCK : 0);
  }

  override setStatusFlags(flags: number): number {
    this.#nonBlocking = (flags & O_NONBLOCK) !== 0;
    return 0;
  }

  override fstat(status: FileStatus): number {
    status.dev = 8;
    status.ino = BigInt(this.#inode);
    status.mode = S_IFSOCK | 0o777;
    status.nlink = 1;
    status.uid = 0;
    status.gid = 0;
    status.rdev = 0;
    status.size = 0;
    status.blksize = 4096;
    status.blocks = 0;
    status.atimeSeconds = status.mtimeSeconds = status.ctimeSeconds = 0;
    status.atimeNanoseconds = status.mtimeNanoseconds = status.ctimeNanoseconds = 0;
    return 0;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request !== FIONBIO) return -Errno.ENOTTY;
    if (value === null) return -Errno.EFAULT;
    this.#nonBlocking = value[0] !== 0;
    return 0;
  }

  override read(buffer: Bytes | null, length: number): number {
    // sock_read_iter: nothing asked, nothing looked at.
    return length === 0 ? 0 : this.receive(buffer, length, 0, null, null);
  }

  override write(buffer: Bytes | null, length: number): number {
    return this.transmit(buffer, length, 0, null, 0, null);
  }

  override send(buffer: Bytes | null, length: number, flags: number): number {
    return this.transmit(buffer, length, flags, null, 0, null);
  }

  override recv(buffer: Bytes | null, length: number, flags: number): number {
    return this.receive(buffer, length, flags, null, null);
  }

  override recvfrom(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage,
  ): number {
    return this.receive(buffer, length, flags, from, null);
  }

  override sendto(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer>,
    addressLength: number,
    name: string | null,
  ): number {
    return this.transmit(buffer, length, flags, address, addressLength, name);
  }

  override readv(buffers: readonly Iovec[]): number {
    // An empty list is answered above the socket (vfs_readv).
    return totalLength(buffers) === 0 ? 0 : this.#receiveVector(buffers, 0, null);
  }

  override writev(buffers: readonly Iovec[]): number {
    return totalLength(buffers) === 0 ? 0 : this.#sendVector(buffers, 0, null, 0, null);
  }

  override sendmsg(
    buffers: readonly Iovec[],
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
    name: string | null,
  ): number {
    return this.#sendVector(buffers, flags, address, addressLength, name);
  }

  override recvmsg(
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage,
  ): number {
    return this.#receiveVector(buffers, flags, message);
  }

  override getsockopt(
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    return this.options.get(this, level, name, value, length);
  }

  override setsockopt(
    level: number,
    name: number,
    value: Bytes | null,
    length: number,
  ): number {
    return this.options.set(this, level, name, value, length);
  }

  /** SO_ERROR: the pending error, which is then forgotten. */
  takeError(): number {
    const error = this.pendingError;
    this.pendingError = 0;
    return error;
  }

  /** SO_ACCEPTCONN. */
  get listening(): boolean {
    return false;
  }

  /** Whether it has a peer whose credentials SO_PEERCRED tells. */
  get connected(): boolean {
    return false;
  }

  /** A pair's peer is this process. */
  peerCredentials(): Uint8Array | number {
    for (const kind of ["uid", "gid"] as const) {
      if (Deno.permissions.querySync({ name: "sys", kind }).state !== "granted") {
        return -Errno.EACCES;
      }
    }
    return new Uint8Array(Int32Array.of(Deno.pid, Deno.uid() ?? -1, Deno.gid() ?? -1).buffer);
  }

  /** `tcpi_state` of TCP_INFO. */
  get tcpState(): number {
    return 0;
  }

  /** Whether bind(2), connect(2) or listen(2) has given it a port. */
  abstract get bound(): boolean;

  /** Applies an option to the host's socket, if there is one; the options remember it. */
  abstract applyOption(option: number, value: number, text?: string): number;

  /** Whether a call with these flags may wait. */
  protected mayWait(flags: number): boolean {
    return !this.#nonBlocking && (flags & MSG_DONTWAIT) === 0;
  }

  /**
   * Waits until `ready` says so.
   *
   * @param ready Looks at what the worker reported.
   * @param timeout Milliseconds; 0 does not wait, but takes in what has arrived already.
   * @returns Whether it was ready in time; true also if the worker has failed.
   */
  protected waitFor(ready: () => boolean, timeout: number): boolean {
    const channel = this.channel;
    if (ready()) return true;
    if (timeout === 0) {
      channel.turn();
      return ready();
    }
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    for (;;) {
      const seen = channel.events();
      if (ready() || channel.dead) return true;
      if (!channel.waitEvent(seen, deadline)) return ready();
    }
  }

  #sendVector(
    buffers: readonly Iovec[],
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    addressLength: number,
    name: string | null,
  ): number {
    const [first] = buffers;
    if (buffers.length === 1 && first !== undefined) {
      return this.transmit(first.base, first.length, flags, address, addressLength, name);
    }
    const total = totalLength(buffers);
    // A short count is always allowed on a stream; no datagram is that long.
    const gathered = new Uint8Array(Math.min(total, MAX_GATHERED));
    let at = 0;
    for (const { base, length } of buffers) {
      if (length === 0) continue;
      if (base === null) {
        // Linux copies piece by piece: what came before the piece that faults is sent.
        const whole = Math.floor(at / STREAM_PIECE) * STREAM_PIECE;
        if (whole === 0 || total > MAX_GATHERED) {
          return this.transmit(null, total, flags, address, addressLength, name);
        }
        return this.transmitUpToFault(gathered, whole, flags, address, addressLength, name);
      }
      const room = gathered.length - at;
      gathered.set(base.subarray(0, Math.min(length, room)), at);
      at += Math.min(length, room);
      if (at === gathered.length) break;
    }
    return this.transmit(gathered, at, flags, address, addressLength, name);
  }

  /** Sends the bytes before a buffer that faults: a stream does, a datagram is not sent. */
  protected transmitUpToFault(
    _bytes: Uint8Array,
    _length: number,
    _flags: number,
    _address: Uint8Array<ArrayBuffer> | null,
    _addressLength: number,
    _name: string | null,
  ): number {
    return -Errno.EFAULT;
  }

  #receiveVector(
    buffers: readonly Iovec[],
    flags: number,
    message: ReceivedMessage | null,
  ): number {
    const from = message?.name ?? null;
    const status = message ?? { name: null, flags: 0 };
    const [first] = buffers;
    if (buffers.length === 1 && first !== undefined) {
      return this.receive(first.base, first.length, flags, from, status);
    }
    // What faults limits how much can be taken.
    let total = 0;
    let faults = false;
    for (const { base, length } of buffers) {
      if (base === null && length > 0) {
        faults = true;
        break;
      }
      total += length;
    }
    if (faults && total === 0) return this.receive(null, 1, flags, from, status);
    // A stream's bytes are discarded by MSG_TRUNC.
    const discards = (flags & MSG_TRUNC) !== 0 && this.type === SOCK_STREAM;
    const room = Math.min(total, MAX_GATHERED);
    const gathered = new Uint8Array(faults && room === total ? room + 1 : room);
    if (faults && !discards && this.type === SOCK_STREAM) {
      // What does not fit stays where it is.
      const peeked = flags & ~MSG_WAITALL | MSG_PEEK;
      const there = this.receive(gathered, gathered.length, peeked, from, status);
      if (there > total) return -Errno.EFAULT;
      if (there <= 0) return there;
    }
    const isStream = this.type === SOCK_STREAM;
    const wanted = isStream ? room : gathered.length;
    const result = this.receive(gathered, wanted, flags, from, status);
    if (result <= 0 || discards) return result;
    // A datagram that does not fit is lost.
    if (faults && result > total) return -Errno.EFAULT;
    let at = 0;
    const end = Math.min(result, gathered.length);
    for (const { base, length } of buffers) {
      if (base === null || at >= end) continue;
      const count = Math.min(length, end - at);
      base.set(gathered.subarray(at, at + count));
      at += count;
    }
    return result;
  }
}

function totalLength(buffers: readonly Iovec[]): number {
  let total = 0;
  for (const { length } of buffers) total += length;
  return total;
}
