// Runs every program under tests/moca/programs. A program says what it must do in comments:
//   //> TEXT   a line of standard output, in order
//   //! TEXT   part of what is written to standard error; the exit status is then 1
//   //~ TEXT   part of standard error of a program that ends normally
// Files without such comments are modules that others import.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { runSource } from "./run.ts";

const ROOT = new URL("./programs/", import.meta.url);

function* sources(directory: URL): Generator<URL> {
  const entries = [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, directory);
    if (entry.isDirectory) {
      yield* sources(url);
    } else if (entry.name.endsWith(".mc")) {
      yield url;
    }
  }
}

function marked(source: string, mark: string): string[] {
  return source.split("\n").filter((line) => line.startsWith(mark)).map((line) =>
    line.slice(mark.length).replace(/^ /, "")
  );
}

for (const url of sources(ROOT)) {
  const source = Deno.readTextFileSync(url);
  const output = marked(source, "//>");
  const errors = marked(source, "//!");
  const warnings = marked(source, "//~");
  if (output.length + errors.length + warnings.length === 0) {
    continue;
  }
  const path = url.pathname.slice(ROOT.pathname.length);
  Deno.test(`program ${path} does what it says`, () => {
    const result = runSource(source, {
      path,
      load: (file) => {
        try {
          return Deno.readTextFileSync(new URL(file, ROOT));
        } catch {
          return null;
        }
      },
    });
    assertEquals(result.stdout.replace(/\n$/, ""), output.join("\n"), result.stderr);
    for (const text of [...errors, ...warnings]) {
      assertStringIncludes(result.stderr, text);
    }
    assertEquals(result.status, errors.length > 0 ? 1 : 0, result.stderr);
  });
}
