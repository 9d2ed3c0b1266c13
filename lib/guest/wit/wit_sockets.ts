/**
 * The import object of `scheduler:core-libs`, for components that are run elsewhere.
 *
 * @module
 */
import type { HostImports } from "../../component/mod.ts";
import { defaultSystem, type SystemOptions } from "../../kernel/default_system.ts";
import { WasiContext } from "../wasi_p2/context.ts";
import { clockInterfaces, ioInterfaces } from "../wasi_p2/imports.ts";
import { CoreLibs } from "./core_libs.ts";
import type { NetworkOptions } from "./network_policy.ts";

/** Over which system, and which networks there are. */
export interface WitSocketsOptions extends SystemOptions, NetworkOptions {}

/**
 * `scheduler:core-libs/socket`, `wasi-network`, `wasi-tcp` and `wasi-udp`: blocking sockets for a
 * component, with wasi:io and wasi:clocks, whose pollables go with them. `lib/guest/wit/wit` has
 * their WIT. {@linkcode WasiHost} has them too, beside the rest of WASI.
 *
 * The system's policy, and the rules of a network beside it, decide what is reached: a component sees
 * `access-denied` (`other` from `socket`, which has no such error), names that are not allowed do not
 * resolve, and peers that are refused are dropped unseen.
 *
 * @example
 * ```ts
 * import { WitSockets } from "@vmsock/vmsock/wasi";
 * import { assert } from "@std/assert";
 *
 * using sockets = new WitSockets({
 *   network: { deny: ["10.0.0.0/8"] },
 *   networks: { database: { allow: ["connect@10.0.0.5:5432"] } },
 * });
 * assert("scheduler:core-libs/socket" in sockets.imports);
 * // const { run } = await instantiate(getCoreModule, { ...sockets.imports, ...others });
 * ```
 */
export class WitSockets implements Disposable {
  /** The interfaces by name, without versions, for one instance of a component. */
  readonly imports: HostImports;
  readonly #context: WasiContext;
  readonly #coreLibs: CoreLibs;

  /**
   * Makes the interfaces.
   *
   * @param options Over which system, and which networks there are.
   * @throws {SyntaxError} If the text of a rule is not one.
   * @throws {TypeError} If a part of a rule is invalid.
   */
  constructor(options: WitSocketsOptions = {}) {
    this.#context = new WasiContext(options.system ?? defaultSystem());
    this.#coreLibs = new CoreLibs(this.#context, options);
    this.imports = {
      ...ioInterfaces(this.#context),
      ...clockInterfaces(this.#context),
      ...this.#coreLibs.imports,
    };
  }

  /** Closes the sockets of `socket` that the component has left open. */
  [Symbol.dispose](): void {
    this.#context.drain();
    this.#coreLibs[Symbol.dispose]();
  }
}
