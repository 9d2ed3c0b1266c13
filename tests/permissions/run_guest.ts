/**
 * Runs guest_program.ts in a Deno of its own, with exactly the flags under test.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { PolicyOptions } from "../../lib/kernel/policy/policy.ts";

/** A line and the answer that is expected; a line alone has to succeed. */
export type Expectation = string | readonly [line: string, answer: string];

/** How a guest is run. */
export interface GuestOptions {
  /** The stack below. */
  readonly stack: "libc" | "deno";
  /** Flags of `deno run`, beside `--allow-ffi` on the libc stack. */
  readonly flags?: readonly string[];
  /** The embedder's rules. */
  readonly rules?: PolicyOptions;
  /** Current folder. */
  readonly cwd?: string;
  /** How many descriptors the guest's process may have (`ulimit -n`). */
  readonly descriptors?: number;
  /** What Bash opens for standard input: `/dev/tcp/127.0.0.1/80` is a connection. */
  readonly stdin?: string;
  /** Arguments of Python's `socket()`, whose result becomes standard input. */
  readonly python?: string;
}

/** Milliseconds after which a guest that hangs is killed. */
const PATIENCE = 30_000;

const config = new URL("../../deno.json", import.meta.url).pathname;

/** Arguments of `deno` for a program of this folder. */
export function denoArguments(program: string, flags: readonly string[]): string[] {
  const file = new URL(program, import.meta.url).pathname;
  return ["run", "--config", config, "--no-lock", "--no-check", "--quiet", ...flags, file];
}

/** Flags of a guest's Deno. */
export function flagsOf({ stack, flags = [] }: GuestOptions): string[] {
  const needsFfi = stack === "libc" && !flags.includes("--allow-all");
  return [...(needsFfi ? ["--allow-ffi"] : []), ...flags];
}

/**
 * Runs a guest and compares its answers.
 *
 * @param options The guest.
 * @param expectations What it calls, and what it has to be answered.
 */
export async function expectCalls(
  options: GuestOptions,
  expectations: readonly Expectation[],
): Promise<void> {
  const calls = expectations.map((one) => typeof one === "string" ? one : one[0]);
  const answers = await runGuest(options, calls);
  const actual = calls.map((line, index) => [line, answers[index] ?? "no answer"]);
  const expected = expectations.map((one, index) => {
    if (typeof one !== "string") return [...one];
    const answer = answers[index] ?? "no answer";
    return [one, /^\d/.test(answer) ? answer : "success"];
  });
  assertEquals(actual, expected, flagsOf(options).join(" "));
}

/** Runs a guest; its answers. */
export async function runGuest(
  options: GuestOptions,
  calls: readonly string[],
): Promise<string[]> {
  const { stack, rules, cwd } = options;
  const script = JSON.stringify({ stack, calls, ...(rules === undefined ? {} : { rules }) });
  const flags = ["--no-prompt", ...flagsOf(options)];
  const [shell, ...before] = starterOf(options);
  const command = [Deno.execPath(), ...denoArguments("guest_program.ts", flags), script];
  const { code, signal, stderr } = await new Deno.Command(shell, {
    args: [...before, ...command],
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE),
  }).output();
  const told = new TextDecoder().decode(stderr);
  assert(code === 0, `${signal === null ? code : signal} after ${told}`);
  return told.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The program that sets the guest's process up and becomes it, with its first arguments. */
function starterOf({ descriptors, stdin, python }: GuestOptions): [string, ...string[]] {
  if (python !== undefined) {
    const program = `from socket import *; import os, sys; s = socket(${python}); ` +
      "os.dup2(s.fileno(), 0); os.execv(sys.argv[1], sys.argv[1:])";
    return ["python3", "-c", program];
  }
  const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors}; `;
  const input = stdin === undefined ? "" : ` 0<>${stdin}`;
  return [stdin === undefined ? "sh" : "bash", "-c", `${limit}exec "$0" "$@"${input}`];
}
