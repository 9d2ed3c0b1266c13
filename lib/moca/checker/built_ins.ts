/**
 * Calls of built-in functions: natives, printing, and those whose typing no signature can say.
 *
 * @module
 */
import type { Expression } from "../ast.ts";
import type { Position } from "../error.ts";
import type { TypedExpression } from "../typed_program.ts";
import {
  ANY,
  INT,
  isPrimitive,
  methodKey,
  NIL,
  resolved,
  STRING,
  typeName,
  withoutNull,
} from "../types.ts";
import { InstantiationChecker, UNKNOWN_FUNCTION } from "./instantiation.ts";
import type { Signature } from "./signature.ts";

/** A call of a name or any other expression. */
export type Call = Expression & { readonly kind: "call" };

/** Checks calls of built-in functions. */
export abstract class BuiltInChecker extends InstantiationChecker {
  /** Checks a call of a native. */
  protected callNative(name: string, signature: Signature, node: Call): TypedExpression {
    const { params, result } = signature;
    if (!this.arity(`function \`${name}\``, params.length, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    const args = this.args(node.args, params);
    return this.make({ kind: "native", name, args, params: [...params] }, result, node.at);
  }

  /** Built-ins whose typing no signature can say. */
  protected special(name: string, node: Call): TypedExpression | null {
    switch (name) {
      case "len":
        return this.#len(node);
      case "spawn":
        return this.#spawn(node);
      case "__hostcall":
      case "__syscall":
        return this.#hostCall(node);
      default:
        return null;
    }
  }

  /** The printing functions, which programs may replace. */
  protected output(name: string, node: Call): TypedExpression | null {
    if (name !== "print" && name !== "debug" && name !== "inspect") {
      return null;
    }
    if (!this.arity(`function \`${name}\``, 1, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, NIL, node.at);
    }
    const [value = this.unknown(node.at)] = this.loose(node.args);
    if (name === "debug") {
      return this.make({ kind: "text", style: "display", value }, STRING, node.at);
    }
    const style = name === "print" ? "display" : "inspect";
    const printed = this.make(
      {
        kind: "native",
        name: "print_line",
        args: [this.make({ kind: "text", style, value }, STRING, node.at)],
        params: [STRING],
      },
      NIL,
      node.at,
    );
    if (name === "print") {
      this.#ownWriteTo(printed, value, node.at);
    }
    return printed;
  }

  /** `print` of a type with a `write_to` of its own calls that. */
  #ownWriteTo(printed: TypedExpression, value: TypedExpression, at: Position): void {
    this.program.onSeal(() => {
      const type = resolved(value.type);
      const key = methodKey(type);
      const info = key === null
        ? undefined
        : this.program.declarations.methods.get(key)?.get("write_to");
      if (info === undefined || type.kind === "nullable") {
        return;
      }
      const fd: TypedExpression = { kind: "int", value: 1n, type: INT, at };
      const typeArgs = type.kind === "struct" || type.kind === "generic" ? type.args : [];
      const written: TypedExpression = {
        kind: "call",
        function: this.program.instance(info, typeArgs.slice(0, info.typeParams.length)),
        args: [value, fd],
        type: info.result,
        at,
      };
      const newline: TypedExpression = { kind: "string", value: "", type: STRING, at };
      // The pair is evaluated in order: `write_to` first, then the line's end.
      this.become(printed, {
        kind: "native",
        name: "print_after",
        args: [written, newline],
        params: [ANY, STRING],
      });
    });
  }

  #len(node: Call): TypedExpression {
    if (!this.arity("function `len`", 1, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "int", value: 0n }, INT, node.at);
    }
    const args = this.loose(node.args);
    const [value] = args;
    if (value !== undefined) {
      this.whenKnown(value.type, (type) => {
        const plain = withoutNull(type);
        const fits = type.kind === "variable" || type.kind === "parameter" ||
          isPrimitive(type, "any") || isPrimitive(plain, "string") ||
          (plain.kind === "generic" && plain.name === "array");
        if (!fits) {
          this.program.typeError(
            `expected array or string, found \`${typeName(type)}\``,
            value.at,
            [`expected \`array\`, found \`${typeName(type)}\``],
          );
        }
      });
    }
    return this.make({ kind: "native", name: "len", args, params: [ANY] }, INT, node.at);
  }

  #spawn(node: Call): TypedExpression {
    const [target] = node.args;
    const info = target?.kind === "name"
      ? this.program.declarations.functionsNamed(target.name)?.[0]
      : undefined;
    if (info === undefined) {
      this.program.error("spawn requires a function name", target?.at ?? node.at);
      return this.make({ kind: "int", value: 0n }, INT, node.at);
    }
    this.arity("function `spawn`", 1, node.args.length, node.at);
    if (info.node.params.length > 0 || info.typeParams.length > 0) {
      this.program.error(
        `spawn requires a function without parameters, \`${info.name}\` has some`,
        node.at,
      );
    }
    const call = this.make({ kind: "spawn", function: UNKNOWN_FUNCTION }, INT, node.at);
    this.program.onSeal(() => {
      this.become(call, { kind: "spawn", function: this.program.instance(info, []) });
    });
    return call;
  }

  #hostCall(node: Call): TypedExpression {
    const [number, ...rest] = node.args;
    if (number?.kind !== "int") {
      this.program.error(
        "the first argument of __hostcall must be an integer literal",
        number?.at ?? node.at,
      );
      this.loose(node.args);
      return this.unknown(node.at);
    }
    const value = number.value > 0xffffffffn ? -1 : Number(number.value);
    return this.make({ kind: "hostCall", number: value, args: this.loose(rest) }, ANY, node.at);
  }
}
