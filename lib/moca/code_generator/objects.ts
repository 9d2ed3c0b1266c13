/**
 * Code for making structs, arrays, Vecs, Maps, function values and boxed values, and for reading
 * their fields and elements.
 *
 * @module
 */
import type { RegisterClass } from "../bytecode.ts";
import type { Local } from "../typed_program.ts";
import { isPrimitive, type Type, withoutNull } from "../types.ts";
import { SequenceKind } from "../value.ts";
import type { Node } from "./base.ts";
import { CallGenerator } from "./calls.ts";
import { classOf, sequenceKind } from "./program_builder.ts";

/** Instructions that read an element; a bool is read as a reference. */
const GET_INDEX: Readonly<Record<RegisterClass, string>> = {
  i: "GET_INDEX_INT",
  f: "GET_INDEX_FLOAT",
  b: "GET_INDEX",
  v: "GET_INDEX",
};

/** Instructions that append an element. */
const APPEND: Readonly<Record<RegisterClass, string>> = {
  i: "APPEND_INT",
  f: "APPEND_FLOAT",
  b: "APPEND",
  v: "APPEND",
};

/** The class in which a sequence's elements are stored, by its kind. */
export function elementClass(kind: number): RegisterClass {
  return kind === SequenceKind.INT ? "i" : kind === SequenceKind.FLOAT ? "f" : "v";
}

/**
 * The instruction that reads an element.
 *
 * @param sequence Type of the sequence.
 * @param to Class of the element.
 * @returns Its name; for a bool it reads a reference.
 */
export function getIndexName(sequence: Type, to: RegisterClass): string {
  return to === "i" && isPrimitive(withoutNull(sequence), "string") ? "BYTE_AT" : GET_INDEX[to];
}

/** Generates objects. */
export abstract class ObjectGenerator extends CallGenerator {
  /** Reads an element. */
  protected index(node: Node<"index">, dst: number | null): number {
    const type = withoutNull(node.object.type);
    const native = type.kind === "generic" && type.name === "Map"
      ? "map_get"
      : isPrimitive(type, "any") || type.kind === "struct"
      ? "index_any"
      : null;
    if (native !== null) {
      const args = [node.object, node.index];
      return this.native({ ...node, kind: "native", name: native, args, params: [] }, dst);
    }
    const { code } = this;
    const top = code.top;
    const object = this.as(node.object, "v");
    const index = this.as(node.index, "i");
    code.top = top;
    code.at(node.at);
    const to = classOf(node.type);
    const register = to === "b" ? code.take() : this.destination(dst);
    code.emit(getIndexName(node.object.type, to), register, object, index);
    return to === "b" ? this.convert(register, "v", "b", dst) : register;
  }

  /** Reads a field. */
  protected field(node: Node<"field">, dst: number | null): number {
    const { code } = this;
    const top = code.top;
    const object = this.as(node.object, "v");
    const index = fieldIndex(node.object.type, node.name);
    code.top = top;
    code.at(node.at);
    const to = classOf(node.type);
    if (to === "i" || to === "v") {
      const register = this.destination(dst);
      code.emit(to === "i" ? "GET_FIELD_INT" : "GET_FIELD", register, object, index);
      return register;
    }
    const register = code.take();
    code.emit("GET_FIELD", register, object, index);
    return this.convert(register, "v", to, dst);
  }

  /** Makes a struct. */
  protected struct(node: Node<"newStruct">, dst: number | null): number {
    const layout = this.program.layout(node.layout);
    const start = this.code.top;
    for (const [i, value] of node.values.entries()) {
      this.argument(value, "v", start + i);
    }
    this.code.top = start;
    const register = this.destination(dst);
    this.code.at(node.at);
    this.code.emit("STRUCT", register, layout, start);
    return register;
  }

  /** Makes an array or a Vec. */
  protected sequence(node: Node<"newArray" | "newVec">, dst: number | null): number {
    const kind = sequenceKind(node.type);
    // Elements may refer to the variable that the sequence goes to, so it is made aside.
    const start = this.code.top;
    const sequence = this.code.take();
    this.code.emit(
      "SEQUENCE",
      sequence,
      kind,
      node.kind === "newVec" ? 1 : 0,
      node.elements.length,
    );
    const to = elementClass(kind);
    const top = this.code.top;
    for (const element of node.elements) {
      this.code.emit(APPEND[to], sequence, this.as(element, to));
      this.code.top = top;
    }
    const register = this.convert(sequence, "v", "v", dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }

  /** Makes a Map. */
  protected map(node: Node<"newMap">, dst: number | null): number {
    const start = this.code.top;
    const map = this.code.take();
    this.code.emit("MAP", map);
    for (const [i, key] of node.keys.entries()) {
      const value = node.values[i];
      if (value === undefined) {
        continue;
      }
      const window = this.code.top;
      this.code.reserve(window + 3);
      this.code.emit("MOVE_REF", window, map);
      this.code.top = window + 2;
      this.as(key, "v", window + 1);
      this.code.top = window + 3;
      this.as(value, "v", window + 2);
      this.code.emit("NATIVE", this.program.native("map_put", "vvv"), window, 3);
      this.code.top = window;
    }
    const register = this.convert(map, "v", "v", dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }

  /** Makes a function value. */
  protected closure(index: number, captures: readonly Local[], dst: number | null): number {
    const start = this.code.top;
    for (const [i, local] of captures.entries()) {
      this.code.reserve(start + i + 1);
      this.code.emit("MOVE_REF", start + i, this.register(local));
    }
    this.code.top = start;
    const register = this.destination(dst);
    this.code.emit("CLOSURE", register, index, start, captures.length);
    return register;
  }

  /** Makes a value with its type. */
  protected box(node: Node<"box">, dst: number | null): number {
    const top = this.code.top;
    const value = this.as(node.value, "v");
    this.code.top = top;
    const register = this.destination(dst);
    const type = node.value.type;
    const index = isPrimitive(type, "any") ? -1 : this.program.runtimeType(type);
    this.code.emit("BOX_DYN", register, value, index);
    return register;
  }
}

/** The index of a struct's field. */
export function fieldIndex(type: Type, name: string): number {
  const struct = withoutNull(type);
  return struct.kind === "struct" ? struct.struct.fields.findIndex((f) => f.name === name) : -1;
}
