/**
 * TCP sockets: Linux's states over connections that the I/O worker holds.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import { AF_INET6, SOCK_STREAM } from "../../linux/socket.ts";
import type { OpenFile } from "../open_file.ts";
import type { SocketContext } from "./deno_socket.ts";
import { anyAddress, decodeEndpoint, encodeEndpoint } from "../endpoint.ts";
import { CloseMode, Operation, SlotWord } from "./shared_memory.ts";
import { Shutdown, SocketState, TcpState } from "../tcp_state.ts";
import { TcpStream } from "./tcp_stream.ts";

/** net.core.somaxconn: the longest queue of connections. */
const SOMAXCONN = 4096;

/** A TCP socket: what listens, accepts, and takes a connection apart. */
export class TcpSocket extends TcpStream {
  override bind(bytes: Uint8Array<ArrayBuffer>, length: number): number {
    const address = decodeEndpoint(this.domain, bytes, length, "bind");
    if (typeof address === "number") return address;
    const { ip, port } = address;
    if (this.domain === AF_INET6) {
      if (ip.isMulticast) return -Errno.EINVAL;
      if (ip.isV4Mapped && this.options.v6Only) return -Errno.EINVAL;
    }
    this.refresh();
    if (this.state !== TcpState.CLOSE || this.hasPort) return -Errno.EINVAL;
    const result = this.take(ip, port);
    if (result < 0) return result;
    this.portLocked = port !== 0;
    this.boundAddress = ip.isUnspecified ? null : ip;
    // inet6_bind: an address that no IPv4 peer can reach.
    if (ip.family === 6 && !ip.isUnspecified && !ip.isV4Mapped) this.options.v6Only = true;
    return 0;
  }

  override listen(backlog: number): number {
    this.refresh();
    if (this.socketState !== SocketState.UNCONNECTED) return -Errno.EINVAL;
    const state = this.state;
    if (state !== TcpState.CLOSE && state !== TcpState.LISTEN) return -Errno.EINVAL;
    const limit = Math.min(backlog >>> 0, SOMAXCONN);
    if (state === TcpState.CLOSE) {
      const taken = this.#prepareToListen();
      if (taken < 0) return taken;
    }
    const result = this.channel.request(Operation.tcpListen, this.slot, limit);
    if (result < 0) return result;
    this.state = TcpState.LISTEN;
    if (this.portEntry !== null) this.portEntry.listening = true;
    return 0;
  }

  #prepareToListen(): number {
    if (!this.hasPort) return this.take(this.local ?? anyAddress(this.domain), 0);
    const ip = this.local ?? anyAddress(this.domain);
    const claim = this.claim(ip, this.localPort);
    if (this.context.ports.conflicts(claim, this.portEntry)) return -Errno.EADDRINUSE;
    return 0;
  }

  override accept(peer: SockaddrStorage | null, flags: number): OpenFile | number {
    if (this.state !== TcpState.LISTEN) return -Errno.EINVAL;
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
    if (peer !== null && socket.peer !== null) {
      peer.set(encodeEndpoint(this.domain, socket.peer.ip, socket.peer.port));
    }
    return socket;
  }

  #becomeAccepted(listener: TcpSocket, names: string): void {
    this.options.inherit(listener.options);
    this.hosted = true;
    this.state = TcpState.ESTABLISHED;
    this.socketState = SocketState.CONNECTED;
    this.local = listener.local;
    this.localPort = listener.localPort;
    this.learnNames(names);
    const claim = this.claim(this.local ?? anyAddress(this.domain), this.localPort);
    this.portEntry = this.context.ports.add(claim);
    this.applyOptions();
  }

  override shutdown(how: number): number {
    if (how < 0 || how > 2) return -Errno.EINVAL;
    const bits = how + 1;
    this.channel.settle();
    this.refresh();
    const connecting = this.socketState === SocketState.CONNECTING;
    if (connecting) {
      const pending = this.state === TcpState.CLOSE || this.state === TcpState.SYN_SENT;
      this.socketState = pending ? SocketState.DISCONNECTING : SocketState.CONNECTED;
    }
    switch (this.state) {
      case TcpState.CLOSE:
        this.shut |= bits;
        return -Errno.ENOTCONN;
      case TcpState.LISTEN:
        if ((bits & Shutdown.RECEIVE) === 0) return 0;
        this.disconnect();
        this.socketState = SocketState.UNCONNECTED;
        return 0;
      case TcpState.SYN_SENT:
        this.disconnect();
        this.socketState = SocketState.UNCONNECTED;
        return 0;
    }
    this.shut |= bits;
    if ((bits & Shutdown.SEND) === 0) return 0;
    if (this.state === TcpState.ESTABLISHED) {
      this.state = TcpState.FIN_WAIT1;
      this.endedFirst = true;
    } else if (this.state === TcpState.CLOSE_WAIT) {
      this.state = TcpState.LAST_ACK;
    } else {
      return 0;
    }
    this.stir();
    return this.channel.request(Operation.tcpFinish, this.slot);
  }

  override close(): number {
    const { channel, slot } = this;
    const { lingerOn, lingerTime } = this.options;
    this.refresh();
    const connected = this.state === TcpState.ESTABLISHED || this.state === TcpState.CLOSE_WAIT;
    const unread = this.hosted ? channel.word(slot, SlotWord.received) : 0;
    const reset = unread > 0 || (lingerOn && lingerTime === 0 && this.state !== TcpState.LISTEN);
    if (lingerOn && lingerTime > 0 && !reset && this.hosted && connected) {
      // Linux waits until the peer has everything; we until the host has.
      this.waitFor(() => channel.unsent(slot) === 0, lingerTime * 1000);
    }
    if (this.hosted) {
      channel.request(Operation.close, slot, reset ? CloseMode.reset : CloseMode.orderly);
    }
    this.stir();
    this.forgetConnection();
    channel.freeSlot(slot);
    if (this.portEntry !== null) {
      const first = this.endedFirst || this.state === TcpState.ESTABLISHED;
      if (!reset && first && this.state !== TcpState.LISTEN) {
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
