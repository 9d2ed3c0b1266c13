/**
 * Runs WebAssembly modules that import WASI preview 1.
 *
 * @module
 */
import { WasiPreview1 } from "../../../guest/wasi_p1/preview1.ts";
import { PREVIEW1_MODULE } from "../../../guest/wasi_p1/imports.ts";
import { WasiError } from "../../../guest/wasi_p1/wasi_error.ts";
import { CommandError } from "../../command.ts";
import { printFailure } from "../../output.ts";
import { directoriesOf, environmentPairs } from "../surroundings.ts";
import type { GuestSetup } from "../guest_kind.ts";
import type { WasmProgram } from "../program.ts";
import { reportTrap } from "../trap.ts";

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
  const directories = directoriesOf(invocation);
  const listeners = invocation.options.get("tcplisten") ?? [];
  using session = await invocation.openSession();
  const { system } = session;
  try {
    using guest = new WasiPreview1({
      system,
      args,
      environment: environmentPairs(environment),
      directories,
      listeners,
    });
    try {
      const status = guest.start(instantiate(program, guest));
      const denial = status === 0 ? null : system.takeDenial();
      if (denial !== null) printFailure(`${program.path} was refused something: add ${denial}`);
      return status;
    } catch (error) {
      // It may have exited before it was even there, in the module's start function.
      return guest.exitStatus ?? reportTrap(program.path, error);
    }
  } catch (error) {
    if (error instanceof WasiError) throw new CommandError(`${program.path}: ${error.message}`);
    throw error;
  }
}
