/**
 * Runs a test of the file system on descriptors of the host and without them, with every permission
 * and with those for one folder only: what a guest sees is the same.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { FileSystem } from "../../../lib/kernel/files/file_system.ts";
import { errnoName } from "../../../lib/linux/errno.ts";
import { FileStatus } from "../../../lib/linux/stat.ts";
import { LibcStack } from "../../../lib/stack/libc/libc_stack.ts";
import type { OpenFile } from "../../../lib/stack/open_file.ts";
import { removeTree } from "../../remove_tree.ts";

/** The folder that scoped tests may read and write. */
const ROOT = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "vmsock_files_" }));
globalThis.addEventListener("unload", () => removeTree(ROOT));

let folders = 0;

/** A guest's files and a fresh folder for them. */
export class Files {
  /** The calls under test. */
  readonly system: FileSystem;
  /** An empty folder, its absolute path. */
  readonly folder: string;
  /** Whether Deno grants this folder only. */
  readonly scoped: boolean;
  /** Whether files are descriptors of the host. */
  readonly hasHost: boolean;
  readonly #stack: LibcStack | null;
  readonly #open: OpenFile[] = [];

  constructor(hasHost: boolean, scoped: boolean) {
    this.folder = `${ROOT}/${++folders}`;
    Deno.mkdirSync(this.folder);
    this.hasHost = hasHost;
    this.scoped = scoped;
    this.#stack = hasHost ? new LibcStack() : null;
    this.system = new FileSystem({ host: this.#stack?.host ?? null });
  }

  /** An absolute path in the folder. */
  at(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Puts a file there, past the calls under test. */
  put(name: string, text: string, mode = 0o644): void {
    Deno.writeTextFileSync(this.at(name), text);
    Deno.chmodSync(this.at(name), mode);
  }

  /** What is in a file, past the calls under test. */
  text(name: string): string {
    return Deno.readTextFileSync(this.at(name));
  }

  /** Makes folders, past the calls under test. */
  makeFolder(name: string): void {
    Deno.mkdirSync(this.at(name), { recursive: true });
  }

  /** Opens a path in the folder; it is closed at the end of the test. */
  open(name: string, flags: number, mode = 0o644): OpenFile {
    const file = this.openOr(name, flags, mode);
    if (typeof file === "number") throw new Error(`Cannot open ${name}: ${errnoName(file)}`);
    return file;
  }

  /** As {@link Files.open}, or the negated errno. */
  openOr(name: string, flags: number, mode = 0o644): OpenFile | number {
    return this.keep(this.system.openat(null, this.at(name), flags, mode));
  }

  /** Has a file closed at the end of the test. */
  keep(file: OpenFile | number): OpenFile | number {
    if (typeof file !== "number") this.#open.push(file);
    return file;
  }

  /** The name of what openat() returns: an error's, or `ok`. */
  opening(path: string, flags: number, mode = 0o644): string {
    const result = this.system.openat(null, path, flags, mode);
    if (typeof result === "number") return errnoName(result);
    result.close();
    return "ok";
  }

  /** Type and permissions of a path, not followed. */
  mode(name: string): number {
    const status = new FileStatus();
    assertEquals(this.system.fstatat(null, this.at(name), status, 0x100), 0);
    return status.mode;
  }

  /** Closes the files that were opened. */
  closeFiles(): void {
    for (const file of this.#open.splice(0)) file.close();
  }

  /** Closes everything. */
  [Symbol.dispose](): void {
    this.closeFiles();
    this.system.close();
    this.#stack?.close();
  }
}

/** The name of a result: an error's, or the number. */
export function named(result: number): string {
  return result < 0 ? errnoName(result) : String(result);
}

/** Which of the four variants a test is for. */
export interface VariantFilter {
  /** Only with descriptors of the host, or only without. */
  readonly hasHost?: boolean;
  /** Only with permissions for one folder, or only with all. */
  readonly scoped?: boolean;
}

/**
 * Registers a test for each variant. Symbolic links take unscoped permissions to make, so `prepare`
 * puts them there before: it runs when the test file is loaded, in the folder that the test gets.
 */
export function testFiles(
  name: string,
  run: (files: Files) => void,
  only: VariantFilter = {},
): void {
  for (const hasHost of [true, false]) {
    for (const scoped of [false, true]) {
      if (only.hasHost !== undefined && only.hasHost !== hasHost) continue;
      if (only.scoped !== undefined && only.scoped !== scoped) continue;
      Deno.test({
        name: `${name} (${hasHost ? "libc" : "node:fs"}, ${scoped ? "one folder" : "all"})`,
        permissions: scoped ? { read: [ROOT], write: [ROOT], ffi: true, run: [LN] } : "inherit",
        fn() {
          using files = new Files(hasHost, scoped);
          run(files);
        },
      });
    }
  }
}

// Deno makes symbolic links under unscoped permissions only; ln(1) does for the tests.
const LN = "/bin/ln";

/** Makes a symbolic link in the folder, past the calls under test. */
export function link(files: Files, target: string, name: string): void {
  const { success } = new Deno.Command(LN, { args: ["-sn", target, files.at(name)] }).outputSync();
  assert(success);
}

/** Counts this process's descriptors. */
export function countDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}
