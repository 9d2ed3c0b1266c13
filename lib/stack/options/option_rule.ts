/**
 * How one socket option behaves on this stack.
 *
 * @module
 */
import type { Bytes } from "../open_file.ts";
import type { OptionTarget } from "./option_target.ts";
import type { OptionValues } from "./option_values.ts";

/** One option's behaviour. */
export interface OptionRule {
  /** The value: a number, a structure's bytes, or a negated errno. Absent: cannot be read. */
  readonly get?: (socket: OptionTarget, values: OptionValues) => number | Uint8Array;
  /** Sets it; returns 0 or a negated errno. Absent: cannot be set. */
  readonly set?: (
    socket: OptionTarget,
    values: OptionValues,
    value: number,
    bytes: Bytes,
  ) => number;
  /** Bytes that a structure needs; absent for an int. */
  readonly size?: number;
  /** Whether the value is text, of any length but 0. */
  readonly text?: boolean;
  /** Whether negative values are values and no errnos. */
  readonly negative?: boolean;
}
