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

/**
 * Bytes of a file.
 *
 * @returns The bytes, null if there is no such file.
 * @throws {CommandError} If it cannot be read.
 */
export function readBytes(path: string): Uint8Array<ArrayBuffer> | null {
  // Asked, not tried: reading would prompt on a terminal.
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state !== "granted") throw readError(path, `Permission denied, add --allow-read=${path}`);
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw readError(path, reasonOf(error));
  }
}

/**
 * The host's words for a failure, without its number and the name of Deno's function.
 *
 * @param error What was thrown.
 * @returns The words, such as `Is a directory`.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error [0-9]+\).*$/s, "");
}

/**
 * Text of a file's bytes.
 *
 * @throws {CommandError} If they are not UTF-8.
 */
export function decodeSource(path: string, bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw readError(path, "stream did not contain valid UTF-8");
  }
}

/**
 * Bytes of a program that has to be there.
 *
 * @throws {CommandError} If it cannot be read.
 */
export function readProgram(path: string): Uint8Array<ArrayBuffer> {
  const bytes = readBytes(path);
  if (bytes === null) throw readError(path, "No such file or directory");
  return bytes;
}

/**
 * Reads a script.
 *
 * @throws {CommandError} If it cannot be read.
 */
export function readSource(path: string): string {
  return decodeSource(path, readProgram(path));
}

/**
 * Reads a file that a script imports.
 *
 * @returns Its text, null if there is no such file.
 * @throws {CommandError} If it cannot be read.
 */
export function loadImport(path: string): string | null {
  const bytes = readBytes(path);
  return bytes === null ? null : decodeSource(path, bytes);
}
