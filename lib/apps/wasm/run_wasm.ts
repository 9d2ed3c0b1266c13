/**
 * What `vmsock run` does with WebAssembly.
 *
 * @module
 */
import { CommandError, type Invocation, optionValue, UsageError } from "../command.ts";
import { parseSeconds } from "../duration.ts";
import { failureLine } from "../output.ts";
import type { GuestSetup } from "./guest_kind.ts";
import { GUEST_KINDS } from "./guest_kinds.ts";
import { readWasmProgram } from "./program.ts";

/** A name that environ(7) allows, and a value; neither can hold a NUL. */
const ENVIRONMENT_ENTRY = /^[^=\0]+=[^\0]*$/;

/** The program's environment. Throws {@linkcode UsageError} for what is no variable. */
function environmentOf({ options }: Invocation): readonly string[] {
  const entries = new Map<string, string>();
  for (const entry of options.get("env") ?? []) {
    if (!ENVIRONMENT_ENTRY.test(entry)) {
      throw new UsageError(`--env is NAME=VALUE, not ${JSON.stringify(entry)}`);
    }
    const name = entry.slice(0, entry.indexOf("="));
    entries.set(name, entry);
  }
  return [...entries.values()];
}

/**
 * Runs a WebAssembly program.
 *
 * @param path Path of its file, which is its name.
 * @param bytes What is in it.
 * @param invocation The command's arguments.
 * @returns Its exit status.
 * @throws {CommandError} If it is not valid, or of no kind that is known.
 */
export async function runWasm(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  invocation: Invocation,
): Promise<number> {
  const environment = environmentOf(invocation);
  const program = readWasmProgram(path, bytes);
  const kind = GUEST_KINDS.find((row) => row.recognises(program));
  if (kind === undefined) {
    const what = program.module === null
      ? "is a component"
      : program.imports.size === 0
      ? "imports nothing"
      : `imports ${[...program.imports].map((name) => JSON.stringify(name)).join(", ")}`;
    const known = GUEST_KINDS.map(({ knownBy }) => knownBy).join("; ");
    throw new CommandError(`${path} ${what}: vmsock runs ${known}`);
  }
  if (program.module !== null && invocation.options.has("network")) {
    throw new UsageError("--network is for components");
  }
  const [, ...rest] = invocation.operands;
  const setup: GuestSetup = { invocation, args: [path, ...rest], environment };
  const seconds = optionValue(invocation, "timeout");
  if (seconds === undefined) return await kind.run(program, setup);
  const { TimeLimit } = await import("../time_limit.ts");
  const message = failureLine(`${path}: time limit exceeded (${seconds} s)`);
  using _ = new TimeLimit(parseSeconds(seconds), message);
  return await kind.run(program, setup);
}
