/**
 * Files with WebAssembly modules.
 *
 * @module
 */
import { assemble } from "../guest/wat.ts";

/** A file with a module in it, for as long as a test runs. */
export class ModuleFile implements Disposable {
  /** Its path. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.path = `${folder}/${name}.wasm`;
  }

  /** Writes a module given as text. */
  static async of(text: string, name = "program"): Promise<ModuleFile> {
    return this.ofBytes(await assemble(text), name);
  }

  /** Writes a module. */
  static ofBytes(bytes: Uint8Array, name = "program"): ModuleFile {
    const file = new ModuleFile(Deno.makeTempDirSync(), name);
    Deno.writeFileSync(file.path, bytes);
    return file;
  }

  /** Flags with permission to read it. */
  flags(flags: readonly string[] = []): string[] {
    return [...flags, `--allow-read=${this.path}`];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}
