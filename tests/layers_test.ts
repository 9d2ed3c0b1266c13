import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** What each layer may import, beside itself. Nothing points up. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  ip: [],
  linux: ["ip"],
  stack: ["linux", "ip"],
  "stack/libc": ["stack", "linux", "ip"],
  "stack/deno": ["stack", "linux", "ip"],
  "stack/user": ["stack", "tcp", "wire", "device", "stack/libc", "linux", "ip"],
  kernel: ["stack", "linux", "ip"],
  trace: ["kernel", "stack", "linux", "ip"],
  net: ["kernel", "stack", "linux", "ip"],
  guest: ["kernel", "stack", "linux", "ip", "moca", "component"],
  moca: [],
  component: [],
  wire: ["ip", "linux"],
  tcp: ["wire", "ip", "linux"],
  device: ["wire", "ip", "linux", "stack/libc"],
};

/** Folders and files that may use Deno's own API. */
const DENO_ALLOWED: readonly string[] = [
  "lib/stack/libc/",
  "lib/stack/deno/",
  "lib/stack/user/worker.ts",
  "lib/stack/user/user_stack.ts",
  "lib/device/",
  "lib/kernel/files/",
  "lib/kernel/policy/",
  "lib/apps/",
  "cli.ts",
];

/** The one file that chooses between the stacks. */
const CHOOSERS: ReadonlySet<string> = new Set(["lib/stack/open.ts"]);

interface Source {
  readonly path: string;
  readonly text: string;
}

function* sources(directory: string): Generator<Source> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(directory, ROOT))) {
    const path = `${directory}${name}`;
    if (isDirectory) yield* sources(`${path}/`);
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) {
      yield { path, text: Deno.readTextFileSync(new URL(path, ROOT)) };
    }
  }
}

function layerOf(path: string): string | null {
  const inside = path.replace(/^lib\//, "");
  for (const nested of ["stack/libc", "stack/deno", "stack/user"]) {
    if (inside.startsWith(`${nested}/`)) return nested;
  }
  const [first = ""] = inside.split("/");
  const layer = first.replace(/\.ts$/, "");
  return layer in ARROWS ? layer : null;
}

function importsOf({ path, text }: Source): string[] {
  const imports = text.matchAll(/(?:from|import|import\()\s*"(\.{1,2}\/[^"]+)"/g);
  return [...imports].map(([, specifier = ""]) => {
    const { pathname } = new URL(specifier, new URL(path, "file:///"));
    return pathname.slice(1);
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

Deno.test("lib/ imports only what lies below it", () => {
  const wrong: string[] = [];
  for (const source of sources("lib/")) {
    const layer = layerOf(source.path);
    if (layer === null || CHOOSERS.has(source.path)) continue;
    for (const target of importsOf(source)) {
      const targetLayer = layerOf(target);
      if (targetLayer === layer || ARROWS[layer]?.includes(targetLayer ?? "")) continue;
      wrong.push(`${source.path} imports ${target}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("lib/ uses Deno's API only where the host is reached", () => {
  const wrong: string[] = [];
  for (const source of sources("lib/")) {
    if (DENO_ALLOWED.some((prefix) => source.path.startsWith(prefix))) continue;
    if (/\bDeno\./.test(withoutComments(source.text))) wrong.push(source.path);
  }
  assertEquals(wrong, []);
});

Deno.test("lib/ has no layer that the arrows do not name", () => {
  const known = new Set([...Object.keys(ARROWS).map((layer) => layer.split("/")[0]), "apps"]);
  const names = [...Deno.readDirSync(new URL("lib/", ROOT))].map(({ name }) =>
    name.replace(/\.ts$/, "")
  );
  assertEquals(names.filter((name) => !known.has(name)), []);
});
