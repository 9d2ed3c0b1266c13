/**
 * Calls: functions, overloads, methods, associated functions, built-ins.
 *
 * @module
 */
import type { Expression, TypeNode } from "../ast.ts";
import type { FunctionInfo } from "../declarations.ts";
import type { Position } from "../error.ts";
import { builtinMethod, NATIVE_SIGNATURES, type Signature } from "../signature.ts";
import type { TypedExpression, TypedFunction } from "../typed_program.ts";
import {
  ANY,
  CHAR,
  fresh,
  generic,
  INT,
  isPrimitive,
  methodKey,
  NIL,
  prune,
  resolved,
  STRING,
  substitute,
  type Type,
  typeName,
  unify,
} from "../types.ts";
import { BodyBase } from "./base.ts";

type Call = Expression & { readonly kind: "call" };
type Method = Expression & { readonly kind: "method" };
type Associated = Expression & { readonly kind: "associated" };

/** Stands in a call until the instance that it calls is known. */
const UNKNOWN_FUNCTION: TypedFunction = {
  name: "?",
  params: [],
  captures: [],
  result: NIL,
  body: [],
  at: { file: "", line: 0, column: 0 },
  end: { file: "", line: 0, column: 0 },
};

/** Checks calls. */
export abstract class CallChecker extends BodyBase {
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
    const special = this.#special(name, node);
    if (special !== null) {
      return special;
    }
    const functions = this.program.declarations.functionsNamed(name);
    if (functions !== null) {
      return this.#callNamed(functions, node, wanted);
    }
    const output = this.#output(name, node);
    if (output !== null) {
      return output;
    }
    const native = NATIVE_SIGNATURES.get(name);
    if (native !== undefined) {
      return this.#callNative(name, native, node);
    }
    return this.#callValue(this.expression(callee), node, callee);
  }

  #arity(what: string, wanted: number, got: number, at: Position): boolean {
    if (wanted === got) {
      return true;
    }
    this.program.error(`${what} expects ${wanted} arguments, got ${got}`, at);
    return false;
  }

  /** Checks arguments for their own errors only. */
  #loose(args: readonly Expression[]): TypedExpression[] {
    return args.map((arg) => this.expression(arg));
  }

  #args(args: readonly Expression[], params: readonly Type[]): TypedExpression[] {
    return args.map((arg, i) => this.checked(arg, params[i] ?? ANY));
  }

  #callNative(name: string, signature: Signature, node: Call): TypedExpression {
    const { params, result } = signature;
    if (!this.#arity(`function \`${name}\``, params.length, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    const args = this.#args(node.args, params);
    return this.make({ kind: "native", name, args, params: [...params] }, result, node.at);
  }

  #callValue(callee: TypedExpression, node: Call, written: Expression): TypedExpression {
    const type = prune(callee.type);
    if (isPrimitive(type, "any")) {
      const args = this.#loose(node.args);
      return this.make({ kind: "callValue", callee, args }, ANY, node.at);
    }
    if (type.kind === "variable") {
      const args = this.#loose(node.args);
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
      this.#loose(node.args);
      return this.unknown(node.at);
    }
    const what = written.kind === "name" ? `function \`${written.name}\`` : "function value";
    if (!this.#arity(what, type.params.length, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, type.result, node.at);
    }
    const args = this.#args(node.args, type.params);
    return this.make({ kind: "callValue", callee, args }, type.result, node.at);
  }

  /** Built-ins whose typing no signature can say. */
  #special(name: string, node: Call): TypedExpression | null {
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
  #output(name: string, node: Call): TypedExpression | null {
    if (name !== "print" && name !== "debug" && name !== "inspect") {
      return null;
    }
    if (!this.#arity(`function \`${name}\``, 1, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, NIL, node.at);
    }
    const [value = this.unknown(node.at)] = this.#loose(node.args);
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
    if (!this.#arity("function `len`", 1, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "int", value: 0n }, INT, node.at);
    }
    const args = this.#loose(node.args);
    const [value] = args;
    if (value !== undefined) {
      this.whenKnown(value.type, (type) => {
        const fits = type.kind === "variable" || isPrimitive(type, "any") ||
          isPrimitive(withoutNullable(type), "string") ||
          (withoutNullable(type).kind === "generic" &&
            (withoutNullable(type) as { name: string }).name === "array") ||
          type.kind === "parameter";
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
    this.#arity("function `spawn`", 1, node.args.length, node.at);
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
      this.#loose(node.args);
      return this.unknown(node.at);
    }
    const value = number.value > 0xffffffffn ? -1 : Number(number.value);
    return this.make({ kind: "hostCall", number: value, args: this.#loose(rest) }, ANY, node.at);
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
    const args = this.#loose(node.args);
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
    const { map, typeArgs } = this.#instantiate(chosen, node.typeArgs, node.at);
    const flowed = args.map((arg, i) => this.flow(arg, substitute(chosen.params[i] ?? ANY, map)));
    unify(substitute(chosen.result, map), result);
    this.become(call, { kind: "call", function: UNKNOWN_FUNCTION, args: flowed });
    this.#link(call, chosen, typeArgs, flowed);
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

  #instantiate(
    info: FunctionInfo,
    written: readonly TypeNode[],
    at: Position,
    ownerArgs: readonly Type[] = [],
  ): { map: Map<string, Type>; typeArgs: Type[] } {
    this.program.prepare(info);
    const own = info.typeParams.length - info.implParams;
    if (written.length > 0 && written.length !== own) {
      this.program.error(
        `function \`${info.name}\` expects ${own} type arguments, got ${written.length}`,
        at,
      );
    }
    const typeArgs = [
      ...Array.from({ length: info.implParams }, (_, i) => ownerArgs[i] ?? fresh()),
      ...this.typeArguments(own, written),
    ];
    const map = new Map(info.typeParams.map((p, i) => [p.name, typeArgs[i] ?? ANY] as const));
    for (const [i, param] of info.typeParams.entries()) {
      const { bound } = param;
      const arg = typeArgs[i];
      if (bound !== null && arg !== undefined) {
        this.program.defer((final) => this.#bound(arg, bound, at, final));
      }
    }
    return { map, typeArgs };
  }

  #bound(arg: Type, bound: string, at: Position, final: boolean): boolean {
    const type = prune(arg);
    if (type.kind === "variable") {
      return final;
    }
    if (!this.program.implements(type, bound)) {
      this.program.typeError(
        `type \`${typeName(type)}\` does not implement interface \`${bound}\``,
        at,
      );
    }
    return true;
  }

  #link(
    call: TypedExpression,
    info: FunctionInfo,
    typeArgs: readonly Type[],
    args: TypedExpression[],
  ): void {
    if (this.rigid) {
      return;
    }
    this.program.onSeal(() => {
      this.become(call, { kind: "call", function: this.program.instance(info, typeArgs), args });
    });
  }

  #callInfo(
    info: FunctionInfo,
    node: Call,
    what: string,
    wanted: Type | null,
  ): TypedExpression {
    const { map, typeArgs } = this.#instantiate(info, node.typeArgs, node.at);
    const result = substitute(info.result, map);
    if (!this.#arity(what, info.node.params.length, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    // The wanted type may decide type arguments that no parameter mentions.
    if (wanted !== null && typeArgs.length > 0 && node.args.length === 0) {
      unify(result, wanted);
    }
    const args = this.#args(node.args, info.params.map((p) => substitute(p, map)));
    const call = this.make({ kind: "call", function: UNKNOWN_FUNCTION, args }, result, node.at);
    this.#link(call, info, typeArgs, args);
    return call;
  }

  /** Checks `Type::function(…)`. */
  protected associated(node: Associated): TypedExpression {
    const builtin = this.#builtinAssociated(node);
    if (builtin !== null) {
      return builtin;
    }
    const parameter = this.env.get(node.type);
    const key = parameter === undefined
      ? keyOf(node.type)
      : methodKey(prune(parameter)) ?? node.type;
    const { declarations } = this.program;
    const known = declarations.hasStruct(key) || declarations.methods.has(key);
    if (!known && !PRIMITIVE_KEYS.has(key)) {
      this.program.error(`undefined struct \`${node.type}\``, node.at);
      this.#loose(node.args);
      return this.unknown(node.at);
    }
    const info = declarations.methods.get(key)?.get(node.name);
    if (info === undefined) {
      this.program.error(
        `no associated function \`${node.name}\` found for type \`${node.type}\``,
        node.at,
      );
      this.#loose(node.args);
      return this.unknown(node.at);
    }
    const ownerArgs = node.ownerArgs.map((arg) => this.typeOf(arg));
    const struct = declarations.structs.get(key);
    if (
      ownerArgs.length > 0 && struct !== undefined && struct.typeParams.length !== ownerArgs.length
    ) {
      this.program.error(
        `struct \`${key}\` expects ${struct.typeParams.length} type arguments, got ${ownerArgs.length}`,
        node.at,
      );
    }
    const { map, typeArgs } = this.#instantiate(info, node.typeArgs, node.at, ownerArgs);
    const result = substitute(info.result, map);
    const label = `${node.type}::${node.name}`;
    if (!this.#arity(label, info.node.params.length, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, result, node.at);
    }
    const args = node.args.map((arg, i) => {
      const wanted = substitute(info.params[i] ?? ANY, map);
      const value = this.expression(arg, wanted);
      return this.#associatedArgument(value, wanted, `${label} argument ${i + 1}`);
    });
    const call = this.make({ kind: "call", function: UNKNOWN_FUNCTION, args }, result, node.at);
    this.#link(call, info, typeArgs, args);
    return call;
  }

  #associatedArgument(value: TypedExpression, wanted: Type, what: string): TypedExpression {
    if (isPrimitive(wanted, "dyn")) {
      return this.flow(value, wanted);
    }
    const mismatch = unify(value.type, wanted);
    if (mismatch !== null) {
      const [given, expected] = mismatch;
      this.program.typeError(
        `${what} type mismatch: expected \`${typeName(expected)}\`, found \`${typeName(given)}\``,
        value.at,
      );
    }
    return value;
  }

  #builtinAssociated(node: Associated): TypedExpression | null {
    const key = keyOf(node.type);
    if ((key !== "Vec" && key !== "Map") || this.env.has(node.type)) {
      return null;
    }
    if (this.program.declarations.methods.get(key)?.has(node.name) === true) {
      return null;
    }
    const params = key === "Vec" && (node.name === "with_capacity" || node.name === "uninit")
      ? [INT]
      : node.name === "new"
      ? []
      : null;
    if (params === null) {
      this.program.error(
        `no associated function \`${node.name}\` found for type \`${node.type}\``,
        node.at,
      );
      this.#loose(node.args);
      return this.unknown(node.at);
    }
    const type = generic(key, ...this.containerArgs(key, node.ownerArgs, node.at));
    if (!this.#arity(`${node.type}::${node.name}`, params.length, node.args.length, node.at)) {
      this.#loose(node.args);
      return this.make({ kind: "nil" }, type, node.at);
    }
    const args = this.#args(node.args, params);
    if (node.name === "new") {
      return key === "Vec"
        ? this.make({ kind: "newVec", elements: [] }, type, node.at)
        : this.make({ kind: "newMap", keys: [], values: [] }, type, node.at);
    }
    const name = node.name === "uninit" ? "vec_uninit" : "vec_with_capacity";
    return this.make({ kind: "native", name, args, params }, type, node.at);
  }

  /** Type arguments of a Vec or Map, written or to be inferred. */
  protected containerArgs(key: string, written: readonly TypeNode[], at: Position): Type[] {
    const count = key === "Map" ? 2 : 1;
    if (written.length > 0 && written.length !== count) {
      this.program.error(
        `struct \`${key}\` expects ${count} type arguments, got ${written.length}`,
        at,
      );
    }
    return this.typeArguments(count, written);
  }

  /** Checks `object.method(…)`. */
  protected method(node: Method): TypedExpression {
    const object = this.expression(node.object);
    const known = prune(object.type);
    const result = fresh();
    const call = this.make({ kind: "nil" }, result, node.at);
    if (known.kind === "variable") {
      const args = this.#loose(node.args);
      this.whenKnown(object.type, (type, final) => {
        this.#methodOn(type, final, node, object, call, result, args);
      });
      return call;
    }
    this.#methodOn(known, false, node, object, call, result, null);
    call.type = prune(result);
    return call;
  }

  #methodArgs(
    node: Method,
    params: readonly Type[],
    ready: TypedExpression[] | null,
  ): TypedExpression[] | null {
    if (!this.#arity(`method \`${node.name}\``, params.length, node.args.length, node.at)) {
      if (ready === null) {
        this.#loose(node.args);
      }
      return null;
    }
    return ready === null
      ? this.#args(node.args, params)
      : ready.map((arg, i) => this.flow(arg, params[i] ?? ANY));
  }

  #methodOn(
    receiver: Type,
    final: boolean,
    node: Method,
    object: TypedExpression,
    call: TypedExpression,
    result: Type,
    ready: TypedExpression[] | null,
  ): void {
    const type = withoutNullable(receiver);
    const key = methodKey(type);
    const info = key === null
      ? undefined
      : this.program.declarations.methods.get(key)?.get(node.name);
    if (info !== undefined && info.isMethod) {
      this.#userMethod(info, node, object, call, result, ready);
      return;
    }
    const builtin = builtinMethod(type, node.name);
    if (builtin !== null) {
      unify(builtin.result, result);
      const args = this.#methodArgs(node, builtin.params, ready);
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
    if (this.#universalMethod(node, object, call, result, ready)) {
      return;
    }
    if (type.kind === "interface" || (type.kind === "parameter" && type.bound !== null)) {
      const interfaceName = type.kind === "interface" ? type.name : type.bound ?? "";
      if (this.#interfaceMethod(interfaceName, type, node, object, call, result, ready)) {
        return;
      }
    }
    if (ready === null) {
      this.#loose(node.args);
    }
    if (type.kind === "parameter" || (type.kind === "variable" && !final)) {
      return;
    }
    this.program.typeError(undefinedMethod(type, node.name), node.nameAt);
    unify(result, ANY);
  }

  #userMethod(
    info: FunctionInfo,
    node: Method,
    object: TypedExpression,
    call: TypedExpression,
    result: Type,
    ready: TypedExpression[] | null,
  ): void {
    const { map, typeArgs } = this.#instantiate(info, node.typeArgs, node.at);
    const [self = ANY, ...params] = info.params.map((p) => substitute(p, map));
    const receiver = this.flow(object, self);
    const args = this.#methodArgs(node, params, ready);
    const mismatch = unify(substitute(info.result, map), result);
    if (mismatch !== null) {
      this.mismatch(mismatch, node.at);
    }
    if (args !== null) {
      const all = [receiver, ...args];
      this.become(call, { kind: "call", function: UNKNOWN_FUNCTION, args: all });
      this.#link(call, info, typeArgs, all);
    }
  }

  /** `to_string` and `write_to`, which every type has. */
  #universalMethod(
    node: Method,
    object: TypedExpression,
    call: TypedExpression,
    result: Type,
    ready: TypedExpression[] | null,
  ): boolean {
    if (node.name === "to_string") {
      unify(STRING, result);
      if (this.#methodArgs(node, [], ready) !== null) {
        this.become(call, { kind: "text", style: "display", value: object });
      }
      return true;
    }
    if (node.name === "write_to") {
      unify(NIL, result);
      const args = this.#methodArgs(node, [INT], ready);
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

  #interfaceMethod(
    interfaceName: string,
    self: Type,
    node: Method,
    object: TypedExpression,
    call: TypedExpression,
    result: Type,
    ready: TypedExpression[] | null,
  ): boolean {
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
    const args = this.#methodArgs(node, params, ready);
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

  /** The element type that indexing gives, or null. */
  protected elementType(type: Type): { key: Type; value: Type } | null {
    const t = withoutNullable(type);
    if (t.kind === "primitive") {
      return t.name === "string"
        ? { key: INT, value: CHAR }
        : t.name === "any"
        ? { key: ANY, value: ANY }
        : null;
    }
    if (t.kind === "generic") {
      const [first = ANY, second = ANY] = t.args;
      return t.name === "Map" ? { key: first, value: second } : { key: INT, value: first };
    }
    return t.kind === "struct" || t.kind === "parameter" ? { key: INT, value: ANY } : null;
  }
}

const PRIMITIVE_KEYS = new Set(["int", "float", "bool", "string", "Array", "Vec", "Map"]);

function keyOf(name: string): string {
  switch (name) {
    case "array":
      return "Array";
    case "vec":
      return "Vec";
    case "map":
      return "Map";
    default:
      return name;
  }
}

function withoutNullable(type: Type): Type {
  const t = prune(type);
  return t.kind === "nullable" ? withoutNullable(t.of) : t;
}

function undefinedMethod(type: Type, name: string): string {
  const key = methodKey(type);
  return type.kind === "struct" || type.kind === "generic"
    ? `undefined method \`${name}\` on struct \`${key}\``
    : `undefined method \`${name}\` on \`${typeName(type)}\``;
}
