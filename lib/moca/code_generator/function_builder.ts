/**
 * Instructions, registers and labels of one function while it is generated.
 *
 * @module
 */
import type { Handler } from "../bytecode.ts";
import type { Position } from "../error.ts";
import { OPCODE_NUMBERS, OPCODES } from "../opcode.ts";

/** A place in the code that jumps refer to before it is known. */
export interface Label {
  /** Its address; −1 until it is placed. */
  address: number;
  /** Words that hold it. */
  readonly uses: number[];
}

/** Registers of one function, at most. */
const MAX_REGISTERS = 60_000;

/** More registers than a function may have were needed. */
export class TooManyRegistersError extends Error {}

/** Collects the code of one function into the program's code. */
export class FunctionBuilder {
  /** The first free register. */
  top = 0;
  /** Registers used so far. */
  registers = 0;
  /** Handlers, inner before outer. */
  readonly handlers: Handler[] = [];
  readonly #code: number[];
  readonly #lines: number[];
  readonly #fileIndex: (file: string) => number;
  #lastPlace: Position | null = null;

  /**
   * @param code The program's code so far.
   * @param lines The program's line table so far.
   * @param fileIndex Numbers source files.
   */
  constructor(code: number[], lines: number[], fileIndex: (file: string) => number) {
    this.#code = code;
    this.#lines = lines;
    this.#fileIndex = fileIndex;
  }

  /** The next instruction's address. */
  get address(): number {
    return this.#code.length;
  }

  /** Says which source the next instructions come from. */
  at(position: Position): void {
    const last = this.#lastPlace;
    if (
      last === null || last.line !== position.line || last.column !== position.column ||
      last.file !== position.file
    ) {
      this.#lastPlace = position;
      this.#lines.push(
        this.address,
        this.#fileIndex(position.file),
        position.line,
        position.column,
      );
    }
  }

  /** Appends an instruction; labels stand for their addresses. Returns its address. */
  emit(name: string, ...operands: (number | Label)[]): number {
    const number = OPCODE_NUMBERS.get(name);
    const row = OPCODES[number ?? -1];
    if (number === undefined || row === undefined || row.operands.length !== operands.length) {
      throw new TypeError(`Cannot emit instruction: "${name}" with ${operands.length} operands`);
    }
    const address = this.#code.length;
    this.#code.push(number);
    for (const operand of operands) {
      if (typeof operand === "number") {
        this.#code.push(operand);
      } else {
        operand.uses.push(this.#code.length);
        this.#code.push(operand.address);
      }
    }
    return address;
  }

  /** Makes a label. */
  label(): Label {
    return { address: -1, uses: [] };
  }

  /** Places a label at the next instruction. */
  place(label: Label): void {
    label.address = this.address;
    for (const use of label.uses) {
      this.#code[use] = label.address;
    }
  }

  /** Takes the next free register. */
  take(): number {
    const register = this.top;
    this.reserve(register + 1);
    return register;
  }

  /** Moves the first free register. */
  reserve(top: number): void {
    this.top = top;
    if (top > this.registers) {
      this.registers = top;
      if (top > MAX_REGISTERS) {
        throw new TooManyRegistersError();
      }
    }
  }
}
