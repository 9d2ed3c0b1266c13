/**
 * TCP sockets of this stack: Linux's checks and states over a connection that the engine holds.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../linux/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../linux/poll.ts";
import { sockaddrFamily, type SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  AF_INET6,
  AF_UNSPEC,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  SHUT_WR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "../../linux/socket.ts";
import { O_NONBLOCK } from "../../linux/fcntl.ts";
import type { Iovec } from "../../linux/uio.ts";
import { decodeEndpoint } from "../endpoint.ts";
import type { Bytes, OpenFile, ReceivedMessage } from "../open_file.ts";
import { HostOption } from "../options/host_option.ts";
import { Shutdown, SocketState, TcpState } from "../tcp_state.ts";
import { ACCEPTED_SIZE, CloseMode, Operation, SlotWord, takeAddress } from "./control.ts";
import { type UserContext, UserSocket, type UserSocketParts } from "./user_socket.ts";

/** net.core.somaxconn: the longest queue of connections. */
const SOMAXCONN = 4096;
/** Octets that a call throws away at a time. */
const SCRATCH = new Uint8Array(65_536);

/** A TCP socket. */
export class UserTcpSocket extends UserSocket {
  #socketState: SocketState = SocketState.UNCONNECTED;
  #bound = false;
  /** Whether data may flow, so that calls need not look at states. */
  #flowing = false;
  /** Bits of {@link Shutdown}. Linux itself knows of SEND only: what comes after SHUT_RD can be read. */
  #shut = 0;
  /** Whether MSG_MORE has announced more data. */
  #holds = false;

  /** Makes a socket of its parts; `connected` for one that accept(2) gives. */
  constructor(context: UserContext, parts: UserSocketParts, connected = false) {
    super(context, parts);
    if (!connected) return;
    this.#socketState = SocketState.CONNECTED;
    this.#bound = true;
    this.#flowing = true;
  }

  override get listening(): boolean {
    return this.tcpState === TcpState.LISTEN;
  }

  override get tcpState(): number {
    return this.context.channel.word(this.slot, SlotWord.state);
  }

  override get bound(): boolean {
    return this.#bound;
  }

