/**
 * Tests of every scenario on a target.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileLimitations } from "../../lib/kernel/files/file_limitations.ts";
import { openStack } from "../../lib/stack/open.ts";
import type { Limitation } from "../../lib/stack/stack.ts";
import { NO_IPV6 } from "../ipv6.ts";
import { unlessSkipped } from "../skipped.ts";
import { describeFailure, runBatch, type ScenarioRun } from "./batch.ts";
import { type CatalogEntry, readCatalog } from "./catalog.ts";
import { DENO_LIMITS } from "./deno_limits.ts";
import { formatResult } from "./format.ts";
import { optionsOf, type RunTarget } from "./run_options.ts";

/** Every scenario. */
export const CATALOG: readonly CatalogEntry[] = readCatalog();

/** Whether a scenario can be run on this machine. */
export function canRun(entry: CatalogEntry): boolean {
  return reasonToSkip(entry) === null;
}

/** What is known not to work without FFI, by the name of the call. */
export function denoLimitations(): ReadonlyMap<string, Limitation> {
  const stack = openStack("deno");
  try {
    const rows = [...stack.limitations, ...fileLimitations];
    return new Map(rows.map((row) => [row.call, row]));
  } finally {
    stack.close();
  }
}

/**
 * Makes a test of each scenario: it prints what native Linux printed; on the deno stack, or it fails
 * with what `DENO_LIMITS` says.
 *
 * @param target What they run on.
 * @param words What it is called in the tests' names.
 */
export function testScenarios(target: RunTarget, words: string): void {
  for (const entry of CATALOG) {
    Deno.test({
      ...unlessSkipped(`conformance: ${entry.name} on ${words}`, reasonToSkip(entry)),
      fn: async () => {
        const failure = describeFailure(await runOf(entry, target));
        const limit = target.stack === "deno" ? DENO_LIMITS.get(entry.name) : undefined;
        if (limit === undefined) assertEquals(failure, null);
        else assertLimit(failure, limit);
      },
    });
  }
}

function assertLimit(failure: string | null, call: string): void {
  assert(failure !== null, `passes in spite of ${call}: take it out of deno_limits.ts`);
  const errno = denoLimitations().get(call)?.errno ?? 0;
  if (errno !== 0) assertStringIncludes(failure, ` ${formatResult(-errno)}>`);
}

// Batches by target and group, started by the first of their tests: `--filter` runs little more than
// it asks for, and no child process outlives the test that started it.
const batches = new Map<string, Promise<ReadonlyMap<string, ScenarioRun>>>();

async function runOf({ name, group }: CatalogEntry, target: RunTarget): Promise<ScenarioRun> {
  const key = [...optionsOf(target), group].join(" ");
  const batch = batches.get(key) ?? runBatch(namesOf(group), target);
  batches.set(key, batch);
  const run = (await batch).get(name);
  assert(run !== undefined, `${name} was not run`);
  return run;
}

function namesOf(group: string): string[] {
  const entries = CATALOG.filter((entry) => entry.group === group);
  return entries.filter(canRun).map(({ name }) => name);
}

function reasonToSkip({ needs }: CatalogEntry): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  // TCP ports below 1024.
  if (needs.has("root") && Deno.uid() !== 0) return "needs root";
  return needs.has("ipv6") ? NO_IPV6 : null;
}
