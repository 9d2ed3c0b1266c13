/**
 * Types of the functions and methods that the machine itself provides.
 *
 * @module
 */
import {
  ANY,
  BOOL,
  CHAR,
  DYN,
  FLOAT,
  generic,
  INT,
  NIL,
  STRING,
  type Type,
  withoutNull,
} from "../types.ts";

/** The type of a built-in function. */
export interface Signature {
  /** Parameter types. */
  readonly params: readonly Type[];
  /** Result type; `any` where it depends on the arguments. */
  readonly result: Type;
}

const PTR = generic("ptr", ANY);

function signature(params: readonly Type[], result: Type): Signature {
  return { params, result };
}

/** Functions that programs call by name; each is a native of the machine under the same name. */
export const NATIVE_SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ["print_str", signature([STRING], NIL)],
  ["eprint_str", signature([STRING], NIL)],
  ["parse_int", signature([STRING], INT)],
  ["_int_to_string", signature([INT], STRING)],
  ["_float_to_string", signature([FLOAT], STRING)],
  ["_bool_to_string", signature([BOOL], STRING)],
  ["_int_to_float", signature([INT], FLOAT)],
  ["_float_to_int", signature([FLOAT], INT)],
  ["assert", signature([BOOL, STRING], NIL)],
  ["assert_eq", signature([INT, INT, STRING], NIL)],
  ["assert_eq_str", signature([STRING, STRING, STRING], NIL)],
  ["assert_eq_bool", signature([BOOL, BOOL, STRING], NIL)],
  ["abs", signature([INT], INT)],
  ["max", signature([INT, INT], INT)],
  ["min", signature([INT, INT], INT)],
  ["abs_f", signature([FLOAT], FLOAT)],
  ["sqrt_f", signature([FLOAT], FLOAT)],
  ["floor_f", signature([FLOAT], FLOAT)],
  ["fmod_f", signature([FLOAT, FLOAT], FLOAT)],
  ["sin_f", signature([FLOAT], FLOAT)],
  ["cos_f", signature([FLOAT], FLOAT)],
  ["str_len", signature([STRING], INT)],
  ["str_contains", signature([STRING, STRING], BOOL)],
  ["str_index_of", signature([STRING, STRING], INT)],
  ["starts_with", signature([STRING, STRING], BOOL)],
  ["ends_with", signature([STRING, STRING], BOOL)],
  ["substring", signature([STRING, INT, INT], STRING)],
  ["trim", signature([STRING], STRING)],
  ["to_upper", signature([STRING], STRING)],
  ["to_lower", signature([STRING], STRING)],
  ["split", signature([STRING, STRING], generic("Vec", STRING))],
  ["replace", signature([STRING, STRING, STRING], STRING)],
  ["string_concat", signature([STRING, STRING], STRING)],
  ["string_join", signature([generic("array", STRING)], STRING)],
  ["sort_int", signature([generic("Vec", INT)], NIL)],
  ["sort_float", signature([generic("Vec", FLOAT)], NIL)],
  ["time", signature([], INT)],
  ["time_nanos", signature([], INT)],
  ["time_format", signature([INT], STRING)],
  ["argc", signature([], INT)],
  ["argv", signature([INT], STRING)],
  ["args", signature([], generic("array", STRING))],
  ["channel", signature([], generic("array", INT))],
  ["send", signature([INT, ANY], NIL)],
  ["recv", signature([INT], ANY)],
  ["join", signature([INT], ANY)],
  ["__null_ptr", signature([], ANY)],
  ["__typeof", signature([ANY], INT)],
  ["__value_to_string", signature([ANY], STRING)],
  ["__dyn_type_name", signature([DYN], STRING)],
  ["__dyn_field_count", signature([DYN], INT)],
  ["__dyn_field_name", signature([DYN, INT], STRING)],
  ["__dyn_field_value", signature([DYN, INT], DYN)],
  ["__alloc_heap", signature([INT], PTR)],
  ["__heap_load", signature([ANY, INT], ANY)],
  ["__heap_store", signature([ANY, INT, ANY], NIL)],
  ["__heap_size", signature([ANY], INT)],
  ["__ptr_offset", signature([ANY, INT], PTR)],
  ["__alloc_string", signature([ANY, INT], STRING)],
  ["__umul128_hi", signature([INT, INT], INT)],
  ["__float_bits", signature([FLOAT], INT)],
]);

