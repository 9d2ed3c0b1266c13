/**
 * Code for statements and whole functions.
 *
 * @module
 */
import type { RegisterClass } from "../bytecode.ts";
import type { Local, TypedExpression, TypedFunction, TypedStatement } from "../typed_program.ts";
import { isPrimitive, NIL, type Type, withoutNull } from "../types.ts";
import { LoopGenerator, type Node } from "./loops.ts";
import { elementClass, fieldIndex } from "./objects.ts";
import { classOf, type FunctionEntry, sequenceKind } from "./program_builder.ts";

const RETURN: Readonly<Record<RegisterClass, string>> = {
  i: "RETURN_INT",
  f: "RETURN_FLOAT",
  b: "RETURN_BOOL",
  v: "RETURN_REF",
};

/** Instructions that write an element. */
const SET_INDEX: Readonly<Record<RegisterClass, string>> = {
  i: "SET_INDEX_INT",
  f: "SET_INDEX_FLOAT",
  b: "SET_INDEX",
  v: "SET_INDEX",
};

/** Parts of a Vec that may be written, by the number that the native `vec_set_part` takes. */
const VEC_PARTS = ["data", "len", "cap"];

/** Generates one function. */
export class FunctionGenerator extends LoopGenerator {
  #result: Type = NIL;

  /**
   * Generates a function's code.
   *
   * @param entry The function.
   * @returns Its parameters' classes, one letter each.
   */
  function(entry: FunctionEntry): string {
    const { typed } = entry;
    this.code.at(typed.at);
    this.#result = typed.result;
    let params = "";
    if (entry.isLambda) {
      this.code.take();
      params = "v";
    }
    const registers = typed.params.map(() => this.code.take());
    params += typed.params.map((param) => classOf(param.type)).join("");
    if (entry.calls !== null) {
      this.#thunk(entry.calls, typed.params);
      return params;
    }
    for (const [i, param] of typed.params.entries()) {
      this.#parameter(param, registers[i] ?? 0);
    }
    for (const [i, local] of (entry.isLambda ? typed.captures : []).entries()) {
      const register = this.code.take();
      this.code.emit("CAPTURE", register, i);
      this.places.set(local, { register });
    }
    this.block(typed.body);
    this.code.at(typed.end);
    this.#returnNil();
    return params;
  }

