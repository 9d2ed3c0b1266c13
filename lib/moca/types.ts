/**
 * Types of the checker: their form, their names, putting in what variables and parameters stand for.
 *
 * @module
 */
import type { TypeNode } from "./ast.ts";
import type { Position } from "./error.ts";

/** Names of the types without arguments. */
export type PrimitiveName =
  | "int"
  | "float"
  | "bool"
  | "string"
  | "nil"
  | "any"
  | "dyn"
  | "byte"
  | "char";

/** Names of the built-in types with arguments, as messages show them. */
export type GenericName = "array" | "Vec" | "Map" | "ptr";

/** A declared struct. */
export interface StructInfo {
  /** Its name. */
  readonly name: string;
  /** Names of its type parameters. */
  readonly typeParams: readonly string[];
  /** Where it is declared. */
  readonly at: Position;
  /** Its fields as written, in order. */
  readonly fields: readonly { name: string; type: TypeNode; at: Position }[];
  /** The fields' types over the type parameters; filled when all structs are known. */
  fieldTypes: readonly Type[];
}

/** A type variable; `link` is what it stands for once that is known. */
export interface TypeVariable {
  /** Always `variable`. */
  readonly kind: "variable";
  /** Its number. */
  readonly id: number;
  /** What it stands for; null while that is not known. */
  link: Type | null;
}

/** A type parameter inside a generic body that is checked once for all arguments. */
export interface TypeParameter {
  /** Always `parameter`. */
  readonly kind: "parameter";
  /** Its name. */
  readonly name: string;
  /** Interface that arguments must implement. */
  readonly bound: string | null;
}

/** A type. */
export type Type =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "generic"; readonly name: GenericName; readonly args: readonly Type[] }
  | { readonly kind: "struct"; readonly struct: StructInfo; readonly args: readonly Type[] }
  | { readonly kind: "nullable"; readonly of: Type }
  | { readonly kind: "function"; readonly params: readonly Type[]; readonly result: Type }
  | { readonly kind: "interface"; readonly name: string }
  | TypeParameter
  | TypeVariable;

/** `int`. */
export const INT: Type = { kind: "primitive", name: "int" };
/** `float`. */
export const FLOAT: Type = { kind: "primitive", name: "float" };
/** `bool`. */
export const BOOL: Type = { kind: "primitive", name: "bool" };
/** `string`. */
export const STRING: Type = { kind: "primitive", name: "string" };
/** `nil`. */
export const NIL: Type = { kind: "primitive", name: "nil" };
/** `any`. */
export const ANY: Type = { kind: "primitive", name: "any" };
/** `dyn`. */
export const DYN: Type = { kind: "primitive", name: "dyn" };
/** `char`, the type of a string's element. */
export const CHAR: Type = { kind: "primitive", name: "char" };
/** `byte`. */
export const BYTE: Type = { kind: "primitive", name: "byte" };

/** The types named by one word. */
export const PRIMITIVES: ReadonlyMap<string, Type> = new Map([
  ["int", INT],
  ["float", FLOAT],
  ["bool", BOOL],
  ["string", STRING],
  ["nil", NIL],
  ["any", ANY],
  ["dyn", DYN],
  ["char", CHAR],
  ["byte", BYTE],
]);

/** Makes a built-in type with arguments. */
export function generic(name: GenericName, ...args: Type[]): Type {
  return { kind: "generic", name, args };
}

let variables = 0;

/** Steps that handling types may take before {@linkcode resetTypeWork}. */
const MAX_TYPE_WORK = 1_000_000;

let typeWork = 0;

/**
 * Allows handling types its full number of steps again. A few lines can describe types of
 * astronomic size; what runs out is reported like nesting that is too deep.
 */
export function resetTypeWork(): void {
  typeWork = 0;
}

/** Counts a step of handling types. */
export function countTypeStep(): void {
  if (++typeWork > MAX_TYPE_WORK) {
    throw new RangeError("Cannot handle types: they are too large");
  }
}

/** Makes a new type variable. */
export function fresh(): TypeVariable {
  return { kind: "variable", id: ++variables, link: null };
}

/** Follows a variable to what it stands for. */
export function prune(type: Type): Type {
  let at = type;
  while (at.kind === "variable" && at.link !== null) {
    at = at.link;
  }
  return at;
}

/** Whether a type is `int`, `byte` or `char`. */
export function isIntegral(type: Type): boolean {
  const t = prune(type);
  return t.kind === "primitive" && (t.name === "int" || t.name === "byte" || t.name === "char");
}

/** Whether a type is a certain primitive. */
export function isPrimitive(type: Type, name: PrimitiveName): boolean {
  const t = prune(type);
  return t.kind === "primitive" && t.name === name;
}

