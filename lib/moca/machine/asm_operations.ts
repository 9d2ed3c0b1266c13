/**
 * The instructions of asm blocks that compute something from values on the stack.
 *
 * @module
 */
import type { AsmNode } from "../ast.ts";
import { TYPED } from "../asm.ts";
import { MocaTrap, runtimeError } from "../error.ts";
import { truncate, truthy } from "../operations.ts";
import { utf8ToBytes } from "../text.ts";
import { typeNumber, type Value } from "../value.ts";
import { float, int } from "../value_checks.ts";
import type { AsmHost } from "./asm_run.ts";

const BITS = new DataView(new ArrayBuffer(8));

/**
 * Performs one instruction.
 *
 * @param node The instruction.
 * @param stack The stack, for what it pushes.
 * @param pop Takes its operands from the stack.
 * @param host The machine.
 * @throws {MocaTrap} If the operands do not fit, or there are too few.
 */
export function operate(node: AsmNode, stack: Value[], pop: () => Value, host: AsmHost): void {
  const { name } = node;
  const [operand] = node.operands;
  if (name.startsWith("Push") || name.endsWith("Const")) {
    stack.push(
      name === "PushTrue" || name === "PushFalse"
        ? name === "PushTrue"
        : typeof operand === "string"
        ? utf8ToBytes(operand)
        : operand ?? null,
    );
    return;
  }
  switch (name) {
    case "TypeOf":
      stack.push(BigInt(typeNumber(pop())));
      return;
    case "ToString":
      stack.push(host.text(pop()));
      return;
    case "Not":
      stack.push(!truthy(pop()));
      return;
    case "RefIsNull":
      stack.push(pop() === null);
      return;
    case "F64ConvertI64S":
      stack.push(Number(int(pop())));
      return;
    case "I64TruncF64S":
      stack.push(truncate(float(pop())));
      return;
    case "F64ReinterpretAsI64":
    case "I64ReinterpretAsF64": {
      // Both names have been used for the conversion to the other kind.
      const value = pop();
      if (typeof value === "number") {
        BITS.setFloat64(0, value);
        stack.push(BITS.getBigInt64(0));
      } else {
        BITS.setBigInt64(0, int(value));
        stack.push(BITS.getFloat64(0));
      }
      return;
    }
    case "I64ExtendI32S":
    case "I32WrapI64":
      stack.push(BigInt.asIntN(32, int(pop())));
      return;
    case "I64ExtendI32U":
      stack.push(BigInt.asUintN(32, int(pop())));
      return;
    case "HeapSize":
      throw new MocaTrap("runtime error: HeapSize is not supported in asm");
  }
  const typed = TYPED.exec(name);
  const operation = typed?.[2] ?? name;
  const width = typed?.[1] === "I32" ? 32 : 64;
  if (operation === "Neg" || operation === "Eqz") {
    const value = pop();
    if (operation === "Eqz") {
      stack.push(value === 0n || value === false);
    } else {
      stack.push(typeof value === "number" ? -value : BigInt.asIntN(width, -int(value)));
    }
    return;
  }
  const right = pop();
  const left = pop();
  if (typeof left === "string" && typeof right === "string") {
    host.reserve(left.length + right.length);
  }
  stack.push(binary(operation, width, left, right));
}

function binary(operation: string, width: number, left: Value, right: Value): Value {
  if (operation === "Eq" || operation === "Ne" || operation === "RefEq") {
    return (left === right) === (operation !== "Ne");
  }
  if (typeof left === "number" && typeof right === "number") {
    return floatOperation(operation, left, right);
  }
  if (typeof left === "string" && typeof right === "string" && operation === "Add") {
    return left + right;
  }
  return intOperation(operation, width, int(left), int(right));
}

function floatOperation(operation: string, a: number, b: number): Value {
  switch (operation) {
    case "Add":
      return a + b;
    case "Sub":
      return a - b;
    case "Mul":
      return a * b;
    case "Div":
      if (b === 0) {
        throw runtimeError("division by zero");
      }
      return a / b;
    case "Lt":
      return a < b;
    case "Le":
      return a <= b;
    case "Gt":
      return a > b;
    case "Ge":
      return a >= b;
    default:
      throw runtimeError("expected integer");
  }
}

function intOperation(operation: string, width: number, a: bigint, b: bigint): Value {
  const unsigned = operation.endsWith("U");
  const x = unsigned ? BigInt.asUintN(width, a) : a;
  const y = unsigned ? BigInt.asUintN(width, b) : b;
  const wrap = (value: bigint): bigint => BigInt.asIntN(width, value);
  const count = BigInt.asUintN(width === 32 ? 5 : 6, b);
  switch (operation.replace(/[SU]$/, "")) {
    case "Add":
      return wrap(a + b);
    case "Sub":
      return wrap(a - b);
    case "Mul":
      return wrap(a * b);
    case "Div":
    case "Rem":
    case "Mod":
      if (b === 0n) {
        throw runtimeError("division by zero");
      }
      return wrap(operation.startsWith("Div") ? x / y : x % y);
    case "And":
      return a & b;
    case "Or":
      return a | b;
    case "Xor":
      return a ^ b;
    case "Shl":
      return wrap(a << count);
    case "Shr":
      return wrap(x >> count);
    case "Lt":
      return x < y;
    case "Le":
      return x <= y;
    case "Gt":
      return x > y;
    case "Ge":
      return x >= y;
    default:
      throw runtimeError(`unknown asm operation ${operation}`);
  }
}
