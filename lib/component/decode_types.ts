/**
 * Reads the types of a component: Binary.md, "Type Definitions".
 *
 * @module
 */
import type { BinaryReader } from "./binary_reader.ts";
import type {
  Case,
  Definition,
  ExternDescription,
  Field,
  FunctionTypeDefinition,
  PrimitiveName,
  Sort,
  TypeDefinition,
  ValueTypeReference,
} from "./definition.ts";
import { MAX_DEPTH, readCoreSort, skipCoreType, unsupported } from "./core_types.ts";

const PRIMITIVES: ReadonlyMap<number, PrimitiveName> = new Map([
  [0x7f, "bool"],
  [0x7e, "s8"],
  [0x7d, "u8"],
  [0x7c, "s16"],
  [0x7b, "u16"],
  [0x7a, "s32"],
  [0x79, "u32"],
  [0x78, "s64"],
  [0x77, "u64"],
  [0x76, "f32"],
  [0x75, "f64"],
  [0x74, "char"],
  [0x73, "string"],
]);

const SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x01, "func"],
  [0x02, "value"],
  [0x03, "type"],
  [0x04, "component"],
  [0x05, "instance"],
]);

/** `sort`. */
export function readSort(reader: BinaryReader): Sort {
  const byte = reader.byte();
  if (byte === 0) return readCoreSort(reader);
  const sort = SORTS.get(byte);
  if (sort === undefined) throw reader.malformed("there is no such sort");
  return sort;
}

/** `importname'` and `exportname'`: a name after a byte that says how it is written. */
export function readExternName(reader: BinaryReader): string {
  const form = reader.byte();
  if (form > 1) throw unsupported("names with attributes");
  return reader.name();
}

/** `externdesc`. */
export function readExternDescription(reader: BinaryReader): ExternDescription {
  switch (reader.byte()) {
    case 0x00:
      if (reader.byte() !== 0x11) throw reader.malformed("a core import is no module");
      return { sort: "core module", type: reader.u32() };
    case 0x01:
      return { sort: "func", type: reader.u32() };
    case 0x02:
      throw unsupported("values");
    case 0x03: {
      const bound = reader.byte();
      if (bound > 1) throw reader.malformed("there is no such type bound");
      return { sort: "type", equals: bound === 0 ? reader.u32() : null };
    }
    case 0x04:
      return { sort: "component", type: reader.u32() };
    case 0x05:
      return { sort: "instance", type: reader.u32() };
    default:
      throw reader.malformed("there is no such description");
  }
}

/** `alias`. */
export function readAlias(reader: BinaryReader): Definition {
  const sort = readSort(reader);
  switch (reader.byte()) {
    case 0x00:
      return { kind: "alias export", sort, instance: reader.u32(), name: reader.name() };
    case 0x01:
      return { kind: "alias core export", sort, instance: reader.u32(), name: reader.name() };
    case 0x02:
      return { kind: "alias outer", sort, count: reader.u32(), index: reader.u32() };
    default:
      throw reader.malformed("there is no such alias");
  }
}

/** `valtype`. */
function readValueType(reader: BinaryReader): ValueTypeReference {
  const primitive = PRIMITIVES.get(reader.peek());
  if (primitive !== undefined) {
    reader.byte();
    return primitive;
  }
  if (reader.peek() === 0x64) throw unsupported("error contexts");
  return reader.u32();
}

function readField(reader: BinaryReader): Field {
  return { name: reader.name(), type: readValueType(reader) };
}

function readCase(reader: BinaryReader): Case {
  const name = reader.name();
  const type = reader.optional(() => readValueType(reader));
  if (reader.byte() !== 0) throw unsupported("refined cases");
  return { name, type };
}

/** Something that must not be empty, as types must not take no room. */
function filled<T>(reader: BinaryReader, items: readonly T[]): readonly T[] {
  if (items.length === 0) throw reader.malformed("a type has no parts");
  return items;
}

function readFunctionType(reader: BinaryReader): FunctionTypeDefinition {
  const params = reader.vector(() => readField(reader));
  switch (reader.byte()) {
    case 0x00:
      return { kind: "func", params, result: readValueType(reader) };
    case 0x01:
      if (reader.byte() !== 0) throw unsupported("results with names");
      return { kind: "func", params };
    default:
      throw reader.malformed("a function has no such result");
  }
}

function readDeclarations(
  reader: BinaryReader,
  depth: number,
  inComponent: boolean,
): readonly Definition[] {
  return reader.vector((): Definition => {
    switch (reader.byte()) {
      case 0x00:
        skipCoreType(reader, depth);
        return { kind: "core type" };
      case 0x01:
        return { kind: "type", type: readTypeDefinition(reader, depth + 1) };
      case 0x02:
        return readAlias(reader);
      case 0x03:
        if (!inComponent) break;
        return {
          kind: "import",
          name: readExternName(reader),
          description: readExternDescription(reader),
        };
      case 0x04:
        return {
          kind: "export type",
          name: readExternName(reader),
          description: readExternDescription(reader),
        };
    }
    throw reader.malformed("there is no such declaration");
  });
}

/**
 * `type`.
 *
 * @param depth How many types this one is inside of.
 */
export function readTypeDefinition(reader: BinaryReader, depth: number): TypeDefinition {
  if (depth > MAX_DEPTH) throw reader.malformed("types are nested too deeply");
  const primitive = PRIMITIVES.get(reader.peek());
  const form = reader.byte();
  if (primitive !== undefined) return { kind: "primitive", name: primitive };
  switch (form) {
    case 0x72:
      return { kind: "record", fields: filled(reader, reader.vector(() => readField(reader))) };
    case 0x71:
      return { kind: "variant", cases: filled(reader, reader.vector(() => readCase(reader))) };
    case 0x70:
      return { kind: "list", element: readValueType(reader) };
    case 0x6f: {
      const elements = filled(reader, reader.vector(() => readValueType(reader)));
      return { kind: "tuple", elements };
    }
    case 0x6e: {
      const names = filled(reader, reader.vector(() => reader.name()));
      if (names.length > 32) throw reader.malformed("there are more than 32 flags");
      return { kind: "flags", names };
    }
    case 0x6d:
      return { kind: "enum", names: filled(reader, reader.vector(() => reader.name())) };
    case 0x6b:
      return { kind: "option", payload: readValueType(reader) };
    case 0x6a:
      return {
        kind: "result",
        ok: reader.optional(() => readValueType(reader)),
        error: reader.optional(() => readValueType(reader)),
      };
    case 0x69:
      return { kind: "own", resource: reader.u32() };
    case 0x68:
      return { kind: "borrow", resource: reader.u32() };
    case 0x40:
      return readFunctionType(reader);
    case 0x41:
      return { kind: "component-type", declarations: readDeclarations(reader, depth, true) };
    case 0x42:
      return { kind: "instance-type", declarations: readDeclarations(reader, depth, false) };
    case 0x3f:
      if (reader.byte() !== 0x7f) throw unsupported("resources that are not i32");
      return { kind: "resource", destructor: reader.optional(() => reader.u32()) };
    case 0x43:
      throw unsupported("async functions");
    case 0x65:
    case 0x66:
      throw unsupported("streams and futures as types");
    case 0x67:
      throw unsupported("lists of a fixed length");
    default:
      throw unsupported(`a type of the form 0x${form.toString(16)}`);
  }
}
