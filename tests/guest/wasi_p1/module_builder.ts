/**
 * Small WebAssembly modules, put together by hand.
 *
 * @module
 */

/** A function that a module imports. */
export interface ImportedFunction {
  readonly module?: string;
  readonly name: string;
  /** Letters: `i` i32, `I` i64, `f` f32, `F` f64, `v` v128, `r` externref. */
  readonly parameters?: string;
  readonly results?: string;
}

/** What a module is made of. */
export interface ModuleParts {
  /** Functions that it imports; they have the first indices. */
  readonly imports?: readonly ImportedFunction[];
  /** Functions of its own, of no parameters and no results: the bytes of their instructions. */
  readonly functions?: Readonly<Record<string, readonly number[]>>;
  /** Name under which its memory is exported. Default: `memory`. */
  readonly memory?: string | null;
  /** Types before all others, as they are. */
  readonly types?: readonly (readonly number[])[];
  /** Imports before all others, as they are. */
  readonly others?: readonly (readonly number[])[];
}

const LETTERS: Readonly<Record<string, number>> = {
  i: 0x7f,
  I: 0x7e,
  f: 0x7d,
  F: 0x7c,
  v: 0x7b,
  r: 0x6f,
};

/** A number in unsigned LEB128. */
export function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** A name: its length, then UTF-8. */
export function nameBytes(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...leb(bytes.length), ...bytes];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

function functionType(parameters: string, results: string): number[] {
  const letters = (text: string): number[] => {
    return [...leb(text.length), ...[...text].map((letter) => LETTERS[letter] ?? 0)];
  };
  return [0x60, ...letters(parameters), ...letters(results)];
}

/** Puts a module together. */
export function buildModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const { imports = [], functions = {}, memory = "memory", types = [], others = [] } = parts;
  const bodies = Object.values(functions);
  const allTypes = [
    ...types,
    functionType("", ""),
    ...imports.map(({ parameters = "", results = "" }) => functionType(parameters, results)),
  ];
  const plain = types.length;
  const imported = imports.map((
    { module = "wasi_snapshot_preview1", name },
    index,
  ) => [...nameBytes(module), ...nameBytes(name), 0, ...leb(plain + 1 + index)]);
  const exported = Object.keys(functions).map((
    name,
    index,
  ) => [...nameBytes(name), 0, ...leb(imports.length + index)]);
  if (memory !== null) exported.push([...nameBytes(memory), 2, 0]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    // A section of no meaning, as producers and names are.
    ...section(0, [...nameBytes("note"), 1, 2, 3]),
    ...section(1, list(allTypes)),
    ...section(2, list([...others, ...imported])),
    ...section(3, list(bodies.map(() => leb(plain)))),
    ...section(5, [1, 0, 1]),
    ...section(7, list(exported)),
    ...section(10, list(bodies.map((body) => [...leb(body.length + 2), 0, ...body, 0x0b]))),
  ]);
}
