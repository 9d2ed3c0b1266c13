/**
 * A queue of octets that also takes some ahead of its end.
 *
 * @module
 */

const SMALLEST = 4096;

/** A ring of octets that grows on demand up to its capacity. */
export class RingBuffer {
  /** The most octets that it holds. */
  readonly capacity: number;
  #bytes = new Uint8Array(0);
  #start = 0;
  #length = 0;

  /**
   * Makes an empty buffer.
   *
   * @param capacity The most octets that it will hold.
   */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many octets are queued. */
  get length(): number {
    return this.#length;
  }

  /** How many more would fit. */
  get free(): number {
    return this.capacity - this.#length;
  }

  /**
   * Queues octets, as many as fit.
   *
   * @param bytes The octets.
   * @returns How many were taken.
   */
  append(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.free);
    this.writeAhead(0, count === bytes.length ? bytes : bytes.subarray(0, count));
    this.#length += count;
    return count;
  }

  /**
   * Puts octets behind the end of the queue without queueing them.
   *
   * @param ahead How far behind the end the first one goes.
   * @param bytes The octets; what lies beyond the capacity is left out.
   */
  writeAhead(ahead: number, bytes: Uint8Array): void {
    const from = this.#length + ahead;
    const count = Math.min(bytes.length, this.capacity - from);
    if (count <= 0) return;
    this.#reserve(from + count);
    const ring = this.#bytes;
    const position = (this.#start + from) % ring.length;
    const first = Math.min(count, ring.length - position);
    ring.set(first === bytes.length ? bytes : bytes.subarray(0, first), position);
    if (first < count) ring.set(bytes.subarray(first, count), 0);
  }

  /**
   * Queues octets that {@link RingBuffer.writeAhead} put behind the end.
   *
   * @param count How many.
   */
  extend(count: number): void {
    this.#length += count;
  }

  /**
   * Copies queued octets without taking them.
   *
   * @param offset How far behind the front the first one is.
   * @param target Receives them.
   * @returns How many were copied.
   */
  peek(offset: number, target: Uint8Array): number {
    const count = Math.min(target.length, this.#length - offset);
    if (count <= 0) return 0;
    const ring = this.#bytes;
    const position = (this.#start + offset) % ring.length;
    const first = Math.min(count, ring.length - position);
    target.set(ring.subarray(position, position + first));
    if (first < count) target.set(ring.subarray(0, count - first), first);
    return count;
  }

  /**
   * Returns queued octets without taking them: a view where they lie together, else a copy. A view
   * is right until the buffer changes.
   *
   * @param offset How far behind the front the first one is.
   * @param count How many; the caller knows that they are there.
   */
  slice(offset: number, count: number): Uint8Array {
    if (count === 0) return this.#bytes.subarray(0, 0);
    const ring = this.#bytes;
    const position = (this.#start + offset) % ring.length;
    if (position + count <= ring.length) return ring.subarray(position, position + count);
    const copy = new Uint8Array(count);
    this.peek(offset, copy);
    return copy;
  }

  /**
   * Takes octets from the front.
   *
   * @param count How many; the caller knows that they are there.
   */
  discard(count: number): void {
    this.#length -= count;
    if (this.#bytes.length > 0) this.#start = (this.#start + count) % this.#bytes.length;
  }

  /** Empties it and gives its memory back. */
  clear(): void {
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#length = 0;
  }

  /** Makes room for as many octets from the front, those ahead of the end included. */
  #reserve(size: number): void {
    const { length } = this.#bytes;
    if (size <= length) return;
    const grown = new Uint8Array(
      Math.min(this.capacity, Math.max(SMALLEST, size, length * 2)),
    );
    // What was put ahead of the end has to come along: the whole ring, unrolled.
    grown.set(this.#bytes.subarray(this.#start));
    grown.set(this.#bytes.subarray(0, this.#start), length - this.#start);
    this.#bytes = grown;
    this.#start = 0;
  }
}
