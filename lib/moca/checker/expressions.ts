/**
 * Expressions other than calls.
 *
 * @module
 */
import type { BinaryOperator, Expression } from "../ast.ts";
import { asmError } from "../asm.ts";
import type { Position } from "../error.ts";
import { builtinField } from "../signature.ts";
import { utf8ToBytes } from "../text.ts";
import type { StructLayout, TypedExpression } from "../typed_program.ts";
import {
  ANY,
  BOOL,
  fieldTypesOf,
  FLOAT,
  fresh,
  generic,
  INT,
  isPrimitive,
  NIL,
  prune,
  STRING,
  type Type,
  typeName,
  unify,
  withoutNull,
} from "../types.ts";
import { CallChecker } from "./calls.ts";

type Node<K extends Expression["kind"]> = Expression & { readonly kind: K };

/** Checks expressions. */
export abstract class ExpressionChecker extends CallChecker {
  /** Checks an expression; `wanted` is a hint, nothing is compared with it. */
  override expression(node: Expression, wanted: Type | null = null): TypedExpression {
    switch (node.kind) {
      case "int":
        return this.make({ kind: "int", value: node.value }, INT, node.at);
      case "float":
        return this.make({ kind: "float", value: node.value }, FLOAT, node.at);
      case "bool":
        return this.make({ kind: "bool", value: node.value }, BOOL, node.at);
      case "string":
        return this.make({ kind: "string", value: utf8ToBytes(node.value) }, STRING, node.at);
      case "nil":
        return this.make({ kind: "nil" }, NIL, node.at);
      case "name":
        return this.#name(node);
      case "interpolation":
        return this.#interpolation(node);
      case "binary":
        return this.#binary(node);
      case "logical": {
        const left = this.checked(node.left, BOOL);
        const right = this.checked(node.right, BOOL);
        return this.make({ kind: "logical", operator: node.operator, left, right }, BOOL, node.at);
      }
      case "unary":
        return this.#unary(node);
      case "call":
        return this.call(node, wanted);
      case "method":
        return this.method(node);
      case "associated":
        return this.associated(node);
      case "index":
        return this.#index(node);
      case "field":
        return this.#field(node);
      case "asDyn": {
        const value = this.expression(node.value);
        return isPrimitive(value.type, "dyn") ? value : this.box(value);
      }
      case "struct":
        return this.#struct(node, wanted);
      case "array":
        return this.#array(node, wanted);
      case "new":
        return this.#new(node, wanted);
      case "lambda":
        return this.lambda(node.function, wanted);
      case "asm":
        return this.#asm(node);
    }
  }

