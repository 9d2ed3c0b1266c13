import { assertEquals, assertExists } from "@std/assert";
import { expectedOutput, firstDifference, readCatalog, scenarioPath } from "./catalog.ts";
import { OPERATIONS } from "./operations/table.ts";
import { parseStatement } from "./scenario.ts";

Deno.test("readCatalog() lists the scenarios that are there, and their needs", () => {
  const catalog = readCatalog();
  const files = [...Deno.readDirSync(new URL("./scenarios", import.meta.url))];
  assertEquals(catalog.map(({ name }) => `${name}.txt`), files.map(({ name }) => name).sort());
  const entry = catalog.find(({ name }) => name === "limits-nofile-socket");
  assertEquals(entry?.group, "limits");
  assertEquals([...entry?.needs ?? []], ["rlimit", "fdnum"]);
  assertEquals(catalog.find(({ name }) => name === "tcp-echo")?.needs.size, 0);
});

Deno.test("expectedOutput() has a line for each statement of each scenario", () => {
  for (const { name } of readCatalog()) {
    const lines = Deno.readTextFileSync(scenarioPath(name)).split("\n");
    const statements = lines.map((line, i) => parseStatement(line, i + 1))
      .filter((statement) => statement !== null);
    assertEquals(
      expectedOutput(name).trimEnd().split("\n").map((line) => line.split(" ", 2).join(" ")),
      statements.map(({ line, operation }) => `${line} ${operation}`),
      name,
    );
    for (const { operation } of statements) assertExists(OPERATIONS.get(operation), operation);
  }
});

Deno.test("firstDifference() finds the first line that differs", () => {
  assertEquals(firstDifference("a\nb\n", "a\nb\n"), null);
  assertEquals(firstDifference("a\nb\n", "a\nc\n"), { expected: "b", actual: "c" });
  assertEquals(firstDifference("a\nb", "a"), { expected: "b", actual: null });
  assertEquals(firstDifference("a", "a\nb"), { expected: null, actual: "b" });
});
