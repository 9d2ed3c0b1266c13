/**
 * Reads a component: Binary.md.
 *
 * @module
 */
import { BinaryReader } from "./binary_reader.ts";
import { MAX_DEPTH, readCoreSort, skipCoreType, unsupported } from "./core_types.ts";
import {
  readAlias,
  readExternDescription,
  readExternName,
  readSort,
  readTypeDefinition,
} from "./decode_types.ts";
import type {
  CanonicalOptions,
  ComponentDefinition,
  Definition,
  NamedItem,
  StringEncoding,
} from "./definition.ts";
import { ComponentError } from "./error.ts";

/** `\0asm`, version 13, layer 1. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00] as const;

/**
 * Whether bytes are a component of the version that is known, and no module.
 *
 * @param bytes The binary, or its first 8 bytes.
 * @returns Whether they begin as a component does.
 *
 * @example
 * ```ts
 * import { isComponent } from "@vmsock/vmsock/wasi";
 * import { assert } from "@std/assert";
 *
 * assert(isComponent(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])));
 * assert(!isComponent(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])), "a module");
 * ```
 */
export function isComponent(bytes: Uint8Array): boolean {
  return PREAMBLE.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads a component.
 *
 * @param bytes The whole binary; it is kept.
 * @returns Its definitions.
 * @throws {ComponentError} If it is malformed, or of a version that is not known.
 */
export function decodeComponent(bytes: Uint8Array<ArrayBuffer>): ComponentDefinition {
  if (!isComponent(bytes)) {
    throw new ComponentError("This is no WebAssembly component of version 0.2");
  }
  return { definitions: readSections(new BinaryReader(bytes, PREAMBLE.length), 0) };
}

function readSections(reader: BinaryReader, depth: number): readonly Definition[] {
  if (depth > MAX_DEPTH) throw reader.malformed("components are nested too deeply");
  const definitions: Definition[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.section(reader.u32());
    switch (id) {
      case 0:
        continue;
      case 1:
        definitions.push({ kind: "core module", bytes: section.rest() });
        continue;
      case 4: {
        const bytes = section.rest();
        if (!isComponent(bytes)) throw reader.malformed("a part of it is no component");
        const inner = readSections(new BinaryReader(bytes, PREAMBLE.length), depth + 1);
        definitions.push({ kind: "component", component: { definitions: inner } });
        continue;
      }
      case 9:
        throw unsupported("a start function");
      case 12:
        throw unsupported("values");
    }
    const item = ITEMS.get(id);
    if (item === undefined) throw reader.malformed("there is no such section");
    for (const definition of section.vector(() => item(section))) definitions.push(definition);
    if (!section.done) throw section.malformed("a section has bytes left");
  }
  return definitions;
}

/** What each section holds a vector of. */
const ITEMS: ReadonlyMap<number, (reader: BinaryReader) => Definition> = new Map([
  [2, readCoreInstance],
  [3, (reader: BinaryReader): Definition => {
    skipCoreType(reader, 0);
    return { kind: "core type" };
  }],
  [5, readInstance],
  [6, readAlias],
  [
    7,
    (reader: BinaryReader): Definition => ({ kind: "type", type: readTypeDefinition(reader, 0) }),
  ],
  [8, readCanonical],
  [10, (reader: BinaryReader): Definition => ({
    kind: "import",
    name: readExternName(reader),
    description: readExternDescription(reader),
  })],
  [11, readExport],
]);

function readCoreInstance(reader: BinaryReader): Definition {
  switch (reader.byte()) {
    case 0x00: {
      const module = reader.u32();
      const args = reader.vector(() => {
        const name = reader.name();
        if (reader.byte() !== 0x12) throw reader.malformed("an argument is no core instance");
        return { name, instance: reader.u32() };
      });
      return { kind: "core instantiate", module, args };
    }
    case 0x01: {
      const items = reader.vector((): NamedItem => ({
        name: reader.name(),
        sort: readCoreSort(reader),
        index: reader.u32(),
      }));
      return { kind: "core exports", items };
    }
    default:
      throw reader.malformed("there is no such core instance");
  }
}

function readInstance(reader: BinaryReader): Definition {
  switch (reader.byte()) {
    case 0x00: {
      const component = reader.u32();
      const args = reader.vector((): NamedItem => ({
        name: reader.name(),
        sort: readSort(reader),
        index: reader.u32(),
      }));
      return { kind: "instantiate", component, args };
    }
    case 0x01: {
      const items = reader.vector((): NamedItem => ({
        name: readExternName(reader),
        sort: readSort(reader),
        index: reader.u32(),
      }));
      return { kind: "exports", items };
    }
    default:
      throw reader.malformed("there is no such instance");
  }
}

function readCanonical(reader: BinaryReader): Definition {
  const form = reader.byte();
  switch (form) {
    case 0x00: {
      expectZero(reader);
      const func = reader.u32();
      return { kind: "lift", func, options: readOptions(reader), type: reader.u32() };
    }
    case 0x01: {
      expectZero(reader);
      const func = reader.u32();
      return { kind: "lower", func, options: readOptions(reader) };
    }
    case 0x02:
      return { kind: "resource.new", resource: reader.u32() };
    case 0x03:
      return { kind: "resource.drop", resource: reader.u32() };
    case 0x04:
      return { kind: "resource.rep", resource: reader.u32() };
    default:
      throw unsupported(`a built-in function of WASI 0.3 (0x${form.toString(16)})`);
  }
}

function expectZero(reader: BinaryReader): void {
  if (reader.byte() !== 0) throw reader.malformed("there is no such canonical function");
}

function readOptions(reader: BinaryReader): CanonicalOptions {
  let encoding: StringEncoding = "utf8";
  const indices: { memory?: number; realloc?: number; postReturn?: number } = {};
  reader.vector(() => {
    switch (reader.byte()) {
      case 0x00:
        encoding = "utf8";
        return;
      case 0x01:
        encoding = "utf16";
        return;
      case 0x02:
        encoding = "latin1+utf16";
        return;
      case 0x03:
        indices.memory = reader.u32();
        return;
      case 0x04:
        indices.realloc = reader.u32();
        return;
      case 0x05:
        indices.postReturn = reader.u32();
        return;
      default:
        throw unsupported("async functions");
    }
  });
  return { encoding, ...indices };
}

function readExport(reader: BinaryReader): Definition {
  const name = readExternName(reader);
  const sort = readSort(reader);
  const index = reader.u32();
  reader.optional(() => readExternDescription(reader));
  return { kind: "export", name, sort, index };
}
