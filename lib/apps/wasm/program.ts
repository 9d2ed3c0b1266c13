/**
 * A WebAssembly program: a module or a component, before it is known who can run it.
 *
 * @module
 */
import { CommandError } from "../command.ts";

/** A WebAssembly program. */
export interface WasmProgram {
  /** Path of its file, for messages. */
  readonly path: string;
  /** Its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The module; null for a component, which WebAssembly.Module does not read. */
  readonly module: WebAssembly.Module | null;
  /** Names of the modules that it imports from, each once; empty for a component. */
  readonly imports: ReadonlySet<string>;
}

/** `\0asm`, then the version 1 of the binary format, layer 0. */
const MODULE_START = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] as const;

/** `\0asm`, then the version 13 of the component model's binary format, layer 1. */
const COMPONENT_START = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00] as const;

const MAGIC_SIZE = 4;

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

/** Whether bytes are WebAssembly, of whatever version. */
export function isWasm(bytes: Uint8Array): boolean {
  return startsWith(bytes, MODULE_START.slice(0, MAGIC_SIZE));
}

/**
 * Reads a program.
 *
 * @param path Path of its file.
 * @param bytes What is in it.
 * @throws {CommandError} If it is not valid, or of an unknown version.
 */
export function readWasmProgram(path: string, bytes: Uint8Array<ArrayBuffer>): WasmProgram {
  if (startsWith(bytes, COMPONENT_START)) {
    return { path, bytes, module: null, imports: new Set() };
  }
  if (!startsWith(bytes, MODULE_START)) {
    throw new CommandError(
      `${path} is neither a WebAssembly module nor a component of version 0.2`,
    );
  }
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${path} is not a valid WebAssembly module: ${reason}`);
  }
  const imports = new Set(WebAssembly.Module.imports(module).map(({ module }) => module));
  return { path, bytes, module, imports };
}
