/**
 * Operators.
 *
 * @module
 */
import type { BinaryOperator } from "../ast.ts";
import type { Position } from "../error.ts";
import type { TypedExpression } from "../typed_program.ts";
import { ANY, BOOL, INT, isPrimitive, prune, type Type, typeName, withoutNull } from "../types.ts";
import { AssociatedChecker } from "./associated.ts";
import type { Node } from "./base.ts";
import { unify } from "./unify.ts";

/** Checks operators. */
export abstract class OperatorChecker extends AssociatedChecker {
  /** Checks `!` and `-`. */
  protected unary(node: Node<"unary">): TypedExpression {
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

  /** Checks an operator that evaluates both operands. */
  protected binary(node: Node<"binary">): TypedExpression {
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
        this.#arithmetic(left, right, false);
        return BOOL;
      case "&":
      case "|":
      case "^":
      case "<<":
      case ">>":
        if (isPrimitive(a, "any") || isPrimitive(b, "any")) {
          return ANY;
        }
        this.same(a, INT, left.at);
        this.same(b, INT, right.at);
        return INT;
      default:
        return this.#arithmetic(left, right, operator === "+");
    }
  }

  /** Makes two types equal, or reports that they are not. */
  protected same(given: Type, wanted: Type, at: Position): void {
    const mismatch = unify(given, wanted);
    if (mismatch !== null) {
      this.mismatch(mismatch, at);
    }
  }

  /** Types of an operator on numbers, and on strings if `strings`. */
  #arithmetic(
    left: TypedExpression,
    right: TypedExpression,
    strings: boolean,
  ): Type {
    const a = withoutNull(left.type);
    const b = withoutNull(right.type);
    if (isPrimitive(a, "any") || isPrimitive(b, "any")) {
      return ANY;
    }
    const fits = (t: Type): boolean =>
      isPrimitive(t, "int") || isPrimitive(t, "float") || isPrimitive(t, "char") ||
      isPrimitive(t, "byte") || t.kind === "parameter" || (strings && isPrimitive(t, "string"));
    if (fits(a)) {
      this.same(b, a, right.at);
      return isPrimitive(a, "char") || isPrimitive(a, "byte") ? INT : a;
    }
    if (a.kind === "variable") {
      const wanted = fits(b) ? b : INT;
      this.same(a, wanted, left.at);
      this.same(b, wanted, right.at);
      return wanted;
    }
    this.same(a, fits(b) && !isPrimitive(b, "char") ? b : INT, left.at);
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
        this.same(a, b, nilLeft ? left.at : right.at);
      }
      return;
    }
    this.same(a, b, left.at);
  }
}
