/**
 * Pairs of local sockets, socketpair(2). They need nothing of the host: both ends are the guest's.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FIONREAD, TIOCOUTQ } from "../../linux/ioctl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../linux/poll.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  AF_UNIX,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../../linux/socket.ts";
import type { Bytes, OpenFile, ReceivedMessage } from "../open_file.ts";
import { DenoSocket, type SocketContext } from "./deno_socket.ts";
import { Shutdown } from "../tcp_state.ts";
import { NO_BYTES } from "../no_bytes.ts";

/** What a message counts in a buffer beside its bytes, about as on Linux. */
const OVERHEAD = 768;

/** The most datagrams queued: net.unix.max_dgram_qlen. */
const MAX_DATAGRAMS = 512;

/** The longest piece that a stream makes one message of: keeps copying cheap. */
const PIECE = 32_768;

/** One end of a pair. */
export class UnixSocket extends DenoSocket {
  #peer: UnixSocket | null = null;
  readonly #queue: Uint8Array[] = [];
  /** Bytes of this socket's messages that its peer has not received, with overhead. */
  #inFlight = 0;

  /** Makes two sockets that are connected to each other. */
  static pair(
    context: SocketContext,
    type: number,
    flags: number,
  ): readonly [UnixSocket, UnixSocket] {
    const a = new UnixSocket(context, -1, AF_UNIX, type, 0, flags);
    const b = new UnixSocket(context, -1, AF_UNIX, type, 0, flags);
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  override get bound(): boolean {
    return false;
  }

  override get connected(): boolean {
    return this.#peer !== null;
  }

  override getsockname(name: SockaddrStorage): number {
    name.set(Uint8Array.of(AF_UNIX, 0));
    return 0;
  }

  override getpeername(name: SockaddrStorage): number {
    if (this.#peer === null) return -Errno.ENOTCONN;
    return this.getsockname(name);
  }

  override bind(_address: Uint8Array<ArrayBuffer>, _length: number): number {
    return -Errno.EOPNOTSUPP;
  }

  override listen(_backlog: number): number {
    return this.type === SOCK_DGRAM ? -Errno.EOPNOTSUPP : -Errno.EINVAL;
  }

  override accept(_peer: SockaddrStorage | null, _flags: number): OpenFile | number {
    return this.type === SOCK_DGRAM ? -Errno.EOPNOTSUPP : -Errno.EINVAL;
  }

  override connect(
    _address: Uint8Array<ArrayBuffer>,
    _length: number,
    _name: string | null,
  ): number {
    return this.type === SOCK_DGRAM ? -Errno.EOPNOTSUPP : -Errno.EISCONN;
  }

  /** Bytes that may still be sent before the buffer is full. */
  get #room(): number {
    return this.options.sendBuffer - this.#inFlight;
  }

  protected override transmit(
    buffer: Bytes | null,
    length: number,
    flags: number,
    address: Uint8Array<ArrayBuffer> | null,
    _addressLength: number,
    _name: string | null,
  ): number {
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    const stream = this.type === SOCK_STREAM;
    if (address !== null && this.type !== SOCK_DGRAM) return -Errno.EISCONN;
    if (address !== null) return -Errno.ECONNREFUSED;
    const peer = this.#peer;
    if ((this.shut & Shutdown.SEND) !== 0) return -Errno.EPIPE;
    if (peer === null) return this.type === SOCK_DGRAM ? this.#refused() : -Errno.EPIPE;
    if (stream && length === 0) return 0;
    if ((peer.shut & Shutdown.RECEIVE) !== 0) return -Errno.EPIPE;
    if (!stream && length + OVERHEAD > this.options.sendBuffer) return -Errno.EMSGSIZE;
    if (length > 0 && buffer === null) return -Errno.EFAULT;
    const bytes = length === 0 ? NO_BYTES : buffer?.subarray(0, length) ?? NO_BYTES;
    const timeout = this.mayWait(flags) ? this.options.sendTimeout : 0;
    let sent = 0;
    do {
      const wanted = stream ? Math.min(length - sent, PIECE) : length;
      const full = this.#room <= 0 || (!stream && this.#room < wanted + OVERHEAD) ||
        (!stream && peer.#queue.length >= MAX_DATAGRAMS);
      if (full) {
        // Nobody else can make room: the guest has one thread.
        if (sent > 0 && timeout === 0) return sent;
        this.context.sleep(timeout);
        return sent || -Errno.EAGAIN;
      }
      const count = stream ? Math.min(wanted, this.#room) : wanted;
      peer.#queue.push(bytes.slice(sent, sent + count));
      this.#inFlight += count + OVERHEAD;
      sent += count;
    } while (sent < length);
    return sent;
  }

  /** The first send of a datagram to a closed peer; the association ends with it. */
  #refused(): number {
    if (this.#forgotten) return -Errno.ENOTCONN;
    this.#forgotten = true;
    return -Errno.ECONNREFUSED;
  }

  #forgotten = false;

  protected override receive(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number {
    if (from !== null) from.length = 0;
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    if (status !== null) status.flags = 0;
    const timeout = this.mayWait(flags) ? this.options.receiveTimeout : 0;
    if (this.type !== SOCK_STREAM) {
      return this.#receiveMessage(buffer, length, flags, from, status, timeout);
    }
    const available = this.#queued();
    const wanted = Math.min(available, length);
    if (available > 0 && wanted > 0) {
      const count = this.#take(buffer, wanted, flags);
      const over = count < 0 || count === length || (flags & MSG_WAITALL) === 0 ||
        (this.shut & Shutdown.RECEIVE) !== 0;
      if (!over) this.context.sleep(timeout);
      return count;
    }
    if (available > 0) return 0;
    return this.#nothing(timeout);
  }

  /** What a call gets that finds nothing: nobody else can send, the guest has one thread. */
  #nothing(timeout: number): number {
    const error = this.takeError();
    if (error !== 0) return -error;
    const ended = (this.shut & Shutdown.RECEIVE) !== 0;
    if (ended && (this.type !== SOCK_DGRAM || timeout !== 0)) return 0;
    this.context.sleep(timeout);
    return -Errno.EAGAIN;
  }

  #receiveMessage(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
    timeout: number,
  ): number {
    const [message] = this.#queue;
    if (message === undefined) return this.#nothing(timeout);
    if ((flags & MSG_PEEK) === 0) {
      this.#queue.shift();
      this.#received(message.length);
    }
    const copied = Math.min(length, message.length);
    if (copied > 0 && buffer === null) return -Errno.EFAULT;
    if (copied > 0) buffer?.set(message.subarray(0, copied));
    if (from !== null && this.type === SOCK_DGRAM) from.length = 0;
    if (status !== null) status.flags = message.length > length ? MSG_TRUNC : 0;
    return (flags & MSG_TRUNC) !== 0 ? message.length : copied;
  }

  #queued(): number {
    let total = 0;
    for (const message of this.#queue) total += message.length;
    return total;
  }

  /** Moves bytes of a stream out of the queue. */
  #take(buffer: Bytes | null, count: number, flags: number): number {
    if (buffer === null) return -Errno.EFAULT;
    const peek = (flags & MSG_PEEK) !== 0;
    let copied = 0;
    for (let index = 0; copied < count;) {
      const message = this.#queue[index];
      if (message === undefined) break;
      const piece = message.subarray(0, count - copied);
      buffer.set(piece, copied);
      copied += piece.length;
      if (peek) index++;
      else if (piece.length < message.length) this.#queue[0] = message.subarray(piece.length);
      else {
        this.#queue.shift();
        this.#received(0);
      }
      if (!peek) this.#credit(piece.length);
    }
    return copied;
  }

  #received(length: number): void {
    this.#credit(length + OVERHEAD);
  }

