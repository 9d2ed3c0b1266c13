/**
 * The scenarios in this folder, and what native Linux printed for them.
 *
 * @module
 */

/** One row of INDEX.tsv. */
export interface CatalogEntry {
  /** Name of the scenario: `scenarios/NAME.txt`, `expected/NAME.out`. */
  readonly name: string;
  /** What it belongs to, such as `tcp`. */
  readonly group: string;
  /** What it needs: `badptr`, `abi`, `rlimit`, `fdnum`, `root`, `ipv6`, `slow`. */
  readonly needs: ReadonlySet<string>;
}

/** Returns all scenarios, in the index's order. */
export function readCatalog(): CatalogEntry[] {
  const [, ...rows] = readText("./INDEX.tsv").trimEnd().split("\n");
  return rows.map((row) => {
    const [name = "", group = "", , needs = "-"] = row.split("\t");
    return { name, group, needs: new Set(needs === "-" ? [] : needs.split(",")) };
  });
}

/**
 * Returns the path of a scenario.
 *
 * @param name Its name.
 */
export function scenarioPath(name: string): string {
  return fileAt(`./scenarios/${name}.txt`);
}

/**
 * Returns what native Linux printed for a scenario.
 *
 * @param name Its name.
 */
export function expectedOutput(name: string): string {
  return readText(`./expected/${name}.out`);
}

/** The first line in which two outputs differ. */
export interface Difference {
  /** The line that was expected; null if the output should have ended. */
  readonly expected: string | null;
  /** The line that is there instead; null if the output ended. */
  readonly actual: string | null;
}

/**
 * Compares two outputs.
 *
 * @param expected What was expected.
 * @param actual What is there instead.
 * @returns The first line that differs; null if none does.
 */
export function firstDifference(expected: string, actual: string): Difference | null {
  const wanted = expected.split("\n");
  const got = actual.split("\n");
  const length = Math.max(wanted.length, got.length);
  for (let i = 0; i < length; i++) {
    if (wanted[i] !== got[i]) return { expected: wanted[i] ?? null, actual: got[i] ?? null };
  }
  return null;
}

function readText(relative: string): string {
  return Deno.readTextFileSync(fileAt(relative));
}

function fileAt(relative: string): string {
  return decodeURIComponent(new URL(relative, import.meta.url).pathname);
}