/** The type itself, or what a nullable type holds. */
export function withoutNull(type: Type): Type {
  const t = prune(type);
  return t.kind === "nullable" ? withoutNull(t.of) : t;
}

/**
 * The type's name as messages show it.
 *
 * @param type The type.
 * @returns Its name; `_` for what is not known.
 */
export function typeName(type: Type): string {
  return nameOf(type, 0);
}

function nameOf(type: Type, depth: number): string {
  countTypeStep();
  const t = prune(type);
  if (depth > 20) {
    return "…";
  }
  const list = (types: readonly Type[]): string =>
    types.map((a) => nameOf(a, depth + 1)).join(", ");
  switch (t.kind) {
    case "primitive":
      return t.name;
    case "generic":
      return `${t.name}<${list(t.args)}>`;
    case "struct":
      return t.args.length === 0 ? t.struct.name : `${t.struct.name}<${list(t.args)}>`;
    case "nullable":
      return `${nameOf(t.of, depth + 1)}?`;
    case "function":
      return `(${list(t.params)}) -> ${nameOf(t.result, depth + 1)}`;
    case "interface":
    case "parameter":
      return t.name;
    case "variable":
      return "_";
  }
}

/**
 * The type's name at run time, as `__dyn_type_name` gives it.
 *
 * @param type A type without variables.
 * @returns Its name, such as `Array<int>`.
 */
export function runtimeTypeName(type: Type): string {
  countTypeStep();
  const t = prune(type);
  switch (t.kind) {
    case "generic": {
      const name = t.name === "array" ? "Array" : t.name;
      return `${name}<${t.args.map(runtimeTypeName).join(", ")}>`;
    }
    case "struct":
      return t.args.length === 0
        ? t.struct.name
        : `${t.struct.name}<${t.args.map(runtimeTypeName).join(", ")}>`;
    case "nullable":
      return `${runtimeTypeName(t.of)}?`;
    case "primitive":
      return t.name === "char" || t.name === "byte" ? "int" : t.name;
    default:
      return typeName(t);
  }
}

/**
 * The word under which a type's methods are found: a struct's name, a primitive's, `Array`, `Vec`, `Map`.
 *
 * @param type The type.
 * @returns The word, or null for types that have no methods of their own.
 */
export function methodKey(type: Type): string | null {
  const t = prune(type);
  switch (t.kind) {
    case "primitive":
      return t.name === "char" || t.name === "byte" ? "int" : t.name;
    case "generic":
      return t.name === "array" ? "Array" : t.name;
    case "struct":
      return t.struct.name;
    default:
      return null;
  }
}

/**
 * Replaces type parameters.
 *
 * @param type The type.
 * @param map What each parameter becomes, by name.
 * @returns The type without those parameters.
 */
export function substitute(type: Type, map: ReadonlyMap<string, Type>): Type {
  countTypeStep();
  if (map.size === 0) {
    return type;
  }
  const t = prune(type);
  switch (t.kind) {
    case "parameter":
      return map.get(t.name) ?? t;
    case "generic":
      return { ...t, args: t.args.map((a) => substitute(a, map)) };
    case "struct":
      return t.args.length === 0 ? t : { ...t, args: t.args.map((a) => substitute(a, map)) };
    case "nullable":
      return { kind: "nullable", of: substitute(t.of, map) };
    case "function":
      return {
        kind: "function",
        params: t.params.map((p) => substitute(p, map)),
        result: substitute(t.result, map),
      };
    default:
      return t;
  }
}

/**
 * Removes all variables; those that nothing is known about become `any`.
 *
 * @param type The type.
 * @returns The same type without variables.
 */
export function resolved(type: Type): Type {
  countTypeStep();
  const t = prune(type);
  switch (t.kind) {
    case "generic":
      return { ...t, args: t.args.map(resolved) };
    case "struct":
      return t.args.length === 0 ? t : { ...t, args: t.args.map(resolved) };
    case "nullable": {
      const of = resolved(t.of);
      return of.kind === "nullable" || of === ANY ? of : { kind: "nullable", of };
    }
    case "function":
      return { kind: "function", params: t.params.map(resolved), result: resolved(t.result) };
    case "variable":
    case "parameter":
      return ANY;
    default:
      return t;
  }
}

/** The struct field types of a struct type, its arguments put in. */
export function fieldTypesOf(type: Type & { readonly kind: "struct" }): readonly Type[] {
  const map = new Map(
    type.struct.typeParams.map((name, i) => [name, type.args[i] ?? ANY] as const),
  );
  return type.struct.fieldTypes.map((field) => substitute(field, map));
}
