/**
 * Literals of structs, arrays, Vecs and Maps.
 *
 * @module
 */
import type { StructLayout, TypedExpression } from "../typed_program.ts";
import { ANY, fieldTypesOf, fresh, generic, INT, type Type, withoutNull } from "../types.ts";
import type { Node } from "./base.ts";
import { OperatorChecker } from "./operators.ts";
import { unify } from "./unify.ts";

/** Checks literals that have parts. */
export abstract class LiteralChecker extends OperatorChecker {
  /** Checks a struct literal. */
  protected struct(node: Node<"struct">, wanted: Type | null): TypedExpression {
    if (node.name === "Vec" || node.name === "vec") {
      return this.#vecParts(node);
    }
    const struct = this.program.structNamed(node.name);
    if (struct === null) {
      this.program.error(`undefined struct \`${node.name}\``, node.at);
      for (const field of node.fields) {
        this.expression(field.value);
      }
      return this.unknown(node.at);
    }
    const count = struct.typeParams.length;
    if (node.typeArgs.length > 0 && node.typeArgs.length !== count) {
      this.program.error(
        `struct \`${node.name}\` expects ${count} type arguments, got ${node.typeArgs.length}`,
        node.at,
      );
    }
    const args = this.typeArguments(count, node.typeArgs);
    const type: Type & { readonly kind: "struct" } = { kind: "struct", struct, args };
    if (wanted !== null && node.typeArgs.length === 0 && count > 0) {
      const hint = withoutNull(wanted);
      if (hint.kind === "struct" && hint.struct === struct) {
        unify(type, hint);
      }
    }
    const values = this.#fields(node, type);
    const layout: StructLayout = { type, exact: node.typeArgs.length > 0 || count === 0 };
    this.program.layout(layout);
    return this.make({ kind: "newStruct", layout, values }, type, node.at);
  }

  /** Values of a struct literal in declaration order. */
  #fields(node: Node<"struct">, type: Type & { readonly kind: "struct" }): TypedExpression[] {
    const { struct } = type;
    const seen = new Set<string>();
    for (const field of node.fields) {
      if (!struct.fields.some((f) => f.name === field.name)) {
        this.program.error(
          `unknown field \`${field.name}\` in struct \`${struct.name}\``,
          field.at,
        );
        this.expression(field.value);
      } else if (seen.has(field.name)) {
        this.program.error(
          `duplicate field \`${field.name}\` in struct \`${struct.name}\``,
          field.at,
        );
      }
      seen.add(field.name);
    }
    const types = fieldTypesOf(type);
    return struct.fields.map((field, i) => {
      const given = node.fields.find((f) => f.name === field.name);
      if (given === undefined) {
        this.program.error(`missing field \`${field.name}\` in struct \`${struct.name}\``, node.at);
        return this.unknown(node.at);
      }
      return this.checked(given.value, types[i] ?? ANY);
    });
  }

  /** `Vec<T> { data: …, len: …, cap: … }`, the form that older programs use. */
  #vecParts(node: Node<"struct">): TypedExpression {
    const type = generic("Vec", ...this.containerArgs("Vec", node.typeArgs, node.at));
    for (const field of node.fields) {
      if (!["data", "len", "cap"].includes(field.name)) {
        this.program.error(`unknown field \`${field.name}\` in struct \`Vec\``, field.at);
      }
    }
    const wanted: readonly [string, Type][] = [["data", ANY], ["len", INT], ["cap", INT]];
    const args = wanted.map(([name, fieldType]) => {
      const given = node.fields.find((f) => f.name === name);
      if (given === undefined) {
        this.program.error(`missing field \`${name}\` in struct \`Vec\``, node.at);
        return this.unknown(node.at);
      }
      return this.checked(given.value, fieldType);
    });
    return this.make(
      { kind: "native", name: "vec_from_parts", args, params: [ANY, INT, INT] },
      type,
      node.at,
    );
  }

  /** Checks an array literal. */
  protected array(node: Node<"array">, wanted: Type | null): TypedExpression {
    const hint = wanted === null ? null : withoutNull(wanted);
    const element: Type = hint?.kind === "generic" && hint.name === "array"
      ? hint.args[0] ?? fresh()
      : fresh();
    const elements = node.elements.map((e) => this.checked(e, element));
    return this.make({ kind: "newArray", elements }, generic("array", element), node.at);
  }

  /** Checks `new Vec` and `new Map`. */
  protected new(node: Node<"new">, wanted: Type | null): TypedExpression {
    const key = node.name === "vec" ? "Vec" : node.name === "map" ? "Map" : node.name;
    if (key !== "Vec" && key !== "Map") {
      const known = this.program.declarations.hasStruct(node.name);
      this.program.error(
        known
          ? `\`new\` expects Vec or Map, found \`${node.name}\``
          : `undefined struct \`${node.name}\``,
        node.at,
      );
      return this.unknown(node.at);
    }
    const type = generic(key, ...this.containerArgs(key, node.typeArgs, node.at));
    if (wanted !== null && node.typeArgs.length === 0) {
      const hint = withoutNull(wanted);
      if (hint.kind === "generic" && hint.name === key) {
        unify(type, hint);
      }
    }
    const [first = ANY, second = ANY] = type.kind === "generic" ? type.args : [];
    if (key === "Vec") {
      if (node.keys !== null) {
        this.program.error("expected elements in `new Vec`, found `key: value` pairs", node.at);
      }
      const elements = node.elements.map((e) => this.checked(e, first));
      return this.make({ kind: "newVec", elements }, type, node.at);
    }
    if (node.keys === null && node.elements.length > 0) {
      this.program.error("expected `key: value` pairs in `new Map`", node.at);
    }
    const keys = node.keys ?? [];
    const checkedKeys: TypedExpression[] = [];
    const values: TypedExpression[] = [];
    for (const [i, element] of node.elements.entries()) {
      const keyNode = keys[i];
      if (keyNode !== undefined) {
        checkedKeys.push(this.checked(keyNode, first));
        values.push(this.checked(element, second));
      }
    }
    return this.make({ kind: "newMap", keys: checkedKeys, values }, type, node.at);
  }
}
