/**
 * What the index spaces of a component hold once it is being instantiated.
 *
 * @module
 */
import type { Codec } from "./abi/codec.ts";
import type { ComponentFunction, FunctionType } from "./abi/function.ts";
import type { ResourceType } from "./abi/resource.ts";
import type { ComponentDefinition, Definition, Sort } from "./definition.ts";
import { ComponentError } from "./error.ts";
import type { Scope } from "./scope.ts";

/** An entry of the type index space. */
export type TypeItem =
  | { readonly kind: "value type"; readonly codec: Codec; readonly isOption: boolean }
  | { readonly kind: "function type"; readonly type: FunctionType }
  | { readonly kind: "resource"; readonly resource: ResourceType }
  | {
    readonly kind: "instance type";
    readonly declarations: readonly Definition[];
    readonly scope: Scope;
  }
  | { readonly kind: "component type" };

/** A component that is not instantiated yet, and what its outer aliases refer to. */
export interface ComponentItem {
  /** Its definitions. */
  readonly definition: ComponentDefinition;
  /** The scope in which it was defined; null for the outermost. */
  readonly scope: Scope | null;
}

/** Something that an instance exports, or that an instantiation is given. */
export type Item =
  | { readonly sort: "func"; readonly value: ComponentFunction }
  | { readonly sort: "type"; readonly value: TypeItem }
  | { readonly sort: "instance"; readonly value: InstanceItem }
  | { readonly sort: "component"; readonly value: ComponentItem }
  | { readonly sort: "core module"; readonly value: WebAssembly.Module };

/** An instance: what it exports, by name. */
export type InstanceItem = ReadonlyMap<string, Item>;

/** What a core instance exports, by name. */
export type CoreInstance = Readonly<Record<string, WebAssembly.ExportValue>>;

/** The entry of an index space. Throws {@linkcode ComponentError} if there is none. */
export function entry<T>(space: readonly T[], index: number, sort: Sort): T {
  const item = space[index];
  if (item === undefined) {
    throw new ComponentError(`Malformed component: there is no ${sort} ${index}`);
  }
  return item;
}
