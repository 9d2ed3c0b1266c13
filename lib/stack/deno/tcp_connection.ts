/**
 * What a TCP socket knows of its connection: Linux's states, both names, errors, the end.
 *
 * @module
 */
import type { SocketAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import type { SockaddrStorage } from "../../linux/sockaddr.ts";
import { anyAddress, encodeEndpoint, hostText, parseNames, toDomain } from "../endpoint.ts";
import { CloseMode, Operation, SlotFlag, SlotWord } from "./shared_memory.ts";
import { Shutdown, SocketState, TcpState } from "../tcp_state.ts";
import { TcpPort } from "./tcp_port.ts";

/** The state of a TCP socket, brought up to date from what the worker reported. */
export abstract class TcpConnection extends TcpPort {
  /** `sk_state`. */
  protected state: TcpState = TcpState.CLOSE;
  /** What connect(2) goes by. */
  protected socketState: SocketState = SocketState.UNCONNECTED;
  /** `SOCK_DONE`: the peer's end of file has been seen. */
  protected endSeen = false;
  /** Where it is connected to, or is to be. */
  protected peer: SocketAddress | null = null;
  /** The connection as `local peer`, and as the other end calls it. */
  #connection = "";
  #reverse = "";

  override get listening(): boolean {
    return this.state === TcpState.LISTEN;
  }

  override get tcpState(): number {
    this.channel.settle();
    this.refresh();
    return this.state;
  }

  override takeError(): number {
    this.refresh();
    if (this.state !== TcpState.CLOSE && this.pendingError === 0 && this.hosted) {
      this.channel.turn();
      this.refresh();
    }
    return super.takeError();
  }

  override getsockname(name: SockaddrStorage): number {
    this.refresh();
    name.set(
      encodeEndpoint(this.domain, this.local ?? anyAddress(this.domain), this.localPort),
    );
    return 0;
  }

  override getpeername(name: SockaddrStorage): number {
    this.channel.settle();
    this.refresh();
    const peer = this.peer;
    const state = this.state;
    if (peer === null || state === TcpState.CLOSE || state === TcpState.SYN_SENT) {
      return -Errno.ENOTCONN;
    }
    name.set(encodeEndpoint(this.domain, peer.ip, peer.port));
    return 0;
  }

  /** Takes in what the worker reported since the last look. */
  protected refresh(): void {
    if (!this.hosted || this.state === TcpState.LISTEN) return;
    const flags = this.channel.word(this.slot, SlotWord.flags);
    if (this.state === TcpState.SYN_SENT && (flags & SlotFlag.connected) !== 0) {
      this.state = TcpState.ESTABLISHED;
      this.learnNames();
    }
    const connected = this.state !== TcpState.SYN_SENT;
    if (connected && (flags & SlotFlag.endOfFile) !== 0 && !this.endSeen) this.#peerFinished();
    if ((flags & SlotFlag.finished) !== 0) this.#sentFin();
    const error = this.channel.takeError(this.slot);
    if (error !== 0) this.#failed(error);
    else if (this.channel.dead && this.pendingError === 0 && this.state !== TcpState.CLOSE) {
      this.#failed(Errno.EIO);
    }
  }

  #peerFinished(): void {
    this.endSeen = true;
    this.shut |= Shutdown.RECEIVE;
    switch (this.state) {
      case TcpState.ESTABLISHED:
        this.state = TcpState.CLOSE_WAIT;
        break;
      case TcpState.FIN_WAIT1:
      case TcpState.FIN_WAIT2:
        // What is left is TIME_WAIT, of which the socket knows nothing any more.
        this.#endConnection();
        break;
    }
  }

  #sentFin(): void {
    if (this.state === TcpState.FIN_WAIT1) this.state = TcpState.FIN_WAIT2;
    else if (this.state === TcpState.LAST_ACK) this.#endConnection();
  }

  #failed(errno: number): void {
    // tcp_reset: a reset after the peer's end of file is a broken pipe.
    const reset = errno === Errno.ECONNRESET || errno === Errno.EPIPE;
    this.pendingError = reset && this.state !== TcpState.SYN_SENT
      ? (this.state === TcpState.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET)
      : errno;
    this.#endConnection();
  }

  /** tcp_done. */
  #endConnection(): void {
    this.state = TcpState.CLOSE;
    this.shut = Shutdown.BOTH;
    if (!this.portLocked) this.giveBackPort();
  }

  /** Takes over the names of a connection: those of `text`, or what the worker says. */
  protected learnNames(text = ""): void {
    const channel = this.channel;
    const names = parseNames(
      text || channel.getText(channel.request(Operation.names, this.slot)),
    );
    const [local, peer] = names;
    if (local !== undefined) {
      this.local = toDomain(this.domain, local.ip);
      this.localPort = local.port;
      this.hasPort = true;
    }
    if (peer === undefined || local === undefined) return;
    this.peer = peer;
    const near = `${hostText(local.ip)} ${local.port}`;
    const far = `${hostText(peer.ip)} ${peer.port}`;
    this.#connection = `${near} ${far}`;
    this.#reverse = `${far} ${near}`;
    this.context.connections.add(this.#connection);
  }

  /** Says that the other end has something to notice, if it is a socket of this stack. */
  protected stir(): void {
    const { connections } = this.context;
    if (this.#reverse !== "" && connections.has(this.#reverse)) this.channel.stirred = true;
  }

  /** The connection is no longer one of this stack's. */
  protected forgetConnection(): void {
    this.context.connections.delete(this.#connection);
    this.#connection = this.#reverse = "";
  }

  /** Lets the worker forget this socket's connection. */
  protected dropHost(mode: number = CloseMode.reset): void {
    if (this.hosted) this.channel.request(Operation.close, this.slot, mode);
    this.hosted = false;
    this.stir();
    this.forgetConnection();
  }

  /** tcp_disconnect: ends what there is at once; the socket can be used again. */
  protected disconnect(): void {
    const state = this.state;
    const wasHosted = this.hosted;
    this.dropHost();
    this.shut = 0;
    this.endSeen = false;
    this.endedFirst = false;
    this.peer = null;
    this.local = this.boundAddress;
    if (state === TcpState.CLOSE) {
      // Nothing had begun: the port stays, and an error that nobody has read.
      if (wasHosted && this.hasPort) this.rebind();
      return;
    }
    if (state !== TcpState.LISTEN) this.pendingError = Errno.ECONNRESET;
    this.state = TcpState.CLOSE;
    if (this.portEntry !== null) this.portEntry.listening = false;
    if (!this.portLocked) this.giveBackPort();
    else if (wasHosted) this.rebind();
  }
}
