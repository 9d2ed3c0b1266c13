/**
 * `--stack` and `--trace`, apart from what opens the session: a script that reaches nothing must not
 * wait for the kernel to be loaded.
 *
 * @module
 */
import type { StackName } from "../stack/open.ts";
import type { OptionSpec } from "./command.ts";

/** The stacks that can be asked for. */
export const STACKS: readonly StackName[] = ["auto", "libc", "deno"];

/** Options of every command that runs a guest. */
export const SESSION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "stack",
    value: STACKS.join("|"),
    choices: STACKS,
    help: "Linux's own sockets (needs --allow-ffi) or Deno's; auto picks",
  },
  {
    name: "trace",
    value: "FILE",
    optionalValue: true,
    help: "write each system call to FILE, or to standard error",
  },
];
