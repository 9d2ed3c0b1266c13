/**
 * Makes an instance of a component: goes through its definitions, each of which adds to an index
 * space.
 *
 * @module
 */
import { CallContext, type CoreFunction, type InstanceState } from "./abi/context.ts";
import { HandleTable } from "./abi/handle_table.ts";
import { LiftedFunction } from "./abi/lift_function.ts";
import { LinearMemory } from "./abi/linear_memory.ts";
import { lowerFunction } from "./abi/lower_function.ts";
import { ResourceType } from "./abi/resource.ts";
import { aliasExport, aliasOuter } from "./bind_instance.ts";
import type { CanonicalOptions, Definition, NamedItem } from "./definition.ts";
import { ComponentError } from "./error.ts";
import { type ImportProvider, importsFromArguments } from "./import_provider.ts";
import {
  type ComponentItem,
  type CoreInstance,
  entry,
  type InstanceItem,
  type Item,
  type TypeItem,
} from "./item.ts";
import { functionTypeAt, resolveType, resourceAt } from "./resolve_types.ts";
import { resourceBuiltin } from "./resource_builtins.ts";
import { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

/** Instances of one component and those in it, at most: each level of nesting may double them. */
const MAX_INSTANCES = 1000;

/** What every instance of one component is made with. */
export interface Environment {
  /** The core modules, compiled. */
  readonly modules: ReadonlyMap<Definition, WebAssembly.Module>;
  /** What ends if one of them fails. */
  readonly store: Store;
  /** Receives the state of every instance. */
  readonly states: InstanceState[];
}

/** An instance that is being made. */
class Instantiation {
  readonly #environment: Environment;
  readonly #scope: Scope;
  readonly #imports: ImportProvider;
  readonly #exports = new Map<string, Item>();
  readonly #state: InstanceState = { handles: new HandleTable(), mayLeave: true, entered: false };
  /** One for each memory, since it keeps views. */
  readonly #memories = new Map<WebAssembly.Memory, LinearMemory>();

  constructor(environment: Environment, outer: Scope | null, imports: ImportProvider) {
    this.#environment = environment;
    this.#scope = new Scope(outer);
    this.#imports = imports;
    if (environment.states.push(this.#state) > MAX_INSTANCES) {
      throw new ComponentError(`The component consists of more than ${MAX_INSTANCES} instances`);
    }
  }

  run(definitions: readonly Definition[]): InstanceItem {
    for (const definition of definitions) this.#define(definition);
    return this.#exports;
  }

  #define(definition: Definition): void {
    const scope = this.#scope;
    switch (definition.kind) {
      case "core module": {
        const module = this.#environment.modules.get(definition);
        if (module === undefined) throw new ComponentError("A core module was not compiled");
        scope.coreModules.push(module);
        return;
      }
      case "core instantiate":
        scope.coreInstances.push(this.#instantiateModule(definition.module, definition.args));
        return;
      case "core exports":
        scope.coreInstances.push(this.#collectCore(definition.items));
        return;
      case "core type":
        return;
      case "component":
        scope.components.push({ definition: definition.component, scope });
        return;
      case "instantiate": {
        const component = entry(scope.components, definition.component, "component");
        scope.instances.push(this.#instantiate(component, definition.args));
        return;
      }
      case "exports":
        scope.instances.push(this.#collect(definition.items));
        return;
      case "alias export":
        aliasExport(scope, definition);
        return;
      case "alias core export":
        this.#aliasCoreExport(definition);
        return;
      case "alias outer":
        aliasOuter(scope, definition);
        return;
      case "type":
        scope.types.push(
          definition.type.kind === "resource"
            ? this.#defineResource(definition.type.destructor)
            : resolveType(scope, definition.type),
        );
        return;
      case "lift": {
        const { options } = definition;
        scope.functions.push(
          new LiftedFunction({
            name: `function ${scope.functions.length}`,
            type: functionTypeAt(scope, definition.type),
            core: entry(scope.coreFunctions, definition.func, "core func"),
            postReturn: this.#coreFunction(options.postReturn),
            context: this.#context(options, true),
            store: this.#environment.store,
          }),
        );
        return;
      }
      case "lower": {
        const target = entry(scope.functions, definition.func, "func");
        const context = this.#context(definition.options, false);
        scope.coreFunctions.push(lowerFunction(context, target, this.#environment.store));
        return;
      }
      case "resource.new":
      case "resource.drop":
      case "resource.rep": {
        const resource = resourceAt(scope, definition.resource);
        const { store } = this.#environment;
        const builtin = resourceBuiltin(definition.kind, resource, this.#state, store);
        scope.coreFunctions.push(builtin);
        return;
      }
      case "import":
        scope.add(this.#imports(definition.name, definition.description, scope));
        return;
      case "export": {
        const item = scope.item(definition.sort, definition.index);
        scope.add(item);
        this.#exports.set(definition.name, item);
        return;
      }
      case "export type":
        throw new ComponentError("Malformed component: a type's declaration stands by itself");
    }
  }

  #instantiateModule(
    index: number,
    args: readonly { readonly name: string; readonly instance: number }[],
  ): CoreInstance {
    const scope = this.#scope;
    const module = entry(scope.coreModules, index, "core module");
    const imports: WebAssembly.Imports = {};
    for (const { name, instance } of args) {
      imports[name] = { ...entry(scope.coreInstances, instance, "core instance") };
    }
    try {
      return new WebAssembly.Instance(module, imports).exports;
    } catch (error) {
      if (error instanceof WebAssembly.LinkError) {
        throw new ComponentError(`Malformed component: ${error.message}`, { cause: error });
      }
      throw this.#environment.store.explain(error);
    }
  }

  #collectCore(items: readonly NamedItem[]): CoreInstance {
    const scope = this.#scope;
    // Without a prototype, so that every name is just a name.
    const collected: Record<string, WebAssembly.ExportValue> = Object.create(null);
    for (const { name, sort, index } of items) {
      switch (sort) {
        case "core func":
          collected[name] = entry(scope.coreFunctions, index, sort);
          continue;
        case "core table":
          collected[name] = entry(scope.coreTables, index, sort);
          continue;
        case "core memory":
          collected[name] = entry(scope.coreMemories, index, sort);
          continue;
        case "core global":
          collected[name] = entry(scope.coreGlobals, index, sort);
          continue;
        case "core tag":
          collected[name] = entry(scope.coreTags, index, sort);
          continue;
        default:
          throw new ComponentError(`Malformed component: a core instance has a ${sort}`);
      }
    }
    return collected;
  }

  #collect(items: readonly NamedItem[]): InstanceItem {
    return new Map(
      items.map(({ name, sort, index }) => [name, this.#scope.item(sort, index)]),
    );
  }

  #instantiate(component: ComponentItem, args: readonly NamedItem[]): InstanceItem {
    const imports = importsFromArguments(this.#collect(args));
    return instantiate(component, imports, this.#environment);
  }

  #aliasCoreExport(
    { sort, instance, name }: Extract<Definition, { readonly kind: "alias core export" }>,
  ): void {
    const scope = this.#scope;
    const exports = entry(scope.coreInstances, instance, "core instance");
    const value = Object.hasOwn(exports, name) ? exports[name] : undefined;
    if (value === undefined) {
      throw new ComponentError(`Malformed component: core instance ${instance} has no ${name}`);
    }
    if (sort === "core func" && typeof value === "function") {
      scope.coreFunctions.push(value as CoreFunction);
    } else if (sort === "core memory" && value instanceof WebAssembly.Memory) {
      scope.coreMemories.push(value);
    } else if (sort === "core table" && value instanceof WebAssembly.Table) {
      scope.coreTables.push(value);
    } else if (sort === "core global" && value instanceof WebAssembly.Global) {
      scope.coreGlobals.push(value);
    } else if (sort === "core tag") {
      scope.coreTags.push(value);
    } else {
      throw new ComponentError(`Malformed component: ${name} of a core instance is no ${sort}`);
    }
  }

  #defineResource(destructor: number | undefined): TypeItem {
    const state = this.#state;
    const { store } = this.#environment;
    const destroy = this.#coreFunction(destructor);
    const resource: ResourceType = new ResourceType("resource", state, (representation) => {
      if (destroy === undefined) return;
      store.checkAlive();
      try {
        destroy(representation as number);
      } catch (error) {
        throw store.explain(error);
      }
    });
    return { kind: "resource", resource };
  }

  #coreFunction(index: number | undefined): CoreFunction | undefined {
    return index === undefined ? undefined : entry(this.#scope.coreFunctions, index, "core func");
  }

  #context({ encoding, memory, realloc }: CanonicalOptions, copies: boolean): CallContext {
    return new CallContext(this.#state, {
      encoding,
      memory: memory === undefined ? undefined : this.#memory(memory),
      realloc: this.#coreFunction(realloc),
      copies,
    });
  }

  #memory(index: number): LinearMemory {
    const memory = entry(this.#scope.coreMemories, index, "core memory");
    let views = this.#memories.get(memory);
    if (views === undefined) {
      views = new LinearMemory(memory);
      this.#memories.set(memory, views);
    }
    return views;
  }
}

/**
 * Makes an instance of a component.
 *
 * @param component The component.
 * @param imports What its imports are given.
 * @param environment What it is made with.
 * @returns What it exports.
 * @throws {ComponentError} If it is malformed.
 * @throws {Trap} If its start functions trap.
 */
export function instantiate(
  component: ComponentItem,
  imports: ImportProvider,
  environment: Environment,
): InstanceItem {
  const { definition, scope } = component;
  return new Instantiation(environment, scope, imports).run(definition.definitions);
}
