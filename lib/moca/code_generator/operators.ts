/**
 * Code for operators, as values and as conditions of jumps.
 *
 * @module
 */
import type { BinaryOperator } from "../ast.ts";
import type { RegisterClass } from "../bytecode.ts";
import { ANY_OPERATORS } from "../opcode.ts";
import type { TypedExpression } from "../typed_program.ts";
import { isPrimitive, withoutNull } from "../types.ts";
import { GeneratorBase, type Node } from "./base.ts";
import type { Label } from "./function_builder.ts";
import { classOf } from "./program_builder.ts";

const INT_OPERATORS: ReadonlyMap<BinaryOperator, string> = new Map([
  ["+", "ADD"],
  ["-", "SUB"],
  ["*", "MUL"],
  ["/", "DIV"],
  ["%", "MOD"],
  ["&", "AND"],
  ["|", "OR"],
  ["^", "XOR"],
  ["<<", "SHL"],
  [">>", "SHR"],
]);

/** Instructions that exist with a constant as their second operand. */
const WITH_CONSTANT = new Set(["ADD", "SUB", "MUL", "DIV", "MOD", "AND", "SHL", "SHR"]);

const FLOAT_OPERATORS: ReadonlyMap<BinaryOperator, string> = new Map([
  ["+", "FADD"],
  ["-", "FSUB"],
  ["*", "FMUL"],
  ["/", "FDIV"],
]);

/** How an operator compares two registers. */
interface Comparison {
  /** The condition in the names of instructions. */
  readonly name: string;
  /** Whether the operands change places. */
  readonly swapped: boolean;
  /** The condition in the names of jumps that compare with a constant. */
  readonly withConstant: string;
  /** The operator that is true when this one is not. */
  readonly opposite: BinaryOperator;
}

const COMPARISONS: ReadonlyMap<BinaryOperator, Comparison> = new Map<BinaryOperator, Comparison>([
  ["==", { name: "EQ", swapped: false, withConstant: "EQ", opposite: "!=" }],
  ["!=", { name: "NE", swapped: false, withConstant: "NE", opposite: "==" }],
  ["<", { name: "LT", swapped: false, withConstant: "LT", opposite: ">=" }],
  ["<=", { name: "LE", swapped: false, withConstant: "LE", opposite: ">" }],
  [">", { name: "LT", swapped: true, withConstant: "GT", opposite: "<=" }],
  [">=", { name: "LE", swapped: true, withConstant: "GE", opposite: "<" }],
]);

function isEquality(operator: BinaryOperator): boolean {
  return operator === "==" || operator === "!=";
}

/** Generates operators. */
export abstract class OperatorGenerator extends GeneratorBase {
  /** Evaluates a binary operator. */
  protected binary(node: Node<"binary">, dst: number | null): number {
    const { operator } = node;
    const comparison = COMPARISONS.get(operator);
    if (comparison !== undefined) {
      return this.#compare(node, comparison, dst);
    }
    const to = classOf(node.type);
    const top = this.code.top;
    const numbers = classOf(withoutNull(node.left.type));
    if (to === "i" && numbers !== "v") {
      return this.#intBinary(node, INT_OPERATORS.get(operator) ?? "", dst);
    }
    const floatOperator = FLOAT_OPERATORS.get(operator);
    if (to === "f" && numbers !== "v" && floatOperator !== undefined) {
      const left = this.as(node.left, "f");
      const right = this.as(node.right, "f");
      this.code.top = top;
      const register = this.destination(dst);
      this.code.at(node.at);
      this.code.emit(floatOperator, register, left, right);
      return register;
    }
    const left = this.as(node.left, "v");
    const right = this.as(node.right, "v");
    this.code.top = top;
    const register = dst !== null && to === "v" ? dst : this.code.take();
    this.code.at(node.at);
    if (operator === "+" && isPrimitive(node.type, "string")) {
      this.code.emit("CONCAT", register, left, right);
    } else {
      this.code.emit("ANY_BINARY", register, ANY_OPERATORS.indexOf(operator), left, right);
    }
    return this.convert(register, "v", to, dst);
  }

