/**
 * The index spaces of a component that is being instantiated, or of a type.
 *
 * @module
 */
import type { CoreFunction } from "./abi/context.ts";
import type { ComponentFunction } from "./abi/function.ts";
import type { ComponentItem, CoreInstance, InstanceItem, Item, TypeItem } from "./item.ts";
import { entry } from "./item.ts";
import { ComponentError } from "./error.ts";

/** Index spaces, and those of what is around. */
export class Scope {
  /** What is around; null for the outermost component. */
  readonly outer: Scope | null;
  /** `core func`. */
  readonly coreFunctions: CoreFunction[] = [];
  /** `core table`. */
  readonly coreTables: WebAssembly.ExportValue[] = [];
  /** `core memory`. */
  readonly coreMemories: WebAssembly.Memory[] = [];
  /** `core global`. */
  readonly coreGlobals: WebAssembly.ExportValue[] = [];
  /** `core tag`. */
  readonly coreTags: WebAssembly.ExportValue[] = [];
  /** `core module`. */
  readonly coreModules: WebAssembly.Module[] = [];
  /** `core instance`. */
  readonly coreInstances: CoreInstance[] = [];
  /** `func`. */
  readonly functions: ComponentFunction[] = [];
  /** `type`. */
  readonly types: TypeItem[] = [];
  /** `component`. */
  readonly components: ComponentItem[] = [];
  /** `instance`. */
  readonly instances: InstanceItem[] = [];

  /** Empty index spaces inside `outer`. */
  constructor(outer: Scope | null) {
    this.outer = outer;
  }

  /** The scope `count` levels out. */
  ancestor(count: number): Scope {
    if (count === 0) return this;
    if (this.outer === null) {
      throw new ComponentError("Malformed component: an alias leads outside");
    }
    return this.outer.ancestor(count - 1);
  }

  /** Adds an item to the index space of its sort. */
  add(item: Item): void {
    switch (item.sort) {
      case "func":
        this.functions.push(item.value);
        return;
      case "type":
        this.types.push(item.value);
        return;
      case "instance":
        this.instances.push(item.value);
        return;
      case "component":
        this.components.push(item.value);
        return;
      case "core module":
        this.coreModules.push(item.value);
        return;
    }
  }

  /** An item of an index space. Throws {@linkcode ComponentError} if there is none. */
  item(sort: string, index: number): Item {
    switch (sort) {
      case "func":
        return { sort, value: entry(this.functions, index, sort) };
      case "type":
        return { sort, value: entry(this.types, index, sort) };
      case "instance":
        return { sort, value: entry(this.instances, index, sort) };
      case "component":
        return { sort, value: entry(this.components, index, sort) };
      case "core module":
        return { sort, value: entry(this.coreModules, index, sort) };
      default:
        throw new ComponentError(`Malformed component: a ${sort} cannot be passed on`);
    }
  }
}
