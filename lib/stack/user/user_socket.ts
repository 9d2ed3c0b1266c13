/**
 * What TCP and UDP sockets of this stack have in common: the guest's end of a pair of local sockets,
 * which Linux makes wait, and a row that the engine keeps.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../../linux/fcntl.ts";
import { FIONBIO } from "../../linux/ioctl.ts";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_CLOEXEC,
  SOL_SOCKET,
} from "../../linux/socket.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import { type Bytes, FileKind } from "../open_file.ts";
import { LibcFile } from "../libc/libc_file.ts";
import type { LibcThread } from "../libc/libc_thread.ts";
import { SocketOptions } from "../options/socket_options.ts";
import type { OptionTarget } from "../options/option_target.ts";
import { ADDRESS_SIZE, BindFlag, CloseMode, Operation, OwnOption, takeAddress } from "./control.ts";
import { USER_OPTIONS } from "./user_options.ts";
import type { ControlChannel } from "./control_channel.ts";

/** Options that Linux itself applies to the guest's end. */
const NATIVE: ReadonlySet<number> = new Set([SO_RCVTIMEO, SO_SNDTIMEO]);

/** What sockets of a stack share. */
export interface UserContext {
  /** The C library on this thread. */
  readonly thread: LibcThread;
  /** The way to the engine. */
  readonly channel: ControlChannel;
}

/** What a socket is made of. */
export interface UserSocketParts {
  /** The guest's end of the pair. */
  readonly descriptor: number;
  /** The socket's row. */
  readonly slot: number;
  /** AF_INET or AF_INET6. */
  readonly domain: number;
  /** SOCK_STREAM or SOCK_DGRAM. */
  readonly type: number;
  /** IPPROTO_TCP or IPPROTO_UDP. */
  readonly protocol: number;
}

/**
 * Makes a pair of local sockets.
 *
 * @param context What the stack's sockets share.
 * @param type SOCK_STREAM or SOCK_SEQPACKET, with flags for the guest's end.
 * @returns The guest's end and the engine's; or a negated errno.
 */
export function openPair(
  { thread: { libc } }: UserContext,
  type: number,
): readonly [number, number] | number {
  const ends = new Int32Array(2);
  const result = libc.socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends);
  return result < 0 ? result : [ends[0] ?? -1, ends[1] ?? -1];
}

/** A socket of this stack. */
export abstract class UserSocket extends LibcFile implements OptionTarget {
  /** Options that are stored and how they are checked. */
  readonly options: SocketOptions;
  /** What the socket shares with others. */
  protected readonly context: UserContext;
  /** The socket's row. */
  protected readonly slot: number;

  /** Makes a socket of its parts. */
  constructor(context: UserContext, parts: UserSocketParts) {
    super(context.thread, parts.descriptor, { ...parts, kind: FileKind.socket });
    this.context = context;
    this.slot = parts.slot;
    this.options = new SocketOptions(parts.domain, parts.type, USER_OPTIONS);
  }

  /** SO_ACCEPTCONN. */
  get listening(): boolean {
    return false;
  }

  /** Peers are other hosts, whose credentials nobody knows. */
  get connected(): boolean {
    return false;
  }

  /** `tcpi_state`. */
  get tcpState(): number {
    return 0;
  }

  /** Whether it has a port. */
  abstract get bound(): boolean;

  /** Events of poll(2) that Linux does not see in the pair. */
  get pendingEvents(): number {
    return 0;
  }

  /** See {@link OptionTarget.applyOption}. */
  applyOption(option: number, value: number): number {
    if (option < 0) return 0;
    const result = this.context.channel.request(Operation.option, this.slot, option, value);
    return option === OwnOption.segmentSize ? result : Math.min(result, 0);
  }

  /** See {@link OptionTarget.peerCredentials}. */
  peerCredentials(): Uint8Array | number {
    return -Errno.ENOTCONN;
  }

  /** SO_ERROR. */
  takeError(): number {
    return this.context.channel.takeError(this.slot);
  }

  /**
   * Lets the engine carry what is on its way, so that what a peer on this host has sent is there, as it
   * would be on Linux.
   */
  settle(): void {
    this.context.channel.request(Operation.unacknowledged, this.slot);
  }

  /** Whether a call may not wait. */
  protected isImmediate(flags: number): boolean {
    return (flags & MSG_DONTWAIT) !== 0 || (this.getStatusFlags() & O_NONBLOCK) !== 0;
  }

  /** What bind(2) is told beside the address. */
  protected get bindFlags(): number {
    const { reuseAddress, reusePort, v6Only } = this.options;
    return (reuseAddress ? BindFlag.reuseAddress : 0) | (reusePort ? BindFlag.reusePort : 0) |
      (v6Only ? BindFlag.v6Only : 0);
  }

  override getsockname(name: SockaddrStorage): number {
    const result = this.context.channel.request(Operation.names, this.slot);
    if (result < 0) return result;
    name.set(takeAddress(this.context.channel.data, 0));
    return 0;
  }

  /** The peer's sockaddr, empty for none. */
  protected peerName(): Uint8Array<ArrayBuffer> {
    const result = this.context.channel.request(Operation.names, this.slot);
    return result < 0 ? new Uint8Array() : takeAddress(this.context.channel.data, ADDRESS_SIZE);
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
    const result = this.options.set(this, level, name, value, length);
    // A time-out is Linux's to keep.
    return result === 0 && level === SOL_SOCKET && NATIVE.has(name)
      ? super.setsockopt(level, name, value, length)
      : result;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    return request === FIONBIO ? super.ioctl(request, value) : -Errno.ENOTTY;
  }

  /** An ioctl(2) that Linux answers for the guest's end. */
  protected nativeIoctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    return super.ioctl(request, value);
  }

  override close(): number {
    this.context.channel.request(Operation.close, this.slot, this.closeMode());
    return super.close();
  }

  /** How the connection ends with the socket. */
  protected closeMode(): number {
    return CloseMode.orderly;
  }

  /**
   * Ends what the engine has of this socket, and puts another pair in the place of this one. The engine
   * gets its end first: it must not take the end of the old pair for the end of a stream.
   */
  protected renewPair(type: number): number {
    const { channel, thread: { libc } } = this.context;
    const pair = openPair(this.context, type);
    if (typeof pair === "number") return pair;
    const flags = this.getStatusFlags();
    const [guests, engines] = pair;
    const result = channel.request(Operation.disconnect, this.slot, engines);
    if (result < 0) libc.close(engines);
    const moved = result < 0 ? result : libc.dup3(guests, this.descriptor, O_CLOEXEC);
    libc.close(guests);
    if (moved < 0) return moved;
    this.setStatusFlags(flags);
    this.restoreTimeouts();
    return result;
  }

  /** A new pair knows nothing of time-outs that were set before. */
  protected restoreTimeouts(): void {
    for (
      const [name, time] of [
        [SO_RCVTIMEO, this.options.receiveTimeout],
        [SO_SNDTIMEO, this.options.sendTimeout],
      ] as const
    ) {
      if (time === Infinity) continue;
      const value = new BigInt64Array([
        BigInt(Math.floor(time / 1000)),
        BigInt(Math.floor((time % 1000) * 1000)),
      ]);
      super.setsockopt(SOL_SOCKET, name, new Uint8Array(value.buffer), value.byteLength);
    }
  }
}
