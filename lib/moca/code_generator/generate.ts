/**
 * Typed program to bytecode.
 *
 * @module
 */
import { type Bytecode, type FunctionCode, MAX_CODE, MAX_CONSTANTS } from "../bytecode.ts";
import { MocaCompileError } from "../error.ts";
import type { TypedProgram } from "../typed_program.ts";
import { FunctionBuilder, TooManyRegistersError } from "./function_builder.ts";
import { classOf, type FunctionEntry, ProgramBuilder } from "./program_builder.ts";
import { FunctionGenerator } from "./statements.ts";

/**
 * Generates the bytecode of a program.
 *
 * @param typed The program.
 * @returns The bytecode.
 * @throws {MocaCompileError} If a function needs more registers than there are.
 */
export function generate(typed: TypedProgram): Bytecode {
  const program = new ProgramBuilder(typed);
  const functions: FunctionCode[] = [];
  for (let i = 0; i < program.entries.length; i++) {
    const entry = program.entries[i];
    if (entry !== undefined) {
      functions.push(generateFunction(program, entry));
    }
  }
  const { code, ints, floats } = program;
  if (code.length > MAX_CODE || Math.max(ints.length, floats.length) > MAX_CONSTANTS) {
    const at = typed.functions[0]?.at ?? { file: "?", line: 1, column: 1 };
    throw new MocaCompileError([{ message: "program is too large", at, notes: [] }]);
  }
  program.link(functions);
  return {
    code: new Int32Array(program.code),
    ints: new BigInt64Array(program.ints),
    floats: new Float64Array(program.floats),
    strings: program.strings,
    functions,
    signatures: program.signatures,
    layouts: program.layouts,
    types: program.types,
    interfaceTables: program.interfaceTables,
    interfaces: program.interfaces,
    asm: program.asmBlocks,
    natives: program.natives,
    files: program.files,
    lines: new Int32Array(program.lines),
  };
}

function generateFunction(program: ProgramBuilder, entry: FunctionEntry): FunctionCode {
  const { typed } = entry;
  const code = new FunctionBuilder(program.code, program.lines, (file) => program.file(file));
  const start = code.address;
  let params: string;
  try {
    params = new FunctionGenerator(program, code).function(entry);
  } catch (error) {
    if (error instanceof TooManyRegistersError) {
      const message = `function \`${typed.name}\` is too large`;
      throw new MocaCompileError([{ message, at: typed.at, notes: [] }]);
    }
    throw error;
  }
  return {
    name: entry.calls === null ? typed.name : `<value ${typed.name}>`,
    start,
    end: code.address,
    registers: Math.max(1, code.registers),
    params,
    result: classOf(typed.result),
    captures: entry.isLambda && entry.calls === null ? typed.captures.length : 0,
    handlers: code.handlers,
  };
}
