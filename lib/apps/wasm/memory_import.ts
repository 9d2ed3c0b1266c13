/**
 * The memory that a WebAssembly module imports, which the JavaScript interface does not tell.
 *
 * @module
 */

/** A memory that a module wants. */
export interface MemoryImport {
  /** Whence: `env`. */
  readonly module: string;
  /** Under which name: `memory`. */
  readonly name: string;
  /** Pages at first. */
  readonly initial: number;
  /** Most pages; null for no bound. */
  readonly maximum: number | null;
  /** Whether threads may share it. */
  readonly shared: boolean;
}

/** Bytes of the magic number and the version. */
const HEADER_SIZE = 8;

const IMPORT_SECTION = 2;

// Kinds of imports, and flags of limits: the binary format, sections 5.5.5 and 5.3.
const KIND_FUNCTION = 0;
const KIND_TABLE = 1;
const KIND_MEMORY = 2;
const KIND_GLOBAL = 3;
const KIND_TAG = 4;
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;

const DECODER = new TextDecoder();

/** Reads what V8 has found valid. */
class Reader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** One byte. */
  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** An unsigned LEB128 number; what is beyond 2⁵³ is rounded. */
  number(): number {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if ((byte & 0x80) === 0) return value;
    }
  }

  /** Bytes with their count before them. */
  bytes(): Uint8Array {
    const length = this.number();
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }

  /** A name. */
  name(): string {
    return DECODER.decode(this.bytes());
  }

  /** A reference type, a value type: one byte, and a heap type after some. */
  type(): void {
    const byte = this.byte();
    if (byte === 0x63 || byte === 0x64) this.number();
  }

  /** Limits of a table or a memory. */
  limits(): Pick<MemoryImport, "initial" | "maximum" | "shared"> {
    const flags = this.byte();
    const initial = this.number();
    const maximum = (flags & HAS_MAXIMUM) === 0 ? null : this.number();
    return { initial, maximum, shared: (flags & IS_SHARED) !== 0 };
  }
}

function importSection(bytes: Uint8Array): Uint8Array | null {
  const reader = new Reader(bytes, HEADER_SIZE);
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const content = reader.bytes();
    if (id === IMPORT_SECTION) return content;
  }
  return null;
}

/**
 * Finds the first memory that a module imports.
 *
 * @param bytes A module that is valid.
 * @returns The memory; null if it imports none.
 */
export function memoryImportOf(bytes: Uint8Array): MemoryImport | null {
  const section = importSection(bytes);
  if (section === null) return null;
  const reader = new Reader(section, 0);
  for (let count = reader.number(); count > 0; count--) {
    const module = reader.name();
    const name = reader.name();
    switch (reader.byte()) {
      case KIND_FUNCTION:
        reader.number();
        break;
      case KIND_TABLE:
        reader.type();
        reader.limits();
        break;
      case KIND_MEMORY:
        return { module, name, ...reader.limits() };
      case KIND_GLOBAL:
        reader.type();
        reader.byte();
        break;
      case KIND_TAG:
        reader.byte();
        reader.number();
        break;
      default:
        // What comes with a later version cannot be passed over.
        return null;
    }
  }
  return null;
}
