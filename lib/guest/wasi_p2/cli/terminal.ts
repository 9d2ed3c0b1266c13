/**
 * wasi:cli/terminal-input, terminal-output, terminal-stdin, terminal-stdout and terminal-stderr.
 *
 * @module
 */
import { Resource } from "../resource.ts";

/** `terminal-input`: standard input is a terminal. */
export class TerminalInput extends Resource {}

/** `terminal-output`: standard output or standard error is a terminal. */
export class TerminalOutput extends Resource {}
