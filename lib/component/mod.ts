/**
 * WebAssembly components: reads their binaries and runs them, with JavaScript objects for what they
 * import, by the canonical ABI of the component model as WASI 0.2 has it.
 *
 * What a component imports and exports passes as in the output of `jco transpile`, so that the same
 * host serves both; here nothing has to be generated before.
 *
 * @module
 */
export { Component, ComponentInstance } from "./component.ts";
export { isComponent } from "./decode.ts";
export { ComponentError, Trap } from "./error.ts";
export type { HostFunctionValue, HostImports, HostInterface } from "./host_instance.ts";
