/**
 * Calls of methods: those of the program, of built-in types, of interfaces.
 *
 * @module
 */
import type { Expression } from "../ast.ts";
import type { TypedExpression } from "../typed_program.ts";
import {
  ANY,
  fresh,
  INT,
  methodKey,
  NIL,
  prune,
  STRING,
  substitute,
  type Type,
  typeName,
  withoutNull,
} from "../types.ts";
import { CallChecker } from "./calls.ts";
import type { FunctionInfo } from "./declarations.ts";
import { UNKNOWN_FUNCTION } from "./instantiation.ts";
import { builtinMethod } from "./signature.ts";
import { unify } from "./unify.ts";

type Method = Expression & { readonly kind: "method" };

/** A call of a method, which is found once its receiver's type is known. */
interface MethodCall {
  /** The syntax. */
  readonly node: Method;
  /** The receiver. */
  readonly object: TypedExpression;
  /** What becomes the call. */
  readonly call: TypedExpression;
  /** What becomes its type. */
  readonly result: Type;
  /** The arguments, if they had to be checked before the parameters were known. */
  readonly args: TypedExpression[] | null;
}

/** Checks calls of methods. */
export abstract class MethodChecker extends CallChecker {
  /** Checks `object.method(…)`. */
  protected method(node: Method): TypedExpression {
    const object = this.expression(node.object);
    const known = prune(object.type);
    const result = fresh();
    const call = this.make({ kind: "nil" }, result, node.at);
    if (known.kind === "variable") {
      const pending = { node, object, call, result, args: this.loose(node.args) };
      this.whenKnown(object.type, (type, final) => this.#methodOn(type, final, pending));
      return call;
    }
    this.#methodOn(known, false, { node, object, call, result, args: null });
    call.type = prune(result);
    return call;
  }

  /** Arguments that fit parameters; null if there are too few or too many. */
  #methodArgs({ node, args }: MethodCall, params: readonly Type[]): TypedExpression[] | null {
    if (!this.arity(`method \`${node.name}\``, params.length, node.args.length, node.at)) {
      if (args === null) {
        this.loose(node.args);
      }
      return null;
    }
    return args === null
      ? this.args(node.args, params)
      : args.map((arg, i) => this.flow(arg, params[i] ?? ANY));
  }

  #methodOn(receiver: Type, final: boolean, method: MethodCall): void {
    const { node, object, call, result } = method;
    const type = withoutNull(receiver);
    const key = methodKey(type);
    const info = key === null
      ? undefined
      : this.program.declarations.methods.get(key)?.get(node.name);
    if (info !== undefined && info.isMethod) {
      this.#userMethod(info, method);
      return;
    }
    const builtin = builtinMethod(type, node.name);
    if (builtin !== null) {
      unify(builtin.result, result);
      const args = this.#methodArgs(method, builtin.params);
      if (args !== null) {
        this.become(call, {
          kind: "native",
          name: builtin.native,
          args: [object, ...args],
          params: [type, ...builtin.params],
        });
      }
      return;
    }
    if (this.#universalMethod(method)) {
      return;
    }
    if (type.kind === "interface" || (type.kind === "parameter" && type.bound !== null)) {
      const interfaceName = type.kind === "interface" ? type.name : type.bound ?? "";
      if (this.#interfaceMethod(interfaceName, type, method)) {
        return;
      }
    }
    if (method.args === null) {
      this.loose(node.args);
    }
    if (type.kind === "parameter" || (type.kind === "variable" && !final)) {
      return;
    }
    this.program.typeError(undefinedMethod(type, node.name), node.nameAt);
    unify(result, ANY);
  }

  #userMethod(info: FunctionInfo, method: MethodCall): void {
    const { node, object, call, result } = method;
    const { map, typeArgs } = this.instantiate(info, node.typeArgs, node.at);
    const [self = ANY, ...params] = info.params.map((p) => substitute(p, map));
    const receiver = this.flow(object, self);
    const args = this.#methodArgs(method, params);
    const mismatch = unify(substitute(info.result, map), result);
    if (mismatch !== null) {
      this.mismatch(mismatch, node.at);
    }
    if (args !== null) {
      const all = [receiver, ...args];
      this.become(call, { kind: "call", function: UNKNOWN_FUNCTION, args: all });
      this.link(call, info, typeArgs, all);
    }
  }

  /** `to_string` and `write_to`, which every type has. */
  #universalMethod(method: MethodCall): boolean {
    const { node, object, call, result } = method;
    if (node.name === "to_string") {
      unify(STRING, result);
      if (this.#methodArgs(method, []) !== null) {
        this.become(call, { kind: "text", style: "display", value: object });
      }
      return true;
    }
    if (node.name === "write_to") {
      unify(NIL, result);
      const args = this.#methodArgs(method, [INT]);
      const [fd] = args ?? [];
      if (fd !== undefined) {
        const text = this.make({ kind: "text", style: "display", value: object }, STRING, node.at);
        this.become(call, {
          kind: "native",
          name: "write_text",
          args: [text, fd],
          params: [STRING, INT],
        });
      }
      return true;
    }
    return false;
  }

  #interfaceMethod(interfaceName: string, self: Type, method: MethodCall): boolean {
    const { node, object, call, result } = method;
    const declared = this.program.declarations.interfaces.get(interfaceName);
    const signature = declared?.methods.find((m) => m.name === node.name);
    if (signature === undefined) {
      return false;
    }
    const env = new Map<string, Type>([["Self", self]]);
    const params = signature.params.slice(1).map((p) =>
      p.type === null ? fresh() : this.program.type(p.type, env)
    );
    const type = signature.result === null ? NIL : this.program.type(signature.result, env);
    const mismatch = unify(type, result);
    if (mismatch !== null) {
      this.mismatch(mismatch, node.at);
    }
    const args = this.#methodArgs(method, params);
    if (args !== null && self.kind === "interface") {
      this.program.interfaceCall(interfaceName, node.name);
      this.become(call, {
        kind: "callInterface",
        interfaceName,
        method: node.name,
        receiver: object,
        args,
        params,
      });
    }
    return true;
  }
}

function undefinedMethod(type: Type, name: string): string {
  const key = methodKey(type);
  return type.kind === "struct" || type.kind === "generic"
    ? `undefined method \`${name}\` on struct \`${key}\``
    : `undefined method \`${name}\` on \`${typeName(type)}\``;
}
