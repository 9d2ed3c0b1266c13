/**
 * Bundles the command line into few files of JavaScript: `deno task bundle [FOLDER]`, into `dist/`
 * unless told otherwise. `vmsock.js` there is the program; what else is there, it loads.
 *
 * From its sources the program is hundreds of modules. To start, Deno reads every one, whether it
 * will run or not, and that takes longer than all the rest; `bench/moca/start_up.ts` measures both.
 *
 * @module
 */
import { compiledOnLoad } from "./eager.ts";
import { copyRegrouped, filesIn } from "./regrouped_sources.ts";

/** The folder of the sources. */
const ROOT = new URL("../", import.meta.url);

/** The program's file. */
const PROGRAM = "vmsock.js";

/**
 * V8's flags under which a bundle starts fastest: what runs for milliseconds is not compiled by
 * Sparkplug, and a short script ends before the heap's part for young objects is full.
 */
export const V8_FLAGS = "--no-sparkplug,--min-semi-space-size=4";

/** What a module names relative to itself: a worker's module, or the folder of the library. */
const OWN_URL = /new URL\("(\.[^"]*)",\s*import\.meta\.url\)/g;

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}

function rewrite(file: URL, change: (text: string) => string): void {
  Deno.writeTextFileSync(file, change(Deno.readTextFileSync(file)));
}

/** Where the bundle has what a module of the sources names relative to itself. */
function bundledName(target: string): string {
  return `./${target.slice(target.lastIndexOf("/") + 1).replace(/\.ts$/, ".js")}`;
}

/** What the files in a folder and below it name relative to themselves, and the files. */
function* ownUrls(folder: URL, suffix: string): Generator<[target: string, file: URL]> {
  for (const file of filesIn(folder, suffix)) {
    for (const [, target = ""] of Deno.readTextFileSync(file).matchAll(OWN_URL)) {
      yield [target, file];
    }
  }
}

/** The modules that the workers of a bundle run. */
function workerModules(folder: URL): URL[] {
  const used = new Set([...ownUrls(folder, ".js")].map(([target]) => bundledName(target)));
  const modules = new Map<string, URL>();
  for (const [target, file] of ownUrls(new URL("lib/", ROOT), ".ts")) {
    const name = bundledName(target);
    if (target.endsWith(".ts") && used.has(name)) {
      const module = new URL(target, file);
      if ((modules.get(name) ?? module).href !== module.href) {
        throw new Error(`Cannot bundle: two workers would be ${name}`);
      }
      modules.set(name, module);
    }
  }
  return [...modules.values()];
}

function denoBundle(folder: URL, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", ...args],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(`Cannot bundle: ${new TextDecoder().decode(stderr)}`);
}

/** Removes an earlier bundle, and nothing else. */
function clear(folder: URL): void {
  Deno.mkdirSync(folder, { recursive: true });
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  if (names.length > 0 && !(names.includes(PROGRAM) && names.every((n) => n.endsWith(".js")))) {
    throw new Error(`Cannot bundle: ${pathOf(folder)} holds something else than a bundle`);
  }
  for (const name of names) Deno.removeSync(new URL(name, folder));
}

/** The files that are loaded with a file, itself included. */
function loadedWith(file: URL, found: Set<string> = new Set()): Set<string> {
  if (found.has(file.href)) return found;
  found.add(file.href);
  for (const [, target = ""] of Deno.readTextFileSync(file).matchAll(/from"(\.\/[^"]+)"/g)) {
    loadedWith(new URL(target, file), found);
  }
  return found;
}

/**
 * Bundles the command line.
 *
 * @param folder Where to; an earlier bundle there is removed.
 * @throws {Error} If something else is there, or if `deno bundle` fails: it takes esbuild from npm,
 * which must be reachable the first time.
 */
export function bundle(folder: URL): void {
  clear(folder);
  const copy = new URL(`file://${Deno.makeTempDirSync()}/`);
  try {
    copyRegrouped(ROOT, copy);
    denoBundle(copy, "--code-splitting", `--outdir=${pathOf(folder)}`, "vmsock.ts");
  } finally {
    Deno.removeSync(copy, { recursive: true });
  }
  for (const file of filesIn(folder, ".js")) {
    if (!/\/start-[^/]+$/.test(file.pathname)) continue;
    for (const loaded of loadedWith(file)) rewrite(new URL(loaded), compiledOnLoad);
  }
  // Nothing is shared with workers, so that the program is not split for their sake.
  for (const module of workerModules(folder)) {
    denoBundle(
      ROOT,
      `--output=${pathOf(new URL(bundledName(module.pathname), folder))}`,
      pathOf(module),
    );
  }
  for (const file of filesIn(folder, ".js")) {
    rewrite(
      file,
      (text) =>
        text.replace(OWN_URL, (_, target) => `new URL("${bundledName(target)}",import.meta.url)`),
    );
  }
}

if (import.meta.main) {
  const [path = "dist"] = Deno.args;
  bundle(new URL(`${path}/`, `file://${Deno.cwd()}/`));
  const text = `${path}/${PROGRAM} is the program; to install it:
deno install --global --allow-net --allow-read --v8-flags=${V8_FLAGS} ${path}/${PROGRAM}
`;
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
