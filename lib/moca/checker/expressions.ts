/**
 * Expressions: each kind's way to its checker, names, elements, fields, asm blocks.
 *
 * @module
 */
import type { Expression } from "../ast.ts";
import { asmError } from "../asm.ts";
import type { Position } from "../error.ts";
import { utf8ToBytes } from "../text.ts";
import type { TypedExpression } from "../typed_program.ts";
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
  withoutNull,
} from "../types.ts";
import type { Node } from "./base.ts";
import { LiteralChecker } from "./literals.ts";
import { builtinField, elementTypes } from "./signature.ts";
import { unify } from "./unify.ts";

/** Checks expressions. */
export abstract class ExpressionChecker extends LiteralChecker {
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
        return this.binary(node);
      case "logical": {
        const left = this.checked(node.left, BOOL);
        const right = this.checked(node.right, BOOL);
        return this.make({ kind: "logical", operator: node.operator, left, right }, BOOL, node.at);
      }
      case "unary":
        return this.unary(node);
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
        return this.struct(node, wanted);
      case "array":
        return this.array(node, wanted);
      case "new":
        return this.new(node, wanted);
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

  #index(node: Node<"index">): TypedExpression {
    const object = this.expression(node.object);
    const index = this.expression(node.index);
    const result = fresh();
    const access = this.make({ kind: "index", object, index }, result, node.at);
    this.whenKnown(object.type, (known) => {
      if (known.kind === "variable") {
        unify(known, generic("array", fresh()));
      }
      const types = elementTypes(prune(object.type));
      if (types === null) {
        this.program.typeError(
          "expected array, Vector, Vec, Map, string, struct or ptr, found " +
            `\`${typeName(known)}\``,
          node.object.at,
        );
        unify(result, ANY);
        return;
      }
      this.same(index.type, types.key, index.at);
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
