/**
 * Written types to types.
 *
 * @module
 */
import type { TypeNode } from "../ast.ts";
import type { Position } from "../error.ts";
import { ANY, fresh, generic, PRIMITIVES, type StructInfo, type Type } from "../types.ts";
import { GENERIC_TYPES, UNIVERSAL_INTERFACES } from "./built_in_names.ts";
import type { Declarations, DeclaredTypeParam, FunctionInfo } from "./declarations.ts";
import type { Diagnostics } from "./diagnostics.ts";

/**
 * Type parameters that stand for themselves.
 *
 * @param params The type parameters.
 * @returns Their types by name.
 */
export function parameterTypes(params: readonly DeclaredTypeParam[]): Map<string, Type> {
  return new Map(
    params.map(({ name, bound }): [string, Type] => [name, { kind: "parameter", name, bound }]),
  );
}

/** Reads the types of one program. */
export class TypeReader {
  readonly #declarations: Declarations;
  readonly #diagnostics: Diagnostics;
  #structsRead = false;

  /**
   * @param declarations The structs and interfaces.
   * @param diagnostics Where messages go.
   */
  constructor(declarations: Declarations, diagnostics: Diagnostics) {
    this.#declarations = declarations;
    this.#diagnostics = diagnostics;
  }

  /** Whether there is an interface of that name. */
  isInterface(name: string): boolean {
    return UNIVERSAL_INTERFACES.has(name) || this.#declarations.interfaces.has(name);
  }

  /** Reads the fields of all structs. */
  readStructs(): void {
    for (const struct of this.#declarations.structs.values()) {
      this.#readFields(struct);
    }
    this.#structsRead = true;
  }

  /** A struct, from the prelude if need be; null if there is none. */
  structNamed(name: string): StructInfo | null {
    const struct = this.#declarations.hasStruct(name)
      ? this.#declarations.structs.get(name)
      : undefined;
    // Until all have been read once, those that are new will be, too.
    if (struct !== undefined && this.#structsRead) {
      this.#readFields(struct);
    }
    return struct ?? null;
  }

  #readFields(struct: StructInfo): void {
    if (struct.fieldTypes.length < struct.fields.length) {
      const env = parameterTypes(struct.typeParams.map((name) => ({ name, bound: null })));
      struct.fieldTypes = struct.fields.map((field) => this.read(field.type, env));
    }
  }

  /** Reads the signatures of interfaces, to report what is wrong in them. */
  readInterfaces(): void {
    const env = new Map<string, Type>([["Self", ANY]]);
    for (const { methods } of this.#declarations.interfaces.values()) {
      for (const { params, result } of methods) {
        for (const type of [...params.map((param) => param.type), result]) {
          if (type !== null) {
            this.read(type, env);
          }
        }
      }
    }
  }

  /**
   * Reads a written type.
   *
   * @param node The syntax.
   * @param env Meaning of type parameters.
   * @param interfaces Whether interfaces are types here.
   * @returns The type; `any` after reporting that there is none.
   */
  read(node: TypeNode, env: ReadonlyMap<string, Type>, interfaces = false): Type {
    switch (node.kind) {
      case "nullable":
        return { kind: "nullable", of: this.read(node.of, env) };
      case "function":
        return {
          kind: "function",
          params: node.params.map((p) => this.read(p, env)),
          result: this.read(node.result, env),
        };
      case "named":
        return this.#named(node, env, interfaces);
    }
  }

  #named(
    node: TypeNode & { readonly kind: "named" },
    env: ReadonlyMap<string, Type>,
    interfaces: boolean,
  ): Type {
    const parameter = env.get(node.name);
    if (parameter !== undefined && node.args.length === 0) {
      return parameter;
    }
    const args = node.args.map((arg) => this.read(arg, env));
    const primitive = PRIMITIVES.get(node.name);
    if (primitive !== undefined && node.args.length === 0) {
      return primitive;
    }
    const builtin = GENERIC_TYPES.get(node.name);
    if (builtin !== undefined) {
      return generic(builtin.name, ...this.#counted(node.name, builtin.count, args, node.at));
    }
    const struct = this.structNamed(node.name);
    if (struct !== null) {
      const count = struct.typeParams.length;
      return { kind: "struct", struct, args: this.#counted(node.name, count, args, node.at) };
    }
    if (interfaces && this.isInterface(node.name)) {
      return { kind: "interface", name: node.name };
    }
    this.#diagnostics.error(`unknown type \`${node.name}\``, node.at);
    return ANY;
  }

  /** As many type arguments as there must be. */
  #counted(name: string, count: number, args: Type[], at: Position): Type[] {
    if (args.length === count) {
      return args;
    }
    this.#diagnostics.error(
      `struct \`${name}\` expects ${count} type arguments, got ${args.length}`,
      at,
    );
    return Array.from({ length: count }, () => fresh());
  }

  /**
   * The type that an impl block extends.
   *
   * @param info A function of the block.
   * @param env Meaning of type parameters.
   * @returns The type.
   */
  implType(info: FunctionInfo, env: ReadonlyMap<string, Type>): Type {
    const target = info.impl?.target;
    if (target === undefined) {
      return ANY;
    }
    if (target.args.length > 0) {
      return this.read(target, env);
    }
    // `impl Vec` or `impl Box` without arguments extends the type for all arguments.
    const struct = this.#declarations.structs.get(target.name);
    if (struct !== undefined) {
      const args = struct.typeParams.map((name) => env.get(name) ?? fresh());
      return { kind: "struct", struct, args };
    }
    const builtin = GENERIC_TYPES.get(target.name);
    if (builtin !== undefined) {
      return generic(builtin.name, ...Array.from({ length: builtin.count }, () => fresh()));
    }
    return PRIMITIVES.get(target.name) ?? ANY;
  }
}
