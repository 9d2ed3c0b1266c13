/**
 * What `vmsock` does without a command: a guest GETs from a loopback server, its calls traced.
 *
 * @module
 */
import type { Command } from "./command.ts";

/** The row for the demo. */
export const demoCommand: Command = {
  name: "",
  summary: "a demo: a moca script GETs from a loopback server, its calls traced",
  operands: "",
  description: "",
  options: [],
  examples: [["vmsock", "the demo"]],
  run: async (invocation) => (await import("./demo_script.ts")).runDemo(invocation),
};
