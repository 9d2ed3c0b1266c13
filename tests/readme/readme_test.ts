import { assertEquals, assertStringIncludes } from "@std/assert";
import { readCatalog } from "../conformance/catalog.ts";
import { DENO_LIMITS } from "../conformance/deno_limits.ts";
import { readCompatibility, withTables } from "./tables.ts";

function readReadme(): string {
  return Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
}

/** Tables are compared without the padding that deno fmt gives their columns. */
function withoutPadding(text: string): string {
  return text.replace(/ *\| */g, "|").replace(/-{3,}/g, "---");
}

Deno.test("COMPATIBILITY.md has the tables that the code has", () => {
  const document = readCompatibility();
  assertEquals(withoutPadding(document), withoutPadding(withTables(document)));
});

Deno.test("README.md starts with the two commands that a fresh machine needs", () => {
  const [, commands = ""] = readReadme().split("```sh\n");
  assertEquals(
    commands.split("```")[0],
    "npx -y deno@2.9 run --allow-net cli.ts\nnpx -y deno@2.9 task test\n",
  );
});

Deno.test("README.md counts the scenarios as the suite does", () => {
  const all = readCatalog().length;
  const matched = all - DENO_LIMITS.size;
  assertStringIncludes(
    readReadme().replace(/\s+/g, " "),
    `same ${all} scenarios, each with the output that native Linux gave (\`tests/conformance/\`): ` +
      `libc matches all of them, deno ${matched}.`,
  );
});
