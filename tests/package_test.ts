import { assert, assertEquals } from "@std/assert";
import denoJson from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

/** A package of its own, outside the tree, that depends on this one by name. */
async function withDependent(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { name, version, imports } = denoJson;
    const assertModule = imports["@std/cli/parse-args"].replace(/cli\/.*$/, "assert/mod.js");
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        links: [Deno.realPathSync(ROOT)],
        imports: { [name]: `jsr:${name}@${version}`, "@std/assert": assertModule },
      }),
    );
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deno(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, `deno ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** The first example of a module's own documentation. */
function moduleExample(path: string): string {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  const [, doc = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  const [, example] = /```ts\n([\s\S]*?)```/.exec(doc.replace(/^ \* ?/gm, "")) ?? [];
  assert(example !== undefined, `${path} has no example`);
  return example;
}

for (const [entry, path] of Object.entries(denoJson.exports)) {
  const specifier = denoJson.name + entry.slice(1);

  Deno.test(`a program elsewhere imports ${specifier} without any permission`, async () => {
    await withDependent(async (folder) => {
      await Deno.writeTextFile(
        `${folder}/import.ts`,
        `import * as module from "${specifier}";\nconsole.log(Object.keys(module).length > 0);\n`,
      );
      const started = ["run", "--quiet", "--check", "--no-prompt", "import.ts"];
      assertEquals(await deno(folder, ...started), "true\n");
    });
  });

  Deno.test(`a program elsewhere runs the example of ${specifier}`, async () => {
    await withDependent(async (folder) => {
      await Deno.writeTextFile(`${folder}/example.ts`, moduleExample(path));
      // The assertions come without types from npm, so that only the run is looked at.
      await deno(folder, "run", "--quiet", "--no-prompt", "--allow-net", "example.ts");
    });
  });
}
