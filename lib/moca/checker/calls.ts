/**
 * Calls of functions, overloads, and function values.
 *
 * @module
 */
import type { Expression } from "../ast.ts";
import type { TypedExpression } from "../typed_program.ts";
import { ANY, fresh, isPrimitive, NIL, prune, substitute, type Type, typeName } from "../types.ts";
import { BuiltInChecker, type Call } from "./built_ins.ts";
import type { FunctionInfo } from "./declarations.ts";
import { UNKNOWN_FUNCTION } from "./instantiation.ts";
import { NATIVE_SIGNATURES } from "./signature.ts";
import { unify } from "./unify.ts";

/** Checks calls. */
export abstract class CallChecker extends BuiltInChecker {
  /** Checks a call of a function, a variable or any other expression. */
  protected call(node: Call, wanted: Type | null): TypedExpression {
    const { callee } = node;
    if (callee.kind !== "name") {
      return this.#callValue(this.expression(callee), node, callee);
    }
    const { name } = callee;
    if (this.program.resolution.variables.has(callee)) {
      return this.#callValue(this.expression(callee), node, callee);
    }
    const special = this.special(name, node);
    if (special !== null) {
      return special;
    }
    const functions = this.program.declarations.functionsNamed(name);
    if (functions !== null) {
      return this.#callNamed(functions, node, wanted);
    }
    const output = this.output(name, node);
    if (output !== null) {
      return output;
    }
    const native = NATIVE_SIGNATURES.get(name);
    if (native !== undefined) {
      return this.callNative(name, native, node);
    }
    return this.#callValue(this.expression(callee), node, callee);
  }

  #callValue(callee: TypedExpression, node: Call, written: Expression): TypedExpression {
    const type = prune(callee.type);
    if (isPrimitive(type, "any")) {
      const args = this.loose(node.args);
      return this.make({ kind: "callValue", callee, args }, ANY, node.at);
    }
    if (type.kind === "variable") {
      const args = this.loose(node.args);
      const result = fresh();
      const shape: Type = { kind: "function", params: args.map((a) => a.type), result };
      const mismatch = unify(type, shape);
      if (mismatch !== null) {
        this.mismatch(mismatch, node.at);
      }
      return this.make({ kind: "callValue", callee, args }, result, node.at);
    }
    if (type.kind !== "function") {
      const what = written.kind === "name" ? written.name : typeName(type);
      this.program.typeError(`\`${what}\` is not callable: it is not a function`, node.at);
      this.loose(node.args);
      return this.unknown(node.at);
    }
    const what = written.kind === "name" ? `function \`${written.name}\`` : "function value";
    if (!this.arity(what, type.params.length, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, type.result, node.at);
    }
    const args = this.args(node.args, type.params);
    return this.make({ kind: "callValue", callee, args }, type.result, node.at);
  }

  #callNamed(
    functions: readonly FunctionInfo[],
    node: Call,
    wanted: Type | null,
  ): TypedExpression {
    const [only] = functions;
    if (functions.length === 1 && only !== undefined) {
      return this.#callInfo(only, node, `function \`${only.name}\``, wanted);
    }
    const args = this.loose(node.args);
    const result = fresh();
    const call = this.make({ kind: "call", function: UNKNOWN_FUNCTION, args }, result, node.at);
    const choose = (final: boolean): boolean => {
      if (!final && args.some((arg) => prune(arg.type).kind === "variable")) {
        return false;
      }
      this.#overload(functions, node, args, call, result);
      return true;
    };
    if (!choose(false)) {
      this.program.defer(choose);
    }
    return call;
  }

  #overload(
    functions: readonly FunctionInfo[],
    node: Call,
    args: TypedExpression[],
    call: TypedExpression,
    result: Type,
  ): void {
    const bounds = (f: FunctionInfo): number => f.typeParams.filter((p) => p.bound !== null).length;
    const sorted = [...functions].sort((a, b) => bounds(b) - bounds(a));
    const chosen = sorted.find((info) =>
      info.node.params.length === args.length && this.#fits(info, args)
    );
    if (chosen === undefined) {
      const [last] = sorted.slice(-1);
      const name = last?.name ?? "?";
      const arity = last?.node.params.length ?? 0;
      if (arity !== args.length) {
        this.program.error(
          `function \`${name}\` expects ${arity} arguments, got ${args.length}`,
          node.at,
        );
        return;
      }
      const bound = last?.typeParams.find((p) => p.bound !== null)?.bound ?? "?";
      const type = typeName(args[0]?.type ?? NIL);
      this.program.typeError(`type \`${type}\` does not implement interface \`${bound}\``, node.at);
      return;
    }
    const { map, typeArgs } = this.instantiate(chosen, node.typeArgs, node.at);
    const flowed = args.map((arg, i) => this.flow(arg, substitute(chosen.params[i] ?? ANY, map)));
    unify(substitute(chosen.result, map), result);
    this.become(call, { kind: "call", function: UNKNOWN_FUNCTION, args: flowed });
    this.link(call, chosen, typeArgs, flowed);
  }

  /** Whether arguments satisfy all bounds of an overload. */
  #fits(info: FunctionInfo, args: readonly TypedExpression[]): boolean {
    this.program.prepare(info);
    return info.typeParams.every((param) => {
      if (param.bound === null) {
        return true;
      }
      const at = info.params.findIndex((p) => {
        const t = prune(p);
        return t.kind === "parameter" && t.name === param.name;
      });
      const arg = args[at];
      return arg === undefined || this.program.implements(prune(arg.type), param.bound);
    });
  }

  #callInfo(
    info: FunctionInfo,
    node: Call,
    what: string,
    wanted: Type | null,
  ): TypedExpression {
    const { map, typeArgs } = this.instantiate(info, node.typeArgs, node.at);
    const result = substitute(info.result, map);
    if (!this.arity(what, info.node.params.length, node.args.length, node.at)) {
      this.loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    // The wanted type may decide type arguments that no parameter mentions.
    if (wanted !== null && typeArgs.length > 0 && node.args.length === 0) {
      unify(result, wanted);
    }
    const args = this.args(node.args, info.params.map((p) => substitute(p, map)));
    const call = this.make({ kind: "call", function: UNKNOWN_FUNCTION, args }, result, node.at);
    this.link(call, info, typeArgs, args);
    return call;
  }
}
