/**
 * Options of the commands that run moca scripts.
 *
 * @module
 */
import type { ErrnoNumbers } from "../../guest/moca/errno.ts";
import { DEFAULT_MAX_FRAMES } from "../../moca/vm_types.ts";
import { type OptionSpec, optionValue, type ParsedArguments, UsageError } from "../command.ts";
import { parseSeconds } from "../duration.ts";

/** The row of `--timeout`, which other guests have too. */
export const TIMEOUT_OPTION: OptionSpec = {
  name: "timeout",
  value: "SECONDS",
  help: "end the program after that time, wherever it is",
};

/** Their rows. */
export const SCRIPT_OPTIONS: readonly OptionSpec[] = [
  {
    name: "errno",
    value: "moca|linux",
    choices: ["moca", "linux"],
    help: "whose error numbers the script sees; default: moca's",
  },
  TIMEOUT_OPTION,
  {
    name: "max-heap",
    value: "BYTES",
    help: "memory that the script may use, such as 64M; default: 512M",
  },
  {
    name: "max-frames",
    value: "COUNT",
    help: `calls inside one another, at most; default: ${DEFAULT_MAX_FRAMES}`,
  },
];

/** What they say. */
export interface ScriptLimits {
  /** `--errno`. */
  readonly errno: ErrnoNumbers;
  /** `--timeout` in milliseconds. */
  readonly timeout?: number;
  /** `--max-heap`. */
  readonly maxHeap?: number;
  /** `--max-frames`. */
  readonly maxFrames?: number;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["K", 2 ** 10],
  ["M", 2 ** 20],
  ["G", 2 ** 30],
]);

function parseCount(name: string, text: string, example: string, pattern: RegExp): number {
  const [, digits = "0", unit = ""] = pattern.exec(text) ?? [];
  const count = Number(digits) * (UNITS.get(unit) ?? 1);
  if (count > 0 && count <= Number.MAX_SAFE_INTEGER) return count;
  throw new UsageError(`--${name} is a number above 0, such as ${example}, not ${text}`);
}

/**
 * Reads the options.
 *
 * @throws {UsageError} If one has a value that it does not take.
 */
export function scriptLimits(parsed: ParsedArguments): ScriptLimits {
  const timeout = optionValue(parsed, "timeout");
  const maxHeap = optionValue(parsed, "max-heap");
  const maxFrames = optionValue(parsed, "max-frames");
  return {
    errno: optionValue(parsed, "errno") === "linux" ? "linux" : "moca",
    ...(timeout === undefined ? {} : { timeout: parseSeconds(timeout) }),
    ...(maxHeap === undefined
      ? {}
      : { maxHeap: parseCount("max-heap", maxHeap, "64M", /^([0-9]+)([KMG]?)$/) }),
    ...(maxFrames === undefined
      ? {}
      : { maxFrames: parseCount("max-frames", maxFrames, "1000", /^([0-9]+)$/) }),
  };
}
