// Runs a component that jco has transpiled for preview2-shim, in Node or Deno:
// shim_runner.mjs TRANSPILED.js [ARG…]
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, ...args] = process.argv.slice(2);
// By name at run time: the package is beside a copy of this file.
const SHIM = "@bytecodealliance/preview2-shim";
const { cli } = await import(SHIM);
cli._setArgs([basename(file), ...args]);
const { run } = await import(pathToFileURL(resolve(file)).href);
let status = 0;
try {
  run.run();
} catch (error) {
  if (error?.exitError !== true) throw error;
  status = error.code;
}
// The shim's worker would keep the process.
process.exit(status);
