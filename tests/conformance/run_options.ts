/**
 * The options that choose what scenarios run on.
 *
 * @module
 */
import type { StackName as OpenStackName } from "../../lib/stack/open.ts";
import { GUEST_LAYOUTS } from "./guest_layout.ts";

/** A stack that scenarios run on; `user` needs a network namespace of its own and root. */
export type StackName = OpenStackName | "user";

const STACKS: readonly StackName[] = ["libc", "deno", "auto", "user"];

/** What scenarios run on. */
export interface RunTarget {
  /** The network stack below the kernel. */
  readonly stack: StackName;
  /** The guest memory through which the calls go: a key of `GUEST_LAYOUTS`; null for none. */
  readonly guest: string | null;
}

/** How the options are written, for a program's usage. */
export const RUN_OPTIONS = `[--stack=${STACKS.join("|")}] [--guest=${
  [...GUEST_LAYOUTS.keys()].join("|")
}]`;

/**
 * Reads the options of a program that runs scenarios.
 *
 * @param options The words that begin with `--`: `--stack=NAME`, `--guest=LAYOUT`.
 * @returns What they say, libc and no guest by default; null if an option is another one.
 */
export function runTarget(options: readonly string[]): RunTarget | null {
  let stack: StackName = "libc";
  let guest: string | null = null;
  for (const option of options) {
    const [, key, value = ""] = /^--(stack|guest)=(.+)$/.exec(option) ?? [];
    const named = STACKS.find((name) => name === value);
    if (key === "stack" && named !== undefined) {
      stack = named;
    } else if (key === "guest" && GUEST_LAYOUTS.has(value)) {
      guest = value;
    } else return null;
  }
  return { stack, guest };
}

/** The options that say this. */
export function optionsOf({ stack, guest }: RunTarget): string[] {
  return [`--stack=${stack}`, ...(guest === null ? [] : [`--guest=${guest}`])];
}
