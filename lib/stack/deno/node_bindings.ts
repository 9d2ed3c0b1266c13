/**
 * Types of what the I/O worker uses of Node's internal bindings in Deno: handles of sockets that can
 * be bound before they connect or listen, which no public API offers.
 *
 * @module
 */

/** Where a handle writes a name. */
export interface NameOut {
  /** The IP address as text. */
  address?: string;
  /** The port. */
  port?: number;
}

/** A request whose end is told by a callback with a status: 0, or a negative number of libuv. */
export interface Request {
  /** Called when it has ended. */
  oncomplete: (status: number) => void;
}

/** A TCP socket: `TCP` of tcp_wrap. */
export interface TcpHandle {
  bind(address: string, port: number): number;
  bindWithFlags?(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  listen(backlog: number): number;
  accept(client: TcpHandle): number;
  connect(request: Request, address: string, port: number): number;
  connect6(request: Request, address: string, port: number): number;
  getsockname(out: NameOut): number;
  getpeername(out: NameOut): number;
  setNoDelay(on: boolean): number;
  setKeepAlive(on: boolean, delay: number): number;
  readStart(): number;
  readStop(): number;
  writeBuffer(request: Request, bytes: Uint8Array<ArrayBuffer>): number;
  shutdown(request: Request): number;
  reset(): number;
  close(): void;
  onread: (buffer: ArrayBuffer | undefined) => void;
  onconnection: (status: number) => void;
}

/** `process.binding("tcp_wrap")`. */
export interface TcpWrapBinding {
  TCP: new (type: number) => TcpHandle;
  TCPConnectWrap: new () => Request;
  constants: { SOCKET: number; SERVER: number; UV_TCP_REUSEPORT?: number };
}

/** `process.binding("stream_wrap")`. */
export interface StreamWrapBinding {
  WriteWrap: new () => Request;
  ShutdownWrap: new () => Request;
  streamBaseState: Int32Array;
  kReadBytesOrError: number;
  kArrayBufferOffset: number;
  kLastWriteWasAsync: number;
}

/** A UDP socket: `UDP` of udp_wrap. */
export interface UdpHandle {
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  getsockname(out: NameOut): number;
  recvStart(): number;
  recvStop(): number;
  send(
    request: SendRequest,
    buffers: Uint8Array[],
    count: number,
    port: number,
    address: string,
    callback: boolean,
  ): number;
  send6(
    request: SendRequest,
    buffers: Uint8Array[],
    count: number,
    port: number,
    address: string,
    callback: boolean,
  ): number;
  setBroadcast(on: 0 | 1): number;
  setTTL(ttl: number): number;
  setMulticastTTL(ttl: number): number;
  setMulticastLoopback(on: 0 | 1): number;
  setMulticastInterface(address: string): number;
  addMembership(group: string, local?: string): number;
  dropMembership(group: string, local?: string): number;
  close(): void;
  onmessage: (
    count: number,
    handle: UdpHandle,
    buffer?: Uint8Array<ArrayBuffer>,
    from?: { address: string; port: number },
  ) => void;
}

/** A datagram on its way. */
export interface SendRequest {
  /** Called when the host has taken or refused it. */
  oncomplete: (error: number | null, sent: number) => void;
}

/** `process.binding("udp_wrap")`. */
export interface UdpWrapBinding {
  UDP: new () => UdpHandle;
  SendWrap: new () => SendRequest;
}

/** `process.binding("uv")`. */
export interface UvBinding {
  /** The name of a status, `ECONNREFUSED` or `EOF`. */
  errname(status: number): string;
}

/** `process` in a worker. */
export interface ProcessModule {
  binding(name: string): unknown;
  getBuiltinModule(name: string): unknown;
}

/** What is used of `node:dns`. */
export interface DnsModule {
  lookup(
    name: string,
    options: { all: true; family: number; verbatim: boolean },
    callback: (
      error: (Error & { code?: string }) | null,
      addresses: { address: string; family: number }[],
    ) => void,
  ): void;
}
