/**
 * Reads what a component's binary says of core WebAssembly's types, only to know where it ends: V8
 * checks modules by itself.
 *
 * @module
 */
import type { BinaryReader } from "./binary_reader.ts";
import type { Sort } from "./definition.ts";
import { ComponentError } from "./error.ts";

/** Types and components inside one another, at most. */
export const MAX_DEPTH = 100;

const CORE_SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x00, "core func"],
  [0x01, "core table"],
  [0x02, "core memory"],
  [0x03, "core global"],
  [0x04, "core tag"],
  [0x10, "core type"],
  [0x11, "core module"],
  [0x12, "core instance"],
]);

/** The error for a part of the component model that is of WASI 0.3 or later. */
export function unsupported(what: string): ComponentError {
  return new ComponentError(
    `The component uses ${what}, which is not supported: build it for WASI 0.2`,
  );
}

/** `core:sort`. */
export function readCoreSort(reader: BinaryReader): Sort {
  const sort = CORE_SORTS.get(reader.byte());
  if (sort === undefined) throw reader.malformed("there is no such core sort");
  return sort;
}

function skipCoreFunctionType(reader: BinaryReader): void {
  for (let list = 0; list < 2; list++) {
    reader.vector(() => {
      const type = reader.byte();
      // A reference to a heap type, which takes further bytes.
      if (type === 0x63 || type === 0x64) throw unsupported("core types with references");
    });
  }
}

function skipCoreImport(reader: BinaryReader): void {
  const readLimits = () => {
    const flags = reader.byte();
    if (flags > 0x03) throw unsupported("64-bit memories and tables");
    reader.u32();
    if ((flags & 1) !== 0) reader.u32();
  };
  switch (reader.byte()) {
    case 0x00:
      reader.u32();
      return;
    case 0x01:
      reader.byte();
      readLimits();
      return;
    case 0x02:
      readLimits();
      return;
    case 0x03:
      reader.byte();
      reader.byte();
      return;
    case 0x04:
      reader.byte();
      reader.u32();
      return;
    default:
      throw reader.malformed("there is no such import");
  }
}

/** `core:type`: read, since V8 checks modules by itself, only to know where it ends. */
export function skipCoreType(reader: BinaryReader, depth: number): void {
  if (depth > MAX_DEPTH) throw reader.malformed("types are nested too deeply");
  switch (reader.byte()) {
    case 0x60:
      skipCoreFunctionType(reader);
      return;
    case 0x50:
      reader.vector(() => {
        switch (reader.byte()) {
          case 0x00:
            reader.name();
            reader.name();
            skipCoreImport(reader);
            return;
          case 0x01:
            skipCoreType(reader, depth + 1);
            return;
          case 0x02:
            readCoreSort(reader);
            reader.byte();
            reader.u32();
            reader.u32();
            return;
          case 0x03:
            reader.name();
            skipCoreImport(reader);
            return;
          default:
            throw reader.malformed("there is no such declaration");
        }
      });
      return;
    default:
      throw unsupported("core types of WebAssembly's garbage collection");
  }
}
