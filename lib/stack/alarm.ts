/**
 * How a thread that waits learns of what others have made ready.
 *
 * @module
 */

/**
 * A counter in shared memory on which a stack's waits sleep. Whoever makes something ready that the
 * stack does not know of by itself rings it.
 */
export interface Alarm {
  /** The memory. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Index of the counter. */
  readonly index: number;
}
