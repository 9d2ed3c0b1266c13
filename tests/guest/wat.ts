/**
 * WebAssembly's text format.
 *
 * @module
 */
import wabt from "npm:wabt@1.0.36";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** The assembler, loaded once. */
let loaded: ReturnType<typeof wabt> | undefined;

/** Assembles a module. */
export function assemble(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return assembleWith(text, { threads: true, sat_float_to_int: true });
}

/** Assembles a module that catches exceptions. */
export function assembleWithExceptions(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return assembleWith(text, { exceptions: true });
}

async function assembleWith(
  text: string,
  features: { exceptions?: boolean; threads?: boolean; sat_float_to_int?: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  const { parseWat } = await (loaded ??= wabt());
  const module = parseWat("module.wat", text, features);
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** Whose numbers a program of ours uses. */
export type ProgramDialect = "linux" | "akuma";

/**
 * The text of a program in examples/ in a dialect: what it imports and the numbers of read and write
 * are all that differs.
 */
export function exampleText(name: string, dialect: ProgramDialect): string {
  const text = Deno.readTextFileSync(new URL(`${name}.wat`, EXAMPLES));
  if (dialect === "linux") return text;
  return text
    .replaceAll('(import "linux"', '(import "akuma"')
    .replace("(global $READ i64 (i64.const 63))", "(global $READ i64 (i64.const 1))")
    .replace("(global $WRITE i64 (i64.const 64))", "(global $WRITE i64 (i64.const 2))");
}
