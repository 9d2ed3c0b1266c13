// The npm mirror of the standard library carries no types: the declarations beside this file
// keep narrowing and mismatched arguments checked.
// @ts-types="./std_assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
