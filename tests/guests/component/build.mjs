// deno-lint-ignore-file no-console
// Builds the components that test the canonical ABI: the .wat files beside this one, and
// values.component.wasm, which passes a value of each type of the table below from the host back to
// the host. Run by build.sh.
import { readdir, readFile, writeFile } from "node:fs/promises";

// By name at run time: only Node resolves these.
const SHIM = "@bytecodealliance/preview2-shim";
const TOOLS = "@bytecodealliance/jco-transpile/wasm-tools";
const { filesystem } = await import(SHIM);

// jco 1.35.0 looks for files among preopened folders, of which there is none.
filesystem._addPreopen("/", "/");
const { parse } = await import(TOOLS);

const [folder] = process.argv.slice(2);

/** Name of each type, its definition if it needs a name, and the core values it passes as. */
const TYPES = [
  ...["bool", "s8", "u8", "s16", "u16", "s32", "u32", "char"].map((name) => [name, name, "i32"]),
  ["s64", "s64", "i64"],
  ["u64", "u64", "i64"],
  ["f32", "f32", "f32"],
  ["f64", "f64", "f64"],
  ["string", "string", "i32 i32"],
  ["record", '(record (field "a-byte" u8) (field "b" s64) (field "c" string))', "i32 i64 i32 i32"],
  ["tuple", "(tuple u16 f32)", "i32 f32"],
  ["flags3", '(flags "read-it" "b" "c")', "i32"],
  ["flags12", `(flags ${range(12, "f")})`, "i32"],
  ["flags32", `(flags ${range(32, "f")})`, "i32"],
  ["enum3", '(enum "one" "two-and-half" "three")', "i32"],
  ["enum300", `(enum ${range(300, "e")})`, "i32"],
  [
    "variant",
    '(variant (case "nothing") (case "n" u32) (case "f" f32) (case "d" f64) (case "s" string))',
    "i32 i64 i32",
  ],
  ["variant-floats", '(variant (case "f" f32) (case "d" f64))', "i32 i64"],
  ["variant-narrow", '(variant (case "n" u32) (case "f" f32))', "i32 i32"],
  ["variant-wide", '(variant (case "n" s64) (case "d" f64))', "i32 i64"],
  ["option", "(option string)", "i32 i32 i32"],
  ["option-number", "(option u64)", "i32 i64"],
  ["results", "(tuple (result u32 (error string)))", "i32 i32 i32"],
  ["list-u8", "(list u8)", "i32 i32"],
  ["list-s16", "(list s16)", "i32 i32"],
  ["list-u32", "(list u32)", "i32 i32"],
  ["list-u64", "(list u64)", "i32 i32"],
  ["list-f64", "(list f64)", "i32 i32"],
  ["list-string", "(list string)", "i32 i32"],
  ["list-tuple", "(list (tuple u8 u64))", "i32 i32"],
  ["many", `(record ${[...Array(17).keys()].map((i) => `(field "f${i}" u32)`).join(" ")})`, null],
];

function range(count, prefix) {
  return [...Array(count).keys()].map((index) => `"${prefix}${index}"`).join(" ");
}

/** A component that imports `pass-NAME` and exports `NAME`, both from the type to the type. */
function values(types, encoding) {
  const lines = ["(component"];
  const imports = [];
  const bodies = [];
  const lowered = [];
  const exports = [];
  for (const [name, type, flat] of types) {
    const primitive = /^[a-z0-9]+$/.test(type);
    if (!primitive) {
      lines.push(
        `(type $t-${name} ${type})`,
        `(import "type-${name}" (type $${name} (eq $t-${name})))`,
      );
    }
    const used = primitive ? type : `$${name}`;
    lines.push(`(import "pass-${name}" (func $pass-${name} (param "x" ${used}) (result ${used})))`);
    const params = flat === null ? ["i32"] : flat.split(" ");
    const direct = flat !== null && params.length === 1;
    const signature = direct
      ? `(param ${params[0]}) (result ${params[0]})`
      : `(param ${params.join(" ")}) (param i32)`;
    imports.push(`(import "" "${name}" (func $${name} ${signature}))`);
    const args = params.map((_, index) => `(local.get ${index})`).join(" ");
    bodies.push(
      direct
        ? `(func (export "${name}") ${signature} (call $${name} ${args}))`
        : `(func (export "${name}") (param ${params.join(" ")}) (result i32)
            (call $${name} ${args} (i32.const 1024)) (i32.const 1024))`,
    );
    lowered.push(name);
    exports.push(
      `(func (export "${name}") (param "x" ${used}) (result ${used})
        (canon lift (core func $i "${name}") (memory $mem) (realloc $realloc)
          string-encoding=${encoding} (post-return $done)))`.replace(
        "(post-return $done)",
        direct ? "" : '(post-return (core func $i "done"))',
      ),
    );
  }
  lines.push(`(core module $memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (block $fits
        (br_if $fits (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
        (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1)))))
      (local.get $at)))`);
  lines.push(
    "(core instance $m (instantiate $memory))",
    '(alias core export $m "memory" (core memory $mem))',
  );
  lines.push('(alias core export $m "realloc" (core func $realloc))');
  for (const name of lowered) {
    lines.push(`(core func $l-${name} (canon lower (func $pass-${name}) (memory $mem)
      (realloc $realloc) string-encoding=${encoding}))`);
  }
  lines.push(`(core module $main ${imports.join("\n")} ${bodies.join("\n")}
    (func (export "done") (param i32)))`);
  lines.push(`(core instance $i (instantiate $main (with "" (instance
    ${lowered.map((name) => `(export "${name}" (func $l-${name}))`).join("\n")}))))`);
  lines.push(...exports, ")");
  return lines.join("\n");
}

async function build(name, text) {
  const bytes = await parse(text);
  await writeFile(`${folder}/${name}.component.wasm`, bytes);
  console.log(`${name}.component.wasm: ${bytes.length} bytes`);
}

await build("values", values(TYPES, "utf8"));
const strings = TYPES.filter(([name]) => ["string", "list-string", "option"].includes(name));
await build("strings_utf16", values(strings, "utf16"));
await build("strings_latin1", values(strings, "latin1+utf16"));
/** Components inside one another, each of which makes two instances of the next. */
function doubling(levels) {
  if (levels === 0) return "";
  return `(component $c ${doubling(levels - 1)})
    (instance (instantiate $c)) (instance (instantiate $c))`;
}

await build("doubling", `(component ${doubling(12)})`);
for (const file of await readdir(folder)) {
  if (file.endsWith(".wat")) {
    await build(file.slice(0, -".wat".length), await readFile(`${folder}/${file}`, "utf8"));
  }
}
// The shim's worker would keep the process.
process.exit(0);
