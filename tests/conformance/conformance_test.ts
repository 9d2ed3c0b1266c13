import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { openStack } from "../../lib/stack/open.ts";
import { describeFailure, runBatch, type ScenarioRun } from "./batch.ts";
import { type CatalogEntry, readCatalog } from "./catalog.ts";
import { DENO_LIMITS } from "./deno_limits.ts";

type TestedStack = "libc" | "deno";

// What the deno stack has to run as Linux does, out of 200.
const LEAST_DENO_MATCHES = 120;

const CATALOG = readCatalog();

for (const entry of CATALOG) {
  testOn("libc", entry, async () => {
    assertEquals(describeFailure(await runOf(entry, "libc")), null);
  });

  testOn("deno", entry, async () => {
    const failure = describeFailure(await runOf(entry, "deno"));
    const limit = DENO_LIMITS.get(entry.name);
    if (limit === undefined) return assertEquals(failure, null);
    assert(failure !== null, `passes in spite of ${limit}: take it out of deno_limits.ts`);
  });
}

Deno.test("DENO_LIMITS names scenarios that exist and rows of the stack's table", () => {
  const stack = openStack("deno");
  try {
    const rows = new Set(stack.limitations.map(({ call }) => call));
    const scenarios = new Set(CATALOG.map(({ name }) => name));
    for (const [name, call] of DENO_LIMITS) {
      assert(scenarios.has(name), `no scenario ${name}`);
      assert(rows.has(call), `${name}: no row ${call}`);
    }
  } finally {
    stack.close();
  }
});

Deno.test("DENO_LIMITS leaves at least 120 scenarios that the deno stack runs as Linux does", () => {
  const run = CATALOG.filter(canRun);
  const matching = run.filter(({ name }) => !DENO_LIMITS.has(name));
  assertGreaterOrEqual(matching.length, LEAST_DENO_MATCHES);
});

// Batches by stack and group, started by the first of their tests: `--filter` runs little more than
// it asks for, and no child process outlives the test that started it.
const batches = new Map<string, Promise<ReadonlyMap<string, ScenarioRun>>>();

async function runOf({ name, group }: CatalogEntry, stack: TestedStack): Promise<ScenarioRun> {
  const key = `${stack} ${group}`;
  const batch = batches.get(key) ?? runBatch(namesOf(group), { stack });
  batches.set(key, batch);
  const run = (await batch).get(name);
  assert(run !== undefined, `${name} was not run`);
  return run;
}

function namesOf(group: string): string[] {
  const entries = CATALOG.filter((entry) => entry.group === group);
  return entries.filter(canRun).map(({ name }) => name);
}

function canRun(entry: CatalogEntry): boolean {
  return reasonToSkip(entry) === null;
}

function reasonToSkip({ needs }: CatalogEntry): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  // TCP ports below 1024.
  return needs.has("root") && Deno.uid() !== 0 ? "needs root" : null;
}

function testOn(stack: TestedStack, entry: CatalogEntry, fn: () => Promise<void>): void {
  const name = `conformance: ${entry.name} on ${stack}`;
  const reason = reasonToSkip(entry);
  Deno.test({
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    fn,
  });
}
