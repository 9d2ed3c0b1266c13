/**
 * The version of this package.
 *
 * @module
 */

/** As in deno.json, which a program that is imported from elsewhere cannot read. */
export const VERSION = "0.1.0";