  /** Calls a named function on behalf of a function value, whose closure is in front of the arguments. */
  #thunk(target: TypedFunction, params: readonly Local[]): void {
    const start = this.code.top;
    for (const [i, param] of params.entries()) {
      this.convert(i + 1, classOf(param.type), classOf(param.type), this.code.take());
    }
    this.code.reserve(start + params.length + 1);
    const at = this.code.emit("CALL", 0, start, 0);
    this.program.linkCall(at, this.program.functionIndex(target), start);
    this.code.emit(RETURN[classOf(target.result)], start);
  }

  #parameter(param: Local, register: number): void {
    if (!param.captured) {
      this.places.set(param, { register });
      return;
    }
    const boxed = this.convert(register, classOf(param.type), "v", null);
    const cell = this.code.take();
    this.code.emit("CELL_NEW", cell, boxed);
    this.places.set(param, { register: cell });
  }

  /** Returns without a value. */
  #returnNil(): void {
    const to = classOf(this.#result);
    if (to === "v") {
      this.code.emit("RETURN_NIL");
      return;
    }
    // The checker lets no function of this type reach its end.
    const nil = this.code.take();
    this.code.emit("LOAD_NIL", nil);
    this.code.emit(RETURN[to], this.convert(nil, "v", to, null));
  }

  protected override block(statements: readonly TypedStatement[]): void {
    const top = this.code.top;
    for (const statement of statements) {
      const before = this.code.top;
      this.code.at(statement.at);
      this.#statement(statement);
      // A `let` keeps its register until the block ends.
      this.code.top = statement.kind === "let" ? this.code.top : before;
    }
    this.code.top = top;
  }

  #statement(node: TypedStatement): void {
    switch (node.kind) {
      case "let":
        return this.#let(node.local, node.value);
      case "assign":
        return this.#assign(node.local, node.value);
      case "setIndex":
        return this.#setIndex(node);
      case "setField":
        return this.#setField(node);
      case "if":
        return this.#if(node);
      case "while":
        return this.while(node);
      case "forIn":
        return this.forIn(node);
      case "forRange":
        return this.forRange(node);
      case "break":
      case "continue":
        return this.leaveRound(node.kind);
      case "return":
        return this.#return(node.value);
      case "throw":
        this.code.emit("THROW", this.as(node.value, "v"));
        return;
      case "try":
        return this.#try(node);
      case "matchDyn":
        return this.#matchDyn(node);
      case "expression":
        if (node.value.kind !== "nil") {
          this.value(node.value, null);
        }
        return;
    }
  }

  #let(local: Local, value: TypedExpression): void {
    const register = this.code.top;
    if (value.kind === "lambda" && value.captures.includes(local)) {
      // The lambda takes its own variable along, which therefore comes first.
      this.code.take();
      this.code.emit("LOAD_NIL", register);
      this.code.emit("CELL_NEW", register, register);
      this.places.set(local, { register });
      this.code.emit("CELL_SET", register, this.as(value, "v"));
      this.code.top = register + 1;
      return;
    }
    if (local.captured) {
      this.argument(value, "v", register);
      this.code.emit("CELL_NEW", register, register);
    } else {
      this.argument(value, classOf(local.type), register);
    }
    this.places.set(local, { register });
    this.code.top = register + 1;
  }

  #assign(local: Local, value: TypedExpression): void {
    const register = this.register(local);
    if (local.captured) {
      this.code.emit("CELL_SET", register, this.as(value, "v"));
    } else {
      this.asType(value, local.type, register);
    }
  }

  #setIndex(node: Node<"setIndex">): void {
    const type = withoutNull(node.object.type);
    const { code } = this;
    const native = isPrimitive(type, "any") || type.kind === "struct"
      ? "set_index_any"
      : type.kind === "generic" && type.name === "Map"
      ? "map_put"
      : null;
    if (native !== null) {
      const start = code.top;
      for (const [i, part] of [node.object, node.index, node.value].entries()) {
        this.argument(part, "v", start + i);
      }
      code.at(node.at);
      code.emit("NATIVE", this.program.native(native, "vvv"), start, 3);
      return;
    }
    const object = this.as(node.object, "v");
    const index = this.as(node.index, "i");
    const isPointer = type.kind === "generic" && type.name === "ptr";
    const to = isPointer ? "v" : elementClass(sequenceKind(type));
    const value = this.as(node.value, to);
    code.at(node.at);
    code.emit(SET_INDEX[to], object, index, value);
  }

  #setField(node: Node<"setField">): void {
    const type = withoutNull(node.object.type);
    if (type.kind === "generic") {
      const start = this.code.top;
      const part = VEC_PARTS.indexOf(node.name);
      this.as(node.object, "v", this.code.take());
      this.code.emit("LOAD_INT", this.code.take(), this.program.int(BigInt(part)));
      this.as(node.value, "v", this.code.take());
      this.code.emit("NATIVE", this.program.native("vec_set_part", "viv"), start, 3);
      return;
    }
    const object = this.as(node.object, "v");
    const index = fieldIndex(type, node.name);
    const int = classOf(node.value.type) === "i";
    const value = this.as(node.value, int ? "i" : "v");
    this.code.at(node.at);
    this.code.emit(int ? "SET_FIELD_INT" : "SET_FIELD", object, index, value);
  }

  #if(node: Node<"if">): void {
    const { code } = this;
    const otherwise = code.label();
    this.condition(node.condition, false, otherwise);
    this.block(node.then);
    if (node.else.length === 0) {
      code.place(otherwise);
      return;
    }
    const end = code.label();
    code.emit("JUMP", end);
    code.place(otherwise);
    this.block(node.else);
    code.place(end);
  }

  #return(value: TypedExpression | null): void {
    const to = classOf(this.#result);
    if (value === null) {
      this.#returnNil();
      return;
    }
    const register = this.as(value, to);
    this.code.emit(RETURN[to], register);
  }

  #try(node: Node<"try">): void {
    if (node.body.length === 0) {
      return;
    }
    const { code } = this;
    const register = code.take();
    const end = code.label();
    const start = code.address;
    this.block(node.body);
    const stop = code.address;
    code.emit("JUMP", end);
    code.handlers.push({ start, end: stop, target: code.address, register });
    let place = register;
    if (node.local.captured) {
      place = code.take();
      code.emit("CELL_NEW", place, register);
    }
    this.places.set(node.local, { register: place });
    this.block(node.handler);
    code.place(end);
  }

  #matchDyn(node: Node<"matchDyn">): void {
    const { code } = this;
    const box = code.take();
    this.as(node.value, "v", box);
    const end = code.label();
    for (const arm of node.arms) {
      const top = code.top;
      const next = code.label();
      const test = code.take();
      code.at(arm.body[0]?.at ?? node.at);
      if (arm.type.kind === "interface") {
        code.emit("DYN_IMPLEMENTS", test, box, this.program.interfaceIndex(arm.type.name));
      } else {
        code.emit("DYN_IS", test, box, this.program.runtimeType(arm.type));
      }
      code.emit("JUMP_UNLESS", test, next);
      this.#bindArm(arm.local, arm.type, box);
      this.block(arm.body);
      code.emit("JUMP", end);
      code.place(next);
      code.top = top;
    }
    this.block(node.otherwise);
    code.place(end);
  }

  #bindArm(local: Local, type: Type, box: number): void {
    const { code } = this;
    let value = box;
    if (type.kind !== "interface" && !isPrimitive(type, "dyn")) {
      value = code.take();
      code.emit("DYN_VALUE", value, box);
    }
    const to = classOf(local.type);
    const register = code.take();
    if (local.captured) {
      code.emit("CELL_NEW", register, value);
    } else {
      this.convert(value, "v", to, register);
    }
    this.places.set(local, { register });
  }
}
