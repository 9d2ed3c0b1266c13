/**
 * The table of commands.
 *
 * @module
 */
import type { Command, OptionSpec } from "./command.ts";
import { demoCommand } from "./demo.ts";
import { getCommand } from "./get.ts";
import { handshakeCommand } from "./handshake.ts";
import { httpdCommand } from "./httpd.ts";
import { checkCommand, runCommand, testCommand } from "./run.ts";
import { wgetCommand } from "./wget.ts";
import { SESSION_OPTIONS } from "./session_options.ts";

/** Every command; the first is what runs without a name. */
export const COMMANDS: readonly [Command, ...Command[]] = [
  demoCommand,
  getCommand,
  wgetCommand,
  runCommand,
  checkCommand,
  testCommand,
  httpdCommand,
  handshakeCommand,
];

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  ...SESSION_OPTIONS,
  { name: "help", short: "h", help: "print help, on a command after its name" },
  { name: "version", help: "print the version" },
];
