/**
 * The checker of a whole program: declarations, inference, instances of generic functions.
 *
 * @module
 */
import type { FileNode, FunctionNode, TypeNode } from "../ast.ts";
import { SPECIAL_FUNCTIONS, UNIVERSAL_INTERFACES } from "./built_in_names.ts";
import { Declarations, type FunctionInfo } from "./declarations.ts";
import { type DeferredTask, DeferredWork } from "./deferred_work.ts";
import { Diagnostics } from "./diagnostics.ts";
import { MethodTables } from "./method_tables.ts";
import type { Position } from "../error.ts";
import type { Prelude } from "../prelude.ts";
import { Resolver } from "./resolver.ts";
import { NATIVE_SIGNATURES } from "./signature.ts";
import type { StructLayout, TypedFunction, TypedProgram } from "../typed_program.ts";
import {
  ANY,
  fresh,
  methodKey,
  NIL,
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
import { parameterTypes, TypeReader } from "./type_reader.ts";

/** Instances of generic functions in one program, at most. */
const MAX_INSTANCES = 10_000;

/** Length of an instance's name, at most; it grows with the nesting of its type arguments. */
const MAX_NAME = 1000;

class ProgramChecker implements ProgramContext {
  readonly declarations: Declarations;
  readonly #resolver: Resolver;
  readonly #diagnostics = new Diagnostics();
  readonly #types: TypeReader;
  readonly #methods: MethodTables;
  readonly #signed = new Set<FunctionInfo>();
  readonly #inferred = new Set<FunctionInfo>();
  readonly #annotated = new Map<FunctionInfo, Type | null>();
  readonly #work = new DeferredWork();
  #layouts: StructLayout[] = [];
  readonly #instances = new Map<string, TypedFunction>();
  #pending: (() => void)[] = [];
  readonly #functions: TypedFunction[] = [];
  #instanceCount = 0;
  #resolvedCount = 0;
  #checkedCount = 0;

  constructor(prelude: Prelude) {
    this.declarations = new Declarations(this.#diagnostics, prelude);
    this.#types = new TypeReader(this.declarations, this.#diagnostics);
    this.#methods = new MethodTables(this.declarations, (info, args) => this.instance(info, args));
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
    this.#types.readInterfaces();
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
    this.#work.settle();
    this.#diagnostics.failIfAny();
    this.#finish();
    this.#diagnostics.failIfAny();
    return {
      functions: [typedMain, ...this.#functions],
      implementations: this.declarations.implementations,
      interfaceMethods: this.#methods.interfaceMethods,
      toStringMethods: this.#methods.toStringMethods,
    };
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
      this.#work.settle();
      this.#work.seal();
      this.#addLayouts();
      this.#methods.link();
    } while (this.#pending.length > 0 || this.#work.isOpen);
  }

  /** Tells the tables of methods which structs the last round has made values of. */
  #addLayouts(): void {
    const layouts = this.#layouts;
    this.#layouts = [];
    for (const layout of layouts) {
      const type = resolved(layout.type);
      if (type.kind === "struct") {
        layout.type = type;
        this.#methods.addStruct(type);
      }
    }
  }

  structNamed(name: string): StructInfo | null {
    return this.#types.structNamed(name);
  }

  #signatures(): void {
    this.#types.readStructs();
    for (const info of this.declarations.all) {
      this.#sign(info);
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
      if (bound !== null && !this.#types.isInterface(bound)) {
        this.error(`undefined interface \`${bound}\``, info.node.at);
      }
    }
    const env = parameterTypes(info.typeParams);
    if (info.impl !== null) {
      env.set("Self", this.#types.implType(info, env));
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
    this.#diagnostics.error(message, at);
  }

  typeError(message: string, at: Position, notes: readonly string[] = []): void {
    this.#diagnostics.error(`type error: ${message}`, at, notes);
  }

  defer(task: DeferredTask): void {
    this.#work.defer(task);
  }

  onSeal(task: () => void): void {
    this.#work.onSeal(task);
  }

  remember(node: { type: Type }): void {
    this.#work.remember(node);
  }

  layout(layout: StructLayout): void {
    this.#layouts.push(layout);
  }

  boxed(type: Type): void {
    this.#methods.addType(resolved(type));
  }

  interfaceCall(interfaceName: string, method: string): void {
    this.#methods.addCall(interfaceName, method);
  }

  implements(type: Type, interfaceName: string): boolean {
    const t = prune(type);
    if (UNIVERSAL_INTERFACES.has(interfaceName)) {
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
    return this.#types.read(node, env, interfaces);
  }
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
  // A program before this one may have used up all steps.
  resetTypeWork();
  return new ProgramChecker(prelude).check(files, main);
}
