/**
 * Code for calls: of functions, of values, of methods, of natives and of the host.
 *
 * @module
 */
import { classNumber, type RegisterClass } from "../bytecode.ts";
import { NATIVES } from "../natives/mod.ts";
import type { TypedExpression } from "../typed_program.ts";
import { INT, isPrimitive, type Type } from "../types.ts";
import { SequenceKind } from "../value.ts";
import type { Arguments, Node } from "./base.ts";
import { OperatorGenerator } from "./operators.ts";
import { classOf, sequenceKind } from "./program_builder.ts";

/** Natives that make a Vec; they are told how it stores its elements. */
const MAKES_VEC = new Set([
  "vec_with_capacity",
  "vec_uninit",
  "vec_from_parts",
  "map_keys",
  "map_values",
]);

function references(nodes: readonly TypedExpression[]): Arguments {
  return nodes.map((node) => [node, "v"]);
}

/** Generates calls. */
export abstract class CallGenerator extends OperatorGenerator {
  /** Calls a function that is known. */
  protected call(node: Node<"call">, dst: number | null): number {
    const target = node.function;
    const args = node.args.map((arg, i) =>
      [arg, classOf(target.params[i]?.type ?? arg.type)] as const
    );
    return this.window(args, {
      result: classOf(target.result),
      type: node.type,
      dst,
      at: node.at,
      call: (start) => {
        const at = this.code.emit("CALL", 0, start, 0);
        this.program.linkCall(at, this.program.functionIndex(target), start);
      },
    });
  }

  /** Calls a function value. */
  protected callValue(node: Node<"callValue">, dst: number | null): number {
    const params = node.args.map((arg) => arg.type);
    return this.#indirect(node.callee, node, params, dst, (start, signature) => {
      this.code.emit("CALL_VALUE", node.args.length, start, signature);
    });
  }

  /** Calls a method that is found by the type that its receiver has at run time. */
  protected callInterface(node: Node<"callInterface">, dst: number | null): number {
    const table = this.program.interfaceTable(`${node.interfaceName}.${node.method}`);
    return this.#indirect(node.receiver, node, node.params, dst, (start, signature) => {
      this.code.emit("CALL_INTERFACE", table, start, signature);
    });
  }

  /** Calls something whose parameters may be held in other classes than these arguments. */
  #indirect(
    first: TypedExpression,
    node: Node<"callValue" | "callInterface">,
    types: readonly Type[],
    dst: number | null,
    call: (start: number, signature: number) => void,
  ): number {
    const params = types.map((type) => classOf(type));
    const result = classOf(node.type);
    const signature = this.program.signature(`v${params.join("")}>${result}`);
    const args: Arguments = [
      [first, "v"],
      ...node.args.map((arg, i) => [arg, params[i] ?? "v"] as const),
    ];
    return this.window(args, {
      result,
      type: node.type,
      dst,
      at: node.at,
      call: (start) => call(start, signature),
    });
  }

  /** Calls the host. */
  protected hostCall(node: Node<"hostCall">, dst: number | null): number {
    return this.window(references(node.args), {
      result: "v",
      type: node.type,
      dst,
      call: (start) => this.code.emit("HOST_CALL", node.number, start, node.args.length),
    });
  }

  /** Runs an asm block. */
  protected asm(node: Node<"asm">, dst: number | null): number {
    return this.window(references(node.inputs), {
      result: "v",
      type: node.type,
      dst,
      call: (start) => {
        this.code.emit("ASM", this.program.asm(node.code), start, node.inputs.length);
      },
    });
  }

  /** Starts a thread. */
  protected spawn(node: Node<"spawn">, dst: number | null): number {
    const register = this.destination(dst);
    this.code.emit("SPAWN", register, this.program.functionIndex(node.function));
    return register;
  }

  /** Makes the text of a value. */
  protected text(node: Node<"text">, dst: number | null): number {
    if (node.style === "display" && isPrimitive(node.value.type, "string")) {
      return this.as(node.value, "v", dst);
    }
    return this.window(references([node.value]), {
      result: "v",
      type: node.type,
      dst,
      at: node.at,
      call: (start) => {
        this.code.emit("TEXT", node.style === "inspect" ? 1 : 0, start + 1, start);
        this.code.emit("TEXT_RESUME", start);
        this.code.reserve(start + 2);
        this.code.top = start;
      },
    });
  }

  /** Calls a native, or does in place what it would do. */
  protected native(node: Node<"native">, dst: number | null): number {
    const direct = this.#directNative(node, dst);
    if (direct !== null) {
      return direct;
    }
    const row = NATIVES.get(node.name);
    if (row === undefined) {
      throw new TypeError(`Cannot generate code: no native "${node.name}"`);
    }
    const given = MAKES_VEC.has(node.name) ? [...node.args, kindArgument(node)] : node.args;
    const args = given.map((arg, i) =>
      [arg, (row.params.charAt(i) || "v") as RegisterClass] as const
    );
    // A result that depends on type arguments comes as a reference and is converted.
    return this.window(args, {
      result: row.result,
      type: node.type,
      dst,
      at: node.at,
      call: (start) => {
        const index = this.program.native(node.name, row.params);
        this.code.emit("NATIVE", index, start, classNumber(row.result));
      },
    });
  }

  /** Natives that have an instruction of their own. */
  #directNative(node: Node<"native">, dst: number | null): number | null {
    const [first, second] = node.args;
    const { code } = this;
    const top = code.top;
    if (first === undefined) {
      return null;
    }
    switch (node.name) {
      case "len":
      case "seq_len":
      case "str_len": {
        const object = this.as(first, "v");
        code.top = top;
        const register = this.destination(dst);
        code.emit("LENGTH", register, object);
        return register;
      }
      case "seq_get":
        return second === undefined
          ? null
          : this.value({ ...node, kind: "index", object: first, index: second }, dst);
      case "join": {
        const handle = this.as(first, "i");
        code.top = top;
        const register = this.destination(dst);
        code.emit("JOIN", register, handle);
        return register;
      }
      case "vec_push": {
        if (second === undefined) {
          return null;
        }
        const int = sequenceKind(first.type) === SequenceKind.INT;
        const object = this.as(first, "v");
        const value = this.as(second, int ? "i" : "v");
        code.at(node.at);
        code.emit(int ? "PUSH_INT" : "PUSH", object, value);
        code.top = top;
        const register = this.destination(dst);
        code.emit("LOAD_NIL", register);
        return register;
      }
      default:
        return null;
    }
  }
}

function kindArgument(node: TypedExpression): TypedExpression {
  return { kind: "int", value: BigInt(sequenceKind(node.type)), type: INT, at: node.at };
}