  #name(node: Node<"name">): TypedExpression {
    const variable = this.program.resolution.variables.get(node);
    if (variable === undefined) {
      return this.#functionValue(node);
    }
    if (variable.constant !== null) {
      return { ...this.expression(variable.constant), at: node.at };
    }
    const local = this.localOf(variable);
    return local === null
      ? this.unknown(node.at)
      : this.make({ kind: "local", local }, local.type, node.at);
  }

  #functionValue(node: Node<"name">): TypedExpression {
    const info = this.program.declarations.functionsNamed(node.name)?.[0];
    if (info === undefined || info.typeParams.length > 0) {
      if (info !== undefined) {
        this.program.error(`generic function \`${node.name}\` is not a value`, node.at);
      }
      return this.unknown(node.at);
    }
    this.program.prepare(info);
    const type: Type = { kind: "function", params: info.params, result: info.result };
    const value = this.make({ kind: "nil" }, type, node.at);
    if (!this.rigid) {
      this.program.onSeal(() => {
        this.become(value, { kind: "function", function: this.program.instance(info, []) });
      });
    }
    return value;
  }

  #interpolation(node: Node<"interpolation">): TypedExpression {
    const parts = node.parts.map((part): TypedExpression => {
      const value = this.expression(part);
      return part.kind === "string"
        ? value
        : this.make({ kind: "text", style: "display", value }, STRING, part.at);
    });
    return this.make({ kind: "concat", parts }, STRING, node.at);
  }

  #unary(node: Node<"unary">): TypedExpression {
    if (node.operator === "!") {
      const operand = this.checked(node.operand, BOOL);
      return this.make({ kind: "not", operand }, BOOL, node.at);
    }
    const operand = this.expression(node.operand);
    const type = withoutNull(operand.type);
    if (type.kind === "variable") {
      unify(type, INT);
    } else if (
      !isPrimitive(type, "float") && !isPrimitive(type, "any") && type.kind !== "parameter" &&
      unify(type, INT) !== null
    ) {
      this.program.typeError(`cannot negate \`${typeName(type)}\``, node.at);
    }
    return this.make({ kind: "negate", operand }, withoutNull(type), node.at);
  }

  #binary(node: Node<"binary">): TypedExpression {
    const left = this.expression(node.left);
    const right = this.expression(node.right);
    const type = this.#operation(node.operator, left, right);
    return this.make({ kind: "binary", operator: node.operator, left, right }, type, node.at);
  }

  #operation(
    operator: BinaryOperator,
    left: TypedExpression,
    right: TypedExpression,
  ): Type {
    const a = withoutNull(left.type);
    const b = withoutNull(right.type);
    switch (operator) {
      case "==":
      case "!=":
        this.#equality(left, right);
        return BOOL;
      case "<":
      case "<=":
      case ">":
      case ">=":
        this.#arithmetic(a, b, left, right, false);
        return BOOL;
      case "&":
      case "|":
      case "^":
      case "<<":
      case ">>":
        if (isPrimitive(a, "any") || isPrimitive(b, "any")) {
          return ANY;
        }
        this.#same(a, INT, left.at);
        this.#same(b, INT, right.at);
        return INT;
      default:
        return this.#arithmetic(a, b, left, right, operator === "+");
    }
  }

  #same(given: Type, wanted: Type, at: Position): void {
    const mismatch = unify(given, wanted);
    if (mismatch !== null) {
      this.mismatch(mismatch, at);
    }
  }

  /** Types of an operator on numbers, and on strings if `strings`. */
  #arithmetic(
    a: Type,
    b: Type,
    left: TypedExpression,
    right: TypedExpression,
    strings: boolean,
  ): Type {
    if (isPrimitive(a, "any") || isPrimitive(b, "any")) {
      return ANY;
    }
    const fits = (t: Type): boolean =>
      isPrimitive(t, "int") || isPrimitive(t, "float") || isPrimitive(t, "char") ||
      isPrimitive(t, "byte") || t.kind === "parameter" || (strings && isPrimitive(t, "string"));
    if (fits(a)) {
      this.#same(b, a, right.at);
      return isPrimitive(a, "char") || isPrimitive(a, "byte") ? INT : a;
    }
    if (a.kind === "variable") {
      const wanted = fits(b) ? b : INT;
      this.#same(a, wanted, left.at);
      this.#same(b, wanted, right.at);
      return wanted;
    }
    this.#same(a, fits(b) && !isPrimitive(b, "char") ? b : INT, left.at);
    return fits(b) ? b : INT;
  }

  #equality(left: TypedExpression, right: TypedExpression): void {
    const a = prune(left.type);
    const b = prune(right.type);
    const nilLeft = isPrimitive(a, "nil");
    if (nilLeft || isPrimitive(b, "nil")) {
      const other = nilLeft ? b : a;
      const plain = other.kind === "primitive" &&
        ["int", "float", "bool", "char", "byte"].includes(other.name);
      if (plain || other.kind === "variable") {
        this.#same(a, b, nilLeft ? left.at : right.at);
      }
      return;
    }
    this.#same(a, b, left.at);
  }

  #index(node: Node<"index">): TypedExpression {
    const object = this.expression(node.object);
    const index = this.expression(node.index);
    const result = fresh();
    const access = this.make({ kind: "index", object, index }, result, node.at);
    this.whenKnown(object.type, (known) => {
      if (known.kind === "variable") {
        unify(known, generic("array", fresh()));
      }
      const types = this.elementType(prune(object.type));
      if (types === null) {
        this.program.typeError(
          "expected array, Vector, Vec, Map, string, struct or ptr, found " +
            `\`${typeName(known)}\``,
          node.object.at,
        );
        unify(result, ANY);
        return;
      }
      this.#same(index.type, types.key, index.at);
      unify(result, types.value);
    });
    access.type = prune(result);
    return access;
  }

  #field(node: Node<"field">): TypedExpression {
    const object = this.expression(node.object);
    const result = fresh();
    const access = this.make({ kind: "field", object, name: node.name }, result, node.at);
    this.whenKnown(object.type, (known) => {
      const type = withoutNull(known);
      const builtin = builtinField(type, node.name);
      if (builtin !== null) {
        this.become(access, {
          kind: "native",
          name: builtin.native,
          args: [object],
          params: [ANY],
        });
        unify(result, builtin.result);
        return;
      }
      unify(result, this.fieldType(known, node.name, node.at));
    });
    access.type = prune(result);
    return access;
  }

  /** Type of a struct's field; reports if there is none. */
  protected fieldType(known: Type, name: string, at: Position): Type {
    const type = withoutNull(known);
    if (type.kind === "struct") {
      const index = type.struct.fields.findIndex((f) => f.name === name);
      const field = fieldTypesOf(type)[index];
      if (field === undefined) {
        this.program.typeError(
          `struct \`${type.struct.name}\` has no field \`${name}\``,
          at,
        );
        return ANY;
      }
      return field;
    }
    if (type.kind === "parameter") {
      return fresh();
    }
    if (type.kind === "generic") {
      this.program.typeError(`\`${typeName(type)}\` has no field \`${name}\``, at);
      return ANY;
    }
    this.program.typeError(`expected object or struct, found \`${typeName(type)}\``, at);
    return ANY;
  }

  #struct(node: Node<"struct">, wanted: Type | null): TypedExpression {
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

  #array(node: Node<"array">, wanted: Type | null): TypedExpression {
    const hint = wanted === null ? null : withoutNull(wanted);
    const element: Type = hint?.kind === "generic" && hint.name === "array"
      ? hint.args[0] ?? fresh()
      : fresh();
    const elements = node.elements.map((e) => this.checked(e, element));
    return this.make({ kind: "newArray", elements }, generic("array", element), node.at);
  }

  #new(node: Node<"new">, wanted: Type | null): TypedExpression {
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

  #asm(node: Node<"asm">): TypedExpression {
    const inputs = node.inputs.map((input) => this.#asmInput(input));
    for (const instruction of node.code) {
      const message = asmError(instruction);
      if (message !== null) {
        this.program.error(message, instruction.at);
      }
    }
    const types: Record<string, Type> = { i64: INT, f64: FLOAT, bool: BOOL, string: STRING };
    const type = node.output === null ? ANY : types[node.output];
    if (type === undefined) {
      this.program.error(`unknown type \`${node.output}\``, node.at);
    }
    return this.make({ kind: "asm", inputs, code: node.code }, type ?? ANY, node.at);
  }

  #asmInput(input: { name: string; at: Position }): TypedExpression {
    const variable = this.program.resolution.variables.get(input);
    if (variable === undefined) {
      return this.unknown(input.at);
    }
    if (variable.constant !== null) {
      return this.expression(variable.constant);
    }
    const local = this.localOf(variable);
    return local === null
      ? this.unknown(input.at)
      : this.make({ kind: "local", local }, local.type, input.at);
  }
}
