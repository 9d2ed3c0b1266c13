/**
 * Code, constants and tables of a program while it is generated.
 *
 * @module
 */
import type { AsmNode } from "../ast.ts";
import {
  adapterAddress,
  type FunctionCode,
  HALT_ADDRESS,
  type InterfaceTable,
  type LayoutData,
  REGISTER_CLASSES,
  type RegisterClass,
  type RuntimeType,
} from "../bytecode.ts";
import { OPCODE_NUMBERS } from "../opcode.ts";
import type { StructLayout, TypedFunction, TypedProgram } from "../typed_program.ts";
import {
  fieldTypesOf,
  isIntegral,
  methodKey,
  prune,
  resolved,
  runtimeTypeName,
  type Type,
  withoutNull,
} from "../types.ts";
import { SequenceKind } from "../value.ts";

/** The register class of values of a type. */
export function classOf(type: Type): RegisterClass {
  const t = prune(type);
  if (t.kind !== "primitive") {
    return "v";
  }
  switch (t.name) {
    case "int":
    case "byte":
    case "char":
      return "i";
    case "float":
      return "f";
    case "bool":
      return "b";
    default:
      return "v";
  }
}

/** How arrays and Vecs of a type store their elements. */
export function sequenceKind(type: Type): number {
  const t = withoutNull(type);
  const element = t.kind === "generic" ? t.args[0] : undefined;
  if (element === undefined) {
    return SequenceKind.VALUE;
  }
  return isIntegral(element)
    ? SequenceKind.INT
    : classOf(element) === "f"
    ? SequenceKind.FLOAT
    : SequenceKind.VALUE;
}

/** What is known of a function before its code exists. */
export interface FunctionEntry {
  /** The function. */
  readonly typed: TypedFunction;
  /** Whether its first register is the closure. */
  readonly isLambda: boolean;
  /** The function that a thunk calls. */
  readonly calls: TypedFunction | null;
}

/** Builds the tables. */
export class ProgramBuilder {
  /** The code so far; it starts with the halt instruction and the adapters. */
  readonly code: number[] = [];
  /** The line table so far. */
  readonly lines: number[] = [];
  /** Integer constants. */
  readonly ints: bigint[] = [];
  /** Float constants. */
  readonly floats: number[] = [];
  /** String constants. */
  readonly strings: string[] = [];
  /** Functions, in the order of their code. */
  readonly entries: FunctionEntry[] = [];
  /** Signatures of calls through values. */
  readonly signatures: string[] = [];
  /** Struct layouts. */
  readonly layouts: LayoutData[] = [];
  /** Run-time types. */
  readonly types: RuntimeType[] = [];
  /** Interface method tables. */
  readonly interfaceTables: InterfaceTable[] = [];
  /** Interfaces of match arms. */
  readonly interfaces: { readonly name: string; readonly words: readonly string[] }[] = [];
  /** Code of asm blocks. */
  readonly asmBlocks: (readonly AsmNode[])[] = [];
  /** Natives. */
  readonly natives: { readonly name: string; readonly params: string }[] = [];
  /** Source files. */
  readonly files: string[] = [];
  readonly #program: TypedProgram;
  readonly #constants = new Map<string, number>();
  readonly #functions = new Map<TypedFunction, number>();
  readonly #thunks = new Map<TypedFunction, number>();
  readonly #calls: { at: number; index: number; window: number }[] = [];

  /**
   * @param program The typed program.
   */
  constructor(program: TypedProgram) {
    this.#program = program;
    this.#emitFixedCode();
    for (const typed of program.functions) {
      this.#functions.set(typed, this.entries.length);
      this.entries.push({ typed, isLambda: false, calls: null });
    }
  }

