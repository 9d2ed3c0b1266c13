/**
 * Which local ports the stack's sockets hold, and whether another may bind the same.
 *
 * The deno stack needs it although the host has ports of its own: Deno sets SO_REUSEADDR on every TCP
 * socket that it binds, so that the host would let sockets share ports which on Linux may not.
 *
 * @module
 */
import type { IpAddress } from "../ip.ts";

/** Milliseconds that a connection which this side ended first keeps its port: TCP_TIMEWAIT_LEN. */
const TIME_WAIT = 60_000;

/** How many ports are kept so: Linux bounds them too (tcp_max_tw_buckets). */
const MAX_LINGERING = 4096;

/** A port that is held. */
export interface PortEntry {
  /** Type of the socket: TCP and UDP ports are apart. */
  readonly type: number;
  /** The address, v4-mapped ones as IPv4. */
  readonly ip: IpAddress;
  /** The port. */
  readonly port: number;
  /** IPV6_V6ONLY: the wildcard address leaves IPv4 alone. */
  readonly v6Only: boolean;
  /** SO_REUSEADDR, as it is now. */
  reuseAddress: boolean;
  /** SO_REUSEPORT, as it is now. */
  reusePort: boolean;
  /** Whether it listens: nobody shares with a listener by SO_REUSEADDR. */
  listening: boolean;
  /** When it ends by itself, in milliseconds of `performance.now()`. */
  expires: number;
}

/** What decides whether a port is free for a socket. */
export type PortClaim = Omit<PortEntry, "expires" | "listening">;

/** The ports of one stack. */
export class PortTable {
  readonly #entries: Map<number, Set<PortEntry>> = new Map();
  /** Those that end by themselves, the oldest first. */
  readonly #lingering: Set<PortEntry> = new Set();

  /** Whether the claim meets an entry that it may not share with (inet_csk_bind_conflict). */
  conflicts(claim: PortClaim, except: PortEntry | null = null): boolean {
    const entries = this.#entries.get(claim.port);
    if (entries === undefined) return false;
    const now = performance.now();
    for (const entry of entries) {
      if (entry === except || entry.type !== claim.type) continue;
      if (entry.expires <= now) {
        this.remove(entry);
        continue;
      }
      if (!overlaps(claim, entry)) continue;
      if (claim.reuseAddress && entry.reuseAddress && !entry.listening) continue;
      if (claim.reusePort && entry.reusePort) continue;
      return true;
    }
    return false;
  }

  /** Holds a port. */
  add(claim: PortClaim, listening = false): PortEntry {
    const entry = { ...claim, listening, expires: Infinity };
    let entries = this.#entries.get(claim.port);
    if (entries === undefined) this.#entries.set(claim.port, entries = new Set());
    entries.add(entry);
    return entry;
  }

  /** Gives a port back. */
  remove(entry: PortEntry): void {
    this.#lingering.delete(entry);
    const entries = this.#entries.get(entry.port);
    entries?.delete(entry);
    if (entries?.size === 0) this.#entries.delete(entry.port);
  }

  /** Keeps the port for as long as Linux keeps a connection in TIME_WAIT. */
  linger(entry: PortEntry): void {
    entry.expires = performance.now() + TIME_WAIT;
    entry.listening = false;
    this.#lingering.add(entry);
    const [oldest] = this.#lingering;
    if (oldest !== undefined && this.#lingering.size > MAX_LINGERING) this.remove(oldest);
  }
}

function overlaps(a: PortClaim, b: PortClaim): boolean {
  if (a.ip.family === b.ip.family) {
    return a.ip.isUnspecified || b.ip.isUnspecified || a.ip.equals(b.ip);
  }
  const six = a.ip.family === 6 ? a : b;
  return six.ip.isUnspecified && !six.v6Only;
}
