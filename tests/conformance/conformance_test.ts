import { assert, assertGreaterOrEqual } from "@std/assert";
import { canRun, CATALOG, denoLimitations, testScenarios } from "./catalog_runs.ts";
import { DENO_LIMITS } from "./deno_limits.ts";

// What the deno stack has to run as Linux does, out of 200.
const LEAST_DENO_MATCHES = 120;

testScenarios({ stack: "libc", guest: null }, "libc");
testScenarios({ stack: "deno", guest: null }, "deno");

Deno.test("DENO_LIMITS names scenarios and limitations that exist", () => {
  const scenarios = new Set(CATALOG.map(({ name }) => name));
  for (const [name, call] of DENO_LIMITS) {
    assert(scenarios.has(name), `no scenario ${name}`);
    assert(denoLimitations().has(call), `${name}: no limitation ${call}`);
  }
});

Deno.test("DENO_LIMITS leaves at least 120 scenarios that the deno stack runs as Linux does", () => {
  const matching = CATALOG.filter((entry) => canRun(entry) && !DENO_LIMITS.has(entry.name));
  assertGreaterOrEqual(matching.length, LEAST_DENO_MATCHES);
});
