/**
 * A compiled program. It is plain data: it can be sent to a worker.
 *
 * @module
 */
import type { AsmNode } from "./ast.ts";
import type { Position } from "./error.ts";

/** How a register is used: `i` int, `f` float, `b` bool, `v` reference. */
export type RegisterClass = "i" | "f" | "b" | "v";

/** The register classes; an instruction that names one gives its place in here. */
export const REGISTER_CLASSES = "ifbv";

/**
 * The number by which instructions name a register class.
 *
 * @param letter The class.
 * @returns Its number, or −1 if it is none.
 */
export function classNumber(letter: string): number {
  return REGISTER_CLASSES.indexOf(letter);
}

/** Code that handles what is thrown between two addresses. */
export interface Handler {
  /** First address covered. */
  readonly start: number;
  /** First address no longer covered. */
  readonly end: number;
  /** Where the handler starts. */
  readonly target: number;
  /** Register that gets the error's text. */
  readonly register: number;
}

/** One function. */
export interface FunctionCode {
  /** Name for call stacks. */
  readonly name: string;
  /** Address of its first instruction. */
  readonly start: number;
  /** Address after its last instruction. */
  readonly end: number;
  /** Registers that it uses. */
  readonly registers: number;
  /** Classes of its parameters, one letter each; a lambda's first is the closure. */
  readonly params: string;
  /** Class of its result. */
  readonly result: RegisterClass;
  /** Variables that it captures. */
  readonly captures: number;
  /** Handlers, inner before outer. */
  readonly handlers: readonly Handler[];
}

/** A struct as its values know it. */
export interface LayoutData {
  /** Name without type arguments. */
  readonly name: string;
  /** Field names in order. */
  readonly fields: readonly string[];
  /** Indexes of the fields' run-time types. */
  readonly fieldTypes: readonly number[];
  /** Index of its run-time type. */
  readonly type: number;
  /** Index of its own `to_string`, or −1. */
  readonly toString: number;
}

/** A type as programs can see it at run time. */
export interface RuntimeType {
  /** Name that `__dyn_type_name` gives. */
  readonly name: string;
  /** Name with all type arguments. */
  readonly full: string;
  /** Word under which its methods are found; empty if it has none. */
  readonly word: string;
}

/** A method called on values of interface type. */
export interface InterfaceTable {
  /** `INTERFACE.METHOD`. */
  readonly name: string;
  /** Full type name → function index. */
  readonly functions: Readonly<Record<string, number>>;
}

/** A compiled program. */
export interface Bytecode {
  /** The instructions of all functions. */
  readonly code: Int32Array<ArrayBuffer>;
  /** Integer constants. */
  readonly ints: BigInt64Array<ArrayBuffer>;
  /** Float constants. */
  readonly floats: Float64Array<ArrayBuffer>;
  /** String constants, as bytes. */
  readonly strings: readonly string[];
  /** Functions; the first is the implicit main. */
  readonly functions: readonly FunctionCode[];
  /** Signatures of calls through values: parameter classes, `>`, result class. */
  readonly signatures: readonly string[];
  /** Struct layouts. */
  readonly layouts: readonly LayoutData[];
  /** Run-time types. */
  readonly types: readonly RuntimeType[];
  /** Interface methods. */
  readonly interfaceTables: readonly InterfaceTable[];
  /** Interfaces named by `match dyn`, each with the words of the types that implement it. */
  readonly interfaces: readonly { readonly name: string; readonly words: readonly string[] }[];
  /** Code of asm blocks. */
  readonly asm: readonly (readonly AsmNode[])[];
  /** Names of natives that the code calls, with the classes of their arguments. */
  readonly natives: readonly { readonly name: string; readonly params: string }[];
  /** Source files. */
  readonly files: readonly string[];
  /** Address, file, line, column of each change of place, ascending by address. */
  readonly lines: Int32Array<ArrayBuffer>;
}

/** Words of code in a program, at most. */
export const MAX_CODE: number = 1 << 21;

/** Integer or float constants in a program, at most. */
export const MAX_CONSTANTS: number = 1 << 17;

/**
 * Address of the instruction that ends the program. It and the adapters come first; what returns to
 * one of them finds a window of 0 registers in front of it, as it finds that of a call.
 */
export const HALT_ADDRESS = 3;

/**
 * Finds the code that turns the result of a call into a value of another class.
 *
 * @param from Number of the class that the function returns.
 * @param to Number of the class that its caller wants.
 * @returns The address to return to; the return address of the call lies below it on the stack.
 */
export function adapterAddress(from: number, to: number): number {
  const adapter = from * REGISTER_CLASSES.length + to;
  return HALT_ADDRESS + 1 + adapter * ADAPTER_WORDS + ADAPTER_OFFSET;
}

/** Words of an adapter: a place for the window that is looked for, an instruction of three words. */
const ADAPTER_WORDS = 5;

/** Words of an adapter in front of its instruction. */
const ADAPTER_OFFSET = 2;

/**
 * Finds the function that an address belongs to.
 *
 * @param program The program.
 * @param address The address.
 * @returns The function's index, or −1 for the code before the first function.
 */
export function functionAt(program: Bytecode, address: number): number {
  let low = 0;
  let high = program.functions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const fn = program.functions[middle];
    if (fn === undefined || address < fn.start) {
      high = middle - 1;
    } else if (address >= fn.end) {
      low = middle + 1;
    } else {
      return middle;
    }
  }
  return -1;
}

/**
 * Finds the source position of an address.
 *
 * @param program The program.
 * @param address The address.
 * @returns The position.
 */
export function positionAt(program: Bytecode, address: number): Position {
  const { lines } = program;
  let low = 0;
  let high = lines.length / 4 - 1;
  let found = 0;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((lines[middle * 4] ?? 0) <= address) {
      found = middle;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return {
    file: program.files[lines[found * 4 + 1] ?? 0] ?? "?",
    line: lines[found * 4 + 2] ?? 0,
    column: lines[found * 4 + 3] ?? 0,
  };
}