  /** The instruction that ends the program, and an adapter for each pair of register classes. */
  #emitFixedCode(): void {
    const place = (address: number, ...words: readonly number[]): void => {
      while (this.code.length < address) {
        this.code.push(0);
      }
      this.code.push(...words);
    };
    place(HALT_ADDRESS, OPCODE_NUMBERS.get("HALT") ?? 0);
    for (let from = 0; from < REGISTER_CLASSES.length; from++) {
      for (let to = 0; to < REGISTER_CLASSES.length; to++) {
        place(adapterAddress(from, to), OPCODE_NUMBERS.get("ADAPT") ?? 0, from, to);
      }
    }
  }

  #intern<T>(key: string, list: T[], make: () => T): number {
    const existing = this.#constants.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const index = list.length;
    this.#constants.set(key, index);
    list.push(make());
    return index;
  }

  /** Index of an integer constant. */
  int(value: bigint): number {
    return this.#intern(`i${value}`, this.ints, () => value);
  }

  /** Index of a float constant. */
  float(value: number): number {
    return this.#intern(`f${Object.is(value, -0) ? "-0" : value}`, this.floats, () => value);
  }

  /** Index of a string constant. */
  string(value: string): number {
    return this.#intern(`s${value}`, this.strings, () => value);
  }

  /** Index of a signature. */
  signature(text: string): number {
    return this.#intern(`>${text}`, this.signatures, () => text);
  }

  /** Index of a native. */
  native(name: string, params: string): number {
    return this.#intern(`n${name}`, this.natives, () => ({ name, params }));
  }

  /** Index of a source file. */
  file(name: string): number {
    return this.#intern(`p${name}`, this.files, () => name);
  }

  /** Index of an asm block. */
  asm(code: readonly AsmNode[]): number {
    this.asmBlocks.push(code);
    return this.asmBlocks.length - 1;
  }

  /** Index of a function. */
  functionIndex(typed: TypedFunction): number {
    const index = this.#functions.get(typed);
    if (index === undefined) {
      throw new TypeError(`Cannot generate code: function "${typed.name}" is not in the program`);
    }
    return index;
  }

  /** Index of a lambda, which is generated after the functions that are known. */
  lambda(typed: TypedFunction): number {
    this.entries.push({ typed, isLambda: true, calls: null });
    return this.entries.length - 1;
  }

  /** Index of a lambda that does nothing but call a named function. */
  thunk(typed: TypedFunction): number {
    const existing = this.#thunks.get(typed);
    if (existing !== undefined) {
      return existing;
    }
    this.entries.push({ typed, isLambda: true, calls: typed });
    this.#thunks.set(typed, this.entries.length - 1);
    return this.entries.length - 1;
  }

  /** Index of a run-time type. */
  runtimeType(type: Type, exact = true): number {
    const full = runtimeTypeName(type);
    return this.#intern(`t${exact}${full}`, this.types, () => ({
      name: exact ? full : full.replace(/<.*$/, ""),
      full,
      word: methodKey(type) ?? "",
    }));
  }

  /** Index of a struct layout. */
  layout(layout: StructLayout): number {
    const { type, exact } = layout;
    const full = runtimeTypeName(type);
    const own = this.#program.toStringMethods.get(full);
    return this.#intern(`l${exact}${full}`, this.layouts, () => ({
      name: type.struct.name,
      fields: type.struct.fields.map((f) => f.name),
      fieldTypes: fieldTypesOf(type).map((field) => this.runtimeType(resolved(field))),
      type: this.runtimeType(type, exact),
      toString: own === undefined ? -1 : this.functionIndex(own),
    }));
  }

  /** Index of the table of an interface's method. */
  interfaceTable(name: string): number {
    return this.#intern(`m${name}`, this.interfaceTables, () => {
      const functions: Record<string, number> = {};
      for (const [type, typed] of this.#program.interfaceMethods.get(name) ?? []) {
        functions[type] = this.functionIndex(typed);
      }
      return { name, functions };
    });
  }

  /** Index of an interface named by a match arm. */
  interfaceIndex(name: string): number {
    return this.#intern(`I${name}`, this.interfaces, () => ({
      name,
      words: [...this.#program.implementations.get(name) ?? []],
    }));
  }

  /** Notes a call whose target and size are filled in when all code exists. */
  linkCall(at: number, index: number, window: number): void {
    this.#calls.push({ at, index, window });
  }

  /** Fills in the calls. */
  link(functions: readonly FunctionCode[]): void {
    for (const { at, index, window } of this.#calls) {
      const target = functions[index];
      if (target !== undefined) {
        this.code[at + 1] = target.start;
        this.code[at + 3] = window + target.registers;
      }
    }
  }
}
