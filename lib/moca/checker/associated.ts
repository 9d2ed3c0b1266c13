/**
 * Calls of associated functions: `Type::function(…)`.
 *
 * @module
 */
import type { Expression, TypeNode } from "../ast.ts";
import type { Position } from "../error.ts";
import type { TypedExpression } from "../typed_program.ts";
import {
  ANY,
  generic,
  INT,
  isPrimitive,
  methodKey,
  prune,
  substitute,
  type Type,
  typeName,
} from "../types.ts";
import { methodWord } from "./built_in_names.ts";
import { UNKNOWN_FUNCTION } from "./instantiation.ts";
import { MethodChecker } from "./methods.ts";
import { unify } from "./unify.ts";

type Associated = Expression & { readonly kind: "associated" };

/** Checks calls of associated functions. */
export abstract class AssociatedChecker extends MethodChecker {
  /** Checks `Type::function(…)`. */
  protected associated(node: Associated): TypedExpression {
    const builtin = this.#builtinAssociated(node);
    if (builtin !== null) {
      return builtin;
    }
    const parameter = this.env.get(node.type);
    const key = parameter === undefined
      ? methodWord(node.type) ?? node.type
      : methodKey(prune(parameter)) ?? node.type;
    const { declarations } = this.program;
    const known = declarations.hasStruct(key) || declarations.methods.has(key);
    if (!known && methodWord(key) === null) {
      this.program.error(`undefined struct \`${node.type}\``, node.at);
      this.loose(node.args);
      return this.unknown(node.at);
    }
    const info = declarations.methods.get(key)?.get(node.name);
    if (info === undefined) {
      this.program.error(
        `no associated function \`${node.name}\` found for type \`${node.type}\``,
        node.at,
      );
      this.loose(node.args);
      return this.unknown(node.at);
    }
    const ownerArgs = node.ownerArgs.map((arg) => this.typeOf(arg));
    const struct = declarations.structs.get(key);
    if (
      ownerArgs.length > 0 && struct !== undefined && struct.typeParams.length !== ownerArgs.length
    ) {
      this.program.error(
        `struct \`${key}\` expects ${struct.typeParams.length} type arguments, got ${ownerArgs.length}`,
        node.at,
      );
    }
    const { map, typeArgs } = this.instantiate(info, node.typeArgs, node.at, ownerArgs);
    const result = substitute(info.result, map);
    const label = `${node.type}::${node.name}`;
    if (!this.arity(label, info.node.params.length, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    const args = node.args.map((arg, i) => {
      const wanted = substitute(info.params[i] ?? ANY, map);
      const value = this.expression(arg, wanted);
      return this.#associatedArgument(value, wanted, `${label} argument ${i + 1}`);
    });
    const call = this.make({ kind: "call", function: UNKNOWN_FUNCTION, args }, result, node.at);
    this.link(call, info, typeArgs, args);
    return call;
  }

  #associatedArgument(value: TypedExpression, wanted: Type, what: string): TypedExpression {
    if (isPrimitive(wanted, "dyn")) {
      return this.flow(value, wanted);
    }
    const mismatch = unify(value.type, wanted);
    if (mismatch !== null) {
      const [given, expected] = mismatch;
      this.program.typeError(
        `${what} type mismatch: expected \`${typeName(expected)}\`, found \`${typeName(given)}\``,
        value.at,
      );
    }
    return value;
  }

  #builtinAssociated(node: Associated): TypedExpression | null {
    const key = methodWord(node.type);
    if ((key !== "Vec" && key !== "Map") || this.env.has(node.type)) {
      return null;
    }
    if (this.program.declarations.methods.get(key)?.has(node.name) === true) {
      return null;
    }
    const params = key === "Vec" && (node.name === "with_capacity" || node.name === "uninit")
      ? [INT]
      : node.name === "new"
      ? []
      : null;
    if (params === null) {
      this.program.error(
        `no associated function \`${node.name}\` found for type \`${node.type}\``,
        node.at,
      );
      this.loose(node.args);
      return this.unknown(node.at);
    }
    const type = generic(key, ...this.containerArgs(key, node.ownerArgs, node.at));
    if (!this.arity(`${node.type}::${node.name}`, params.length, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, type, node.at);
    }
    const args = this.args(node.args, params);
    if (node.name === "new") {
      return key === "Vec"
        ? this.make({ kind: "newVec", elements: [] }, type, node.at)
        : this.make({ kind: "newMap", keys: [], values: [] }, type, node.at);
    }
    const name = node.name === "uninit" ? "vec_uninit" : "vec_with_capacity";
    return this.make({ kind: "native", name, args, params }, type, node.at);
  }

  /** Type arguments of a Vec or Map, written or to be inferred. */
  protected containerArgs(key: string, written: readonly TypeNode[], at: Position): Type[] {
    const count = key === "Map" ? 2 : 1;
    if (written.length > 0 && written.length !== count) {
      this.program.error(
        `struct \`${key}\` expects ${count} type arguments, got ${written.length}`,
        at,
      );
    }
    return this.typeArguments(count, written);
  }
}
