/**
 * Linux's own answers, from C programs that tests compile.
 *
 * @module
 */
import { assert } from "@std/assert";

/** How a {@linkcode NativeProgram} ended. */
export interface NativeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A C program in a folder of its own. */
export class NativeProgram implements AsyncDisposable {
  /** Where the program is. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/program`;
  }

  /** Compiles `source` with gcc. */
  static async compile(source: string): Promise<NativeProgram> {
    const program = new NativeProgram(await Deno.makeTempDir({ prefix: "vmsock_native_" }));
    const file = `${program.path}.c`;
    await Deno.writeTextFile(file, source);
    // Who the program becomes may be somebody else than who made the folder.
    await Deno.chmod(program.#folder, 0o755);
    const { code, stderr } = await run("gcc", ["-w", "-pthread", "-o", program.path, file]);
    assert(code === 0, stderr);
    return program;
  }

  /** Runs it to its end. */
  run(...args: string[]): Promise<NativeResult> {
    return run(this.path, args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Why native answers cannot be had here; null if they can. */
export function whyNoNative(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    new Deno.Command("gcc", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "needs gcc";
    throw error;
  }
}

/** Registers a test that compares with a C program. */
export function testNative(name: string, fn: () => Promise<void>): void {
  const reason = whyNoNative();
  Deno.test({
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    fn,
  });
}

async function run(command: string, args: readonly string[]): Promise<NativeResult> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