  override get pendingEvents(): number {
    const { channel } = this.context;
    const error = channel.word(this.slot, SlotWord.error) === 0 ? 0 : POLLERR;
    const fresh = this.#socketState === SocketState.UNCONNECTED && !this.listening;
    const ended = (this.#shut & Shutdown.RECEIVE) !== 0 ? POLLIN | POLLRDHUP : 0;
    return error | ended | (fresh || this.#shut === Shutdown.BOTH ? POLLHUP : 0);
  }

  override bind(address: Uint8Array<ArrayBuffer>, length: number): number {
    const endpoint = decodeEndpoint(this.domain, address, length, "bind");
    if (typeof endpoint === "number") return endpoint;
    if (this.domain === AF_INET6 && endpoint.ip.isMulticast) return -Errno.EINVAL;
    if (endpoint.ip.isV4Mapped && this.options.v6Only) return -Errno.EINVAL;
    if (this.tcpState !== TcpState.CLOSE || this.#bound) return -Errno.EINVAL;
    const sockaddr = address.subarray(0, length);
    // Programs of the past left the family out.
    if (sockaddrFamily(address, length) === AF_UNSPEC) sockaddr[0] = this.domain;
    const { channel } = this.context;
    const result = channel.requestWith(sockaddr, Operation.bind, this.slot, this.bindFlags);
    if (result < 0) return result;
    this.#bound = true;
    return 0;
  }

  override listen(backlog: number): number {
    if (this.#socketState !== SocketState.UNCONNECTED) return -Errno.EINVAL;
    const state = this.tcpState;
    if (state !== TcpState.CLOSE && state !== TcpState.LISTEN) return -Errno.EINVAL;
    const limit = Math.min(backlog >>> 0, SOMAXCONN);
    const result = this.context.channel.request(Operation.listen, this.slot, limit);
    if (result < 0) return result;
    this.#bound = true;
    // A listener is never writable: its end of the pair is full.
    if (state === TcpState.CLOSE) { while (super.send(SCRATCH, SCRATCH.length, MSG_DONTWAIT) > 0); }
    return result;
  }

  override accept(peer: SockaddrStorage | null, flags: number): OpenFile | number {
    if (!this.listening) return -Errno.EINVAL;
    const message = new Uint8Array(ACCEPTED_SIZE);
    const count = super.recv(message, message.length, 0);
    // The engine is gone, with what was in its end of the pair.
    if (count === 0 || count === -Errno.ECONNRESET) return -(this.takeError() || Errno.EINVAL);
    if (count < 0) return count;
    this.context.channel.countAccepted(this.slot);
    const [slot = -1, descriptor = -1] = new Int32Array(message.buffer, 0, 2);
    const { domain, type, protocol } = this;
    const parts = { slot, descriptor, domain, type, protocol };
    const socket = new UserTcpSocket(this.context, parts, true);
    socket.options.inherit(this.options);
    socket.restoreTimeouts();
    if ((flags & SOCK_NONBLOCK) !== 0) socket.setStatusFlags(O_NONBLOCK);
    peer?.set(takeAddress(message, 40));
    return socket;
  }

  override connect(address: Uint8Array<ArrayBuffer>, length: number): number {
    if (length < 2) return -Errno.EINVAL;
    if (sockaddrFamily(address, length) === AF_UNSPEC) return this.#disconnect();
    let result: number = -Errno.EINPROGRESS;
    switch (this.#socketState) {
      case SocketState.CONNECTED:
        return -Errno.EISCONN;
      case SocketState.CONNECTING:
        result = -Errno.EALREADY;
        break;
      case SocketState.UNCONNECTED: {
        if (this.tcpState !== TcpState.CLOSE) return -Errno.EISCONN;
        const started = this.#startConnecting(address, length);
        if (started < 0) return started;
        this.#socketState = SocketState.CONNECTING;
        // How it goes shows in a later call, as on Linux, even if it is known already.
        if (this.isImmediate(0)) return result;
        break;
      }
      default:
        return -Errno.EINVAL;
    }
    if (this.tcpState === TcpState.SYN_SENT) {
      if (this.isImmediate(0) || !this.#awaitConnection()) return result;
    }
    return this.#endConnecting();
  }

  override send(buffer: Bytes | null, length: number, flags: number): number {
    const refused = this.#checkSend(flags);
    if (refused < 0) return refused;
    if ((flags & MSG_MORE) !== 0) this.#hold(true);
    const sent = this.#sent(super.send(buffer, length, flags | MSG_NOSIGNAL));
    if ((flags & MSG_MORE) === 0) this.#hold(false);
    return sent;
  }

  override write(buffer: Bytes | null, length: number): number {
    return this.send(buffer, length, 0);
  }

  override sendto(buffer: Bytes | null, length: number, flags: number): number {
    return this.send(buffer, length, flags);
  }

  override writev(buffers: readonly Iovec[]): number {
    return this.sendmsg(buffers, 0);
  }

  override sendmsg(buffers: readonly Iovec[], flags: number): number {
    const refused = this.#checkSend(flags);
    if (refused < 0) return refused;
    if ((flags & MSG_MORE) !== 0) this.#hold(true);
    const sent = this.#sent(super.sendmsg(buffers, flags | MSG_NOSIGNAL, null, 0));
    if ((flags & MSG_MORE) === 0) this.#hold(false);
    return sent;
  }

  override recv(buffer: Bytes | null, length: number, flags: number): number {
    const refused = this.#checkReceive(flags);
    if (refused !== null) return refused;
    if ((flags & MSG_TRUNC) !== 0) return this.#discard(length, flags);
    const wait = flags | this.#waitFlags();
    const count = super.recv(buffer, length, wait);
    if (count !== -Errno.EAGAIN || !this.isImmediate(flags)) return this.#received(count);
    this.settle();
    return this.#received(super.recv(buffer, length, wait));
  }

  override read(buffer: Bytes | null, length: number): number {
    return length === 0 ? 0 : this.recv(buffer, length, 0);
  }

  override recvfrom(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage,
  ): number {
    from.length = 0;
    return this.recv(buffer, length, flags);
  }

  override readv(buffers: readonly Iovec[]): number {
    return this.#receiveVector(buffers, 0, { name: null, flags: 0 });
  }

  override recvmsg(buffers: readonly Iovec[], flags: number, message: ReceivedMessage): number {
    if (message.name !== null) message.name.length = 0;
    const status = { name: null, flags: 0 };
    const result = this.#receiveVector(buffers, flags, status);
    message.flags = status.flags & ~MSG_CMSG_CLOEXEC;
    return result;
  }

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    const bits = how + 1;
    switch (this.tcpState) {
      case TcpState.CLOSE:
        this.#shut |= bits;
        return -Errno.ENOTCONN;
      case TcpState.LISTEN:
        return how === 1 ? 0 : this.#disconnect();
      case TcpState.SYN_SENT:
        return this.#disconnect();
      default:
        this.#shut |= bits;
        return (bits & Shutdown.SEND) === 0 ? 0 : this.#shutSending();
    }
  }

  override getpeername(name: SockaddrStorage): number {
    const state = this.tcpState;
    if (state === TcpState.CLOSE || state === TcpState.LISTEN || state === TcpState.SYN_SENT) {
      return -Errno.ENOTCONN;
    }
    const peer = this.peerName();
    if (peer.length === 0) return -Errno.ENOTCONN;
    name.set(peer);
    return 0;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    switch (request) {
      case FIONREAD:
        if (this.listening) return -Errno.EINVAL;
        this.settle();
        return this.nativeIoctl(request, value);
      case TIOCOUTQ: {
        if (this.listening) return -Errno.EINVAL;
        const waiting = this.nativeIoctl(request, value);
        if (waiting < 0 || value === null) return waiting;
        const { channel } = this.context;
        value[0] = (value[0] ?? 0) + channel.request(Operation.unacknowledged, this.slot);
        return 0;
      }
      case SIOCATMARK:
        if (value === null) return -Errno.EFAULT;
        value[0] = 0;
        return 0;
      default:
        return super.ioctl(request, value);
    }
  }

  override close(): number {
    if (this.listening) this.#stopListening();
    return super.close();
  }

  /** Unread data, or a linger time of 0, means a reset. */
  protected override closeMode(): number {
    const { lingerOn, lingerTime } = this.options;
    if (lingerOn && lingerTime === 0) return CloseMode.reset;
    const unread = new Int32Array(1);
    if (this.#flowing) this.nativeIoctl(FIONREAD, unread);
    return (unread[0] ?? 0) > 0 ? CloseMode.reset : CloseMode.orderly;
  }

  /**
   * Begins a connection. The guest's end of the pair is filled up, so that Linux shows it as writable
   * only when the engine has emptied it: once the connection stands.
   */
  #startConnecting(address: Uint8Array<ArrayBuffer>, length: number): number {
    const endpoint = decodeEndpoint(this.domain, address, length, "connect");
    if (typeof endpoint === "number") return endpoint;
    if (endpoint.ip.isV4Mapped && this.options.v6Only) return -Errno.ENETUNREACH;
    let padding = 0;
    for (;;) {
      const count = super.send(SCRATCH, SCRATCH.length, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count > 0) padding += count;
      else if (count === -Errno.EPIPE) {
        // An attempt that failed took the other end with it.
        const renewed = this.renewPair(SOCK_STREAM);
        if (renewed < 0) return renewed;
        padding = 0;
      } else break;
    }
    const sockaddr = address.subarray(0, length);
    const { channel } = this.context;
    const result = channel.requestWith(sockaddr, Operation.connect, this.slot, padding);
    if (result < 0) {
      this.#disconnect();
      return result;
    }
    this.#bound = true;
    this.#shut = 0;
    return 0;
  }

  #shutSending(): number {
    const result = super.shutdown(SHUT_WR);
    this.settle();
    return result;
  }

  /** Tells the engine whether what was sent may go out although it fills no segment. */
  #hold(on: boolean): void {
    if (on === this.#holds) return;
    this.#holds = on;
    this.applyOption(HostOption.cork, Number(on || this.options.cork));
  }

  /** After SHUT_RD nothing is waited for; what has arrived by now is still to be had. */
  #waitFlags(): number {
    if ((this.#shut & Shutdown.RECEIVE) === 0) return 0;
    this.settle();
    return MSG_DONTWAIT;
  }

  /** Waits until the connection stands or has failed; false if SO_SNDTIMEO ends the wait. */
  #awaitConnection(): boolean {
    const { libc, pollfd } = this.context.thread;
    const { sendTimeout } = this.options;
    const deadline = sendTimeout === Infinity ? Infinity : performance.now() + sendTimeout;
    for (;;) {
      const left = deadline === Infinity ? -1 : Math.ceil(deadline - performance.now());
      if (left < 0 && deadline !== Infinity) return false;
      pollfd[0] = this.descriptor;
      pollfd[1] = POLLOUT;
      if (libc.poll(pollfd, 1, left) > 0) return true;
    }
  }

  #endConnecting(): number {
    if (this.tcpState === TcpState.CLOSE) {
      const error = this.takeError();
      this.#disconnect();
      return -(error || Errno.ECONNABORTED);
    }
    this.#socketState = SocketState.CONNECTED;
    this.#flowing = true;
    return 0;
  }

  /** tcp_disconnect: the socket can be used again. */
  #disconnect(): number {
    if (this.listening) this.#stopListening();
    const wasOpening = this.tcpState === TcpState.SYN_SENT;
    const renewed = this.renewPair(SOCK_STREAM);
    if (renewed < 0) return renewed;
    if (wasOpening) this.context.channel.setError(this.slot, Errno.ECONNRESET);
    this.#socketState = SocketState.UNCONNECTED;
    this.#bound = renewed > 0;
    this.#flowing = false;
    this.#shut = 0;
    return 0;
  }

  /** Connections that nobody has taken end with the listener. The engine offers none from here on. */
  #stopListening(): void {
    const { channel, thread } = this.context;
    channel.request(Operation.disconnect, this.slot, -1);
    const message = new Uint8Array(ACCEPTED_SIZE);
    const [slot, descriptor] = [0, 1];
    const words = new Int32Array(message.buffer, 0, 2);
    while (super.recv(message, ACCEPTED_SIZE, MSG_DONTWAIT) === ACCEPTED_SIZE) {
      channel.request(Operation.close, words[slot] ?? -1, CloseMode.reset);
      thread.libc.close(words[descriptor] ?? -1);
    }
  }

