/**
 * Compares scenarios with what native Linux printed, and prints `ok` or the first difference of each.
 *
 *     deno run -A tests/conformance/check.ts [--stack=libc|deno|auto|user] [--guest=LAYOUT] [NAME]...
 *
 * Without names it runs all of them. Exit status: 0 if none differs, else 1; 2 for wrong usage.
 *
 * @module
 */
import { describeFailure, runBatch, type ScenarioRun } from "./batch.ts";
import { readCatalog } from "./catalog.ts";
import { RUN_OPTIONS, runTarget } from "./run_options.ts";

async function main(args: readonly string[]): Promise<number> {
  const target = runTarget(args.filter((arg) => arg.startsWith("--")));
  const known = readCatalog().map(({ name }) => name);
  const asked = args.filter((arg) => !arg.startsWith("--"));
  const unknown = asked.filter((name) => !known.includes(name));
  if (target === null || unknown.length > 0) {
    print(`usage: check.ts ${RUN_OPTIONS} [NAME]...; unknown: ${unknown.join(" ")}`);
    return 2;
  }
  const names = asked.length > 0 ? asked : known;
  let same = 0;
  const onRun = (run: ScenarioRun): void => {
    const failure = describeFailure(run);
    if (failure === null) same++;
    print(`${run.name}: ${failure ?? "ok"}`);
  };
  await runBatch(names, { ...target, onRun });
  print(`${names.length} scenarios on ${target.stack}: ${same} ok, ${names.length - same} differ`);
  return same === names.length ? 0 : 1;
}

function print(line: string): void {
  // deno-lint-ignore no-console
  console.log(line);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
