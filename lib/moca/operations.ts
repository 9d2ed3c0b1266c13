/**
 * Operators on values whose type is known only at run time.
 *
 * @module
 */
import type { Bytecode } from "./bytecode.ts";
import { runtimeError } from "./error.ts";
import type { Heap } from "./heap.ts";
import { ANY_OPERATORS } from "./opcode.ts";
import { StructValue, type Value } from "./value.ts";

/** Whether two values are equal: strings by content, objects by identity, the rest by value. */
export function sameValue(left: Value, right: Value): boolean {
  return left === right;
}

/** What a condition makes of a value. */
export function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== 0n && value !== 0;
}

/** A negated number. */
export function anyNegate(value: Value): Value {
  if (typeof value === "bigint") {
    return BigInt.asIntN(64, -value);
  }
  if (typeof value === "number") {
    return -value;
  }
  throw runtimeError("expected integer");
}

/**
 * A binary operator.
 *
 * @param number Index of the operator in {@linkcode ANY_OPERATORS}.
 * @param left The left operand.
 * @param right The right operand.
 * @param heap Counts memory.
 * @returns The result.
 * @throws {MocaTrap} If the operands do not fit.
 */
export function anyBinary(number: number, left: Value, right: Value, heap: Heap): Value {
  const operator = ANY_OPERATORS[number] ?? "+";
  if (operator === "==" || operator === "!=") {
    return sameValue(left, right) === (operator === "==");
  }
  if (typeof left === "bigint" && typeof right === "bigint") {
    return intBinary(operator, left, right);
  }
  if (typeof left === "number" && typeof right === "number") {
    return floatBinary(operator, left, right);
  }
  if (typeof left === "string" && typeof right === "string" && operator === "+") {
    heap.reserveConcat(left.length, right.length);
    return left + right;
  }
  throw runtimeError("expected integer");
}

function intBinary(operator: string, a: bigint, b: bigint): Value {
  switch (operator) {
    case "+":
      return BigInt.asIntN(64, a + b);
    case "-":
      return BigInt.asIntN(64, a - b);
    case "*":
      return BigInt.asIntN(64, a * b);
    case "/":
    case "%":
      if (b === 0n) {
        throw runtimeError("division by zero");
      }
      return BigInt.asIntN(64, operator === "/" ? a / b : a % b);
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "&":
      return a & b;
    case "<<":
      return BigInt.asIntN(64, a << (b & 63n));
    case ">>":
      return a >> (b & 63n);
    default:
      return ordered(operator, a, b);
  }
}

function floatBinary(operator: string, a: number, b: number): Value {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      if (b === 0) {
        throw runtimeError("division by zero");
      }
      return a / b;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return ordered(operator, a, b);
    default:
      throw runtimeError("expected integer");
  }
}

function ordered<T extends bigint | number>(operator: string, a: T, b: T): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

/**
 * The run-time type of a value whose static type is not known.
 *
 * @param program The program.
 * @param value The value.
 * @returns Index of the type, or −1 if the program has no such type.
 */
export function dynamicType(program: Bytecode, value: Value): number {
  if (value instanceof StructValue) {
    return program.layouts[value.layout]?.type ?? -1;
  }
  const names: Record<string, string> = {
    bigint: "int",
    number: "float",
    boolean: "bool",
    string: "string",
  };
  const name = value === null ? "nil" : names[typeof value] ?? "";
  return program.types.findIndex((type) => type.full === name);
}

/**
 * Makes an int of a float.
 *
 * @param value The float.
 * @returns It without its fraction; the nearest int if it is out of range, 0 if it is no number.
 */
export function truncate(value: number): bigint {
  if (Number.isNaN(value)) {
    return 0n;
  }
  if (value >= 9223372036854775807) {
    return 9223372036854775807n;
  }
  if (value <= -9223372036854775808) {
    return -9223372036854775808n;
  }
  return BigInt(Math.trunc(value));
}
