/**
 * What all parts of the checker of one function body share.
 *
 * @module
 */
import type { Expression, FunctionNode, TypeNode } from "../ast.ts";
import type { DeferredTask } from "./deferred_work.ts";
import type { Declarations, FunctionInfo } from "./declarations.ts";
import type { Position } from "../error.ts";
import type { Resolution, Variable } from "./resolver.ts";
import type {
  Local,
  StructLayout,
  TypedExpression,
  TypedFunction,
  TypedShape,
} from "../typed_program.ts";
import {
  ANY,
  BOOL,
  fresh,
  isPrimitive,
  prune,
  type StructInfo,
  type Type,
  typeName,
} from "../types.ts";
import { type Mismatch, unify } from "./unify.ts";

/** The services of the program's checker to the checker of one body. */
export interface ProgramContext {
  /** Tables of declarations. */
  readonly declarations: Declarations;
  /** Variables of names. */
  readonly resolution: Resolution;
  /** Reports an error that needs no types. */
  error(message: string, at: Position): void;
  /** Reports a type error. */
  typeError(message: string, at: Position, notes?: readonly string[]): void;
  /** Tries again when more is known; the task returns whether it is done. */
  defer(task: DeferredTask): void;
  /** Runs a task when all types of the current round are known. */
  onSeal(task: () => void): void;
  /** Remembers a node or local so that its type is resolved at the end. */
  remember(node: { type: Type }): void;
  /** Remembers a struct layout. */
  layout(layout: StructLayout): void;
  /** The typed function of a declaration with type arguments. */
  instance(info: FunctionInfo, typeArgs: readonly Type[]): TypedFunction;
  /** A declaration's parameter and result types, inferred if need be. */
  prepare(info: FunctionInfo): void;
  /** Whether a type implements an interface. */
  implements(type: Type, interfaceName: string): boolean;
  /** A struct, from the prelude if need be; null if there is none. */
  structNamed(name: string): StructInfo | null;
  /** Reads a written type. */
  type(node: TypeNode, env: ReadonlyMap<string, Type>, interfaces?: boolean): Type;
  /** Notes a method called on values of an interface type. */
  interfaceCall(interfaceName: string, method: string): void;
  /** Notes a type that is boxed. */
  boxed(type: Type): void;
}

/** Result type of the function or lambda being checked. */
export interface ResultContext {
  /** What `return` must give. */
  readonly type: Type;
  /** The annotation; null if there is none. */
  readonly annotated: Type | null;
}

/** An expression of one kind. */
export type Node<K extends Expression["kind"]> = Expression & { readonly kind: K };

/** State and helpers of one function body. */
export abstract class BodyBase {
  /** The program's checker. */
  protected readonly program: ProgramContext;
  /** Meaning of type parameters here. */
  protected readonly env: ReadonlyMap<string, Type>;
  /** Whether type parameters stand for themselves, in a body checked once for all arguments. */
  protected readonly rigid: boolean;
  /** Results of the functions around the current place, innermost last. */
  protected readonly results: ResultContext[] = [];
  readonly #locals = new Map<Variable, Local>();

  /**
   * @param program The program's checker.
   * @param env Meaning of type parameters.
   * @param rigid Whether type parameters stand for themselves.
   */
  constructor(program: ProgramContext, env: ReadonlyMap<string, Type>, rigid: boolean) {
    this.program = program;
    this.env = env;
    this.rigid = rigid;
  }

  /** Checks an expression; `wanted` is a hint, nothing is compared with it. */
  abstract expression(node: Expression, wanted?: Type | null): TypedExpression;

  /** Checks a lambda. */
  abstract lambda(node: FunctionNode, wanted: Type | null): TypedExpression;

  /** Makes a typed node. */
  protected make(shape: TypedShape, type: Type, at: Position): TypedExpression {
    const node: TypedExpression = { ...shape, type, at };
    this.program.remember(node);
    return node;
  }

  /** Turns a node into another one that was not known when it was made. */
  protected become(node: TypedExpression, shape: TypedShape): void {
    Object.assign(node, shape);
  }

  /** A node standing for what could not be checked. */
  protected unknown(at: Position): TypedExpression {
    return this.make({ kind: "nil" }, ANY, at);
  }

  /** Reads a written type. */
  protected typeOf(node: TypeNode): Type {
    return this.program.type(node, this.env);
  }

  /** Makes the local of a declaration. */
  protected declare(node: object, name: string, type: Type): Local {
    const variable = this.program.resolution.variables.get(node);
    const local: Local = { name, type, captured: variable?.captured ?? false };
    this.program.remember(local);
    if (variable !== undefined) {
      this.#locals.set(variable, local);
    }
    return local;
  }

  /** The local of a variable. */
  protected localOf(variable: Variable): Local | null {
    return this.#locals.get(variable) ?? null;
  }

  /** Reports a mismatch. */
  protected mismatch(pair: Mismatch, at: Position): void {
    const text = `expected \`${typeName(pair[0])}\`, found \`${typeName(pair[1])}\``;
    this.program.typeError(text, at, [text]);
  }

  /** Makes a value fit a place, or reports that it does not. */
  protected flow(value: TypedExpression, wanted: Type): TypedExpression {
    const given = prune(value.type);
    if (isPrimitive(wanted, "dyn") && !isPrimitive(given, "dyn")) {
      return this.box(value);
    }
    const mismatch = unify(given, wanted);
    if (mismatch !== null) {
      this.mismatch(mismatch, value.at);
    }
    return value;
  }

  /** Boxes a value with its type. */
  protected box(value: TypedExpression): TypedExpression {
    this.program.onSeal(() => this.program.boxed(value.type));
    return this.make({ kind: "box", value }, { kind: "primitive", name: "dyn" }, value.at);
  }

  /** Checks an expression and makes it fit. */
  protected checked(node: Expression, wanted: Type): TypedExpression {
    return this.flow(this.expression(node, wanted), wanted);
  }

  /** Checks a condition. */
  protected condition(node: Expression): TypedExpression {
    return this.checked(node, BOOL);
  }

  /** Runs a task on a type as soon as it is no longer a variable. */
  protected whenKnown(type: Type, task: (known: Type, final: boolean) => void): void {
    const known = prune(type);
    if (known.kind !== "variable") {
      task(known, false);
      return;
    }
    this.program.defer((final) => {
      const later = prune(type);
      if (later.kind === "variable" && !final) {
        return false;
      }
      task(later, final);
      return true;
    });
  }

  /** Fresh variables, or written types, for type parameters. */
  protected typeArguments(count: number, written: readonly TypeNode[]): Type[] {
    return Array.from({ length: count }, (_, i) => {
      const node = written[i];
      return node === undefined ? fresh() : this.typeOf(node);
    });
  }
}
