// componentize.mjs CORE.wasm COMPONENT.wasm WORLD.wit [PACKAGE…]: makes a command of a core module.
// Packages are folders of WIT that the world imports, beside those of WASI.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// By name at run time: only Node resolves these.
const SHIM = "@bytecodealliance/preview2-shim";
const TOOLS = "@bytecodealliance/jco-transpile/wasm-tools";
const { filesystem } = await import(SHIM);

// jco 1.35.0 looks for the folder among preopened ones, of which there is none.
filesystem._addPreopen("/", "/");
const { componentEmbed, componentNew } = await import(TOOLS);

const [core, component, world, ...packages] = process.argv.slice(2);
const library = new URL("./node_modules/@bytecodealliance/jco/lib/", import.meta.url);
const wit = await mkdtemp(join(tmpdir(), "vmsock_wit_"));
await cp(world, join(wit, "world.wit"));
await mkdir(join(wit, "deps"));
for (const name of ["cli", "clocks", "filesystem", "io", "random", "sockets"]) {
  const package_ = new URL(`wit/builtin/0.2.12/wasi-${name}/`, library);
  await cp(package_, join(wit, "deps", name), { recursive: true });
}
for (const [index, folder] of packages.entries()) {
  await cp(folder, join(wit, "deps", `package${index}`), { recursive: true });
}
const embedded = await componentEmbed({
  binary: await readFile(core),
  witPath: wit,
  world: "guest",
});
const adapter = await readFile(new URL("wasi_snapshot_preview1.command.wasm", library));
await writeFile(component, await componentNew(embedded, [["wasi_snapshot_preview1", adapter]]));
await rm(wit, { recursive: true });
// The shim's worker would keep the process.
process.exit(0);
