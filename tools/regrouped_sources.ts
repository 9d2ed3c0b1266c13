/**
 * The sources, changed so that a bundle of them has few files.
 *
 * esbuild makes a file for each set of modules that are loaded together, and each module behind an
 * `import()` makes the sets smaller: dozens of files of a few bytes. So such modules are loaded in
 * groups.
 *
 * @module
 */

/** What every start needs, and what scripts need that make no calls. */
const START: readonly string[] = [
  "cli.ts",
  "lib/apps/run_program_command.ts",
  "lib/apps/script/run_script.ts",
];

/** What scripts need that make calls, and all other guests. */
const HOST: readonly string[] = ["lib/apps/session.ts", "lib/apps/script/run_hosted.ts"];

const GROUP_NAMES = ["start", "host", "rest"] as const;

type GroupName = typeof GROUP_NAMES[number];

function groupOf(path: string): GroupName {
  return START.includes(path) ? "start" : HOST.includes(path) ? "host" : "rest";
}

/** A module behind an `import()`. */
const LAZY = /(?<!typeof )import\("(\.[^"]+\.ts)"\)/g;

/** What a module exports that can be called. */
const EXPORTED = /^export (?:async )?(?:function|class|const) (\w+)/gm;

/** A module with all that the modules of a group export. */
function groupModule(root: URL, paths: Iterable<string>): string {
  const owners = new Map<string, string>();
  let text = "";
  for (const path of [...paths].sort()) {
    for (const [, name = ""] of Deno.readTextFileSync(new URL(path, root)).matchAll(EXPORTED)) {
      const other = owners.get(name);
      if (other !== undefined) throw new Error(`Cannot bundle: ${other} and ${path} have ${name}`);
      owners.set(name, path);
    }
    text += `export * from "./${path}";\n`;
  }
  return text;
}

/** The program's first module. */
const ENTRY = `const { main } = await import("./start.ts");
Deno.exit(await main(Deno.args));
`;

/** The files in a folder and below it that have a suffix. */
export function* filesIn(folder: URL, suffix: string): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(new URL(`${name}/`, folder), suffix);
    else if (name.endsWith(suffix)) yield new URL(name, folder);
  }
}

/**
 * Copies the sources, with a module for each group, and `vmsock.ts`, which runs the program.
 *
 * @param root Where the sources are.
 * @param copy The folder to copy them to, which is there and empty.
 */
export function copyRegrouped(root: URL, copy: URL): void {
  const groups: Record<GroupName, Set<string>> = {
    start: new Set(START),
    host: new Set(),
    rest: new Set(),
  };
  for (const name of ["deno.json", "deno.lock"]) {
    Deno.copyFileSync(new URL(name, root), new URL(name, copy));
  }
  for (const file of [new URL("cli.ts", root), ...filesIn(new URL("lib/", root), ".ts")]) {
    const path = file.href.slice(root.href.length);
    const text = Deno.readTextFileSync(file).replace(LAZY, (_, target: string) => {
      const module = new URL(target, file).href.slice(root.href.length);
      const group = groupOf(module);
      groups[group].add(module);
      return `import("${"../".repeat(path.split("/").length - 1) || "./"}${group}.ts")`;
    });
    const place = new URL(path, copy);
    Deno.mkdirSync(new URL("./", place), { recursive: true });
    Deno.writeTextFileSync(place, text);
  }
  for (const name of GROUP_NAMES) {
    Deno.writeTextFileSync(new URL(`${name}.ts`, copy), groupModule(root, groups[name]));
  }
  Deno.writeTextFileSync(new URL("vmsock.ts", copy), ENTRY);
}
