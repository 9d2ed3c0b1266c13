/**
 * The checker of a whole program: declarations, inference, instances of generic functions.
 *
 * @module
 */
import type { FileNode, FunctionNode, TypeNode } from "../ast.ts";
import { Declarations, type FunctionInfo } from "../declarations.ts";
import { type Diagnostic, MocaCompileError, type Position } from "../error.ts";
import type { Prelude } from "../prelude.ts";
import { Resolver } from "../resolver.ts";
import { NATIVE_SIGNATURES } from "../signature.ts";
import type { StructLayout, TypedFunction, TypedProgram } from "../typed_program.ts";
import {
  ANY,
  fresh,
  generic,
  methodKey,
  NIL,
  PRIMITIVES,
  prune,
  resetTypeWork,
  resolved,
  runtimeTypeName,
  type StructInfo,
  substitute,
  type Type,
} from "../types.ts";
import type { ProgramContext } from "./base.ts";
import { BodyChecker, resultType } from "./statements.ts";

/** Instances of generic functions in one program, at most. */
const MAX_INSTANCES = 10_000;

/** Length of an instance's name, at most; it grows with the nesting of its type arguments. */
const MAX_NAME = 1000;

/** Diagnostics reported, at most. */
const MAX_DIAGNOSTICS = 100;

const GENERICS: ReadonlyMap<string, { name: "array" | "Vec" | "Map" | "ptr"; count: number }> =
  new Map([
    ["array", { name: "array", count: 1 }],
    ["Array", { name: "array", count: 1 }],
    ["vec", { name: "Vec", count: 1 }],
    ["Vec", { name: "Vec", count: 1 }],
    ["map", { name: "Map", count: 2 }],
    ["Map", { name: "Map", count: 2 }],
    ["ptr", { name: "ptr", count: 1 }],
  ]);

const SPECIAL_FUNCTIONS = new Set([
  "len",
  "spawn",
  "__hostcall",
  "__syscall",
  "print",
  "debug",
  "inspect",
]);

class ProgramChecker implements ProgramContext {
  readonly declarations: Declarations;
  readonly #resolver: Resolver;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #reported = new Set<string>();
  readonly #signed = new Set<FunctionInfo>();
  readonly #inferred = new Set<FunctionInfo>();
  readonly #annotated = new Map<FunctionInfo, Type | null>();
  #deferred: ((final: boolean) => boolean)[] = [];
  #sealing: (() => void)[] = [];
  #nodes: { type: Type }[] = [];
  #layouts: StructLayout[] = [];
  readonly #instances = new Map<string, TypedFunction>();
  #pending: (() => void)[] = [];
  readonly #functions: TypedFunction[] = [];
  readonly #boxed = new Map<string, Type>();
  readonly #interfaceCalls = new Map<string, Map<string, TypedFunction>>();
  readonly #toString = new Map<string, TypedFunction>();
  #structsSigned = false;
  #instanceCount = 0;
  #resolvedCount = 0;
  #checkedCount = 0;

  constructor(prelude: Prelude) {
    this.declarations = new Declarations(this.#diagnostics, prelude);
    this.#resolver = new Resolver(
      {
        hasFunction: (name) => this.#hasFunction(name),
        isAddition: (name) => this.declarations.isAddition(name),
      },
      this.#diagnostics,
    );
  }

  get resolution(): ProgramContext["resolution"] {
    return this.#resolver.resolution;
  }

