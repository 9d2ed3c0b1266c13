/**
 * Code for expressions: each kind's way to its generator, literals and variables.
 *
 * @module
 */
import type { RegisterClass } from "../bytecode.ts";
import type { TypedExpression } from "../typed_program.ts";
import type { Node } from "./base.ts";
import { ObjectGenerator } from "./objects.ts";
import { classOf } from "./program_builder.ts";

/** Generates expressions of one function. */
export class ExpressionGenerator extends ObjectGenerator {
  protected override value(node: TypedExpression, dst: number | null): number {
    this.code.at(node.at);
    switch (node.kind) {
      case "int":
        return this.#load("LOAD_INT", this.program.int(node.value), "i", node, dst);
      case "float":
        return this.#load("LOAD_FLOAT", this.program.float(node.value), "f", node, dst);
      case "bool":
        return this.#load("LOAD_BOOL", node.value ? 1 : 0, "b", node, dst);
      case "string":
        return this.#load("LOAD_STRING", this.program.string(node.value), "v", node, dst);
      case "nil":
        return this.#nil(node, dst);
      case "local":
        return this.#local(node, dst);
      case "binary":
        return this.binary(node, dst);
      case "logical":
        return this.logical(node, dst);
      case "not":
        return this.not(node, dst);
      case "negate":
        return this.negate(node, dst);
      case "call":
        return this.call(node, dst);
      case "callValue":
        return this.callValue(node, dst);
      case "callInterface":
        return this.callInterface(node, dst);
      case "native":
        return this.native(node, dst);
      case "hostCall":
        return this.hostCall(node, dst);
      case "spawn":
        return this.spawn(node, dst);
      case "index":
        return this.index(node, dst);
      case "field":
        return this.field(node, dst);
      case "newStruct":
        return this.struct(node, dst);
      case "newArray":
      case "newVec":
        return this.sequence(node, dst);
      case "newMap":
        return this.map(node, dst);
      case "function":
        return this.closure(this.program.thunk(node.function), [], dst);
      case "lambda":
        return this.closure(this.program.lambda(node.function), node.captures, dst);
      case "box":
        return this.box(node, dst);
      case "text":
        return this.text(node, dst);
      case "concat":
        return this.#concat(node, dst);
      case "asm":
        return this.asm(node, dst);
    }
  }

  #load(
    name: string,
    operand: number,
    from: RegisterClass,
    node: TypedExpression,
    dst: number | null,
  ): number {
    const to = classOf(node.type);
    if (to === from) {
      const register = this.destination(dst);
      this.code.emit(name, register, operand);
      return register;
    }
    const register = this.code.take();
    this.code.emit(name, register, operand);
    return this.convert(register, from, to, dst);
  }

  #nil(node: Node<"nil">, dst: number | null): number {
    const register = this.destination(dst);
    const to = classOf(node.type);
    if (to === "v") {
      this.code.emit("LOAD_NIL", register);
      return register;
    }
    const nil = this.code.take();
    this.code.emit("LOAD_NIL", nil);
    return this.convert(nil, "v", to, register);
  }

  #local(node: Node<"local">, dst: number | null): number {
    const { local } = node;
    const register = this.register(local);
    const to = classOf(node.type);
    const from = classOf(local.type);
    if (!local.captured) {
      return this.convert(register, from, to, dst);
    }
    if (to === "v") {
      const result = this.destination(dst);
      this.code.emit("CELL_GET", result, register);
      return result;
    }
    const reference = this.code.take();
    this.code.emit("CELL_GET", reference, register);
    return this.convert(reference, "v", to, dst);
  }

  #concat(node: Node<"concat">, dst: number | null): number {
    const start = this.code.top;
    for (const [i, part] of node.parts.entries()) {
      this.argument(part, "v", start + i);
    }
    this.code.top = start;
    const register = this.destination(dst);
    this.code.emit("CONCAT_ALL", register, start, node.parts.length);
    return register;
  }
}
