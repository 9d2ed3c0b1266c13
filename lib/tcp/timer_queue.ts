/**
 * Which of many things is due next.
 *
 * @module
 */

interface Entry<T> {
  readonly at: number;
  readonly item: T;
}

/** A binary heap of times. Times are not taken back: an item that is due too early is asked anew. */
export class TimerQueue<T> {
  readonly #heap: Entry<T>[] = [];

  /** When the next item is due, in milliseconds; Infinity for never. */
  get next(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** How many entries there are, those included that nobody waits for any more. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Forgets entries.
   *
   * @param isWanted Whether an item is still waited for at a time.
   */
  retain(isWanted: (item: T, at: number) => boolean): void {
    const entries = this.#heap.filter(({ at, item }) => isWanted(item, at));
    // What is in order is a heap.
    entries.sort((a, b) => a.at - b.at);
    this.#heap.splice(0, this.#heap.length, ...entries);
  }

  /**
   * Adds an item.
   *
   * @param at When it is due; Infinity adds nothing.
   * @param item The item.
   */
  add(at: number, item: T): void {
    if (at === Infinity) return;
    const heap = this.#heap;
    const entry = { at, item };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= at) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /**
   * Takes an item that is due.
   *
   * @param now Milliseconds.
   * @returns Undefined if none is.
   */
  take(now: number): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && right.at < below.at) {
        child += 1;
        below = right;
      }
      if (below.at >= entry.at) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = entry;
  }
}
