/**
 * `--stack` and `--trace`, apart from what opens the session: a script that reaches nothing must not
 * wait for the kernel to be loaded.
 *
 * @module
 */
import type { StackName as OpenStackName } from "../stack/open.ts";
import { type OptionSpec, optionValue, type ParsedArguments, UsageError } from "./command.ts";

/** A stack that can be asked for. */
export type StackName = OpenStackName | "user";

/** The stacks that can be asked for. */
export const STACKS: readonly StackName[] = ["auto", "libc", "deno", "user"];

/** What the user stack is told. */
const USER_STACK_OPTIONS: readonly OptionSpec[] = [
  { name: "tun", value: "NAME", help: "of --stack=user: the TUN device, made if it is missing" },
  { name: "address", value: "CIDR", help: "of --stack=user: its address, such as 10.9.0.2/24" },
  { name: "gateway", value: "IP", help: "of --stack=user: this host's address on the device" },
  { name: "nameserver", value: "IP", help: "of --stack=user: where names are asked for" },
];

/** Options of every command that runs a guest. */
export const SESSION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "stack",
    value: STACKS.join("|"),
    choices: STACKS,
    help: "Linux's sockets (needs --allow-ffi), Deno's, our own TCP; auto picks",
  },
  ...USER_STACK_OPTIONS,
  {
    name: "trace",
    value: "FILE",
    optionalValue: true,
    help: "write each system call to FILE, or to standard error",
  },
];

/**
 * Refuses options that would have no effect: a program that was to go by a TUN device would go by
 * Linux's own network.
 *
 * @param parsed The command's arguments.
 * @throws {UsageError} If the user stack is told something, and another stack is used.
 */
export function checkSessionOptions(parsed: ParsedArguments): void {
  if (optionValue(parsed, "stack") === "user") return;
  for (const { name } of USER_STACK_OPTIONS) {
    if (!parsed.options.has(name)) continue;
    throw new UsageError(`--${name} does nothing without --stack=user: add that, or leave it out`);
  }
}
