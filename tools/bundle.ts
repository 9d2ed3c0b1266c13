/**
 * Bundles the command line into few files of JavaScript: `deno task bundle [FOLDER]`, into `dist/`
 * unless told otherwise. `cli.js` there is the program; what else is there, it loads.
 *
 * From its sources the program is hundreds of modules. To start, Deno reads every one, whether it
 * will run or not, and that takes longer than all the rest; `bench/moca/start_up.ts` measures both.
 *
 * @module
 */

/** The folder of the sources. */
const ROOT = new URL("../", import.meta.url);

/**
 * V8's flags under which the bundle starts fastest: functions are compiled as they are loaded, since
 * Deno keeps the code of those, and of no others, for the next time; what runs for milliseconds is
 * not compiled by Sparkplug; and a short script ends before the heap's young part is full.
 */
export const V8_FLAGS = "--no-lazy,--no-sparkplug,--min-semi-space-size=4";

/** What a module names relative to itself: a worker's module, or the folder of the library. */
const OWN_URL = /new URL\("(\.[^"]*)",\s*import\.meta\.url\)/g;

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}

function* filesIn(folder: URL, suffix: string): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder), suffix);
    else if (name.endsWith(suffix)) yield new URL(name, folder);
  }
}

/** The modules that workers run. */
function workerModules(): URL[] {
  const modules = new Map<string, URL>();
  for (const file of filesIn(new URL("lib/", ROOT), ".ts")) {
    for (const [, target = ""] of Deno.readTextFileSync(file).matchAll(OWN_URL)) {
      if (!target.endsWith(".ts")) continue;
      const name = bundledName(target);
      const module = new URL(target, file);
      if ((modules.get(name) ?? module).href !== module.href) {
        throw new Error(`Cannot bundle: two workers would be ${name}`);
      }
      modules.set(name, module);
    }
  }
  return [...modules.values()];
}

/** Where the bundle has what a module of the sources names relative to itself. */
function bundledName(target: string): string {
  return `./${target.slice(target.lastIndexOf("/") + 1).replace(/\.ts$/, ".js")}`;
}

function denoBundle(...args: string[]): void {
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
}

/**
 * Bundles the command line.
 *
 * @param folder Where to; it is made anew.
 * @throws {Error} If `deno bundle` fails. It takes esbuild from npm, which must be reachable the
 * first time.
 */
export function bundle(folder: URL): void {
  Deno.mkdirSync(folder, { recursive: true });
  Deno.removeSync(folder, { recursive: true });
  denoBundle("--code-splitting", `--outdir=${pathOf(folder)}`, "cli.ts");
  // Nothing is shared with workers, so that the program is not split for their sake.
  for (const module of workerModules()) {
    const output = new URL(bundledName(module.pathname), folder);
    denoBundle(`--output=${pathOf(output)}`, pathOf(module));
  }
  for (const file of filesIn(folder, ".js")) {
    const text = Deno.readTextFileSync(file);
    const moved = text.replace(
      OWN_URL,
      (_, target) => `new URL("${bundledName(target)}",import.meta.url)`,
    );
    if (moved !== text) Deno.writeTextFileSync(file, moved);
  }
}

if (import.meta.main) {
  const [path = "dist"] = Deno.args;
  bundle(new URL(`${path}/`, `file://${Deno.cwd()}/`));
  const line = `${path}/cli.js is the program; to install it as vmsock:
deno install --global --name vmsock --allow-net --allow-read --v8-flags=${V8_FLAGS} ${path}/cli.js
`;
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}
