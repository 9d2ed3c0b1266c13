/**
 * Names that tests and their threads agree on.
 *
 * @module
 */

/** A file in the folder that a test makes current. */
export const LONG_PATH = "a file with a name of some length";