/** Methods of built-in types over their type arguments. */
export interface MethodSignature extends Signature {
  /** Name of the native; its first argument is the receiver. */
  readonly native: string;
}

/**
 * The methods that a built-in type has by itself.
 *
 * @param type The receiver's type, not a variable.
 * @param name The method's name.
 * @returns Its signature without the receiver, or null.
 */
export function builtinMethod(type: Type, name: string): MethodSignature | null {
  const make = (native: string, params: readonly Type[], result: Type): MethodSignature => ({
    native,
    params,
    result,
  });
  if (type.kind === "primitive" && type.name === "string") {
    return name === "len" ? make("str_len", [], INT) : null;
  }
  if (type.kind !== "generic") {
    return null;
  }
  const [first = ANY, second = ANY] = type.args;
  if (type.name === "ptr") {
    return name === "offset" ? make("__ptr_offset", [INT], type) : null;
  }
  if (type.name === "Map") {
    return mapMethod(name, first, second, make);
  }
  switch (name) {
    case "len":
      return make("seq_len", [], INT);
    case "get":
      return make("seq_get", [INT], first);
    case "set":
      return make("seq_set", [INT, first], NIL);
  }
  if (type.name === "Vec") {
    switch (name) {
      case "push":
        return make("vec_push", [first], NIL);
      case "pop":
        return make("vec_pop", [], first);
      case "first":
        return make("vec_first", [], first);
    }
  }
  return null;
}

function mapMethod(
  name: string,
  key: Type,
  value: Type,
  make: (native: string, params: readonly Type[], result: Type) => MethodSignature,
): MethodSignature | null {
  const keyed = /^(put|get|contains|remove|set)_(int|string)$/.exec(name);
  const [, verb = name, suffix = ""] = keyed ?? [];
  const k = suffix === "int" ? INT : suffix === "string" ? STRING : key;
  switch (verb) {
    case "put":
    case "set":
      return make("map_put", [k, value], NIL);
    case "get":
      return make("map_get", [k], value);
    case "contains":
      return make("map_contains", [k], BOOL);
    case "remove":
      return make("map_remove", [k], BOOL);
    case "len":
      return make("map_len", [], INT);
    case "keys":
      return make("map_keys", [], generic("Vec", key));
    case "values":
      return make("map_values", [], generic("Vec", value));
    default:
      return null;
  }
}

/**
 * Fields of built-in types.
 *
 * @param type The type, not a variable.
 * @param name The field's name.
 * @returns Its type and native, or null.
 */
export function builtinField(type: Type, name: string): MethodSignature | null {
  if (type.kind === "primitive" && type.name === "string") {
    return name === "len"
      ? { native: "str_len", params: [], result: INT }
      : name === "data"
      ? { native: "data_ptr", params: [], result: generic("ptr", INT) }
      : null;
  }
  if (type.kind !== "generic" || type.name === "ptr") {
    return null;
  }
  if (type.name === "Map") {
    return name === "len" || name === "size" || name === "capacity"
      ? { native: name === "capacity" ? "map_capacity" : "map_len", params: [], result: INT }
      : null;
  }
  switch (name) {
    case "len":
      return { native: "seq_len", params: [], result: INT };
    case "data":
      return { native: "data_ptr", params: [], result: generic("ptr", type.args[0] ?? ANY) };
    case "cap":
      return type.name === "Vec" ? { native: "vec_cap", params: [], result: INT } : null;
    default:
      return null;
  }
}

/** The types of a container's keys and values. */
export interface ElementTypes {
  /** What it is indexed by. */
  readonly key: Type;
  /** What is found there. */
  readonly value: Type;
}

/**
 * What indexing takes and gives.
 *
 * @param type The type of what is indexed.
 * @returns The types, or null if it cannot be indexed.
 */
export function elementTypes(type: Type): ElementTypes | null {
  const t = withoutNull(type);
  if (t.kind === "primitive") {
    return t.name === "string"
      ? { key: INT, value: CHAR }
      : t.name === "any"
      ? { key: ANY, value: ANY }
      : null;
  }
  if (t.kind === "generic") {
    const [first = ANY, second = ANY] = t.args;
    return t.name === "Map" ? { key: first, value: second } : { key: INT, value: first };
  }
  return t.kind === "struct" || t.kind === "parameter" ? { key: INT, value: ANY } : null;
}