  #hasFunction(name: string): boolean {
    return this.declarations.functionsNamed(name) !== null || NATIVE_SIGNATURES.has(name) ||
      SPECIAL_FUNCTIONS.has(name);
  }

  check(files: readonly FileNode[], main: FileNode): TypedProgram {
    this.declarations.addFiles(files);
    this.#resolver.main(main.statements);
    this.#resolveNew();
    this.#signatures();
    this.#interfaceSignatures();
    this.#checkPlain();
    const typedMain: TypedFunction = {
      name: "<main>",
      params: [],
      captures: [],
      result: NIL,
      body: [],
      at: { file: main.file, line: 1, column: 1 },
      end: main.end,
    };
    new BodyChecker(this, new Map(), false).main(main.statements, typedMain);
    for (const info of [...this.declarations.all]) {
      if (info.typeParams.length > 0) {
        this.#infer(info);
      }
    }
    this.#settle();
    this.#failIfWrong();
    this.#finish();
    this.#failIfWrong();
    return {
      functions: [typedMain, ...this.#functions],
      implementations: this.declarations.implementations,
      interfaceMethods: this.#interfaceCalls,
      toStringMethods: this.#toString,
    };
  }

  #failIfWrong(): void {
    if (this.#diagnostics.length > 0) {
      // The resolver and the checker may have found the same.
      const different = new Map(this.#diagnostics.map((d) => [keyOf(d), d]));
      throw new MocaCompileError([...different.values()].slice(0, MAX_DIAGNOSTICS));
    }
  }

  /** Resolves the names of what has been declared since the last time, prelude parts included. */
  #resolveNew(): void {
    const { all } = this.declarations;
    while (this.#resolvedCount < all.length) {
      const info = all[this.#resolvedCount++];
      if (info !== undefined) {
        this.#resolver.function(info.node);
      }
    }
  }

  /** Checks functions without type parameters, in order, that have not been checked yet. */
  #checkPlain(): void {
    const { all } = this.declarations;
    while (this.#checkedCount < all.length) {
      const info = all[this.#checkedCount++];
      if (info !== undefined && info.typeParams.length === 0) {
        this.#checkBody(info, [], this.instance(info, []));
      }
    }
  }

  /** Instantiates until no new instance appears. */
  #finish(): void {
    do {
      this.#checkPlain();
      const pending = this.#pending;
      this.#pending = [];
      for (const task of pending) {
        task();
      }
      this.#settle();
      const sealing = this.#sealing;
      this.#sealing = [];
      for (const task of sealing) {
        task();
      }
      this.#sealTypes();
      this.#linkMethods();
    } while (this.#pending.length > 0 || this.#sealing.length > 0);
  }

  #sealTypes(): void {
    const nodes = this.#nodes;
    this.#nodes = [];
    resetTypeWork();
    for (const node of nodes) {
      node.type = resolved(node.type);
    }
    const layouts = this.#layouts;
    this.#layouts = [];
    for (const layout of layouts) {
      const type = resolved(layout.type);
      if (type.kind === "struct") {
        layout.type = type;
        this.#boxed.set(runtimeTypeName(type), type);
        this.#ownToString(type);
      }
    }
  }

  #ownToString(type: Type & { readonly kind: "struct" }): void {
    const name = runtimeTypeName(type);
    const info = this.declarations.methods.get(type.struct.name)?.get("to_string");
    if (info !== undefined && info.node.params.length === 1 && !this.#toString.has(name)) {
      this.#toString.set(name, this.instance(info, type.args.slice(0, info.typeParams.length)));
    }
  }

  #linkMethods(): void {
    for (const [call, table] of this.#interfaceCalls) {
      const [interfaceName = "", method = ""] = call.split(".");
      for (const type of this.#candidates(interfaceName)) {
        const name = runtimeTypeName(type);
        const key = methodKey(type);
        const info = key === null ? undefined : this.declarations.methods.get(key)?.get(method);
        if (info !== undefined && !table.has(name)) {
          const args = type.kind === "struct" || type.kind === "generic" ? type.args : [];
          table.set(name, this.instance(info, args.slice(0, info.typeParams.length)));
        }
      }
    }
  }

  #candidates(interfaceName: string): Type[] {
    const words = this.declarations.implementations.get(interfaceName) ?? new Set<string>();
    const primitives = [...words].flatMap((word) => PRIMITIVES.get(word) ?? []);
    const boxed = [...this.#boxed.values()].filter((type) => words.has(methodKey(type) ?? ""));
    return [...primitives, ...boxed];
  }

  #settle(): void {
    for (const final of [false, true]) {
      let progress = true;
      while (progress && this.#deferred.length > 0) {
        const tasks = this.#deferred;
        this.#deferred = [];
        progress = false;
        for (const task of tasks) {
          if (task(final)) {
            progress = true;
          } else {
            this.#deferred.push(task);
          }
        }
      }
    }
    this.#deferred = [];
  }

  /** Reads the types of a struct's fields. */
  #signStruct(struct: StructInfo): void {
    if (struct.fieldTypes.length < struct.fields.length) {
      const env = parameters(struct.typeParams.map((name) => ({ name, bound: null })));
      struct.fieldTypes = struct.fields.map((field) => this.type(field.type, env));
    }
  }

  structNamed(name: string): StructInfo | null {
    const struct = this.declarations.hasStruct(name)
      ? this.declarations.structs.get(name)
      : undefined;
    // Until all have been read once, those that are new will be, too.
    if (struct !== undefined && this.#structsSigned) {
      this.#signStruct(struct);
    }
    return struct ?? null;
  }

  #signatures(): void {
    for (const struct of this.declarations.structs.values()) {
      this.#signStruct(struct);
    }
    this.#structsSigned = true;
    for (const info of this.declarations.all) {
      this.#sign(info);
    }
  }

  #interfaceSignatures(): void {
    const env = new Map<string, Type>([["Self", ANY]]);
    for (const node of this.declarations.interfaces.values()) {
      for (const method of node.methods) {
        for (const param of method.params) {
          if (param.type !== null) {
            this.type(param.type, env);
          }
        }
        if (method.result !== null) {
          this.type(method.result, env);
        }
      }
    }
  }

  /** Reads a declaration's annotations; what is missing becomes variables. */
  #sign(info: FunctionInfo): void {
    if (this.#signed.has(info)) {
      return;
    }
    this.#signed.add(info);
    for (const param of info.typeParams) {
      const { bound } = param;
      const known = bound === null || bound === "ToString" || bound === "WriteTo" ||
        this.declarations.interfaces.has(bound);
      if (!known) {
        this.error(`undefined interface \`${bound}\``, info.node.at);
      }
    }
    const env = new Map(parameters(info.typeParams));
    if (info.impl !== null) {
      const self = this.#implType(info, env);
      env.set("Self", self);
    }
    info.params = info.node.params.map((param, i) => {
      if (param.type !== null) {
        return this.type(param.type, env);
      }
      return info.isMethod && i === 0 ? env.get("Self") ?? ANY : fresh();
    });
    const annotated = info.node.result === null ? null : this.type(info.node.result, env);
    this.#annotated.set(info, annotated);
    info.result = resultType(info.node, annotated);
  }

  #implType(info: FunctionInfo, env: ReadonlyMap<string, Type>): Type {
    const target = info.impl?.target;
    if (target === undefined) {
      return ANY;
    }
    if (target.args.length > 0) {
      return this.type(target, env);
    }
    // `impl Vec` or `impl Box` without arguments extends the type for all arguments.
    const struct = this.declarations.structs.get(target.name);
    if (struct !== undefined) {
      return {
        kind: "struct",
        struct,
        args: struct.typeParams.map((name) => env.get(name) ?? fresh()),
      };
    }
    const builtin = GENERICS.get(target.name);
    if (builtin !== undefined) {
      return generic(builtin.name, ...Array.from({ length: builtin.count }, () => fresh()));
    }
    return PRIMITIVES.get(target.name) ?? ANY;
  }

  prepare(info: FunctionInfo): void {
    this.#resolveNew();
    if (!this.#signed.has(info)) {
      this.#signatures();
    }
    if (info.typeParams.length > 0 && info.node.result === null) {
      this.#infer(info);
    }
  }

  /** Checks a generic body once with its type parameters standing for themselves. */
  #infer(info: FunctionInfo): void {
    if (this.#inferred.has(info)) {
      return;
    }
    this.#inferred.add(info);
    const env = this.#bodyEnv(info, []);
    const body = new BodyChecker(this, env, true);
    body.function(info.node, {
      params: info.params,
      result: info.result,
      annotated: this.#annotated.get(info) ?? null,
    }, shell(info.name, info.node));
  }

  #bodyEnv(info: FunctionInfo, typeArgs: readonly Type[]): Map<string, Type> {
    const env = new Map<string, Type>();
    for (const [i, param] of info.typeParams.entries()) {
      const parameter: Type = { kind: "parameter", name: param.name, bound: param.bound };
      env.set(param.name, typeArgs[i] ?? parameter);
    }
    if (info.isMethod) {
      const map = new Map(info.typeParams.map((p, i) => [p.name, typeArgs[i]] as const));
      const known = new Map([...map].flatMap(([k, v]) => v === undefined ? [] : [[k, v] as const]));
      env.set("Self", substitute(info.params[0] ?? ANY, known));
    }
    return env;
  }

  instance(info: FunctionInfo, typeArgs: readonly Type[]): TypedFunction {
    this.prepare(info);
    const args = info.typeParams.map((_, i) => resolved(typeArgs[i] ?? ANY));
    const names = args.map(runtimeTypeName);
    const key = `${info.id}<${names.join(",")}>`;
    const existing = this.#instances.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const name = args.length === 0 ? info.name : `${info.name}<${names.join(", ")}>`;
    const typed = shell(name, info.node);
    this.#instances.set(key, typed);
    this.#functions.push(typed);
    if (args.length > 0) {
      if (++this.#instanceCount > MAX_INSTANCES || name.length > MAX_NAME) {
        this.error(`too many instances of generic function \`${info.name}\``, info.node.at);
        return typed;
      }
      this.#pending.push(() => this.#checkBody(info, args, typed));
    }
    return typed;
  }

  #checkBody(info: FunctionInfo, typeArgs: readonly Type[], typed: TypedFunction): void {
    const map = new Map(info.typeParams.map((p, i) => [p.name, typeArgs[i] ?? ANY] as const));
    const annotated = this.#annotated.get(info) ?? null;
    new BodyChecker(this, this.#bodyEnv(info, typeArgs), false).function(info.node, {
      params: info.params.map((p) => substitute(p, map)),
      result: substitute(info.result, map),
      annotated: annotated === null ? null : substitute(annotated, map),
    }, typed);
  }

  error(message: string, at: Position): void {
    this.#report({ message, at, notes: [] });
  }

  typeError(message: string, at: Position, notes: readonly string[] = []): void {
    this.#report({ message: `type error: ${message}`, at, notes });
  }

  #report(diagnostic: Diagnostic): void {
    const key = keyOf(diagnostic);
    if (!this.#reported.has(key)) {
      this.#reported.add(key);
      this.#diagnostics.push(diagnostic);
    }
  }

  defer(task: (final: boolean) => boolean): void {
    this.#deferred.push(task);
  }

  onSeal(task: () => void): void {
    this.#sealing.push(task);
  }

  remember(node: { type: Type }): void {
    this.#nodes.push(node);
  }

  layout(layout: StructLayout): void {
    this.#layouts.push(layout);
  }

  boxed(type: Type): void {
    const known = resolved(type);
    this.#boxed.set(runtimeTypeName(known), known);
  }

  interfaceCall(interfaceName: string, method: string): void {
    const key = `${interfaceName}.${method}`;
    if (!this.#interfaceCalls.has(key)) {
      this.#interfaceCalls.set(key, new Map());
    }
  }

  implements(type: Type, interfaceName: string): boolean {
    const t = prune(type);
    if (interfaceName === "ToString" || interfaceName === "WriteTo") {
      return true;
    }
    if (t.kind === "parameter") {
      return t.bound === interfaceName;
    }
    if (t.kind === "interface") {
      return t.name === interfaceName;
    }
    if (t.kind === "primitive" && t.name === "any") {
      return true;
    }
    const key = methodKey(t);
    return key !== null && this.declarations.implementations.get(interfaceName)?.has(key) === true;
  }

  type(node: TypeNode, env: ReadonlyMap<string, Type>, interfaces = false): Type {
    switch (node.kind) {
      case "nullable":
        return { kind: "nullable", of: this.type(node.of, env) };
      case "function":
        return {
          kind: "function",
          params: node.params.map((p) => this.type(p, env)),
          result: this.type(node.result, env),
        };
      case "named":
        return this.#namedType(node, env, interfaces);
    }
  }

  #namedType(
    node: TypeNode & { readonly kind: "named" },
    env: ReadonlyMap<string, Type>,
    interfaces: boolean,
  ): Type {
    const parameter = env.get(node.name);
    if (parameter !== undefined && node.args.length === 0) {
      return parameter;
    }
    const args = node.args.map((arg) => this.type(arg, env));
    const primitive = PRIMITIVES.get(node.name);
    if (primitive !== undefined && node.args.length === 0) {
      return primitive;
    }
    const builtin = GENERICS.get(node.name);
    if (builtin !== undefined) {
      if (args.length !== builtin.count) {
        this.#wrongCount(node.name, builtin.count, args.length, node.at);
        return generic(builtin.name, ...Array.from({ length: builtin.count }, () => fresh()));
      }
      return generic(builtin.name, ...args);
    }
    const struct = this.structNamed(node.name);
    if (struct !== null) {
      if (args.length !== struct.typeParams.length) {
        this.#wrongCount(node.name, struct.typeParams.length, args.length, node.at);
        return { kind: "struct", struct, args: struct.typeParams.map(() => fresh()) };
      }
      return { kind: "struct", struct, args };
    }
    const isInterface = this.declarations.interfaces.has(node.name) || node.name === "ToString" ||
      node.name === "WriteTo";
    if (interfaces && isInterface) {
      return { kind: "interface", name: node.name };
    }
    this.error(`unknown type \`${node.name}\``, node.at);
    return ANY;
  }

  #wrongCount(name: string, wanted: number, got: number, at: Position): void {
    this.error(`struct \`${name}\` expects ${wanted} type arguments, got ${got}`, at);
  }
}

function keyOf({ at, message }: Diagnostic): string {
  return `${at.file}:${at.line}:${at.column}:${message}`;
}

function parameters(params: readonly { name: string; bound: string | null }[]): Map<string, Type> {
  return new Map(params.map((p) => [p.name, { kind: "parameter", ...p }]));
}

function shell(name: string, node: FunctionNode): TypedFunction {
  return { name, params: [], captures: [], result: NIL, body: [], at: node.at, end: node.end };
}

/**
 * Checks a program.
 *
 * @param files All files, imports first.
 * @param main The file whose statements run; one of `files`.
 * @param prelude Source of prelude functions and structs by name.
 * @returns The typed program.
 * @throws {MocaCompileError} With everything that is wrong.
 */
export function check(
  files: readonly FileNode[],
  main: FileNode,
  prelude: Prelude,
): TypedProgram {
  return new ProgramChecker(prelude).check(files, main);
}
