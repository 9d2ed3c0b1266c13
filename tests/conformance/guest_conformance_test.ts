/**
 * The scenarios once more, through numbered system calls over a guest's memory: raw addresses and
 * lengths, and pointers that fault. Of the layouts these have both dialects, both widths of pointers
 * and both kinds of memory among them; `check.ts --guest=LAYOUT` runs the others.
 */
import { testScenarios } from "./catalog_runs.ts";

testScenarios({ stack: "libc", guest: "emulator" }, "libc, by an emulator's calls");
testScenarios({ stack: "libc", guest: "shared-wasm" }, "libc, by the akuma dialect");
testScenarios({ stack: "deno", guest: "wasm" }, "deno, by a module's calls");
