/**
 * Checks bytecode before it runs: instructions, operands, jump targets, and that every register
 * holds a value of the class an instruction reads, on every path.
 *
 * @module
 */
import { type Bytecode, type FunctionCode, REGISTER_CLASSES } from "./bytecode.ts";
import { OPCODE_NUMBERS, type OpcodeRow, OPCODES } from "./opcode.ts";

/** Bytecode that must not run. */
export class MocaVerifyError extends Error {
  /**
   * Makes the error.
   *
   * @param message What is wrong and at which address.
   */
  constructor(message: string) {
    super(message);
    this.name = "MocaVerifyError";
  }
}

const INT = 1;
const FLOAT = 2;
const BOOL = 4;
const REF = 8;
const PLAIN = INT | FLOAT | BOOL;
const CLASS_BITS: Readonly<Record<string, number>> = { i: INT, f: FLOAT, b: BOOL, v: REF };

/** Classes of what instructions return; the others return a reference. */
const RETURNED: Readonly<Record<string, string>> = {
  RETURN_INT: "i",
  RETURN_FLOAT: "f",
  RETURN_BOOL: "b",
};

const CALL = numberOf("CALL");
const CALL_VALUE = numberOf("CALL_VALUE");
const CALL_INTERFACE = numberOf("CALL_INTERFACE");
const CLOSURE = numberOf("CLOSURE");
const CONCAT_ALL = numberOf("CONCAT_ALL");
const STRUCT = numberOf("STRUCT");
const NATIVE = numberOf("NATIVE");
const HOST_CALL = numberOf("HOST_CALL");
const ASM = numberOf("ASM");
const TEXT = numberOf("TEXT");
const TEXT_RESUME = numberOf("TEXT_RESUME");
const CAPTURE = numberOf("CAPTURE");

function numberOf(name: string): number {
  return OPCODE_NUMBERS.get(name) ?? -1;
}

/** What each register may be read as, one byte of class bits a register. */
type State = Uint8Array;

class FunctionVerifier {
  readonly #program: Bytecode;
  readonly #fn: FunctionCode;
  readonly #starts: ReadonlyMap<number, FunctionCode>;
  /** State at the start of each instruction that has been reached. */
  readonly #states = new Map<number, State>();
  readonly #work: number[] = [];
  /** Addresses that a jump or handler leads to; only there states must be kept. */
  readonly #boundaries = new Set<number>();

  constructor(program: Bytecode, fn: FunctionCode, starts: ReadonlyMap<number, FunctionCode>) {
    this.#program = program;
    this.#fn = fn;
    this.#starts = starts;
  }

  verify(): void {
    const fn = this.#fn;
    const { code } = this.#program;
    if (!(fn.start >= 0 && fn.end <= code.length && fn.start < fn.end)) {
      this.#fail(fn.start, "function lies outside the code");
    }
    if (fn.params.length > fn.registers) {
      this.#fail(fn.start, "more parameters than registers");
    }
    this.#shape();
    const first = new Uint8Array(fn.registers);
    for (let i = 0; i < fn.params.length; i++) {
      first[i] = CLASS_BITS[fn.params.charAt(i)] ?? 0;
    }
    this.#reach(fn.start, first);
    for (let address = this.#work.pop(); address !== undefined; address = this.#work.pop()) {
      this.#flow(address);
    }
  }

