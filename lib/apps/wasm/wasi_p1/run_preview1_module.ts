/**
 * Runs WebAssembly modules that import WASI preview 1.
 *
 * @module
 */
import { WasiPreview1 } from "../../../guest/wasi_p1/preview1.ts";
import { PREVIEW1_MODULE } from "../../../guest/wasi_p1/imports.ts";
import { WasiError } from "../../../guest/wasi_p1/wasi_error.ts";
import { parsePreopenedDirectory, type PreopenedDirectory } from "../../../guest/wasi/preopened.ts";
import { CommandError, UsageError } from "../../command.ts";
import type { GuestSetup } from "../guest_kind.ts";
import type { WasmProgram } from "../program.ts";
import { reportTrap } from "../trap.ts";

/** The directories of `--dir`. */
function directoriesOf(options: ReadonlyMap<string, readonly string[]>): PreopenedDirectory[] {
  return (options.get("dir") ?? []).map((text) => {
    const directory = parsePreopenedDirectory(text);
    if (directory === null) {
      throw new UsageError(
        `--dir is HOST::GUEST or one path for both, not ${JSON.stringify(text)}`,
      );
    }
    return directory;
  });
}

/** An environment as names and values. */
function pairsOf(environment: readonly string[]): [name: string, value: string][] {
  return environment.map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
}

function instantiate(
  { path, bytes, module }: WasmProgram,
  guest: WasiPreview1,
): WebAssembly.Instance {
  if (module === null) throw new CommandError(`${path} is a component`);
  const foreign = WebAssembly.Module.imports(module).find(({ module, kind }) =>
    module !== PREVIEW1_MODULE || kind !== "function"
  );
  if (foreign !== undefined) {
    throw new CommandError(
      `${path} imports ${foreign.module}.${foreign.name}, a ${foreign.kind}, which preview 1 has not`,
    );
  }
  return new WebAssembly.Instance(module, guest.imports(bytes));
}

/**
 * Runs a module that imports `wasi_snapshot_preview1`.
 *
 * @returns Its exit status; 134 for one that trapped, as a shell shows one that called abort().
 * @throws {CommandError} If it is not what such a module has to be, or cannot be given what it was
 * promised on the command line.
 */
export async function runPreview1Module(program: WasmProgram, setup: GuestSetup): Promise<number> {
  const { invocation, args, environment } = setup;
  const directories = directoriesOf(invocation.options);
  const listeners = invocation.options.get("tcplisten") ?? [];
  using session = await invocation.openSession();
  const { system } = session;
  try {
    using guest = new WasiPreview1({
      system,
      args,
      environment: pairsOf(environment),
      directories,
      listeners,
    });
    try {
      return guest.start(instantiate(program, guest));
    } catch (error) {
      // It may have exited before it was even there, in the module's start function.
      return guest.exitStatus ?? reportTrap(program.path, error);
    }
  } catch (error) {
    if (error instanceof WasiError) throw new CommandError(`${program.path}: ${error.message}`);
    throw error;
  }
}
