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

/** A host call that asm code makes. */
export interface AsmCall {
  /** Its number. */
  readonly number: number;
  /** Its arguments. */
  readonly args: readonly Value[];
}

/** Values on the stack, at most. */
const MAX_STACK = 10_000;

/** The run of an asm block, which may stop at a host call. */
export class AsmRun {
  /** The stack. */
  readonly stack: Value[];
  /** The variables of GetL and SetL: first the inputs. */
  readonly locals: Value[];
  readonly #code: readonly AsmNode[];
  readonly #host: AsmHost;
  #pc = 0;
  #steps = 0;

  /**
   * @param code The instructions.
   * @param inputs Values of the named variables, left to right.
   * @param host The machine.
   */
  constructor(code: readonly AsmNode[], inputs: readonly Value[], host: AsmHost) {
    this.stack = [...inputs];
    this.locals = [...inputs];
    this.#code = code;
    this.#host = host;
  }

  /** What the block yields once it has ended: the value on top of the stack, or null. */
  get result(): Value {
    return this.stack.at(-1) ?? null;
  }

  /**
   * Goes on until the block has ended or makes a host call, whose result must be pushed onto the stack
   * before the next run.
   *
   * @returns The call, or null at the end.
   * @throws {MocaTrap} For a stack underflow or a failed operation.
   */
  run(): AsmCall | null {
    for (;;) {
      const node = this.#code[this.#pc];
      if (node === undefined) {
        return null;
      }
      this.#pc++;
      if ((++this.#steps & 1023) === 0) {
        this.#host.tick();
      }
      if (node.name === "Hostcall") {
        return this.#hostCall(node);
      }
      this.#perform(node);
      if (this.stack.length > MAX_STACK) {
        throw runtimeError("asm stack overflow");
      }
    }
  }

  #pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) {
      throw runtimeError("stack underflow");
    }
    return value;
  }

  #hostCall({ operands: [number, count] }: AsmNode): AsmCall {
    const args: Value[] = [];
    for (let left = typeof count === "bigint" ? count : 0n; left > 0n; left--) {
      args.unshift(this.#pop());
    }
    return { number: Number(number), args };
  }

  #jump(to: number): void {
    this.#pc = to < 0 ? this.#code.length : to;
  }

  #perform(node: AsmNode): void {
    const { stack } = this;
    const host = this.#host;
    const operand = node.operands[0];
    const number = typeof operand === "bigint" ? Number(operand) : 0;
    const index = (): bigint => operand === undefined ? integer(this.#pop()) : BigInt(number);
    switch (node.name) {
      case "Jmp":
        this.#jump(number);
        break;
      case "BrIf":
      case "BrIfFalse":
        if (truthy(this.#pop()) === (node.name === "BrIf")) {
          this.#jump(number);
        }
        break;
      case "GetL":
        stack.push(this.locals[number] ?? null);
        break;
      case "SetL":
        if (number < 0 || number >= MAX_STACK) {
          throw runtimeError("asm stack overflow");
        }
        this.locals[number] = this.#pop();
        break;
      case "Pop":
        this.#pop();
        break;
      case "Dup": {
        const value = this.#pop();
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
      case "Throw":
        throw runtimeError(host.text(this.#pop()));
      case "TryBegin":
      case "TryEnd":
      case "Nop":
        break;
      case "HeapAlloc":
        stack.push(host.alloc(index()));
        break;
      case "HeapLoad": {
        const at = index();
        stack.push(host.load(this.#pop(), at));
        break;
      }
      case "HeapStore": {
        const value = this.#pop();
        const at = index();
        host.store(this.#pop(), at, value);
        break;
      }
      case "Argc":
        stack.push(BigInt(host.args.length));
        break;
      case "Argv": {
        const at = integer(this.#pop());
        stack.push(at < 0n ? "" : host.args[Number(at)] ?? "");
        break;
      }
      default:
        operate(node, stack, () => this.#pop(), host);
    }
  }
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
