import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readCatalog } from "../conformance/catalog.ts";
import { DENO_LIMITS } from "../conformance/deno_limits.ts";
import { readCompatibility, withTables } from "./tables.ts";

const ROOT = new URL("../../", import.meta.url);

function isThere(url: URL): boolean {
  try {
    Deno.lstatSync(url);
    return true;
  } catch {
    return false;
  }
}

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

Deno.test("README.md lists each example", () => {
  const [, table = ""] = readReadme().split("\n## Examples\n");
  const listed = table.match(/[a-z0-9_]+\.(?:mc|ts|wat)\b/g) ?? [];
  const there = [...Deno.readDirSync(new URL("examples", ROOT))].map(({ name }) => name);
  assertEquals(listed.toSorted(), there.toSorted());
});

Deno.test("documents name files and folders that are there", () => {
  for (const name of ["README.md", "ARCHITECTURE.md", "COMPATIBILITY.md", "bench/README.md"]) {
    const text = Deno.readTextFileSync(new URL(name, ROOT));
    const paths = [
      ...text.matchAll(/(?<![\/\w])(?:lib|tests|bench|examples|tools)\/[\w/.-]*\w/g),
      ...text.matchAll(/(?<=\]\()[\w/.-]+(?=\))/g),
    ].map(([path]) => path);
    for (const path of paths) {
      // A link is relative to its document, a path in the text to the root.
      const places = [ROOT, new URL(name, ROOT)].map((base) => new URL(path, base));
      assert(places.some(isThere), `${name} names ${path}`);
    }
  }
});

Deno.test("README.md has the sections that it refers to", () => {
  const headings = readReadme().match(/^#+ .*/gm) ?? [];
  const anchors = headings.map((line) =>
    line.replace(/^#+ /, "").toLowerCase().replace(/[^a-z0-9 -]/g, "").replaceAll(" ", "-")
  );
  for (const [, anchor = ""] of readReadme().matchAll(/\]\(#([^)]*)\)/g)) {
    assert(anchors.includes(anchor), anchor);
  }
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
