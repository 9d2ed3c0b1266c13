/**
 * Source files of scripts.
 *
 * @module
 */
import { CommandError } from "../command.ts";

// A byte-order mark stays, for the language to reject.
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readError(path: string, reason: string): CommandError {
  return new CommandError(`failed to read '${path}': ${reason}`);
}

/** Text of a file, null if there is none. */
function readText(path: string): string | null {
  // Asked, not tried: reading would prompt on a terminal.
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") throw readError(path, `Permission denied, add --allow-read=${path}`);
  let bytes: Uint8Array;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw readError(path, error instanceof Error ? error.message : String(error));
  }
  try {
    return DECODER.decode(bytes);
  } catch {
    throw readError(path, "stream did not contain valid UTF-8");
  }
}

/**
 * Reads a script.
 *
 * @throws {CommandError} If it cannot be read.
 */
export function readSource(path: string): string {
  const text = readText(path);
  if (text === null) throw readError(path, "No such file or directory");
  return text;
}

/**
 * Reads a file that a script imports.
 *
 * @returns Its text, null if there is no such file.
 * @throws {CommandError} If it cannot be read.
 */
export function loadImport(path: string): string | null {
  return readText(path);
}