  #intBinary(node: Node<"binary">, name: string, dst: number | null): number {
    const top = this.code.top;
    const left = this.as(node.left, "i");
    const { right } = node;
    if (right.kind === "int" && WITH_CONSTANT.has(name)) {
      const shift = name === "SHL" || name === "SHR";
      const operand = shift ? Number(right.value & 63n) : this.program.int(right.value);
      this.code.top = top;
      const register = this.destination(dst);
      this.code.at(node.at);
      this.code.emit(`${name}_K`, register, left, operand);
      return register;
    }
    const other = this.as(right, "i");
    this.code.top = top;
    const register = this.destination(dst);
    this.code.at(node.at);
    this.code.emit(name, register, left, other);
    return register;
  }

  #compare(node: Node<"binary">, comparison: Comparison, dst: number | null): number {
    const to = comparedAs(node);
    const { operator } = node;
    const top = this.code.top;
    const left = this.as(node.left, to);
    const right = this.as(node.right, to);
    this.code.top = top;
    const register = this.destination(dst);
    if (to === "v" && isEquality(operator)) {
      this.code.emit(operator === "==" ? "SAME" : "DIFFER", register, left, right);
    } else if (to === "b") {
      this.code.emit(operator === "==" ? "BEQ" : "BNE", register, left, right);
    } else if (to === "v") {
      const boxed = this.code.take();
      this.code.emit("ANY_BINARY", boxed, ANY_OPERATORS.indexOf(operator), left, right);
      this.code.emit("UNBOX_BOOL", register, boxed);
      this.code.top = Math.max(top, register + 1);
    } else {
      const { name, swapped } = comparison;
      const [first, second] = swapped ? [right, left] : [left, right];
      this.code.emit(to === "f" ? `F${name}` : name, register, first, second);
    }
    if (dst === null) {
      this.code.reserve(Math.max(register + 1, top));
    }
    return register;
  }

  /** Evaluates `&&` or `||`. */
  protected logical(node: Node<"logical">, dst: number | null): number {
    const register = this.destination(dst);
    const top = this.code.top;
    // The result may be a variable that the right operand reads, so it is made aside.
    const result = this.code.take();
    const end = this.code.label();
    this.as(node.left, "b", result);
    this.code.emit(node.operator === "&&" ? "JUMP_UNLESS" : "JUMP_IF", result, end);
    this.as(node.right, "b", result);
    this.code.place(end);
    this.code.emit("MOVE_BOOL", register, result);
    this.code.top = top;
    return register;
  }

  /** Evaluates `!`. */
  protected not(node: Node<"not">, dst: number | null): number {
    const top = this.code.top;
    const operand = this.as(node.operand, "b");
    this.code.top = top;
    const register = this.destination(dst);
    this.code.emit("NOT", register, operand);
    return register;
  }

  /** Evaluates a negated number. */
  protected negate(node: Node<"negate">, dst: number | null): number {
    const to = classOf(node.type);
    const top = this.code.top;
    const operand = this.as(node.operand, to);
    this.code.top = top;
    const register = this.destination(dst);
    this.code.emit(to === "i" ? "NEG" : to === "f" ? "FNEG" : "ANY_NEGATE", register, operand);
    return register;
  }

  /** Jumps to a label if a condition has a value. */
  protected condition(node: TypedExpression, wanted: boolean, target: Label): void {
    const { code } = this;
    const top = code.top;
    if (node.kind === "not") {
      this.condition(node.operand, !wanted, target);
      return;
    }
    if (node.kind === "logical") {
      this.#logicalCondition(node, wanted, target);
      return;
    }
    if (node.kind === "bool") {
      if (node.value === wanted) {
        code.emit("JUMP", target);
      }
      return;
    }
    if (node.kind === "binary" && comparedAs(node) === "i" && isPrimitive(node.type, "bool")) {
      this.#compareJump(node, wanted, target);
      code.top = top;
      return;
    }
    const from = classOf(node.type);
    let register: number;
    if (from === "v") {
      const value = this.value(node, null);
      register = code.take();
      code.emit("TRUTHY", register, value);
    } else {
      register = this.as(node, "b");
    }
    code.emit(wanted ? "JUMP_IF" : "JUMP_UNLESS", register, target);
    code.top = top;
  }

  #logicalCondition(node: Node<"logical">, wanted: boolean, target: Label): void {
    const shortcut = node.operator === "||";
    if (shortcut === wanted) {
      this.condition(node.left, wanted, target);
      this.condition(node.right, wanted, target);
      return;
    }
    const end = this.code.label();
    this.condition(node.left, shortcut, end);
    this.condition(node.right, wanted, target);
    this.code.place(end);
  }

  #compareJump(node: Node<"binary">, wanted: boolean, target: Label): void {
    const comparison = COMPARISONS.get(node.operator);
    const holds = wanted ? comparison : COMPARISONS.get(comparison?.opposite ?? "==");
    this.code.at(node.at);
    const left = this.as(node.left, "i");
    if (holds === undefined) {
      throw new TypeError(`Cannot generate code: "${node.operator}" compares nothing`);
    }
    if (node.right.kind === "int") {
      const constant = this.program.int(node.right.value);
      this.code.emit(`J${holds.withConstant}_K`, left, constant, target);
      return;
    }
    const right = this.as(node.right, "i");
    const [first, second] = holds.swapped ? [right, left] : [left, right];
    this.code.emit(`J${holds.name}`, first, second, target);
  }
}

/** The class in which two operands are compared. */
function comparedAs(node: Node<"binary">): RegisterClass {
  const left = classOf(node.left.type);
  const right = classOf(node.right.type);
  if (isEquality(node.operator)) {
    return left === right ? left : "v";
  }
  const a = classOf(withoutNull(node.left.type));
  const b = classOf(withoutNull(node.right.type));
  return a === b && a !== "b" ? a : "v";
}