  #credit(bytes: number): void {
    if (this.#peer !== null) this.#peer.#inFlight -= bytes;
  }

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    const bits = how + 1;
    this.shut |= bits;
    const peer = this.#peer;
    if (peer === null || this.type === SOCK_DGRAM) return 0;
    if ((bits & Shutdown.RECEIVE) !== 0) peer.shut |= Shutdown.SEND;
    if ((bits & Shutdown.SEND) !== 0) peer.shut |= Shutdown.RECEIVE;
    return 0;
  }

  override poll(events: number): number {
    let mask = 0;
    if (this.pendingError !== 0) mask |= POLLERR;
    if (this.shut === Shutdown.BOTH) mask |= POLLHUP;
    if ((this.shut & Shutdown.RECEIVE) !== 0) mask |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (this.#queue.length > 0) mask |= POLLIN | POLLRDNORM;
    if (this.#inFlight * 4 <= this.options.sendBuffer) mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
    return mask & (events | POLLERR | POLLHUP);
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    if (request !== FIONREAD && request !== TIOCOUTQ) return super.ioctl(request, value);
    if (value === null) return -Errno.EFAULT;
    if (request === TIOCOUTQ) value[0] = this.#inFlight;
    else value[0] = this.type === SOCK_STREAM ? this.#queued() : this.#queue[0]?.length ?? 0;
    return 0;
  }

  override applyOption(_option: number, _value: number): number {
    return 0;
  }

  override close(): number {
    const peer = this.#peer;
    if (peer === null) return 0;
    if (this.type !== SOCK_DGRAM) {
      peer.shut = Shutdown.BOTH;
      if (this.#queue.length > 0) peer.pendingError = Errno.ECONNRESET;
    }
    peer.#peer = null;
    this.#peer = null;
    return 0;
  }
}
