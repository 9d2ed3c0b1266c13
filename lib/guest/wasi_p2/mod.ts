/**
 * WASI over blocking sockets: runs components that use `wasi:sockets` 0.2 or `scheduler:core-libs`,
 * and modules of preview 1 with WasmEdge's sockets; gives the import objects to those who run them
 * themselves.
 *
 * @example Run a component
 * ```ts
 * import { Component, WasiHost } from "@vmsock/vmsock/wasi";
 *
 * async function runFile(path: string, ...args: string[]): Promise<number> {
 *   const component = await Component.compile(Deno.readFileSync(path));
 *   using host = new WasiHost({ args: [path, ...args] });
 *   return host.run(component);
 * }
 * ```
 *
 * @example Run a module of preview 1
 * ```ts
 * import { WasiPreview1 } from "@vmsock/vmsock/wasi";
 *
 * async function runModule(path: string, ...args: string[]): Promise<number> {
 *   const bytes = Deno.readFileSync(path);
 *   using guest = new WasiPreview1({
 *     args: [path, ...args],
 *     directories: [{ host: "/srv/www", guest: "/" }],
 *     listeners: ["127.0.0.1:8080"],
 *   });
 *   const { instance } = await WebAssembly.instantiate(bytes, guest.imports(bytes));
 *   return guest.start(instance);
 * }
 * ```
 *
 * @module
 */
export {
  Component,
  ComponentError,
  ComponentInstance,
  type HostFunctionValue,
  type HostImports,
  type HostInterface,
  isComponent,
  Trap,
} from "../../component/mod.ts";
export type { SystemOptions } from "../../kernel/default_system.ts";
export { parsePreopenedDirectory, type PreopenedDirectory } from "../wasi/preopened.ts";
export { WasiPreview1, type WasiPreview1Options } from "../wasi_p1/preview1.ts";
export { WasiError } from "../wasi_p1/wasi_error.ts";
export { ComponentExit } from "./cli/environment.ts";
export { PreopenError } from "./filesystem/preopens.ts";
export { WasiHost, type WasiOptions } from "./wasi_host.ts";
export { wasiSockets } from "./wasi_sockets.ts";
export type { NetworkOptions } from "../wit/network_policy.ts";
export { WitSockets, type WitSocketsOptions } from "../wit/wit_sockets.ts";
