/**
 * Natives on raw memory, run-time types and boxed values.
 *
 * @module
 */
import { runtimeError } from "../error.ts";
import {
  allocate,
  heapLoad,
  heapSize,
  heapStore,
  indexAny,
  offsetPointer,
  outOfBounds,
  setIndexAny,
  toIndex,
} from "../indexing.ts";
import { fromBytes } from "../text.ts";
import { DynBox, Pointer, Sequence, StructValue, typeNumber, type Value } from "../value.ts";
import { int, string } from "../value_checks.ts";
import { native, type NativeContext, type NativeRow } from "./native.ts";

function box(value: Value | undefined): DynBox {
  if (!(value instanceof DynBox)) {
    throw runtimeError("expected reference");
  }
  return value;
}

function fieldAt(value: Value | undefined, index: bigint): { struct: StructValue; at: number } {
  const struct = box(value).value;
  const at = toIndex(index);
  if (!(struct instanceof StructValue) || at < 0 || at >= struct.fields.length) {
    throw outOfBounds(null, index);
  }
  return { struct, at };
}

function stringFrom(context: NativeContext, source: Value | undefined, length: bigint): string {
  const count = toIndex(length);
  if (count < 0) {
    throw outOfBounds(null, length);
  }
  if (source === null && count === 0) {
    return "";
  }
  context.heap.reserveString(count);
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    bytes[i] = Number(int(heapLoad(source, BigInt(i))) & 255n);
  }
  return fromBytes(bytes);
}

/** Natives on memory and types, by name. */
export const MEMORY_NATIVES: readonly (readonly [string, NativeRow])[] = [
  ["__null_ptr", native("", "v", () => null)],
  ["__typeof", native("v", "i", (_, [value]) => BigInt(typeNumber(value ?? null)))],
  [
    "__value_to_string",
    native("v", "v", (context, [value]) => context.plain(value ?? null)),
  ],
  [
    "__dyn_type_name",
    native("v", "v", (context, [value]) => context.program.types[box(value).type]?.name ?? "?"),
  ],
  [
    "__dyn_field_count",
    native("v", "i", (_, [value]) => {
      const struct = box(value).value;
      return struct instanceof StructValue ? BigInt(struct.fields.length) : 0n;
    }),
  ],
  [
    "__dyn_field_name",
    native("vi", "v", (context, [value, index]) => {
      const { struct, at } = fieldAt(value, int(index));
      return context.program.layouts[struct.layout]?.fields[at] ?? "";
    }),
  ],
  [
    "__dyn_field_value",
    native("vi", "v", (context, [value, index]) => {
      const { struct, at } = fieldAt(value, int(index));
      const field = struct.fields[at] ?? null;
      const type = context.program.layouts[struct.layout]?.fieldTypes[at] ?? 0;
      return field instanceof DynBox ? field : new DynBox(type, field);
    }),
  ],
  ["__alloc_heap", native("i", "v", (context, [count]) => allocate(context.heap, int(count)))],
  ["__heap_load", native("vi", "v", (_, [target, index]) => heapLoad(target, int(index)))],
  [
    "__heap_store",
    native("viv", "v", (_, [target, index, value]) => {
      heapStore(target, int(index), value ?? null);
      return null;
    }),
  ],
  [
    "__heap_size",
    native("v", "i", (_, [target]) => BigInt(heapSize(target))),
  ],
  ["__ptr_offset", native("vi", "v", (_, [target, by]) => offsetPointer(target, int(by)))],
  [
    "__alloc_string",
    native("vi", "v", (context, [source, length]) => stringFrom(context, source, int(length))),
  ],
  [
    "data_ptr",
    native(
      "v",
      "v",
      (_, [target]) => new Pointer(target instanceof Sequence ? target : string(target), 0),
    ),
  ],
  ["index_any", native("vv", "v", (_, [target, at]) => indexAny(target, at))],
  [
    "set_index_any",
    native("vvv", "v", (_, [target, at, value]) => {
      setIndexAny(target, at, value ?? null);
      return null;
    }),
  ],
];
