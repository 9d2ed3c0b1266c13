import { assertEquals } from "@std/assert";
import type { OptionSpec } from "../../lib/apps/command.ts";
import { expandShortOptions } from "../../lib/apps/short_options.ts";

const SPECS: readonly OptionSpec[] = [
  { name: "output", short: "O", value: "FILE", help: "" },
  { name: "quiet", short: "q", help: "" },
  { name: "trace", short: "r", value: "FILE", optionalValue: true, help: "" },
];

function expand(line: string, stopEarly = false): string {
  return expandShortOptions(line.split(" "), SPECS, stopEarly).join(" ");
}

Deno.test("expandShortOptions() reads values as getopt(3) does", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["-O file url", "--output=file url"],
    ["-Ofile url", "--output=file url"],
    ["-O=file url", "--output=file url"],
    ["-O - url", "--output=- url"],
    ["-O- url", "--output=- url"],
    ["-qO- url", "-q --output=- url"],
    ["-qOq url", "-q --output=q url"],
    ["-O -q url", "--output=-q url"],
    ["url -O", "url --output"],
    ["--output - url", "--output=- url"],
    ["--output file url", "--output=file url"],
    ["--output --quiet url", "--output --quiet url"],
    ["-q - url", "-q - url"],
    ["-r file", "-r file"],
    ["-xyz -5", "-xyz -5"],
    ["-q -- -Ofile", "-q -- -Ofile"],
  ];
  for (const [line, expanded] of rows) assertEquals(expand(line), expanded);
});

Deno.test("expandShortOptions() leaves alone what belongs to a guest", () => {
  assertEquals(expand("-Oa program -Ob", true), "--output=a program -Ob");
  assertEquals(expand("-O a program -O b", true), "--output=a program -O b");
  assertEquals(expand("--output a - -O b", true), "--output=a - -O b");
});
