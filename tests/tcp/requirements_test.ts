import { assert, assertEquals } from "@std/assert";
import { REQUIREMENTS } from "./requirements.ts";

const ROOT = new URL("../../", import.meta.url);

function* testSources(): Generator<string> {
  for (const folder of ["tests/tcp/", "tests/wire/", "tests/stack/user/"]) {
    for (const { name } of Deno.readDirSync(new URL(folder, ROOT))) {
      if (name.endsWith("_test.ts")) yield Deno.readTextFileSync(new URL(folder + name, ROOT));
    }
  }
}

Deno.test("REQUIREMENTS has every MUST of RFC 9293 once", () => {
  const numbers = Array.from({ length: 69 }, (_, index) => index + 1);
  assertEquals(REQUIREMENTS.map(({ must }) => must), numbers);
});

Deno.test("REQUIREMENTS names files and tests that are there", () => {
  const text = [...testSources()].join("\n");
  for (const { must, met, test } of REQUIREMENTS) {
    if (test === "") {
      assert(met.startsWith("does not apply"), `MUST-${must}`);
      continue;
    }
    assert(Deno.statSync(new URL(met, ROOT)).isFile, met);
    assert(text.includes(`"${test}`) || text.includes(`\`${test}`), `MUST-${must}: ${test}`);
  }
});
