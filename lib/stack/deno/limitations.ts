/**
 * What this stack cannot do as Linux does.
 *
 * @module
 */
import type { Limitation } from "../stack.ts";

/** The table. */
export const LIMITATIONS: readonly Limitation[] = [];
