import { assertEquals } from "@std/assert";
import { compile } from "../../lib/moca/compile.ts";

Deno.test("loadFiles() finds imports relative to the importing file and in the main file's src", () => {
  const asked: string[] = [];
  const load = (path: string): string | null => {
    asked.push(path);
    return path === "dir/src/a/b.mc" ? "import .c;" : path === "dir/src/a/c.mc" ? "" : null;
  };
  compile("import a.b;", { path: "dir/main.mc", load });
  assertEquals(asked, ["dir/src/a/b.mc", "dir/src/a/c.mc"]);
});
