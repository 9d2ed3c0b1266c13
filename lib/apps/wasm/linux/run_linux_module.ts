/**
 * Runs WebAssembly modules that make Linux's system calls.
 *
 * @module
 */
import { LinuxAbi } from "../../../guest/linux/linux_abi.ts";
import { GuestMemory } from "../../../guest/memory.ts";
import type { GuestSetup } from "../guest_kind.ts";
import type { WasmProgram } from "../program.ts";
import { reportTrap } from "../trap.ts";
import { HostCalls } from "./host_calls.ts";
import {
  instantiate,
  type LinuxModule,
  makeMemory,
  readLinuxModule,
  startProgram,
} from "./linux_module.ts";
import { layOutArguments, POINTER_SIZE } from "./program_stack.ts";

async function runAlone(guest: LinuxModule, setup: GuestSetup): Promise<number> {
  const host = new HostCalls();
  const { path, dialect } = guest;
  const imported = guest.memory === null ? null : makeMemory(path, guest.memory);
  const { syscall, args, abort } = host;
  const instance = instantiate(guest, { syscall, args, abort, memory: imported });
  const exported = instance.exports["memory"];
  const own = exported instanceof WebAssembly.Memory ? exported : imported;
  if (own === null) throw new Error(`${path} has no memory`);
  const memory = new GuestMemory(own, { pointerSize: POINTER_SIZE });
  const stack = layOutArguments(guest, memory, setup);
  using session = await setup.invocation.openSession();
  const abi = new LinuxAbi(session.system, memory, { dialect, pid: Deno.pid });
  host.connect(abi, stack);
  try {
    const status = startProgram(instance, guest, setup.args.length, stack + POINTER_SIZE);
    return abi.exitStatus ?? status;
  } catch (error) {
    if (abi.exitStatus !== null) return abi.exitStatus;
    throw error;
  }
}

/**
 * Runs a module that imports `"linux" "syscall"` or `"akuma" "syscall"`.
 *
 * @returns Its exit status; 134 for one that trapped, as a shell shows one that called abort().
 * @throws {CommandError} If it is not what such a module has to be.
 */
export async function runLinuxModule(program: WasmProgram, setup: GuestSetup): Promise<number> {
  const guest = readLinuxModule(program);
  if (guest.hasThreads) {
    const { runThreads } = await import("./run_threads.ts");
    return await runThreads(guest, setup);
  }
  try {
    return await runAlone(guest, setup);
  } catch (error) {
    return reportTrap(program.path, error);
  }
}
