/**
 * What all calls share: arguments, type arguments, and the instance of a function that is called.
 *
 * @module
 */
import type { Expression, TypeNode } from "../ast.ts";
import type { Position } from "../error.ts";
import type { TypedExpression, TypedFunction } from "../typed_program.ts";
import { ANY, fresh, NIL, prune, type Type, typeName } from "../types.ts";
import { BodyBase } from "./base.ts";
import type { FunctionInfo } from "./declarations.ts";

/** Stands in a call until the instance that it calls is known. */
export const UNKNOWN_FUNCTION: TypedFunction = {
  name: "?",
  params: [],
  captures: [],
  result: NIL,
  body: [],
  at: { file: "", line: 0, column: 0 },
  end: { file: "", line: 0, column: 0 },
};

/** Type arguments of a call. */
export interface Instantiation {
  /** By the name of the type parameter. */
  readonly map: ReadonlyMap<string, Type>;
  /** In the order of the type parameters. */
  readonly typeArgs: readonly Type[];
}

/** Checks what calls share. */
export abstract class InstantiationChecker extends BodyBase {
  /** Reports a wrong number of arguments; returns whether it is right. */
  protected arity(what: string, wanted: number, got: number, at: Position): boolean {
    if (wanted === got) {
      return true;
    }
    this.program.error(`${what} expects ${wanted} arguments, got ${got}`, at);
    return false;
  }

  /** Checks arguments for their own errors only. */
  protected loose(args: readonly Expression[]): TypedExpression[] {
    return args.map((arg) => this.expression(arg));
  }

  /** Checks arguments and makes them fit parameters. */
  protected args(args: readonly Expression[], params: readonly Type[]): TypedExpression[] {
    return args.map((arg, i) => this.checked(arg, params[i] ?? ANY));
  }

  /** Chooses type arguments: written ones, those of the owner of an associated function, new variables. */
  protected instantiate(
    info: FunctionInfo,
    written: readonly TypeNode[],
    at: Position,
    ownerArgs: readonly Type[] = [],
  ): Instantiation {
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

  /** Makes a call one of the instance for its type arguments, once those are known. */
  protected link(
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
}
