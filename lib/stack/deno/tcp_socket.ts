/**
 * TCP sockets: Linux's states over connections that the I/O worker holds.
 *
 * @module
 */
import type { IpAddress, SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { FIONREAD, SIOCATMARK, TIOCOUTQ } from "../../linux/ioctl.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from "../../linux/poll.ts";
import { sockaddrFamily, type SockaddrStorage } from "../../linux/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../../linux/socket.ts";
import type { Bytes, OpenFile, ReceivedMessage } from "../open_file.ts";
import { DenoSocket, type SocketContext } from "./deno_socket.ts";
import {
  anyAddress,
  decodeEndpoint,
  encodeEndpoint,
  hostText,
  isLocal,
  loopbackFor,
  parseNames,
  toDomain,
} from "./endpoint.ts";
import type { PortClaim } from "./port_table.ts";
import {
  BindFlag,
  CloseMode,
  DATA_SIZE,
  HostOption,
  Operation,
  ReadFlag,
  SlotFlag,
  SlotWord,
} from "./shared_memory.ts";
import { Shutdown, SocketState, TcpState } from "./tcp_state.ts";

/** net.core.somaxconn: the longest queue of connections. */
const SOMAXCONN = 4096;

/** How often a free port is asked for that none of our sockets shares. */
const PORT_ATTEMPTS = 16;

/** What connect(2) itself answers, without a packet sent, also where the socket does not wait. */
const IMMEDIATE_ERRORS: ReadonlySet<number> = new Set([
  Errno.ENETUNREACH,
  Errno.EADDRNOTAVAIL,
  Errno.EADDRINUSE,
  Errno.EINVAL,
  Errno.EAFNOSUPPORT,
  Errno.EACCES,
  Errno.EPERM,
]);

/** A TCP socket. */
export class TcpSocket extends DenoSocket {
  #state: TcpState = TcpState.CLOSE;
  #socketState: SocketState = SocketState.UNCONNECTED;
  /** `SOCK_DONE`: the peer's end of file has been seen. */
  #done = false;
  /** The local address, null while there is none. */
  #local: IpAddress | null = null;
  /** `inet_sport`: stays after the port was given back. */
  #localPort = 0;
  /** `inet_num`: whether it has a port. */
  #hasPort = false;
  /** The address and the port that bind(2) was given explicitly. */
  #boundAddress: IpAddress | null = null;
  #portLocked = false;
  #peer: SocketAddress | null = null;
  /** Whether the worker has a socket of the host for this one. */
  #hosted = false;
  /** The connection as `local peer`, and as the other end calls it. */
  #connection = "";
  #reverse = "";
  /** Whether this side ended its direction first. */
  #endedFirst = false;

  // ---- names and state -----------------------------------------------------------------------

  override get listening(): boolean {
    return this.#state === TcpState.LISTEN;
  }

  override get tcpState(): number {
    this.channel.settle();
    this.#refresh();
    return this.#state;
  }

  override get bound(): boolean {
    return this.#hasPort;
  }

  override takeError(): number {
    this.#refresh();
    if (this.#state !== TcpState.CLOSE && this.pendingError === 0 && this.#hosted) {
      this.channel.turn();
      this.#refresh();
    }
    return super.takeError();
  }

  override getsockname(name: SockaddrStorage): number {
    this.#refresh();
    name.set(
      encodeEndpoint(this.domain, this.#local ?? anyAddress(this.domain), this.#localPort),
    );
    return 0;
  }

  override getpeername(name: SockaddrStorage): number {
    this.channel.settle();
    this.#refresh();
    const peer = this.#peer;
    const state = this.#state;
    if (peer === null || state === TcpState.CLOSE || state === TcpState.SYN_SENT) {
      return -Errno.ENOTCONN;
    }
    name.set(encodeEndpoint(this.domain, peer.ip, peer.port));
    return 0;
  }

  /** Takes in what the worker reported since the last look. */
  #refresh(): void {
    if (!this.#hosted || this.#state === TcpState.LISTEN) return;
    const flags = this.channel.word(this.slot, SlotWord.flags);
    if (this.#state === TcpState.SYN_SENT && (flags & SlotFlag.connected) !== 0) {
      this.#state = TcpState.ESTABLISHED;
      this.#learnNames();
    }
    const connected = this.#state !== TcpState.SYN_SENT;
    if (connected && (flags & SlotFlag.endOfFile) !== 0 && !this.#done) this.#peerFinished();
    if ((flags & SlotFlag.finished) !== 0) this.#sentFin();
    const error = this.channel.takeError(this.slot);
    if (error !== 0) this.#failed(error);
    else if (this.channel.dead && this.pendingError === 0 && this.#state !== TcpState.CLOSE) {
      this.#failed(Errno.EIO);
    }
  }

  #peerFinished(): void {
    this.#done = true;
    this.shut |= Shutdown.RECEIVE;
    switch (this.#state) {
      case TcpState.ESTABLISHED:
        this.#state = TcpState.CLOSE_WAIT;
        break;
      case TcpState.FIN_WAIT1:
      case TcpState.FIN_WAIT2:
        // What is left is TIME_WAIT, of which the socket knows nothing any more.
        this.#endConnection();
        break;
    }
  }

  #sentFin(): void {
    if (this.#state === TcpState.FIN_WAIT1) this.#state = TcpState.FIN_WAIT2;
    else if (this.#state === TcpState.LAST_ACK) this.#endConnection();
  }

  #failed(errno: number): void {
    // tcp_reset: a reset after the peer's end of file is a broken pipe.
    const reset = errno === Errno.ECONNRESET || errno === Errno.EPIPE;
    this.pendingError = reset && this.#state !== TcpState.SYN_SENT
      ? (this.#state === TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET)
      : errno;
    this.#endConnection();
  }

  /** tcp_done. */
  #endConnection(): void {
    this.#state = TcpState.CLOSE;
    this.shut = Shutdown.BOTH;
    if (!this.#portLocked) this.#giveBackPort();
  }

  /** inet_put_port: the number stays visible. */
  #giveBackPort(): void {
    this.#hasPort = false;
    if (this.portEntry === null) return;
    if (this.#endedFirst) this.context.ports.linger(this.portEntry);
    else this.context.ports.remove(this.portEntry);
    this.portEntry = null;
  }

  #learnNames(text = ""): void {
    const channel = this.channel;
    const names = parseNames(
      text || channel.getText(channel.request(Operation.names, this.slot)),
    );
    const [local, peer] = names;
    if (local !== undefined) {
      this.#local = toDomain(this.domain, local.ip);
      this.#localPort = local.port;
      this.#hasPort = true;
    }
    if (peer === undefined || local === undefined) return;
    this.#peer = peer;
    const near = `${hostText(local.ip)} ${local.port}`;
    const far = `${hostText(peer.ip)} ${peer.port}`;
    this.#connection = `${near} ${far}`;
    this.#reverse = `${far} ${near}`;
    this.context.connections.add(this.#connection);
  }

  /** Says that the other end has something to notice, if it is a socket of this stack. */
  #stir(): void {
    const { connections } = this.context;
    if (this.#reverse !== "" && connections.has(this.#reverse)) this.channel.stirred = true;
  }

  #forgetConnection(): void {
    this.context.connections.delete(this.#connection);
    this.#connection = this.#reverse = "";
  }

  // ---- bind, listen, accept --------------------------------------------------------------------

  override bind(bytes: Uint8Array<ArrayBuffer>, length: number): number {
    const address = decodeEndpoint(this.domain, bytes, length, "bind");
    if (typeof address === "number") return address;
    const { ip, port } = address;
    if (this.domain === AF_INET6) {
      if (ip.isMulticast) return -Errno.EINVAL;
      if (ip.isV4Mapped && this.options.v6Only) return -Errno.EINVAL;
    }
    this.#refresh();
    if (this.#state !== TcpState.CLOSE || this.#hasPort) return -Errno.EINVAL;
    const result = this.#take(ip, port);
    if (result < 0) return result;
    this.#portLocked = port !== 0;
    this.#boundAddress = ip.isUnspecified ? null : ip;
    return 0;
  }

  #claim(ip: IpAddress, port: number): PortClaim {
    return {
      type: SOCK_STREAM,
      ip: ip.unmapped(),
      port,
      v6Only: this.options.v6Only,
      reuseAddress: this.options.reuseAddress,
      reusePort: this.options.reusePort,
    };
  }

  /** Binds a socket of the host, and holds the port against our own sockets. */
  #take(ip: IpAddress, port: number): number {
    const { ports } = this.context;
    // Deno leaves a socket of the IPv6 wildcard open to IPv4.
    if (this.options.v6Only && ip.isUnspecified) return -Errno.EOPNOTSUPP;
    if (port !== 0 && ports.conflicts(this.#claim(ip, port))) return -Errno.EADDRINUSE;
    const flags = this.options.reusePort ? BindFlag.reusePort : 0;
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      const result = this.channel.requestText(
        Operation.tcpBind,
        this.slot,
        hostText(ip),
        port,
        flags,
      );
      if (result < 0) return result;
      const claim = this.#claim(ip, this.channel.detail);
      this.#hosted = true;
      // The host may choose a port that is free for it only because all of ours may share.
      if (port === 0 && ports.conflicts({ ...claim, reuseAddress: false, reusePort: false })) {
        continue;
      }
      this.portEntry = ports.add(claim);
      this.#local = ip;
      this.#localPort = claim.port;
      this.#hasPort = true;
      this.#applyOptions();
      return 0;
    }
    return -Errno.EADDRINUSE;
  }

  override listen(backlog: number): number {
    this.#refresh();
    if (this.#socketState !== SocketState.UNCONNECTED) return -Errno.EINVAL;
    const state = this.#state;
    if (state !== TcpState.CLOSE && state !== TcpState.LISTEN) return -Errno.EINVAL;
    const limit = Math.min(backlog >>> 0, SOMAXCONN);
    if (state === TcpState.CLOSE) {
      const taken = this.#prepareToListen();
      if (taken < 0) return taken;
    }
    const result = this.channel.request(Operation.tcpListen, this.slot, limit);
    if (result < 0) return result;
    this.#state = TcpState.LISTEN;
    if (this.portEntry !== null) this.portEntry.listening = true;
    return 0;
  }

  #prepareToListen(): number {
    if (!this.#hasPort) return this.#take(this.#local ?? anyAddress(this.domain), 0);
    const ip = this.#local ?? anyAddress(this.domain);
    const claim = this.#claim(ip, this.#localPort);
    if (this.context.ports.conflicts(claim, this.portEntry)) return -Errno.EADDRINUSE;
    return 0;
  }

  override accept(peer: SockaddrStorage | null, flags: number): OpenFile | number {
    if (this.#state !== TcpState.LISTEN) return -Errno.EINVAL;
    const { channel, slot } = this;
    const timeout = this.nonBlocking ? 0 : this.options.receiveTimeout;
    const came = this.waitFor(() => channel.word(slot, SlotWord.waiting) > 0, timeout);
    if (channel.dead) return -Errno.EIO;
    if (!came) return -Errno.EAGAIN;
    const newSlot = channel.allocateSlot();
    if (newSlot < 0) return newSlot;
    const length = channel.request(Operation.tcpAccept, slot, newSlot);
    if (length < 0) {
      channel.freeSlot(newSlot);
      return length;
    }
    const socket = new TcpSocket(
      this.context,
      newSlot,
      this.domain,
      SOCK_STREAM,
      this.protocol,
      flags,
    );
    socket.#becomeAccepted(this, channel.getText(length));
    if (peer !== null && socket.#peer !== null) {
      peer.set(encodeEndpoint(this.domain, socket.#peer.ip, socket.#peer.port));
    }
    return socket;
  }

  #becomeAccepted(listener: TcpSocket, names: string): void {
    this.options.inherit(listener.options);
    this.#hosted = true;
    this.#state = TcpState.ESTABLISHED;
    this.#socketState = SocketState.CONNECTED;
    this.#local = listener.#local;
    this.#localPort = listener.#localPort;
    this.#learnNames(names);
    const claim = this.#claim(this.#local ?? anyAddress(this.domain), this.#localPort);
    this.portEntry = this.context.ports.add(claim);
    this.#applyOptions();
  }

  // ---- connect ---------------------------------------------------------------------------------

  override connect(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    name: string | null,
  ): number {
    if (length < 2) return -Errno.EINVAL;
    this.#refresh();
    if (sockaddrFamily(bytes, length) === AF_UNSPEC) {
      this.#disconnect();
      this.#socketState = SocketState.UNCONNECTED;
      return 0;
    }
    let result: number = -Errno.EINPROGRESS;
    switch (this.#socketState) {
      case SocketState.CONNECTED:
        return -Errno.EISCONN;
      case SocketState.CONNECTING:
        result = -Errno.EALREADY;
        break;
      case SocketState.UNCONNECTED: {
        if (this.#state !== TcpState.CLOSE) return -Errno.EISCONN;
        const started = this.#startConnecting(bytes, length, name);
        if (started < 0) return started;
        this.#socketState = SocketState.CONNECTING;
        break;
      }
      default:
        return -Errno.EINVAL;
    }
    if (this.#state === TcpState.SYN_SENT) {
      const timeout = this.nonBlocking ? 0 : this.options.sendTimeout;
      if (timeout === 0) {
        this.#refresh();
        const error = this.pendingError;
        // Whether it is connected already shows in a later call, as on Linux.
        if (!IMMEDIATE_ERRORS.has(error)) return result;
      } else if (
        !this.waitFor(() => {
          this.#refresh();
          return this.#state !== TcpState.SYN_SENT;
        }, timeout)
      ) {
        return result;
      }
    }
    // Here #refresh() has changed the state.
    if ((this.#state as TcpState) === TcpState.CLOSE) {
      const error = this.pendingError;
      this.pendingError = 0;
      this.#socketState = SocketState.UNCONNECTED;
      this.#disconnect();
      return -(error || Errno.ECONNABORTED);
    }
    this.#socketState = SocketState.CONNECTED;
    return 0;
  }

  #startConnecting(
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    name: string | null,
  ): number {
    const address = decodeEndpoint(this.domain, bytes, length, "connect");
    if (typeof address === "number") return address;
    const { ip, port } = address;
    const unreachable = this.#checkRoute(ip);
    if (unreachable < 0) return unreachable;
    if (!this.#hasPort) this.#dropHost();
    else if (!this.#hosted) {
      // An attempt that failed took the host's socket with it.
      const held = this.#rebind();
      if (held < 0) return held;
    }
    this.#resetForConnection();
    // The peer's name is known at once, its address is that of the connection.
    this.#peer = address;
    this.#state = TcpState.SYN_SENT;
    let result: number;
    if (name !== null) {
      if (this.#hasPort) return this.#refuseToConnect(-Errno.EACCES);
      result = this.channel.requestText(Operation.tcpConnectName, this.slot, name, port);
    } else {
      if (!this.#hasPort && this.nonBlocking) this.#choosePort(ip);
      result = this.channel.requestText(Operation.tcpConnect, this.slot, this.#target(ip), port);
    }
    if (result < 0) return this.#refuseToConnect(result);
    this.#hosted = true;
    if (isLocal(ip)) this.channel.stirred = true;
    return 0;
  }

  #refuseToConnect(result: number): number {
    this.#state = TcpState.CLOSE;
    // The worker may have a socket of the host left, and always has a row for this one.
    this.#hosted = true;
    this.#dropHost();
    if (!this.#portLocked) this.#giveBackPort();
    else this.#rebind();
    return result;
  }

  /** A socket of the host for IPv6 takes the address of an IPv4 peer in its mapped form. */
  #target(ip: IpAddress): string {
    const six = this.domain === AF_INET6 && ip.isV4Mapped && this.#hasPort &&
      this.#local !== null && this.#local.isUnspecified;
    return six ? ip.toString() : hostText(ip);
  }

  #checkRoute(ip: IpAddress): number {
    if (ip.isMulticast) return -Errno.ENETUNREACH;
    if (this.domain === AF_INET) return 0;
    const mapped = ip.isV4Mapped;
    if (mapped && this.options.v6Only) return -Errno.ENETUNREACH;
    const from = this.#boundAddress;
    if (from === null) return 0;
    if (mapped && !from.isV4Mapped) return -Errno.ENETUNREACH;
    if (!mapped && from.isV4Mapped && !ip.isUnspecified) return -Errno.EAFNOSUPPORT;
    return 0;
  }

  /** A socket that does not wait has its name while it is connecting. */
  #choosePort(peer: IpAddress): void {
    const local = isLocal(peer) ? loopbackFor(peer) : anyAddress(AF_INET);
    if (!isLocal(peer) && peer.unmapped().family !== 4) return;
    const mapped = toDomain(this.domain, local);
    // Without the permission for it the name is known once connected.
    if (this.#take(mapped, 0) < 0) this.#dropHost();
  }

  #rebind(): number {
    const result = this.channel.requestText(
      Operation.tcpBind,
      this.slot,
      hostText(this.#local ?? anyAddress(this.domain)),
      this.#localPort,
      this.options.reusePort ? BindFlag.reusePort : 0,
    );
    this.#hosted = result === 0;
    return result;
  }

  #resetForConnection(): void {
    this.shut = 0;
    this.pendingError = 0;
    this.#done = false;
    this.#endedFirst = false;
    this.#peer = null;
  }

  /** Lets the worker forget this socket's connection. */
  #dropHost(mode: number = CloseMode.reset): void {
    if (this.#hosted) this.channel.request(Operation.close, this.slot, mode);
    this.#hosted = false;
    this.#stir();
    this.#forgetConnection();
  }

  /** tcp_disconnect: ends what there is at once; the socket can be used again. */
  #disconnect(): void {
    const state = this.#state;
    const wasHosted = this.#hosted;
    this.#dropHost();
    this.shut = 0;
    this.#done = false;
    this.#endedFirst = false;
    this.#peer = null;
    this.#local = this.#boundAddress;
    if (state === TcpState.CLOSE) {
      // Nothing had begun: the port stays, and an error that nobody has read.
      if (wasHosted && this.#hasPort) this.#rebind();
      return;
    }
    if (state !== TcpState.LISTEN) this.pendingError = Errno.ECONNRESET;
    this.#state = TcpState.CLOSE;
    if (this.portEntry !== null) this.portEntry.listening = false;
    if (!this.#portLocked) this.#giveBackPort();
    else if (wasHosted) this.#rebind();
  }

  // ---- data ------------------------------------------------------------------------------------

  protected override transmit(
    buffer: Bytes | null,
    length: number,
    flags: number,
    _address: Uint8Array<ArrayBuffer> | null,
    _addressLength: number,
    _name: string | null,
  ): number {
    const { channel, slot } = this;
    if (this.#state === TcpState.CLOSE_WAIT) channel.settle();
    this.#refresh();
    const timeout = this.mayWait(flags) ? this.options.sendTimeout : 0;
    const state = this.#state;
    if (state !== TcpState.ESTABLISHED && state !== TcpState.CLOSE_WAIT) {
      const waited = this.#awaitConnection(timeout);
      if (waited < 0) return waited;
    }
    if (this.pendingError !== 0 || (this.shut & Shutdown.SEND) !== 0) {
      return -(super.takeError() || Errno.EPIPE);
    }
    if ((flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
    if (length === 0) return 0;
    if (buffer === null) return -Errno.EFAULT;
    const limit = this.options.sendLimit;
    const more = (flags & MSG_MORE) !== 0 ? 1 : 0;
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    let sent = 0;
    while (sent < length) {
      let room = limit - channel.word(slot, SlotWord.unsent);
      if (room <= 0) {
        const left = timeout === 0 ? 0 : Math.max(deadline - performance.now(), 0);
        const ready = this.waitFor(() => {
          this.#refresh();
          return limit - channel.word(slot, SlotWord.unsent) > 0 || this.pendingError !== 0;
        }, left);
        if (!ready) return sent || -Errno.EAGAIN;
        room = limit - channel.word(slot, SlotWord.unsent);
        if (this.pendingError !== 0) return sent || -super.takeError();
      }
      const count = Math.min(room, length - sent, DATA_SIZE);
      channel.data.set(buffer.subarray(sent, sent + count));
      const last = sent + count === length;
      const result = channel.request(
        Operation.tcpWrite,
        slot,
        count,
        last ? more : 0,
      );
      if (result < 0) return sent || result;
      if (result === 0) {
        this.#refresh();
        return sent || -(super.takeError() || Errno.EPIPE);
      }
      sent += result;
      this.#stir();
    }
    // The answer may be a reset.
    if (this.#state === TcpState.CLOSE_WAIT) channel.stirred = true;
    return sent;
  }

  protected override transmitUpToFault(
    bytes: Uint8Array,
    length: number,
    flags: number,
  ): number {
    return this.transmit(bytes, length, flags, null, 0, null);
  }

  /** sk_stream_wait_connect. */
  #awaitConnection(timeout: number): number {
    for (;;) {
      if (this.pendingError !== 0) return -super.takeError();
      if (this.#state === TcpState.ESTABLISHED) return 0;
      if (this.#state !== TcpState.SYN_SENT) return -Errno.EPIPE;
      const ready = this.waitFor(() => {
        this.#refresh();
        return this.#state !== TcpState.SYN_SENT || this.pendingError !== 0;
      }, timeout);
      if (!ready) return -Errno.EAGAIN;
    }
  }

  protected override receive(
    buffer: Bytes | null,
    length: number,
    flags: number,
    from: SockaddrStorage | null,
    status: ReceivedMessage | null,
  ): number {
    if (from !== null) from.length = 0;
    const result = this.#receiveBytes(buffer, length, flags);
    if (status !== null && result >= 0) status.flags = 0;
    return result;
  }

  #receiveBytes(buffer: Bytes | null, length: number, flags: number): number {
    if ((flags & MSG_ERRQUEUE) !== 0) return -Errno.EAGAIN;
    if (this.#state === TcpState.LISTEN) return -Errno.ENOTCONN;
    // There never is urgent data.
    if ((flags & MSG_OOB) !== 0) return -Errno.EINVAL;
    const { channel, slot } = this;
    channel.settle();
    const wait = this.mayWait(flags);
    const timeout = wait ? this.options.receiveTimeout : 0;
    const deadline = timeout === Infinity ? Infinity : performance.now() + timeout;
    const peek = (flags & MSG_PEEK) !== 0;
    const all = (flags & MSG_WAITALL) !== 0;
    const target = (all ? length : Math.min(this.options.receiveLowWater, length)) || 1;
    let copied = 0;
    let looked = false;
    for (;;) {
      const seen = channel.events();
      this.#refresh();
      const available = channel.word(slot, SlotWord.received) - (peek ? copied : 0);
      if (available > 0) {
        if (length === 0) return 0;
        const count = this.#copyOut(buffer, copied, Math.min(available, length - copied), flags);
        if (count < 0) return copied || count;
        copied += count;
        if (copied === length) return copied;
        if (count > 0) continue;
      }
      if (copied >= target) return copied;
      if (copied > 0) {
        const over = timeout === 0 || this.pendingError !== 0 ||
          this.#state === TcpState.CLOSE || (this.shut & Shutdown.RECEIVE) !== 0;
        if (over) return copied;
      } else {
        if (this.#done) return 0;
        if (this.pendingError !== 0) return -super.takeError();
        if ((this.shut & Shutdown.RECEIVE) !== 0) {
          // What arrives after one's own SHUT_RD is still delivered.
          if (this.#state === TcpState.CLOSE || looked) return 0;
          looked = true;
          channel.turn();
          continue;
        }
        if (this.#state === TcpState.CLOSE) return -Errno.ENOTCONN;
      }
      if (timeout === 0) {
        channel.turn();
        if (channel.events() !== seen && !channel.dead) continue;
        return copied || -Errno.EAGAIN;
      }
      if (channel.dead) continue;
      const canPark = timeout === Infinity && copied === 0 && length > 0 && buffer !== null;
      if (canPark && this.#state !== TcpState.SYN_SENT) {
        // One request both waits and reads; only a wait that may end by time cannot be left to it.
        const count = this.#copyOut(buffer, 0, length, flags, true);
        if (count < 0) return count;
        copied = count;
        if (copied >= target) return copied;
        continue;
      }
      if (!channel.waitEvent(seen, deadline)) {
        this.#refresh();
        if (channel.word(slot, SlotWord.received) - (peek ? copied : 0) > 0) continue;
        return copied || -Errno.EAGAIN;
      }
    }
  }

  /** Moves received bytes into the guest's buffer. */
  #copyOut(
    buffer: Bytes | null,
    at: number,
    count: number,
    flags: number,
    wait = false,
  ): number {
    const peek = (flags & MSG_PEEK) !== 0;
    const discard = (flags & MSG_TRUNC) !== 0;
    if (buffer === null && !discard) return -Errno.EFAULT;
    const { channel } = this;
    const result = channel.request(
      Operation.tcpRead,
      this.slot,
      Math.min(count, DATA_SIZE),
      (peek ? ReadFlag.peek : 0) | (discard ? ReadFlag.discard : 0),
      peek ? at : 0,
      wait ? 1 : 0,
    );
    if (result > 0 && !discard && buffer !== null) {
      buffer.set(channel.data.subarray(0, result), at);
    }
    return result;
  }

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    const bits = how + 1;
    this.channel.settle();
    this.#refresh();
    const connecting = this.#socketState === SocketState.CONNECTING;
    if (connecting) {
      const pending = this.#state === TcpState.CLOSE || this.#state === TcpState.SYN_SENT;
      this.#socketState = pending ? SocketState.DISCONNECTING : SocketState.CONNECTED;
    }
    switch (this.#state) {
      case TcpState.CLOSE:
        this.shut |= bits;
        return -Errno.ENOTCONN;
      case TcpState.LISTEN:
        if ((bits & Shutdown.RECEIVE) === 0) return 0;
        this.#disconnect();
        this.#socketState = SocketState.UNCONNECTED;
        return 0;
      case TcpState.SYN_SENT:
        this.#disconnect();
        this.#socketState = SocketState.UNCONNECTED;
        return 0;
    }
    this.shut |= bits;
    if ((bits & Shutdown.SEND) === 0) return 0;
    if (this.#state === TcpState.ESTABLISHED) {
      this.#state = TcpState.FIN_WAIT1;
      this.#endedFirst = true;
    } else if (this.#state === TcpState.CLOSE_WAIT) {
      this.#state = TcpState.LAST_ACK;
    } else {
      return 0;
    }
    this.#stir();
    return this.channel.request(Operation.tcpFinish, this.slot);
  }

  // ---- poll, ioctl, options, close ---------------------------------------------------------------

  override poll(events: number): number {
    const { channel, slot } = this;
    const wanted = events | POLLERR | POLLHUP;
    if (this.#state === TcpState.LISTEN) {
      const ready = channel.word(slot, SlotWord.waiting) > 0 ? POLLIN | POLLRDNORM : 0;
      return ready & wanted;
    }
    this.#refresh();
    let mask = 0;
    if (this.shut === Shutdown.BOTH || this.#state === TcpState.CLOSE) mask |= POLLHUP;
    if ((this.shut & Shutdown.RECEIVE) !== 0) mask |= POLLIN | POLLRDNORM | POLLRDHUP;
    if (this.#state !== TcpState.SYN_SENT) {
      const received = this.#hosted ? channel.word(slot, SlotWord.received) : 0;
      // As Linux has it, a full buffer is readable however much SO_RCVLOWAT asks for.
      const target = Math.min(this.options.receiveLowWater, this.options.receiveLimit);
      if (received >= target) mask |= POLLIN | POLLRDNORM;
      const unsent = this.#hosted ? channel.word(slot, SlotWord.unsent) : 0;
      const writable = (this.shut & Shutdown.SEND) !== 0 ||
        unsent * 3 < this.options.sendLimit * 2;
      if (writable) mask |= POLLOUT | POLLWRNORM;
    }
    if (this.pendingError !== 0) mask |= POLLERR;
    return mask & wanted;
  }

  override ioctl(request: number, value: Int32Array<ArrayBuffer> | null): number {
    const { channel, slot } = this;
    switch (request) {
      case FIONREAD: {
        if (this.#state === TcpState.LISTEN) return -Errno.EINVAL;
        if (value === null) return -Errno.EFAULT;
        this.#refresh();
        if (this.#hosted && channel.word(slot, SlotWord.received) === 0) channel.turn();
        value[0] = this.#hosted ? channel.word(slot, SlotWord.received) : 0;
        return 0;
      }
      case TIOCOUTQ:
        if (this.#state === TcpState.LISTEN) return -Errno.EINVAL;
        if (value === null) return -Errno.EFAULT;
        if (this.#hosted && channel.word(slot, SlotWord.unsent) > 0) channel.turn();
        value[0] = this.#hosted ? channel.word(slot, SlotWord.unsent) : 0;
        return 0;
      case SIOCATMARK:
        if (value === null) return -Errno.EFAULT;
        value[0] = 0;
        return 0;
      default:
        return super.ioctl(request, value);
    }
  }

  override applyOption(option: number, value: number): number {
    const { portEntry, options } = this;
    if (portEntry !== null) {
      portEntry.reuseAddress = options.reuseAddress;
      portEntry.reusePort = options.reusePort;
    }
    if (option < 0 || !this.#hosted) return 0;
    const second = option === HostOption.keepAlive ? options.keepIdle : 0;
    return this.channel.request(Operation.tcpOption, this.slot, option, value, second);
  }

  /** A new socket of the host knows nothing of options that were set before. */
  #applyOptions(): void {
    const { options } = this;
    if (options.noDelay) this.applyOption(HostOption.noDelay, 1);
    if (options.keepAlive) this.applyOption(HostOption.keepAlive, 1);
    if (options.cork) this.applyOption(HostOption.cork, 1);
    if (options.receiveBufferSet) {
      this.applyOption(HostOption.receiveBuffer, options.receiveBuffer);
    }
  }

  override close(): number {
    const { channel, slot } = this;
    const { lingerOn, lingerTime } = this.options;
    this.#refresh();
    const connected = this.#state === TcpState.ESTABLISHED || this.#state === TcpState.CLOSE_WAIT;
    const unread = this.#hosted ? channel.word(slot, SlotWord.received) : 0;
    const reset = unread > 0 || (lingerOn && lingerTime === 0 && this.#state !== TcpState.LISTEN);
    if (lingerOn && lingerTime > 0 && !reset && this.#hosted && connected) {
      // Linux waits until the peer has everything; we until the host has.
      this.waitFor(() => channel.word(slot, SlotWord.unsent) === 0, lingerTime * 1000);
    }
    if (this.#hosted) {
      channel.request(Operation.close, slot, reset ? CloseMode.reset : CloseMode.orderly);
    }
    this.#stir();
    this.#forgetConnection();
    channel.freeSlot(slot);
    if (this.portEntry !== null) {
      const first = this.#endedFirst || this.#state === TcpState.ESTABLISHED;
      if (!reset && first && this.#state !== TcpState.LISTEN) {
        this.context.ports.linger(this.portEntry);
      } else {
        this.context.ports.remove(this.portEntry);
      }
      this.portEntry = null;
    }
    return 0;
  }
}

/** Makes a TCP socket. */
export function newTcpSocket(
  context: SocketContext,
  domain: number,
  protocol: number,
  flags: number,
): TcpSocket | number {
  const slot = context.channel.allocateSlot();
  if (slot < 0) return slot;
  return new TcpSocket(context, slot, domain, SOCK_STREAM, protocol, flags);
}
