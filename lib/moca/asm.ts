/**
 * The instructions of `asm` blocks: which there are, and their operands.
 *
 * @module
 */
import type { AsmNode } from "./ast.ts";

/** Instructions that work on whatever they find. */
const PLAIN: ReadonlySet<string> = new Set([
  ..."PushInt PushFloat PushTrue PushFalse PushNull PushNil PushString Pop Dup Pick GetL SetL"
    .split(" "),
  ..."Add Sub Mul Div Mod Neg Not Eq Ne Lt Le Gt Ge And Or TypeOf ToString".split(" "),
  ..."Jmp BrIf BrIfFalse Throw TryBegin TryEnd HeapAlloc HeapLoad HeapStore HeapSize".split(" "),
  ..."Hostcall Argc Argv Nop".split(" "),
  ..."F64ConvertI64S I64TruncF64S F64ReinterpretAsI64 I64ReinterpretAsF64".split(" "),
  ..."I64ExtendI32S I64ExtendI32U I32WrapI64 RefEq RefIsNull UMul128Hi".split(" "),
]);

/** Instructions that name the type they work on: the type, then the operation. */
export const TYPED =
  /^(I32|I64|F32|F64|Ref)(Const|Add|Sub|Mul|DivS|DivU|Div|RemS|RemU|And|Or|Xor|Shl|ShrS|ShrU|Neg|Eqz|Eq|Ne|LtS|LtU|LeS|LeU|GtS|GtU|GeS|GeU|Lt|Le|Gt|Ge)$/;

/** What `typeof` gives for the first operand of those that need one. */
const OPERANDS: ReadonlyMap<string, string> = new Map([
  ["PushInt", "bigint"],
  ["PushFloat", "number"],
  ["PushString", "string"],
  ["Jmp", "bigint"],
  ["BrIf", "bigint"],
  ["BrIfFalse", "bigint"],
  ["GetL", "bigint"],
  ["SetL", "bigint"],
  ["Pick", "bigint"],
  ["Hostcall", "bigint"],
  ["I64Const", "bigint"],
  ["F64Const", "number"],
]);

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
  const wanted = OPERANDS.get(name);
  if (wanted !== undefined && typeof node.operands[0] !== wanted) {
    return `asm instruction '${name}' expects an operand`;
  }
  return null;
}
