/**
 * Methods that are found by the type that a value has at run time: those of interfaces, and
 * `to_string` of structs.
 *
 * @module
 */
import type { TypedFunction } from "../typed_program.ts";
import { methodKey, PRIMITIVES, runtimeTypeName, type Type } from "../types.ts";
import type { Declarations, FunctionInfo } from "./declarations.ts";

/** Makes the typed function of a declaration with type arguments. */
export type MakeInstance = (info: FunctionInfo, typeArgs: readonly Type[]) => TypedFunction;

/** Collects the methods of one program. */
export class MethodTables {
  /** `INTERFACE.METHOD` → run-time type name → the function. */
  readonly interfaceMethods: Map<string, Map<string, TypedFunction>> = new Map();
  /** Run-time type name of each struct type with a `to_string` of its own → that function. */
  readonly toStringMethods: Map<string, TypedFunction> = new Map();
  /** Types that values may have at run time, by name. */
  readonly #boxed = new Map<string, Type>();
  readonly #declarations: Declarations;
  readonly #instance: MakeInstance;

  /**
   * @param declarations The methods.
   * @param instance Makes their instances.
   */
  constructor(declarations: Declarations, instance: MakeInstance) {
    this.#declarations = declarations;
    this.#instance = instance;
  }

  /** Notes a method called on values of an interface type. */
  addCall(interfaceName: string, method: string): void {
    const key = `${interfaceName}.${method}`;
    if (!this.interfaceMethods.has(key)) {
      this.interfaceMethods.set(key, new Map());
    }
  }

  /** Notes a type, without variables, that values may have at run time. */
  addType(type: Type): void {
    this.#boxed.set(runtimeTypeName(type), type);
  }

  /** Notes a struct type that values are made of. */
  addStruct(type: Type & { readonly kind: "struct" }): void {
    this.addType(type);
    const name = runtimeTypeName(type);
    const info = this.#declarations.methods.get(type.struct.name)?.get("to_string");
    if (info !== undefined && info.node.params.length === 1 && !this.toStringMethods.has(name)) {
      this.toStringMethods.set(name, this.#instanceFor(info, type));
    }
  }

  /** Makes the instances of all methods that calls may reach. */
  link(): void {
    for (const [call, table] of this.interfaceMethods) {
      const [interfaceName = "", method = ""] = call.split(".");
      for (const type of this.#candidates(interfaceName)) {
        const name = runtimeTypeName(type);
        const key = methodKey(type);
        const info = key === null ? undefined : this.#declarations.methods.get(key)?.get(method);
        if (info !== undefined && !table.has(name)) {
          table.set(name, this.#instanceFor(info, type));
        }
      }
    }
  }

  #instanceFor(info: FunctionInfo, type: Type): TypedFunction {
    const args = type.kind === "struct" || type.kind === "generic" ? type.args : [];
    return this.#instance(info, args.slice(0, info.typeParams.length));
  }

  #candidates(interfaceName: string): Type[] {
    const words = this.#declarations.implementations.get(interfaceName) ?? new Set<string>();
    const primitives = [...words].flatMap((word) => PRIMITIVES.get(word) ?? []);
    const boxed = [...this.#boxed.values()].filter((type) => words.has(methodKey(type) ?? ""));
    return [...primitives, ...boxed];
  }
}