  #fail(address: number, text: string): never {
    throw new MocaVerifyError(`Cannot run bytecode: ${text} at ${address} in "${this.#fn.name}"`);
  }

  /** Checks what can be checked one instruction at a time, and finds boundaries. */
  #shape(): void {
    const { code } = this.#program;
    const { start, end, handlers } = this.#fn;
    const addresses = new Set<number>();
    const jumps: number[] = [];
    let last: OpcodeRow | undefined;
    for (let pc = start; pc < end;) {
      addresses.add(pc);
      const row = OPCODES[code[pc] ?? -1];
      if (row === undefined) {
        this.#fail(pc, `unknown instruction ${code[pc]}`);
      }
      if (pc + row.operands.length >= end) {
        this.#fail(pc, "instruction is cut off");
      }
      this.#operands(pc, row, jumps);
      last = row;
      pc += 1 + row.operands.length;
    }
    if (last?.ends !== true) {
      this.#fail(end, "control runs over the end");
    }
    for (const handler of handlers) {
      jumps.push(handler.target);
      this.#register(handler.target, handler.register);
    }
    for (const target of jumps) {
      if (!addresses.has(target)) {
        this.#fail(target, "jump into the middle of an instruction or out of the function");
      }
      this.#boundaries.add(target);
    }
  }

  #register(pc: number, register: number): void {
    if (!(register >= 0 && register < this.#fn.registers)) {
      this.#fail(pc, `register ${register} out of range`);
    }
  }

  #operands(pc: number, row: OpcodeRow, jumps: number[]): void {
    const { code, ints, floats, strings } = this.#program;
    let at = pc;
    for (const kind of row.operands) {
      const operand = code[++at] ?? -1;
      if (kind.length === 2) {
        this.#register(pc, operand);
      } else if (kind === "jump" && code[pc] !== CALL) {
        jumps.push(operand);
      } else if (
        (kind === "int" && ints[operand] === undefined) ||
        (kind === "float" && floats[operand] === undefined) ||
        (kind === "string" && strings[operand] === undefined)
      ) {
        this.#fail(pc, `constant ${operand} out of range`);
      }
    }
  }

  /** Merges a state into an address; looks at it again if that takes something away. */
  #reach(address: number, state: State): void {
    const known = this.#states.get(address);
    if (known === undefined) {
      this.#states.set(address, state.slice());
      this.#work.push(address);
      return;
    }
    let changed = false;
    for (let i = 0; i < known.length; i++) {
      const both = (known[i] ?? 0) & (state[i] ?? 0);
      if (both !== known[i]) {
        known[i] = both;
        changed = true;
      }
    }
    if (changed) {
      this.#work.push(address);
    }
  }

  /** Follows control from a boundary to the next. */
  #flow(from: number): void {
    const { code } = this.#program;
    const state = (this.#states.get(from) ?? new Uint8Array(this.#fn.registers)).slice();
    for (let pc = from;;) {
      const row = OPCODES[code[pc] ?? -1];
      if (row === undefined || pc >= this.#fn.end) {
        this.#fail(pc, "control runs over the end");
      }
      this.#toHandlers(pc, state);
      this.#step(pc, row, state);
      if (row.ends) {
        return;
      }
      pc += 1 + row.operands.length;
      if (this.#boundaries.has(pc)) {
        this.#reach(pc, state);
        return;
      }
    }
  }

  #toHandlers(pc: number, state: State): void {
    for (const handler of this.#fn.handlers) {
      if (pc >= handler.start && pc < handler.end) {
        const reached = state.slice();
        reached[handler.register] = (reached[handler.register] ?? 0) | REF;
        this.#reach(handler.target, reached);
      }
    }
  }

  #read(pc: number, state: State, register: number, bits: number): void {
    this.#register(pc, register);
    if (((state[register] ?? 0) & bits) === 0) {
      this.#fail(pc, `register ${register} does not hold what is read`);
    }
  }

  #write(pc: number, state: State, register: number, bits: number): void {
    this.#register(pc, register);
    const before = state[register] ?? 0;
    state[register] = bits === REF ? before | REF : (before & ~PLAIN) | bits;
  }

  #step(pc: number, row: OpcodeRow, state: State): void {
    const { code } = this.#program;
    let at = pc;
    for (const kind of row.operands) {
      at++;
      if (kind.length === 2 && kind.startsWith("r")) {
        this.#read(pc, state, code[at] ?? -1, CLASS_BITS[kind.charAt(1)] ?? 0);
      }
    }
    this.#window(pc, state);
    at = pc;
    for (const kind of row.operands) {
      const operand = code[++at] ?? -1;
      if (kind.length === 2 && kind.startsWith("w")) {
        this.#write(pc, state, operand, CLASS_BITS[kind.charAt(1)] ?? 0);
      } else if (kind === "jump" && code[pc] !== CALL) {
        this.#reach(operand, state);
      }
    }
    if (row.name.startsWith("RETURN_") && (RETURNED[row.name] ?? "v") !== this.#fn.result) {
      this.#fail(pc, "result of the wrong class");
    }
    if (code[pc] === CAPTURE && (code[pc + 2] ?? 0) >= this.#fn.captures) {
      this.#fail(pc, "captured variable out of range");
    }
  }

  /** Checks the arguments of a call and says what it leaves behind. */
  #window(pc: number, state: State): void {
    const { code, functions, signatures, natives, layouts } = this.#program;
    const a = code[pc + 1] ?? -1;
    const b = code[pc + 2] ?? -1;
    const c = code[pc + 3] ?? -1;
    switch (code[pc]) {
      case CALL: {
        const target = this.#starts.get(a);
        if (target === undefined || c !== b + target.registers) {
          this.#fail(pc, "call of something that is not a function");
        }
        return this.#called(pc, state, b, target.params, target.result);
      }
      case CALL_VALUE:
      case CALL_INTERFACE: {
        const [params, result] = signatures[c]?.split(">") ?? [];
        if (params === undefined || result === undefined) {
          this.#fail(pc, `signature ${c} out of range`);
        }
        return this.#called(pc, state, b, params, result);
      }
      case NATIVE: {
        const native = natives[a];
        if (native === undefined || !(c >= 0 && c < REGISTER_CLASSES.length)) {
          this.#fail(pc, `native ${a} out of range`);
        }
        return this.#called(pc, state, b, native.params, REGISTER_CLASSES.charAt(c));
      }
      case HOST_CALL:
      case ASM:
        return this.#called(pc, state, b, "v".repeat(Math.max(0, Math.min(c, 100_000))), "v");
      case TEXT:
        this.#read(pc, state, c, REF);
        return this.#register(pc, b);
      case TEXT_RESUME:
        return this.#called(pc, state, a, "v", "v");
      case CLOSURE: {
        const count = code[pc + 4] ?? 0;
        const fn = functions[b];
        if (fn === undefined || fn.captures !== count) {
          this.#fail(pc, "closure of something that is not a lambda");
        }
        return this.#readMany(pc, state, c, count);
      }
      case CONCAT_ALL:
        return this.#readMany(pc, state, b, c);
      case STRUCT: {
        const layout = layouts[b];
        if (layout === undefined) {
          this.#fail(pc, `layout ${b} out of range`);
        }
        return this.#readMany(pc, state, c, layout.fields.length);
      }
    }
  }

  #readMany(pc: number, state: State, start: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#read(pc, state, start + i, REF);
    }
  }

  #called(pc: number, state: State, start: number, params: string, result: string): void {
    for (let i = 0; i < params.length; i++) {
      this.#read(pc, state, start + i, CLASS_BITS[params.charAt(i)] ?? 0);
    }
    this.#register(pc, start);
    // What is called uses the registers from here on.
    state.fill(0, start);
    state[start] = CLASS_BITS[result] ?? 0;
  }
}

/**
 * Verifies a program.
 *
 * @param program The program.
 * @throws {MocaVerifyError} If it must not run.
 */
export function verify(program: Bytecode): void {
  const starts = new Map(program.functions.map((fn) => [fn.start, fn] as const));
  for (const fn of program.functions) {
    new FunctionVerifier(program, fn, starts).verify();
  }
}
