import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bundle, V8_FLAGS } from "../../tools/bundle.ts";
import { STACK_FLAGS } from "../apps/vmsock.ts";

const README = new URL("../../README.md", import.meta.url);

const THREAD = `fun work() -> int { return 7; } print(join(spawn(work)));`;

/** Calls a function with the folder of a bundle of its own. */
function withBundle(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    try {
      bundle(new URL(`file://${folder}/dist/`));
    } catch (error) {
      if (!String(error).includes("registry.npmjs.org")) throw error;
      // deno-lint-ignore no-console
      console.log(`skipped: esbuild cannot be fetched: ${error}`);
      return;
    }
    use(`${folder}/dist`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What a bundle prints. */
function run(folder: string, flags: readonly string[], ...args: readonly string[]): string {
  const { stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", `--v8-flags=${V8_FLAGS}`, ...flags, `${folder}/vmsock.js`, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).outputSync();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test("bundle() makes a program that runs scripts, their threads and the demo", () => {
  withBundle((folder) => {
    assertEquals(run(folder, [], "run", "-c", "print(6 * 7);"), "42\n");
    for (const { stack, flags } of STACK_FLAGS) {
      assertStringIncludes(run(folder, flags, `--stack=${stack}`), "200 OK");
      const args = [`--stack=${stack}`, "run", "-c", THREAD];
      assertEquals(run(folder, [...flags, "--allow-read"], ...args), "7\n");
    }
    const worker = `${folder}/thread_worker.js`;
    const code = Deno.readTextFileSync(worker);
    Deno.writeTextFileSync(worker, `${code}\nconsole.log("a worker");`);
    const text = run(folder, ["--allow-net", "--allow-read"], "run", "-c", THREAD);
    assertEquals(text, "a worker\n7\n");
  });
});

Deno.test("bundle() removes nothing but an earlier bundle", () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const names of [["notes.txt"], ["a.js"], ["vmsock.js", "notes.txt"]]) {
      for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, "");
      assertThrows(() => bundle(new URL(`file://${folder}/`)), Error, "something else");
      for (const name of names) Deno.removeSync(`${folder}/${name}`);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("README installs a bundle with the flags under which it starts fastest", () => {
  assertStringIncludes(Deno.readTextFileSync(README), `--v8-flags=${V8_FLAGS} dist/vmsock.js`);
});
