/**
 * What the I/O worker knows of a connection, and what moves its bytes.
 *
 * @module
 */
import type { TcpHandle } from "../node_bindings.ts";
import type { HostName } from "./host.ts";

/** A connection, made or being made. */
export interface Connection {
  slot: number;
  /** What moves the bytes; null before the first bind or connect and after an error. */
  transport: Transport | null;
  chunks: Uint8Array[];
  /** What short pieces are gathered in. */
  gathered: ArrayBufferLike | null;
  /** Ends the guest's wait for something to receive. */
  reader: (() => void) | null;
  received: number;
  receiveLimit: number;
  paused: boolean;
  endOfFile: boolean;
  failed: boolean;
  unsent: number;
  /** Bytes of writes that the guest's thread did not wait for, modulo 2³². */
  taken: number;
  corked: boolean;
  noDelay: boolean;
  keepAlive: boolean;
  /** Seconds before the first keep-alive probe. */
  keepIdle: number;
  held: Uint8Array<ArrayBuffer>[];
  heldSize: number;
  holdTimer: ReturnType<typeof setTimeout> | undefined;
  finishing: boolean;
  finished: boolean;
  /** Written to after the peer's end of file: a reset may be on its way. */
  doubtful: boolean;
  closing: boolean;
  /** Of a listener. */
  queue: Connection[] | null;
  backlog: number;
  stalled: boolean;
  /** Attempts to connect that the full queue holds back, and what lets them go on. */
  deferred: Map<Connection, () => void>;
  /** Gives up an attempt to connect, and what it holds of a listener of this stack. */
  abandon: (() => void) | null;
  local: HostName | null;
  peer: HostName | null;
  listening: boolean;
  arriving: number;
}

/** What moves a connection's bytes: a handle of tcp_wrap, or a Deno.Conn. */
export interface Transport {
  write(bytes: Uint8Array<ArrayBuffer>, done: (errno: number) => void): void;
  finish(done: (errno: number) => void): void;
  resume(): void;
  pause(): void;
  close(): void;
  reset(): void;
  alive(): boolean;
  names(): [HostName, HostName] | null;
  setNoDelay(on: boolean): void;
  setKeepAlive(on: boolean, delay: number): void;
  readonly handle: TcpHandle | null;
}
