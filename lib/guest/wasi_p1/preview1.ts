/**
 * WASI preview 1 for embedders: a guest's imports, its start and its end.
 *
 * @module
 */
import { defaultSystem, type SystemOptions } from "../../kernel/default_system.ts";
import { GuestMemory } from "../memory.ts";
import type { PreopenedDirectory } from "../wasi/preopened.ts";
import { Descriptor } from "./descriptor.ts";
import { PREVIEW1_MODULE, preview1Imports } from "./imports.ts";
import { openDirectory, openListener } from "./preopens.ts";
import { WasiError } from "./wasi_error.ts";
import { WasiProcess } from "./wasi_process.ts";

/** What a guest is given. */
export interface WasiPreview1Options extends SystemOptions {
  /** Its arguments, the program's name first. Default: none. */
  readonly args?: readonly string[];
  /** Its environment, names and values. Default: empty. */
  readonly environment?: readonly (readonly [name: string, value: string])[];
  /** Directories that it finds open, from descriptor 3 on. Default: none. */
  readonly directories?: readonly PreopenedDirectory[];
  /**
   * Addresses, `IP:PORT` or `NAME:PORT`, on which it finds listening sockets, with the numbers after
   * those of the directories. They are non-blocking. Default: none.
   */
  readonly listeners?: readonly string[];
}

/**
 * A WASI preview 1 guest: `wasi_snapshot_preview1` with all its functions, and the functions on
 * sockets that WasmEdge has beside them, over a system.
 *
 * Descriptors 0, 1 and 2 are the system's. Paths are relative to a preopened directory, or one below
 * it, and lead nowhere else: `..`, absolute paths and symbolic links out of it are EPERM. Calls that
 * wait make the thread wait, unless the guest has set the descriptor non-blocking.
 *
 * @example
 * ```ts
 * import { Kernel, openStack } from "@vmsock/vmsock/kernel";
 * import { WasiPreview1 } from "@vmsock/vmsock/wasi";
 * import { assertEquals } from "@std/assert";
 *
 * // A module whose _start calls proc_exit(7).
 * const bytes = Uint8Array.from(atob(
 *   "AGFzbQEAAAABCAJgAX8AYAAAAiQBFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAADAgEBBQMBAAEH" +
 *     "EwIGbWVtb3J5AgAGX3N0YXJ0AAEKCAEGAEEHEAAL",
 * ), (letter) => letter.charCodeAt(0));
 *
 * using kernel = new Kernel(openStack("auto"));
 * using guest = new WasiPreview1({ system: kernel, args: ["example"] });
 * const module = new WebAssembly.Module(bytes);
 * const instance = new WebAssembly.Instance(module, guest.imports(bytes));
 * assertEquals(guest.start(instance), 7);
 * ```
 */
export class WasiPreview1 {
  readonly #process: WasiProcess;

  /**
   * Sets a guest up and opens what it finds open.
   *
   * @param options What the guest is given; its system stays open when the guest has ended.
   * @throws {WasiError} If a directory or an address cannot be opened; if a string holds a NUL.
   */
  constructor(options: WasiPreview1Options = {}) {
    const { args = [], environment = [], directories = [], listeners = [] } = options;
    const system = options.system ?? defaultSystem();
    const process = new WasiProcess(system, {
      args: args.map(terminated),
      environment: environment.map(([name, value]) => terminated(`${name}=${value}`)),
    });
    this.#process = process;
    const { descriptors } = process;
    // They are the embedder's, who may run other guests after this one.
    for (const fd of [0, 1, 2]) descriptors.add(new Descriptor(system, fd, { borrowed: true }));
    try {
      for (const directory of directories) {
        const preopened = terminated(directory.guest).subarray(0, -1);
        descriptors.add(new Descriptor(system, openDirectory(system, directory), { preopened }));
      }
      for (const address of listeners) {
        descriptors.add(new Descriptor(system, openListener(system, address)));
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** What the guest has exited with, 0 to 255; null while it runs. */
  get exitStatus(): number | null {
    return this.#process.exitStatus;
  }

  /**
   * What to instantiate a module with.
   *
   * @param bytes The module: the types of what it imports decide which version of a function it
   * gets, and `WebAssembly.Module` does not tell them.
   * @throws {WasiError} If it imports a function that there is not, or of another type.
   */
  imports(bytes: Uint8Array): WebAssembly.Imports {
    return { [PREVIEW1_MODULE]: preview1Imports(this.#process, bytes) };
  }

  /**
   * Runs a command: calls `_start`.
   *
   * @param instance The guest, made with {@linkcode WasiPreview1.imports}.
   * @returns Its exit status, 0 if it just ended.
   * @throws {WasiError} If it does not export `_start` or its memory.
   * @throws {WebAssembly.RuntimeError} If it traps.
   */
  start(instance: WebAssembly.Instance): number {
    const { _start: start } = instance.exports;
    if (typeof start !== "function") {
      throw new WasiError("The module exports no _start: it is no program");
    }
    this.#connect(instance);
    this.#run(start as () => void);
    return this.#process.exitStatus ??= 0;
  }

  /**
   * Makes a reactor ready, whose functions are then called as they are: calls `_initialize` if it has
   * that.
   *
   * @param instance The guest, made with {@linkcode WasiPreview1.imports}.
   * @throws {WasiError} If it does not export its memory.
   * @throws {WebAssembly.RuntimeError} If it traps.
   */
  initialize(instance: WebAssembly.Instance): void {
    this.#connect(instance);
    const { _initialize: initialize } = instance.exports;
    if (typeof initialize === "function") this.#run(initialize as () => void);
  }

  /** Closes every descriptor that the guest has, those that it found open among them. */
  [Symbol.dispose](): void {
    this.#process.closeAll();
  }

  #connect({ exports: { memory } }: WebAssembly.Instance): void {
    if (!(memory instanceof WebAssembly.Memory)) {
      throw new WasiError('The module exports no memory: a guest\'s has the name "memory"');
    }
    this.#process.memory = new GuestMemory(memory);
  }

  /** Calls a guest's function; the trap by which it was ended is none of its own. */
  #run(call: () => void): void {
    try {
      call();
    } catch (error) {
      if (this.#process.exitStatus === null) throw error;
    }
  }
}

/** UTF-8 with a NUL after it. */
function terminated(text: string): Uint8Array {
  if (text.includes("\0")) {
    throw new WasiError(`Cannot give a guest ${JSON.stringify(text)}: it holds a NUL`);
  }
  return new TextEncoder().encode(`${text}\0`);
}
