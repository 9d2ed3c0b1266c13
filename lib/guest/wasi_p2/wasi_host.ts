/**
 * Everything that a WASI 0.2 command imports, and running one.
 *
 * @module
 */
import { type Component, ComponentError, type HostImports } from "../../component/mod.ts";
import { defaultSystem, type SystemOptions } from "../../kernel/default_system.ts";
import type { PreopenedDirectory } from "../wasi/preopened.ts";
import { CoreLibs } from "../wit/core_libs.ts";
import type { NetworkOptions } from "../wit/network_policy.ts";
import { ComponentExit } from "./cli/environment.ts";
import { WasiContext } from "./context.ts";
import { Preopens } from "./filesystem/preopens.ts";
import {
  cliInterfaces,
  clockInterfaces,
  filesystemInterfaces,
  ioInterfaces,
  randomInterfaces,
  socketInterfaces,
} from "./imports.ts";

/** What a command finds when it starts. */
export interface WasiOptions extends SystemOptions, NetworkOptions {
  /** Its name and its arguments; default: none. */
  readonly args?: readonly string[];
  /** Its environment, names and values; default: empty. */
  readonly environment?: readonly (readonly [name: string, value: string])[];
  /** Directories that it finds open; default: none. */
  readonly directories?: readonly PreopenedDirectory[];
  /** Which of its standard descriptors are terminals; default: none. */
  readonly terminals?: Readonly<Partial<Record<"stdin" | "stdout" | "stderr", boolean>>>;
}

/**
 * What one WASI 0.2 command imports: wasi:cli, clocks, filesystem, io, random and sockets over a
 * system, whose policy decides what may be reached; and `scheduler:core-libs`, see
 * {@linkcode WitSockets}. Calls that block make the thread wait.
 *
 * @example
 * ```ts
 * import { Component, WasiHost } from "@vmsock/vmsock/wasi";
 * import { assert } from "@std/assert";
 *
 * using host = new WasiHost({ args: ["guest", "--verbose"] });
 * assert("wasi:cli/environment" in host.imports);
 * // const component = await Component.compile(Deno.readFileSync("guest.component.wasm"));
 * // const status = host.run(component);
 * ```
 */
export class WasiHost implements Disposable {
  /** The interfaces by name, without versions. */
  readonly imports: HostImports;
  readonly #context: WasiContext;
  readonly #preopens: Preopens;
  readonly #coreLibs: CoreLibs;

  /**
   * Opens the guest's directories.
   *
   * @param options What the command finds when it starts.
   * @throws {PreopenError} If a directory cannot be opened.
   * @throws {SyntaxError} If the text of a network's rule is not one.
   * @throws {TypeError} If a part of a network's rule is invalid.
   */
  constructor(options: WasiOptions = {}) {
    const { args = [], environment = [], directories = [], terminals = {} } = options;
    const { stdin = false, stdout = false, stderr = false } = terminals;
    const system = options.system ?? defaultSystem();
    const context = new WasiContext(system);
    this.#context = context;
    this.#coreLibs = new CoreLibs(context, options);
    this.#preopens = new Preopens(system, directories);
    this.imports = {
      ...ioInterfaces(context),
      ...clockInterfaces(context),
      ...randomInterfaces(),
      ...socketInterfaces(context),
      ...this.#coreLibs.imports,
      ...filesystemInterfaces(context, this.#preopens),
      ...cliInterfaces(context, { args, environment, terminals: { stdin, stdout, stderr } }),
    };
  }

  /**
   * Runs a command: makes an instance, calls its `wasi:cli/run`, and ends what it leaves.
   *
   * @param component A component that exports `wasi:cli/run`.
   * @returns Its exit status.
   * @throws {ComponentError} If it is no command, or malformed.
   * @throws {Trap} If it traps.
   */
  run(component: Component): number {
    try {
      using instance = component.instantiate(this.imports);
      const run = instance.function("wasi:cli/run", "run");
      if (run === null) {
        throw new ComponentError("The component is no command: it does not export wasi:cli/run");
      }
      const result = run() as { readonly tag: "ok" | "err" };
      return result.tag === "ok" ? 0 : 1;
    } catch (error) {
      if (error instanceof ComponentExit) return error.status;
      throw error;
    } finally {
      this.#context.drain();
      this.#coreLibs[Symbol.dispose]();
    }
  }

  /** Closes the guest's directories, after what it has written to sockets is on its way. */
  [Symbol.dispose](): void {
    this.#context.drain();
    this.#coreLibs[Symbol.dispose]();
    this.#preopens[Symbol.dispose]();
  }
}
