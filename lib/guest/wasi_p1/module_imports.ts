/**
 * The functions that a WebAssembly module imports, with their types, which `WebAssembly.Module`
 * does not tell.
 *
 * @module
 */

/** A function that a module imports. */
export interface FunctionImport {
  /** The module that it is imported from. */
  readonly module: string;
  /** Its name there. */
  readonly name: string;
  /** Its parameters, a letter each: `i` i32, `I` i64, `f` f32, `F` f64, `v` v128, `r` a reference. */
  readonly parameters: string;
  /** Its results, in the same letters. */
  readonly results: string;
}

const HEADER_SIZE = 8;

// Sections: WebAssembly core specification, 5.5.2
const TYPE_SECTION = 1;
const IMPORT_SECTION = 2;

// Kinds of imports: 5.5.5
const FUNCTION_IMPORT = 0;
const TABLE_IMPORT = 1;
const MEMORY_IMPORT = 2;
const GLOBAL_IMPORT = 3;

// Value types: 5.3.1 to 5.3.4
const VALUE_LETTERS: ReadonlyMap<number, string> = new Map([
  [0x7f, "i"],
  [0x7e, "I"],
  [0x7d, "f"],
  [0x7c, "F"],
  [0x7b, "v"],
]);
const TYPED_REFERENCES: ReadonlySet<number> = new Set([0x63, 0x64]);

// Forms of types: 5.3.5 to 5.3.7
const FUNCTION_TYPE = 0x60;
const STRUCT_TYPE = 0x5f;
const ARRAY_TYPE = 0x5e;
const SUBTYPES: ReadonlySet<number> = new Set([0x50, 0x4f]);
const RECURSIVE_TYPES = 0x4e;

// Limits: a maximum is there, addresses have 64 bits, the page size is given
const HAS_MAXIMUM = 1;
const HAS_PAGE_SIZE = 8;

interface FunctionType {
  readonly parameters: string;
  readonly results: string;
}

/** Reads one number or name after the other. */
class Reader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.position++];
    if (byte === undefined) throw new RangeError("Cannot read beyond the end of the module");
    return byte;
  }

  /** A number in LEB128: its low 32 bits as an unsigned number. */
  number(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }

  name(): string {
    const length = this.number();
    const start = this.position;
    this.position += length;
    return new TextDecoder().decode(this.#bytes.subarray(start, this.position));
  }

  /** A value type's letter. */
  valueType(): string {
    const byte = this.byte();
    if (TYPED_REFERENCES.has(byte)) this.number();
    return VALUE_LETTERS.get(byte) ?? "r";
  }

  /** A list of value types, in letters. */
  valueTypes(): string {
    let letters = "";
    for (let count = this.number(); count > 0; count--) letters += this.valueType();
    return letters;
  }

  /** Limits of a table or a memory. */
  limits(): void {
    const flags = this.byte();
    this.number();
    if ((flags & HAS_MAXIMUM) !== 0) this.number();
    if ((flags & HAS_PAGE_SIZE) !== 0) this.number();
  }
}

/** Reads one type; null for one that is no function's. */
function readType(reader: Reader): FunctionType | null {
  let form = reader.byte();
  if (SUBTYPES.has(form)) {
    for (let count = reader.number(); count > 0; count--) reader.number();
    form = reader.byte();
  }
  switch (form) {
    case FUNCTION_TYPE: {
      const parameters = reader.valueTypes();
      return { parameters, results: reader.valueTypes() };
    }
    case STRUCT_TYPE:
      for (let count = reader.number(); count > 0; count--) readField(reader);
      return null;
    case ARRAY_TYPE:
      readField(reader);
      return null;
    default:
      throw new RangeError(`Cannot read a type of the form 0x${form.toString(16)}`);
  }
}

/** A field's type and whether it can change. Packed types are a byte, as others are. */
function readField(reader: Reader): void {
  reader.valueType();
  reader.byte();
}

function readTypes(reader: Reader): (FunctionType | null)[] {
  const types: (FunctionType | null)[] = [];
  for (let count = reader.number(); count > 0; count--) {
    const start = reader.position;
    if (reader.byte() === RECURSIVE_TYPES) {
      for (let inner = reader.number(); inner > 0; inner--) types.push(readType(reader));
    } else {
      reader.position = start;
      types.push(readType(reader));
    }
  }
  return types;
}

/** Reads what is imported; a type's index for a function, null for anything else. */
function readDescription(reader: Reader): number | null {
  switch (reader.byte()) {
    case FUNCTION_IMPORT:
      return reader.number();
    case TABLE_IMPORT:
      reader.valueType();
      reader.limits();
      return null;
    case MEMORY_IMPORT:
      reader.limits();
      return null;
    case GLOBAL_IMPORT:
      reader.valueType();
      reader.byte();
      return null;
    default:
      // A tag: its attribute and its type.
      reader.byte();
      reader.number();
      return null;
  }
}

/**
 * Reads a module's imported functions.
 *
 * @param bytes A valid module: one that WebAssembly.Module takes.
 * @returns The functions in their order; one imported twice is there twice.
 * @throws {RangeError} If the bytes end too early, or have a type of a form that is not known.
 */
export function functionImports(bytes: Uint8Array): FunctionImport[] {
  const reader = new Reader(bytes, HEADER_SIZE);
  let types: readonly (FunctionType | null)[] = [];
  const imports: FunctionImport[] = [];
  while (!reader.isAtEnd) {
    const section = reader.byte();
    const length = reader.number();
    const end = reader.position + length;
    if (section === TYPE_SECTION) types = readTypes(reader);
    if (section === IMPORT_SECTION) {
      for (let count = reader.number(); count > 0; count--) {
        const module = reader.name();
        const name = reader.name();
        const type = types[readDescription(reader) ?? -1];
        if (type !== undefined && type !== null) imports.push({ module, name, ...type });
      }
      break;
    }
    reader.position = end;
  }
  return imports;
}
