/**
 * Maps, with the order that a chained hash table gives.
 *
 * @module
 */
import type { Value } from "./value.ts";

/** What a map's keys can be. */
export type MapKey = bigint | string;

interface Entry {
  readonly key: MapKey;
  /** Low 32 bits of the key's hash; enough to choose a bucket. */
  readonly hash: number;
  value: Value;
  next: Entry | null;
}

const FIRST_BUCKETS = 16;

function hashOf(key: MapKey): number {
  if (typeof key === "bigint") {
    return Number(BigInt.asUintN(32, key < 0n ? -key : key));
  }
  let low = 5381;
  let high = 0;
  for (let i = 0; i < key.length; i++) {
    const next = low * 33 + key.charCodeAt(i);
    low = next >>> 0;
    high = (Math.imul(high, 33) + (next - low) / 4294967296) | 0;
  }
  return high < 0 ? -low >>> 0 : low;
}

/**
 * A Map. Lookups go through a JavaScript map; the chains exist for the order of `keys` and `values`:
 * ascending bucket, newest entry of a bucket first.
 */
export class MocaMap {
  readonly #entries = new Map<MapKey, Entry>();
  #buckets: (Entry | null)[] = new Array<Entry | null>(FIRST_BUCKETS).fill(null);

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** Number of buckets. */
  get capacity(): number {
    return this.#buckets.length;
  }

  /** The value of a key, or undefined. */
  get(key: MapKey): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Whether a key exists. */
  has(key: MapKey): boolean {
    return this.#entries.has(key);
  }

  /** Stores a value. Returns whether the key is new. */
  set(key: MapKey, value: Value): boolean {
    const existing = this.#entries.get(key);
    if (existing !== undefined) {
      existing.value = value;
      return false;
    }
    if (this.size * 4 >= this.#buckets.length * 3) {
      this.#double();
    }
    const entry: Entry = { key, hash: hashOf(key), value, next: null };
    this.#entries.set(key, entry);
    this.#push(this.#buckets, entry);
    return true;
  }

  /** Removes a key. Returns whether it existed. */
  delete(key: MapKey): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return false;
    }
    this.#entries.delete(key);
    const bucket = entry.hash % this.#buckets.length;
    let at = this.#buckets[bucket] ?? null;
    if (at === entry) {
      this.#buckets[bucket] = entry.next;
    }
    while (at !== null) {
      if (at.next === entry) {
        at.next = entry.next;
      }
      at = at.next;
    }
    return true;
  }

  /** All entries in order. */
  *entries(): Generator<[MapKey, Value]> {
    for (const bucket of this.#buckets) {
      for (let at = bucket; at !== null; at = at.next) {
        yield [at.key, at.value];
      }
    }
  }

  /**
   * Puts something else in the place of each value.
   *
   * @param replace Gives what a value becomes.
   * @param key Told each key that is a string.
   */
  replaceValues(replace: (value: Value) => Value, key: (key: string) => void): void {
    for (const bucket of this.#buckets) {
      for (let at = bucket; at !== null; at = at.next) {
        at.value = replace(at.value);
        if (typeof at.key === "string") {
          key(at.key);
        }
      }
    }
  }

  #push(buckets: (Entry | null)[], entry: Entry): void {
    const bucket = entry.hash % buckets.length;
    entry.next = buckets[bucket] ?? null;
    buckets[bucket] = entry;
  }

  #double(): void {
    const buckets = new Array<Entry | null>(this.#buckets.length * 2).fill(null);
    for (const bucket of this.#buckets) {
      for (let at = bucket; at !== null;) {
        const next: Entry | null = at.next;
        this.#push(buckets, at);
        at = next;
      }
    }
    this.#buckets = buckets;
  }
}
