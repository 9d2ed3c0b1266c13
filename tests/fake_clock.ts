/**
 * Time that passes only when a test says so.
 *
 * @module
 */

/** A clock in the place of `performance.now()`, until it is disposed of. */
export interface FakeClock extends Disposable {
  /** What `performance.now()` returns, in milliseconds. */
  now: number;
}

/** Puts a clock in the place of `performance.now()`; it stands at 0. */
export function fakeClock(): FakeClock {
  const original = performance.now;
  const clock: FakeClock = {
    now: 0,
    [Symbol.dispose]: () => void (performance.now = original),
  };
  performance.now = () => clock.now;
  return clock;
}
