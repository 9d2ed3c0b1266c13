/**
 * The instruction set. An instruction is its number and its operands, one 32-bit word each.
 *
 * Registers hold 64-bit integers, floats or booleans in one file and references in another; a
 * register number names a place in both. Operands are described by two letters: `w` writes and `r`
 * reads a register, `i` int, `f` float, `b` bool, `v` reference (any value). The other kinds:
 *
 * - `int`, `float`, `string`: index of a constant
 * - `jump`: address in the code
 * - `window`: first register of a call's arguments; the result replaces it
 * - `number`: anything else
 *
 * @module
 */

/** What an operand is. */
export type OperandKind =
  | "wi"
  | "wf"
  | "wb"
  | "wv"
  | "ri"
  | "rf"
  | "rb"
  | "rv"
  | "int"
  | "float"
  | "string"
  | "jump"
  | "window"
  | "number";

/** One instruction: its name and operands. */
export interface OpcodeRow {
  /** Name in disassembly. */
  readonly name: string;
  /** Kinds of its operands. */
  readonly operands: readonly OperandKind[];
  /** Whether control never reaches the next instruction. */
  readonly ends: boolean;
}

function row(name: string, operands = "", ends = false): OpcodeRow {
  return {
    name,
    operands: operands === "" ? [] : operands.split(" ") as OperandKind[],
    ends,
  };
}

/** All instructions; an instruction's number is its index. */
export const OPCODES: readonly OpcodeRow[] = [
  row("HALT", "", true),
  row("LOAD_INT", "wi int"),
  row("LOAD_FLOAT", "wf float"),
  row("LOAD_BOOL", "wb number"),
  row("LOAD_STRING", "wv string"),
  row("LOAD_NIL", "wv"),
  row("MOVE_INT", "wi ri"),
  row("MOVE_FLOAT", "wf rf"),
  row("MOVE_BOOL", "wb rb"),
  row("MOVE_REF", "wv rv"),
  row("BOX_INT", "wv ri"),
  row("BOX_FLOAT", "wv rf"),
  row("BOX_BOOL", "wv rb"),
  row("UNBOX_INT", "wi rv"),
  row("UNBOX_FLOAT", "wf rv"),
  row("UNBOX_BOOL", "wb rv"),
  row("TRUTHY", "wb rv"),
  row("ADD", "wi ri ri"),
  row("SUB", "wi ri ri"),
  row("MUL", "wi ri ri"),
  row("DIV", "wi ri ri"),
  row("MOD", "wi ri ri"),
  row("AND", "wi ri ri"),
  row("OR", "wi ri ri"),
  row("XOR", "wi ri ri"),
  row("SHL", "wi ri ri"),
  row("SHR", "wi ri ri"),
  row("ADD_K", "wi ri int"),
  row("SUB_K", "wi ri int"),
  row("MUL_K", "wi ri int"),
  row("DIV_K", "wi ri int"),
  row("MOD_K", "wi ri int"),
  row("AND_K", "wi ri int"),
  row("SHL_K", "wi ri number"),
  row("SHR_K", "wi ri number"),
  row("NEG", "wi ri"),
  row("FADD", "wf rf rf"),
  row("FSUB", "wf rf rf"),
  row("FMUL", "wf rf rf"),
  row("FDIV", "wf rf rf"),
  row("FNEG", "wf rf"),
  row("CONCAT", "wv rv rv"),
  row("CONCAT_ALL", "wv window number"),
  row("NOT", "wb rb"),
  row("LT", "wb ri ri"),
  row("LE", "wb ri ri"),
  row("EQ", "wb ri ri"),
  row("NE", "wb ri ri"),
  row("FLT", "wb rf rf"),
  row("FLE", "wb rf rf"),
  row("FEQ", "wb rf rf"),
  row("FNE", "wb rf rf"),
  row("BEQ", "wb rb rb"),
  row("BNE", "wb rb rb"),
  row("SAME", "wb rv rv"),
  row("DIFFER", "wb rv rv"),
  row("ANY_BINARY", "wv number rv rv"),
  row("ANY_NEGATE", "wv rv"),
  row("JUMP", "jump", true),
  row("JUMP_IF", "rb jump"),
  row("JUMP_UNLESS", "rb jump"),
  row("JLT", "ri ri jump"),
  row("JLE", "ri ri jump"),
  row("JEQ", "ri ri jump"),
  row("JNE", "ri ri jump"),
  row("JLT_K", "ri int jump"),
  row("JLE_K", "ri int jump"),
  row("JGT_K", "ri int jump"),
  row("JGE_K", "ri int jump"),
  row("JEQ_K", "ri int jump"),
  row("JNE_K", "ri int jump"),
  row("FOR_NEXT", "wi ri jump"),
  row("FOR_NEXT_INCLUSIVE", "wi ri jump"),
  row("CALL", "jump window number"),
  row("CALL_VALUE", "number window number"),
  row("CALL_INTERFACE", "number window number"),
  row("RETURN_INT", "ri", true),
  row("RETURN_FLOAT", "rf", true),
  row("RETURN_BOOL", "rb", true),
  row("RETURN_REF", "rv", true),
  row("RETURN_NIL", "", true),
  row("ADAPT", "number number", true),
  row("CLOSURE", "wv number window number"),
  row("CAPTURE", "wv number"),
  row("CELL_NEW", "wv rv"),
  row("CELL_GET", "wv rv"),
  row("CELL_SET", "rv rv"),
  row("STRUCT", "wv number window"),
  row("GET_FIELD", "wv rv number"),
  row("GET_FIELD_INT", "wi rv number"),
  row("SET_FIELD", "rv number rv"),
  row("SET_FIELD_INT", "rv number ri"),
  row("SEQUENCE", "wv number number number"),
  row("APPEND", "rv rv"),
  row("APPEND_INT", "rv ri"),
  row("APPEND_FLOAT", "rv rf"),
  row("GET_INDEX", "wv rv ri"),
  row("GET_INDEX_INT", "wi rv ri"),
  row("GET_INDEX_FLOAT", "wf rv ri"),
  row("SET_INDEX", "rv ri rv"),
  row("SET_INDEX_INT", "rv ri ri"),
  row("SET_INDEX_FLOAT", "rv ri rf"),
  row("BYTE_AT", "wi rv ri"),
  row("LENGTH", "wi rv"),
  row("PUSH", "rv rv"),
  row("PUSH_INT", "rv ri"),
  row("MAP", "wv"),
  row("NATIVE", "number window number"),
  row("HOST_CALL", "number window number"),
  row("TEXT", "number window number"),
  row("TEXT_RESUME", "window"),
  row("THROW", "rv", true),
  row("SPAWN", "wi number"),
  row("JOIN", "wv ri"),
  row("BOX_DYN", "wv rv number"),
  row("DYN_IS", "wb rv number"),
  row("DYN_IMPLEMENTS", "wb rv number"),
  row("DYN_VALUE", "wv rv"),
  row("ASM", "number window number"),
];

/** The number of each instruction by name. */
export const OPCODE_NUMBERS: ReadonlyMap<string, number> = new Map(
  OPCODES.map((r, i) => [r.name, i] as const),
);

/** Operators of `ANY_BINARY` by number. */
export const ANY_OPERATORS = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "|",
  "^",
  "&",
  "<<",
  ">>",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
] as const;