  /** Why nothing can be sent, 0 if something can. */
  #checkSend(flags: number): number {
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    if (this.#flowing || this.#begun()) return 0;
    const error = this.takeError();
    return error === 0 ? -Errno.EPIPE : -error;
  }

  /** Why nothing can be received, null if something can. */
  #checkReceive(flags: number): number | null {
    if ((flags & MSG_OOB) !== 0) return -Errno.EINVAL;
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    if (this.#flowing || this.#begun()) return null;
    const error = this.takeError();
    if (error !== 0) return -error;
    if (this.listening) return -Errno.ENOTCONN;
    // A connection that has ended, like one whose end was asked for, is at its end.
    const ended = this.#socketState !== SocketState.UNCONNECTED;
    return ended || (this.#shut & Shutdown.RECEIVE) !== 0 ? 0 : -Errno.ENOTCONN;
  }

  /** Whether a connection has been begun; notes that it stands. */
  #begun(): boolean {
    const state = this.tcpState;
    if (state === TcpState.CLOSE || state === TcpState.LISTEN) return false;
    if (state !== TcpState.SYN_SENT) this.#flowing = true;
    return true;
  }

  #sent(result: number): number {
    if (result !== -Errno.EPIPE && result !== -Errno.ECONNRESET) return result;
    const error = this.takeError();
    return error === 0 ? -Errno.EPIPE : -error;
  }

  #received(result: number): number {
    if (result === -Errno.EAGAIN && (this.#shut & Shutdown.RECEIVE) !== 0) return 0;
    if (result > 0 || (result < 0 && result !== -Errno.ECONNRESET)) return result;
    const error = this.takeError();
    return error === 0 ? 0 : -error;
  }

  /** MSG_TRUNC on a stream: as many octets are thrown away. */
  #discard(length: number, flags: number): number {
    const count = Math.min(length, SCRATCH.length);
    return this.#received(super.recv(SCRATCH, count, (flags & ~MSG_TRUNC) | this.#waitFlags()));
  }

  #receiveVector(buffers: readonly Iovec[], flags: number, message: ReceivedMessage): number {
    const refused = this.#checkReceive(flags);
    if (refused !== null) return refused;
    if ((flags & MSG_TRUNC) !== 0 && (flags & MSG_PEEK) === 0) {
      return this.#discard(buffers.reduce((sum, { length }) => sum + length, 0), flags);
    }
    const wait = flags | this.#waitFlags();
    const count = super.recvmsg(buffers, wait, message);
    if (count !== -Errno.EAGAIN || !this.isImmediate(flags)) return this.#received(count);
    this.settle();
    return this.#received(super.recvmsg(buffers, wait, message));
  }
}
