/**
 * The scenarios that the deno stack cannot run as Linux does, and why.
 *
 * @module
 */

/**
 * Name of a scenario to the `call` of the row in the stack's `limitations` that stands in its way. A
 * test fails when a scenario of this table passes, or names a row that does not exist.
 */
export const DENO_LIMITS: ReadonlyMap<string, string> = new Map([]);
