/**
 * `--stack` and `--trace`, apart from what opens the session: a script that reaches nothing must not
 * wait for the kernel to be loaded.
 *
 * @module
 */
import type { StackName as OpenStackName } from "../stack/open.ts";
import type { OptionSpec } from "./command.ts";

/** A stack that can be asked for. */
export type StackName = OpenStackName | "user";

/** The stacks that can be asked for. */
export const STACKS: readonly StackName[] = ["auto", "libc", "deno", "user"];

/** Options of every command that runs a guest. */
export const SESSION_OPTIONS: readonly OptionSpec[] = [
  {
    name: "stack",
    value: STACKS.join("|"),
    choices: STACKS,
    help: "Linux's sockets (needs --allow-ffi), Deno's, our own TCP; auto picks",
  },
  { name: "tun", value: "NAME", help: "of --stack=user: the TUN device, made if it is missing" },
  { name: "address", value: "CIDR", help: "of --stack=user: its address, such as 10.9.0.2/24" },
  { name: "gateway", value: "IP", help: "of --stack=user: this host's address on the device" },
  { name: "nameserver", value: "IP", help: "of --stack=user: where names are asked for" },
  {
    name: "trace",
    value: "FILE",
    optionalValue: true,
    help: "write each system call to FILE, or to standard error",
  },
];
