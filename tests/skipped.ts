/**
 * How a test says that it cannot run here, and why.
 *
 * @module
 */

/** The part of a test's definition that tells whether it runs. */
export interface Skippable {
  /** The test's name, with the reason. */
  readonly name: string;
  /** Whether the test is left out. */
  readonly ignore: boolean;
}

/**
 * A test's name, and whether it runs.
 *
 * @param name What the test shows.
 * @param reasons Why it cannot run here; null for what is no reason. The first one is told.
 */
export function unlessSkipped(name: string, ...reasons: readonly (string | null)[]): Skippable {
  const reason = reasons.find((each) => each !== null) ?? null;
  return reason === null
    ? { name, ignore: false }
    : { name: `${name} (skipped: ${reason})`, ignore: true };
}
