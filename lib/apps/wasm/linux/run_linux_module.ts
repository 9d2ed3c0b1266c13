/**
 * Runs WebAssembly modules that make Linux's system calls.
 *
 * @module
 */
import { layOutInitialStack } from "../../../guest/linux/initial_stack.ts";
import { LinuxAbi } from "../../../guest/linux/linux_abi.ts";
import type { Dialect } from "../../../guest/linux/syscall_table.ts";
import { wasmSyscall } from "../../../guest/linux/wasm_syscall.ts";
import { GuestMemory } from "../../../guest/memory.ts";
import { Errno } from "../../../linux/errno.ts";
import { CommandError } from "../../command.ts";
import type { GuestSetup } from "../guest_kind.ts";
import type { WasmProgram } from "../program.ts";
import { reportTrap } from "../trap.ts";

/** What the dialects are called as modules that guests import. */
const DIALECTS: Readonly<Record<string, Dialect>> = { linux: "aarch64", akuma: "akuma" };

/** Bytes of a pointer: addresses of a WebAssembly memory are an i32. */
const POINTER_SIZE = 4;

/** The result of a call after which the guest does not go on; see `wasmSyscall`. */
const EXITED = NaN;

/** What a guest exports, found out before it runs. */
interface GuestExports {
  readonly memory: WebAssembly.Memory;
  /** Begins the program; returns its status, or undefined if it just ended. */
  readonly start: (argc: number, argv: number) => unknown;
  /** Whether it is called as C's main is. */
  readonly takesArguments: boolean;
}

function exportsOf(path: string, instance: WebAssembly.Instance): GuestExports {
  const { memory, _start: start, main } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new CommandError(`${path} exports no memory: a guest's has the name "memory"`);
  }
  if (typeof start === "function") {
    return { memory, start: start as () => unknown, takesArguments: false };
  }
  if (typeof main === "function") {
    return {
      memory,
      start: main as (argc: number, argv: number) => unknown,
      takesArguments: true,
    };
  }
  throw new CommandError(`${path} exports neither _start nor main`);
}

/** The functions that guests may import, for both dialects. */
class Host {
  #abi: LinuxAbi | null = null;
  #arguments = 0;

  /** From now on calls are made, and `args` returns this address. */
  connect(abi: LinuxAbi, stack: number): void {
    this.#abi = abi;
    this.#arguments = stack;
  }

  /** What `module` can import of `dialect`. */
  imports(): Record<string, WebAssembly.ImportValue> {
    return {
      syscall: wasmSyscall((number, a0, a1, a2, a3, a4, a5) => {
        // A module's start function runs before its memory is known.
        const abi = this.#abi;
        if (abi === null) return -Errno.ENOSYS;
        const result = abi.syscall(number, a0, a1, a2, a3, a4, a5);
        return abi.exitStatus === null ? result : EXITED;
      }),
      args: () => this.#arguments,
    };
  }
}

function dialectOf({ path, imports }: WasmProgram): Dialect {
  const names = Object.keys(DIALECTS).filter((name) => imports.has(name));
  const [name] = names;
  const dialect = name === undefined ? undefined : DIALECTS[name];
  if (dialect === undefined || names.length > 1) {
    throw new CommandError(`${path} imports both "linux" and "akuma": a program has one of them`);
  }
  return dialect;
}

function instantiate(program: WasmProgram, host: Host): WebAssembly.Instance {
  const { path, module } = program;
  if (module === null) throw new CommandError(`${path} is a component`);
  const imports = host.imports();
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from in DIALECTS && name in imports && kind === "function") continue;
    throw new CommandError(
      `${path} imports ${JSON.stringify(from)} ${JSON.stringify(name)}, a ${kind}: there are ` +
        `"linux" and "akuma" with "syscall" and "args"`,
    );
  }
  try {
    return new WebAssembly.Instance(module, { linux: imports, akuma: imports });
  } catch (error) {
    if (error instanceof WebAssembly.LinkError) {
      throw new CommandError(`${path} imports a function with another signature: ${error.message}`);
    }
    throw error;
  }
}

/** What a program that ended by itself, or by a trap, leaves as its exit status. */
function statusOf(result: unknown): number {
  return typeof result === "number" ? result & 0xff : 0;
}

/** Lays the arguments out; returns where, 0 if a program that does not ask for them has no room. */
function layOutArguments(
  { path, module }: WasmProgram,
  { takesArguments }: GuestExports,
  memory: GuestMemory,
  setup: GuestSetup,
): number {
  const stack = layOutInitialStack(memory, setup);
  if (stack >= 0) return stack;
  const asks = module !== null &&
    WebAssembly.Module.imports(module).some(({ name }) => name === "args");
  if (takesArguments || asks) {
    throw new CommandError(
      `${path} has a memory that cannot grow: its arguments take a page beyond its initial size`,
    );
  }
  return 0;
}

/**
 * Runs a module that imports `"linux" "syscall"` or `"akuma" "syscall"`.
 *
 * @returns Its exit status; 134 for one that trapped, as a shell shows one that called abort().
 * @throws {CommandError} If it is not what such a module has to be.
 */
export async function runLinuxModule(program: WasmProgram, setup: GuestSetup): Promise<number> {
  const dialect = dialectOf(program);
  const host = new Host();
  try {
    const guest = exportsOf(program.path, instantiate(program, host));
    const memory = new GuestMemory(guest.memory, { pointerSize: POINTER_SIZE });
    const stack = layOutArguments(program, guest, memory, setup);
    using session = await setup.invocation.openSession();
    const abi = new LinuxAbi(session.system, memory, { dialect, pid: Deno.pid });
    host.connect(abi, stack);
    try {
      const result = guest.start(setup.args.length, stack + POINTER_SIZE);
      return abi.exitStatus ?? (guest.takesArguments ? statusOf(result) : 0);
    } catch (error) {
      if (abi.exitStatus !== null) return abi.exitStatus;
      throw error;
    }
  } catch (error) {
    return reportTrap(program.path, error);
  }
}
