/**
 * Runs WASI 0.2 components.
 *
 * @module
 */
import {
  Component,
  ComponentError,
  PreopenError,
  Trap,
  WasiHost,
} from "../../../guest/wasi_p2/mod.ts";
import { CommandError } from "../../command.ts";
import { printFailure } from "../../output.ts";
import type { GuestSetup } from "../guest_kind.ts";
import type { WasmProgram } from "../program.ts";
import { directoriesOf, environmentPairs, networksOf } from "../surroundings.ts";
import { TRAPPED } from "../trap.ts";

async function compile({ path, bytes }: WasmProgram): Promise<Component> {
  const component = await Component.compile(bytes);
  if (component.exports.some((name) => name.startsWith("wasi:cli/run@0.2."))) return component;
  const found = component.exports.length === 0 ? "nothing" : component.exports.join(", ");
  throw new CommandError(
    `${path} is no command of WASI 0.2: it exports ${found}, not wasi:cli/run@0.2`,
  );
}

/**
 * Runs a component that exports `wasi:cli/run`.
 *
 * @returns Its exit status; 134 if it trapped.
 * @throws {CommandError} If it cannot be run.
 */
export async function runComponent(program: WasmProgram, setup: GuestSetup): Promise<number> {
  const { path } = program;
  const { invocation, args, environment } = setup;
  const directories = directoriesOf(invocation);
  const networks = networksOf(invocation);
  try {
    const component = await compile(program);
    using session = await invocation.openSession();
    using host = new WasiHost({
      system: session.system,
      args,
      environment: environmentPairs(environment),
      directories,
      networks,
      terminals: {
        stdin: Deno.stdin.isTerminal(),
        stdout: Deno.stdout.isTerminal(),
        stderr: Deno.stderr.isTerminal(),
      },
    });
    const status = host.run(component);
    const denial = status === 0 ? null : session.system.takeDenial();
    if (denial !== null) printFailure(`${path} was refused something: add ${denial}`);
    return status;
  } catch (error) {
    if (error instanceof Trap) {
      printFailure(`${path} trapped: ${error.message}`);
      return TRAPPED;
    }
    if (error instanceof ComponentError) throw new CommandError(`${path}: ${error.message}`);
    if (error instanceof PreopenError) throw new CommandError(error.message);
    throw error;
  }
}
