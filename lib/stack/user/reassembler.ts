/**
 * Puts datagrams together that arrive in parts: RFC 1122, section 3.3.2; RFC 8200, section 4.5; RFC 5722
 * (overlapping parts are an attack, and end the datagram).
 *
 * @module
 */
import { type IpFragment, joinFragments } from "../../wire/fragment.ts";

/** How long parts wait for the others, in milliseconds: RFC 1122 and RFC 8200 say 60 seconds. */
const PATIENCE = 60_000;
/** Octets of parts that wait; the oldest datagram makes room for others. */
const MOST_OCTETS = 1 << 20;
/** Datagrams that wait for parts. */
const MOST_DATAGRAMS = 256;
/** Parts of one datagram; the longest in parts of the least size that a link may have is shorter. */
const MOST_PARTS = 1024;
/** What a part costs beside its octets, so that small ones are bounded too. */
const PART_COST = 128;

interface Part {
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** A datagram some of whose parts are there. */
class PartialDatagram {
  /** In the order of their offsets, apart from each other. */
  readonly parts: Part[] = [];
  readonly expires: number;
  /** Octets that it has, and what they cost. */
  octets = 0;
  cost = 0;
  /** Octets of the whole; null before its last part is there. */
  total: number | null = null;
  /** The first part's. */
  header: Uint8Array | null = null;

  constructor(now: number) {
    this.expires = now + PATIENCE;
  }

  /** Adds a part; false if the parts contradict each other. What is there already adds nothing. */
  add({ offset, payload, isLast, header }: IpFragment): boolean {
    const end = offset + payload.length;
    const known = this.parts.at(-1);
    const reached = known === undefined ? 0 : known.offset + known.payload.length;
    if (this.total !== null && (end > this.total || (isLast && end !== this.total))) return false;
    if (isLast && reached > end) return false;
    const index = this.#indexOf(offset);
    const [before, after] = [this.parts[index - 1], this.parts[index]];
    const isCopy = after?.offset === offset && after.payload.length === payload.length;
    if (isCopy) return true;
    if (before !== undefined && before.offset + before.payload.length > offset) return false;
    if (after !== undefined && after.offset < end) return false;
    if (this.parts.length >= MOST_PARTS) return false;
    if (isLast) this.total = end;
    if (offset === 0) this.header = header;
    this.parts.splice(index, 0, { offset, payload: payload.slice() });
    this.octets += payload.length;
    this.cost += payload.length + PART_COST;
    return true;
  }

  /** The datagram; null if parts are missing or it is too long. */
  join(): Uint8Array<ArrayBuffer> | null {
    if (this.header === null) return null;
    const payload = new Uint8Array(this.octets);
    for (const part of this.parts) payload.set(part.payload, part.offset);
    return joinFragments(this.header, payload);
  }

  get isWhole(): boolean {
    return this.octets === this.total;
  }

  #indexOf(offset: number): number {
    let index = this.parts.length;
    while (index > 0 && (this.parts[index - 1]?.offset ?? 0) >= offset) index -= 1;
    return index;
  }
}

/** The datagrams that wait for parts. */
export class Reassembler {
  /** The oldest first. */
  readonly #partials = new Map<string, PartialDatagram>();
  #cost = 0;

  /** How many datagrams wait for parts. */
  get size(): number {
    return this.#partials.size;
  }

  /** Octets that are held for them, with what keeping them costs. */
  get cost(): number {
    return this.#cost;
  }

  /** When time alone will end one, in milliseconds; Infinity for never. */
  get nextTimer(): number {
    if (this.#partials.size === 0) return Infinity;
    const [oldest] = this.#partials.values();
    return oldest?.expires ?? Infinity;
  }

  /**
   * Takes a part.
   *
   * @param fragment The part; its payload is copied.
   * @param now Milliseconds.
   * @returns The datagram, a packet of its own, once it is whole; else null.
   */
  take(fragment: IpFragment, now: number): Uint8Array<ArrayBuffer> | null {
    const { key } = fragment;
    const partial = this.#partials.get(key) ?? new PartialDatagram(now);
    const before = partial.cost;
    const fits = partial.add(fragment);
    this.#partials.set(key, partial);
    this.#cost += partial.cost - before;
    if (!fits || partial.isWhole) {
      this.#drop(key, partial);
      return fits ? partial.join() : null;
    }
    while (this.#cost > MOST_OCTETS || this.#partials.size > MOST_DATAGRAMS) {
      const [oldest] = this.#partials;
      if (oldest === undefined) break;
      this.#drop(...oldest);
    }
    return null;
  }

  /**
   * Ends datagrams whose time is over.
   *
   * @param now Milliseconds.
   * @returns The start of each whose first part was there: its sender is to be told (RFC 1122, 3.3.2).
   */
  expire(now: number): Uint8Array<ArrayBuffer>[] {
    const told: Uint8Array<ArrayBuffer>[] = [];
    for (const [key, partial] of this.#partials) {
      if (partial.expires > now) continue;
      this.#drop(key, partial);
      const [first] = partial.parts;
      if (partial.header === null || first === undefined) continue;
      const packet = joinFragments(partial.header, first.payload);
      if (packet !== null) told.push(packet);
    }
    return told;
  }

  #drop(key: string, partial: PartialDatagram): void {
    if (this.#partials.delete(key)) this.#cost -= partial.cost;
  }
}
