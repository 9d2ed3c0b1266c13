/**
 * The import object for components that are transpiled elsewhere.
 *
 * @module
 */
import type { HostImports } from "../../component/mod.ts";
import { defaultSystem, type SystemOptions } from "../../kernel/default_system.ts";
import { WasiContext } from "./context.ts";
import { clockInterfaces, ioInterfaces, socketInterfaces } from "./imports.ts";

/**
 * Makes what a component needs for sockets: wasi:sockets, and wasi:io and wasi:clocks, whose streams
 * and pollables go with them. Calls that block make the thread wait.
 *
 * It is for components transpiled with `jco transpile --instantiation`, to be passed to
 * `instantiate` with the other interfaces that the component imports. Streams of another host's
 * wasi:cli or wasi:filesystem are of other classes and do not go with these; {@linkcode WasiHost} has
 * all of them.
 *
 * @param options The system whose sockets they are; default: this thread's own.
 * @returns Interfaces by name, without versions. Give each instance its own.
 * @example
 * ```ts
 * import { wasiSockets } from "@vmsock/vmsock/wasi";
 * import { assert } from "@std/assert";
 *
 * const imports = wasiSockets();
 * assert("wasi:sockets/tcp" in imports);
 * // const { run } = await instantiate(getCoreModule, { ...imports, ...others });
 * ```
 */
export function wasiSockets(options: SystemOptions = {}): HostImports {
  const context = new WasiContext(options.system ?? defaultSystem());
  return {
    ...ioInterfaces(context),
    ...clockInterfaces(context),
    ...socketInterfaces(context),
  };
}
