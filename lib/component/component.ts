/**
 * Components, and instances of them.
 *
 * @module
 */
import type { InstanceState } from "./abi/context.ts";
import type { Handle } from "./abi/handle_table.ts";
import { decodeComponent } from "./decode.ts";
import type { ComponentDefinition, Definition } from "./definition.ts";
import { ComponentError } from "./error.ts";
import { Host, type HostImports } from "./host_instance.ts";
import { importsFromHost } from "./import_provider.ts";
import { instantiate } from "./instantiate.ts";
import type { InstanceItem, Item } from "./item.ts";
import { withoutVersion } from "./names.ts";
import { Store } from "./store.ts";

/**
 * A component that was read and compiled, to be instantiated any number of times. A command of WASI is
 * run by {@linkcode WasiHost.run}.
 *
 * @example
 * ```ts
 * import { Component } from "@vmsock/vmsock/wasi";
 * import { assertEquals } from "@std/assert";
 *
 * // The smallest component; others come from Deno.readFile().
 * const component = await Component.compile(
 *   new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]),
 * );
 * assertEquals(component.imports, []);
 * using instance = component.instantiate({});
 * assertEquals(instance.function("example:api/greeter", "greet"), null);
 * ```
 */
export class Component {
  readonly #definition: ComponentDefinition;
  readonly #modules: ReadonlyMap<Definition, WebAssembly.Module>;

  private constructor(
    definition: ComponentDefinition,
    modules: ReadonlyMap<Definition, WebAssembly.Module>,
  ) {
    this.#definition = definition;
    this.#modules = modules;
  }

  /**
   * Reads a component and compiles the modules in it.
   *
   * @param bytes The whole binary.
   * @returns The component.
   * @throws {ComponentError} If it is malformed, or uses what came after WASI 0.2.
   */
  static async compile(bytes: Uint8Array<ArrayBuffer>): Promise<Component> {
    const definition = decodeComponent(bytes);
    const modules = new Map<Definition, WebAssembly.Module>();
    await Promise.all(
      [...modulesIn(definition)].map(async (module) => {
        try {
          modules.set(module, await WebAssembly.compile(module.bytes));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new ComponentError(`Malformed component: ${reason}`, { cause: error });
        }
      }),
    );
    return new Component(definition, modules);
  }

  /** Names of what it imports, in the binary's order: `wasi:io/streams@0.2.3`. */
  get imports(): readonly string[] {
    return namesOf(this.#definition, "import");
  }

  /** Names of what it exports, in the binary's order: `wasi:cli/run@0.2.3`. */
  get exports(): readonly string[] {
    return namesOf(this.#definition, "export");
  }

  /**
   * Makes an instance, which runs the start functions of its modules.
   *
   * @param imports What it imports. What is missing ends the guest when it calls it.
   * @returns The instance.
   * @throws {ComponentError} If the component is malformed, or imports what no host can provide.
   * @throws {Trap} If a start function traps.
   */
  instantiate(imports: HostImports): ComponentInstance {
    const environment = {
      modules: this.#modules,
      store: new Store(),
      states: new Array<InstanceState>(),
    };
    const component = { definition: this.#definition, scope: null };
    const exports = instantiate(component, importsFromHost(new Host(imports)), environment);
    return new ComponentInstance(exports, environment.states);
  }
}

/** An instance of a component. */
export class ComponentInstance implements Disposable {
  readonly #exports: InstanceItem;
  readonly #states: readonly InstanceState[];

  /** Made by {@linkcode Component.instantiate}. */
  constructor(exports: InstanceItem, states: readonly InstanceState[]) {
    this.#exports = exports;
    this.#states = states;
  }

  /**
   * Finds an exported function.
   *
   * @param path Its name, after that of the interface that it belongs to, if any; an interface's
   * version may be left out.
   * @returns The function, or null if there is none. Values pass as {@linkcode HostImports} says,
   * with a `result` as `{ tag: "ok" | "err", val }`. It throws {@linkcode Trap} if the guest trapped,
   * now or before, and what a host function threw that is no result; both end the instance.
   */
  function(...path: readonly string[]): ((...args: unknown[]) => unknown) | null {
    let items: InstanceItem = this.#exports;
    for (const [index, name] of path.entries()) {
      const item = find(items, name);
      if (item?.sort === "instance") items = item.value;
      else if (item?.sort === "func" && index === path.length - 1) {
        const { value } = item;
        return (...args) => value.call(args);
      } else return null;
    }
    return null;
  }

  /** How many handles the guest holds. */
  get handles(): number {
    return this.#states.reduce((sum, { handles }) => sum + handles.size, 0);
  }

  /** Ends every resource of the host that the guest still owns. */
  [Symbol.dispose](): void {
    let left: Handle[] = [];
    for (const { handles } of this.#states) {
      for (const handle of handles.drain()) {
        if (handle.owned && handle.type.instance === null) left.push(handle);
      }
    }
    // What has parts that are not ended yet may refuse to end.
    for (let before = Infinity; left.length > 0 && left.length < before;) {
      before = left.length;
      left = left.filter(({ type, representation }) => {
        try {
          type.destroy(representation);
          return false;
        } catch {
          return true;
        }
      });
    }
  }
}

function* modulesIn(
  { definitions }: ComponentDefinition,
): Generator<Extract<Definition, { readonly kind: "core module" }>> {
  for (const definition of definitions) {
    if (definition.kind === "core module") yield definition;
    else if (definition.kind === "component") yield* modulesIn(definition.component);
  }
}

function namesOf({ definitions }: ComponentDefinition, kind: "import" | "export"): string[] {
  return definitions.flatMap((definition) => definition.kind === kind ? [definition.name] : []);
}

function find(items: InstanceItem, name: string): Item | undefined {
  const exact = items.get(name);
  if (exact !== undefined || name.includes("@")) return exact;
  for (const [key, item] of items) {
    if (withoutVersion(key) === name) return item;
  }
  return undefined;
}
