/**
 * Bytecode as text.
 *
 * @module
 */
import { type Bytecode, type FunctionCode, positionAt } from "./bytecode.ts";
import { bytesToUtf8 } from "./text.ts";
import { ANY_OPERATORS, OPCODES, type OperandKind } from "./opcode.ts";

/**
 * Prints a program's code, one instruction a line, with the source lines it comes from.
 *
 * @param program The program.
 * @param source Text of a source file by name, to quote its lines; null if it is not known.
 * @returns The text.
 */
export function disassemble(
  program: Bytecode,
  source: (file: string) => string | null = () => null,
): string {
  const sources = new Map(program.files.map((file) => [file, source(file)?.split("\n") ?? null]));
  return program.functions.map((fn) => disassembleFunction(program, fn, sources)).join("\n");
}

function disassembleFunction(
  program: Bytecode,
  fn: FunctionCode,
  sources: ReadonlyMap<string, string[] | null>,
): string {
  const { code } = program;
  const lines = [
    `function ${fn.name} (${fn.params}) -> ${fn.result}, ${fn.registers} registers, ` +
    `${fn.captures} captures`,
  ];
  let place = "";
  for (let pc = fn.start; pc < fn.end;) {
    const row = OPCODES[code[pc] ?? -1];
    if (row === undefined) {
      lines.push(`  ${pc}: ? ${code[pc]}`);
      break;
    }
    const at = positionAt(program, pc);
    const here = `${at.file}:${at.line}`;
    if (here !== place) {
      place = here;
      const text = sources.get(at.file)?.[at.line - 1]?.trim() ?? "";
      lines.push(`  ; ${here}${text === "" ? "" : `  ${text}`}`);
    }
    const operands = row.operands.map((kind, i) =>
      operandText(program, row.name, kind, i, code[pc + 1 + i] ?? 0)
    );
    lines.push(
      `  ${String(pc).padStart(5)}  ${row.name.padEnd(18)} ${operands.join(", ")}`.trimEnd(),
    );
    pc += 1 + row.operands.length;
  }
  for (const handler of fn.handlers) {
    lines.push(
      `  catch ${handler.start}..${handler.end} -> ${handler.target}, r${handler.register}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function operandText(
  program: Bytecode,
  name: string,
  kind: OperandKind,
  index: number,
  value: number,
): string {
  switch (kind) {
    case "int":
      return `${program.ints[value]}`;
    case "float":
      return `${program.floats[value]}`;
    case "string":
      return JSON.stringify(bytesToUtf8(program.strings[value] ?? ""));
    case "jump":
      return name === "CALL"
        ? program.functions.find((fn) => fn.start === value)?.name ?? `${value}`
        : `-> ${value}`;
    case "number":
      return index === 0 && name === "NATIVE"
        ? program.natives[value]?.name ?? `${value}`
        : name === "ANY_BINARY"
        ? ANY_OPERATORS[value] ?? `${value}`
        : name === "STRUCT"
        ? program.layouts[value]?.name ?? `${value}`
        : `${value}`;
    default:
      return `r${value}`;
  }
}
