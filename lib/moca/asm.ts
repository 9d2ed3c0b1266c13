/**
 * The instructions of `asm` blocks: which exist, and running them on a small stack.
 *
 * @module
 */
import type { AsmNode } from "./ast.ts";
import { MocaTrap, runtimeError } from "./error.ts";
import { utf8ToBytes } from "./text.ts";
import { typeNumber, type Value } from "./value.ts";

const PLAIN = new Set([
  ..."PushInt PushFloat PushTrue PushFalse PushNull PushNil PushString Pop Dup Pick GetL SetL"
    .split(" "),
  ..."Add Sub Mul Div Mod Neg Not Eq Ne Lt Le Gt Ge And Or TypeOf ToString".split(" "),
  ..."Jmp BrIf BrIfFalse Throw TryBegin TryEnd HeapAlloc HeapLoad HeapStore HeapSize".split(" "),
  ..."Hostcall Argc Argv Nop".split(" "),
  ..."F64ConvertI64S I64TruncF64S F64ReinterpretAsI64 I64ReinterpretAsF64".split(" "),
  ..."I64ExtendI32S I64ExtendI32U I32WrapI64 RefEq RefIsNull UMul128Hi".split(" "),
]);
const TYPED =
  /^(I32|I64|F32|F64|Ref)(Const|Add|Sub|Mul|DivS|DivU|Div|RemS|RemU|And|Or|Xor|Shl|ShrS|ShrU|Neg|Eqz|Eq|Ne|LtS|LtU|LeS|LeU|GtS|GtU|GeS|GeU|Lt|Le|Gt|Ge)$/;

/**
 * Checks an instruction before the program runs.
 *
 * @param node The instruction.
 * @returns What is wrong with it, or null.
 */
export function asmError(node: AsmNode): string | null {
  const { name } = node;
  if (name === "Call" || name === "Ret") {
    return `${name} instruction is forbidden in asm block`;
  }
  if (!PLAIN.has(name) && !TYPED.test(name)) {
    return `unknown asm instruction '${name}'`;
  }
  const operands: Record<string, string> = {
    PushInt: "bigint",
    PushFloat: "number",
    PushString: "string",
    Jmp: "bigint",
    BrIf: "bigint",
    BrIfFalse: "bigint",
    GetL: "bigint",
    SetL: "bigint",
    Pick: "bigint",
    Hostcall: "bigint",
    I64Const: "bigint",
    F64Const: "number",
  };
  const wanted = operands[name];
  if (wanted !== undefined && typeof node.operands[0] !== wanted) {
    return `asm instruction '${name}' expects an operand`;
  }
  return null;
}

/** What asm code needs from the machine. */
export interface AsmHost {
  /** Calls a host function; throws if it would block. */
  hostCall(number: number, args: Value[]): Value;
  /** Allocates slots. */
  alloc(slots: bigint): Value;
  /** Reads a slot. */
  load(target: Value, index: bigint): Value;
  /** Writes a slot. */
  store(target: Value, index: bigint, value: Value): void;
  /** The value's text in an error. */
  text(value: Value): string;
  /** Counts memory. */
  reserve(bytes: number): void;
  /** The script's arguments. */
  readonly args: readonly string[];
  /** Called now and then; throws when the time is up. */
  tick(): void;
}

/**
 * Runs the code of an asm block.
 *
 * @param code The instructions.
 * @param inputs Values of the named variables, left to right.
 * @param host The machine.
 * @returns The value on top of the stack at the end, or null.
 * @throws {MocaTrap} For a stack underflow or a failed operation.
 */
export function runAsm(code: readonly AsmNode[], inputs: readonly Value[], host: AsmHost): Value {
  const stack: Value[] = [...inputs];
  const locals: Value[] = [...inputs];
  const pop = (): Value => {
    const value = stack.pop();
    if (value === undefined) {
      throw runtimeError("stack underflow");
    }
    return value;
  };
  let steps = 0;
  for (let pc = 0; pc < code.length;) {
    const node = code[pc];
    if (node === undefined) {
      break;
    }
    if ((++steps & 1023) === 0) {
      host.tick();
    }
    const operand = node.operands[0];
    const number = typeof operand === "bigint" ? Number(operand) : 0;
    pc++;
    switch (node.name) {
      case "Jmp":
        pc = target(number, code);
        break;
      case "BrIf":
        pc = truthy(pop()) ? target(number, code) : pc;
        break;
      case "BrIfFalse":
        pc = truthy(pop()) ? pc : target(number, code);
        break;
      case "GetL":
        stack.push(locals[number] ?? null);
        break;
      case "SetL":
        locals[number] = pop();
        break;
      case "Pop":
        pop();
        break;
      case "Dup": {
        const value = pop();
        stack.push(value, value);
        break;
      }
      case "Pick": {
        const value = stack[stack.length - 1 - number];
        if (value === undefined) {
          throw runtimeError("stack underflow");
        }
        stack.push(value);
        break;
      }
      case "Hostcall": {
        const count = Number(node.operands[1] ?? 0);
        const args = Array.from({ length: count }, pop).reverse();
        stack.push(host.hostCall(number, args));
        break;
      }
      case "Throw":
        throw runtimeError(host.text(pop()));
      case "TryBegin":
      case "TryEnd":
      case "Nop":
        break;
      case "HeapAlloc":
        stack.push(host.alloc(operand === undefined ? integer(pop()) : BigInt(number)));
        break;
      case "HeapLoad": {
        const index = operand === undefined ? integer(pop()) : BigInt(number);
        stack.push(host.load(pop(), index));
        break;
      }
      case "HeapStore": {
        const value = pop();
        const index = operand === undefined ? integer(pop()) : BigInt(number);
        host.store(pop(), index, value);
        break;
      }
      case "Argc":
        stack.push(BigInt(host.args.length));
        break;
      case "Argv":
        stack.push(host.args[Number(integer(pop()))] ?? "");
        break;
      default:
        operate(node, stack, pop, host);
    }
    if (stack.length > 10_000) {
      throw runtimeError("asm stack overflow");
    }
  }
  return stack.pop() ?? null;
}

function target(number: number, code: readonly AsmNode[]): number {
  return number < 0 ? code.length : number;
}

function truthy(value: Value): boolean {
  return value !== null && value !== false && value !== 0n && value !== 0;
}

function integer(value: Value): bigint {
  if (typeof value !== "bigint") {
    throw runtimeError("expected integer");
  }
  return value;
}

function float(value: Value): number {
  if (typeof value !== "number") {
    throw runtimeError("expected float");
  }
  return value;
}

const BITS = new DataView(new ArrayBuffer(8));

function operate(node: AsmNode, stack: Value[], pop: () => Value, host: AsmHost): void {
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
      stack.push(Number(integer(pop())));
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
        BITS.setBigInt64(0, integer(value));
        stack.push(BITS.getFloat64(0));
      }
      return;
    }
    case "I64ExtendI32S":
    case "I32WrapI64":
      stack.push(BigInt.asIntN(32, integer(pop())));
      return;
    case "I64ExtendI32U":
      stack.push(BigInt.asUintN(32, integer(pop())));
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
      stack.push(typeof value === "number" ? -value : BigInt.asIntN(width, -integer(value)));
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

/** Truncates toward zero; out of range saturates. */
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
  return intOperation(operation, width, integer(left), integer(right));
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
