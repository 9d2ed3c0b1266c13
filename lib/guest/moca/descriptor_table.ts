/**
 * A script's descriptors. Their numbers come from one counter and are never used again; 0, 1 and 2 are
 * the standard ones.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { AF_UNSPEC } from "../../linux/socket.ts";

/** A stream socket of which nothing but its number exists yet. */
export interface PendingSocket {
  readonly kind: "pending";
  /** The family that its addresses must have: AF_INET, AF_INET6, or AF_UNSPEC for any. */
  readonly family: number;
  /** How long its calls may take, in milliseconds; null for no bound. */
  timeout: number | null;
}

/** What a descriptor of the system is to a script. */
export interface OpenDescriptor {
  /** What it is. */
  readonly kind: "connected" | "listener" | "datagram" | "file" | "stdin";
  /** Its number in the system. */
  readonly fd: number;
  /** The family of a datagram socket; AF_UNSPEC for the rest. */
  readonly family: number;
  /** As for {@linkcode PendingSocket}. */
  timeout: number | null;
  /** Whether calls on it return at once (O_NONBLOCK). */
  nonblocking: boolean;
  /** Whether it can make a call wait: regular files cannot. */
  readonly waits: boolean;
}

/** What a script's descriptor refers to. */
export type Descriptor = PendingSocket | OpenDescriptor;

/** Descriptors open at once, at most; those that the system knows have a limit of their own. */
const MAX_OPEN = 65_536;

/** First number that is given out. */
const FIRST = 3;

/** The descriptors of one machine. */
export class DescriptorTable {
  readonly #entries = new Map<number, Descriptor>();
  #next = FIRST;

  /**
   * Gives a descriptor the next number.
   *
   * @returns The number; −EMFILE if there are too many.
   */
  add(entry: Descriptor): number {
    if (this.#entries.size >= MAX_OPEN) return -Errno.EMFILE;
    this.#entries.set(this.#next, entry);
    return this.#next++;
  }

  /** The descriptor of a number, or undefined. */
  get(number: bigint): Descriptor | undefined {
    return this.#entries.get(Number(number));
  }

  /** Makes a number refer to something else. */
  replace(number: bigint, entry: Descriptor): void {
    this.#entries.set(Number(number), entry);
  }

  /** Forgets a number; returns what it referred to. */
  remove(number: bigint): Descriptor | undefined {
    const entry = this.get(number);
    this.#entries.delete(Number(number));
    return entry;
  }

  /** Forgets everything; returns what there was. */
  clear(): Descriptor[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }
}

/** A descriptor of the system's, freshly opened. */
export function opened(
  kind: OpenDescriptor["kind"],
  fd: number,
  options: Partial<Pick<OpenDescriptor, "family" | "timeout" | "waits">> = {},
): OpenDescriptor {
  const { family = AF_UNSPEC, timeout = null, waits = true } = options;
  return { kind, fd, family, timeout, nonblocking: false, waits };
}
