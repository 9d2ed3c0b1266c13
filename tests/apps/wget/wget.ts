/**
 * Runs `vmsock wget` in a folder of its own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Outcome, STACK_FLAGS, vmsock } from "../vmsock.ts";

/** A folder that is removed when it is disposed of. */
export interface Folder extends AsyncDisposable {
  /** Its path. */
  readonly path: string;
  /** Names of the files in it, sorted. */
  names(): string[];
  /** A file's bytes. */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** A file's bytes as Latin-1 text. */
  text(name: string): string;
  /** Makes a file. */
  write(name: string, contents: string | Uint8Array): void;
}

/** Makes an empty folder. */
export async function emptyFolder(): Promise<Folder> {
  const path = await Deno.makeTempDir({ prefix: "wget" });
  return {
    path,
    names: () => [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
    read: (name) => Deno.readFileSync(`${path}/${name}`),
    text: (name) => new TextDecoder("latin1").decode(Deno.readFileSync(`${path}/${name}`)),
    write: (name, contents) => {
      const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
      Deno.writeFileSync(`${path}/${name}`, bytes);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs `vmsock wget` there, with `--allow-net` and leave to read and write there alone. */
export function wget(
  folder: Folder,
  args: readonly string[],
  { stack, flags }: (typeof STACK_FLAGS)[number] = DENO,
): Promise<Outcome> {
  return vmsock([`--stack=${stack}`, "wget", ...args], {
    cwd: folder.path,
    flags: [...flags, "--no-prompt", `--allow-read=${folder.path}`, `--allow-write=${folder.path}`],
  });
}

/** The stack that needs no more than `--allow-net`. */
export const DENO: (typeof STACK_FLAGS)[number] = STACK_FLAGS[0] ??
  { stack: "deno", flags: ["--allow-net"] };

/** Lines of standard error that say what failed. */
export function failures({ stderr }: Outcome): string[] {
  return stderr.split("\n").filter((line) => line.startsWith("vmsock: "));
}

/** Checks that a run failed with this status and these lines, each without `vmsock: `. */
export function assertFailed(outcome: Outcome, status: number, ...lines: readonly string[]): void {
  assertEquals(failures(outcome), lines.map((line) => `vmsock: ${line}`));
  assertEquals(outcome.code, status);
}
