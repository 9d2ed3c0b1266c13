/**
 * Names to which the language itself gives a meaning.
 *
 * @module
 */
import type { GenericName } from "../types.ts";

/** Words that no program may define as a function. */
export const BUILTIN_FUNCTIONS: ReadonlySet<string> = new Set([
  "len",
  "type_of",
  "spawn",
  "channel",
  "send",
  "recv",
  "join",
  "argc",
  "argv",
  "args",
  "__null_ptr",
  "__typeof",
  "__value_to_string",
  "__dyn_type_name",
  "__dyn_field_count",
  "__dyn_field_name",
  "__dyn_field_value",
  "__hostcall",
  "__syscall",
  "__alloc_heap",
  "__heap_load",
  "__heap_store",
  "__heap_size",
  "__ptr_offset",
  "__alloc_string",
  "__umul128_hi",
  "__float_bits",
  "__call_func",
]);

/** Built-in functions without a signature. */
export const SPECIAL_FUNCTIONS: ReadonlySet<string> = new Set([
  "len",
  "spawn",
  "__hostcall",
  "__syscall",
  "print",
  "debug",
  "inspect",
]);

/** Interfaces that every type implements, with their method. */
export const UNIVERSAL_INTERFACES: ReadonlyMap<string, string> = new Map([
  ["ToString", "to_string"],
  ["WriteTo", "write_to"],
]);

/** A built-in type with arguments. */
export interface GenericTypeRow {
  /** Its name in messages. */
  readonly name: GenericName;
  /** How many arguments it has. */
  readonly count: number;
}

/** Built-in types with arguments, by the names that programs give them. */
export const GENERIC_TYPES: ReadonlyMap<string, GenericTypeRow> = new Map([
  ["array", { name: "array", count: 1 }],
  ["Array", { name: "array", count: 1 }],
  ["vec", { name: "Vec", count: 1 }],
  ["Vec", { name: "Vec", count: 1 }],
  ["map", { name: "Map", count: 2 }],
  ["Map", { name: "Map", count: 2 }],
  ["ptr", { name: "ptr", count: 1 }],
]);

/** Structs that no program may declare. */
export const RESERVED_STRUCTS: ReadonlySet<string> = new Set([
  "Array",
  "Vec",
  "Map",
  "HashMapEntry",
  "Rand",
]);
/** Types that methods can be added to besides structs, with the word under which those are found. */
const EXTENSIBLE = new Map([
  ["int", "int"],
  ["float", "float"],
  ["bool", "bool"],
  ["string", "string"],
  ["array", "Array"],
  ["Array", "Array"],
  ["vec", "Vec"],
  ["Vec", "Vec"],
  ["map", "Map"],
  ["Map", "Map"],
]);

/**
 * The word under which the methods of a built-in type are found.
 *
 * @param name The type as written.
 * @returns The word, or null if it is no such type.
 */
export function methodWord(name: string): string | null {
  return EXTENSIBLE.get(name) ?? null;
}
