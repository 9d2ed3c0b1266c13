/**
 * Statements, lambdas and whole function bodies.
 *
 * @module
 */
import type { FunctionNode, Statement } from "../ast.ts";
import type { Position } from "../error.ts";
import type { Local, TypedExpression, TypedFunction, TypedStatement } from "../typed_program.ts";
import {
  ANY,
  DYN,
  fresh,
  generic,
  INT,
  isPrimitive,
  NIL,
  prune,
  resetTypeWork,
  STRING,
  type Type,
  typeName,
  withoutNull,
} from "../types.ts";
import { ExpressionChecker } from "./expressions.ts";
import { fallsOff, hasReturn } from "./reachability.ts";
import { elementTypes } from "./signature.ts";
import { unify } from "./unify.ts";

type Node<K extends Statement["kind"]> = Statement & { readonly kind: K };

/** Checks the body of one function, or the top-level statements. */
export class BodyChecker extends ExpressionChecker {
  /**
   * Checks a function's body.
   *
   * @param node The function.
   * @param types Its parameter types and result, and the result as annotated.
   * @param into The typed function that the result is stored in.
   */
  function(
    node: FunctionNode,
    types: { params: readonly Type[]; result: Type; annotated: Type | null },
    into: TypedFunction,
  ): void {
    into.params = node.params.map((param, i) =>
      this.declare(param, param.name, types.params[i] ?? ANY)
    );
    into.result = types.result;
    this.program.remember({
      get type() {
        return into.result;
      },
      set type(type: Type) {
        into.result = type;
      },
    });
    this.results.push({ type: types.result, annotated: types.annotated });
    into.body = this.#block(node.body);
    this.results.pop();
    this.#finishResult(node, types.result, types.annotated);
  }

  /**
   * Checks top-level statements.
   *
   * @param statements The statements.
   * @param into The typed function that the result is stored in.
   */
  main(statements: readonly Statement[], into: TypedFunction): void {
    this.results.push({ type: ANY, annotated: null });
    into.body = this.#block(statements);
    this.results.pop();
  }

  #finishResult(node: FunctionNode, result: Type, annotated: Type | null): void {
    if (hasReturn(node.body, true)) {
      return;
    }
    if (annotated === null) {
      const type = prune(result);
      if (type.kind === "variable") {
        type.link = NIL;
      }
      return;
    }
    if (fallsOff(node.body) && !mayBeNil(annotated)) {
      this.mismatch([NIL, annotated], node.at);
    }
  }

  override lambda(node: FunctionNode, wanted: Type | null): TypedExpression {
    const hint = wanted === null ? null : withoutNull(wanted);
    const hinted = hint?.kind === "function" && hint.params.length === node.params.length
      ? hint
      : null;
    const params = node.params.map((param, i) =>
      param.type === null ? hinted?.params[i] ?? fresh() : this.typeOf(param.type)
    );
    const annotated = node.result === null ? null : this.typeOf(node.result);
    const result = resultType(node, annotated);
    const typed: TypedFunction = {
      name: "<lambda>",
      params: [],
      captures: [],
      result,
      body: [],
      at: node.at,
      end: node.end,
    };
    const captured = this.program.resolution.captures.get(node) ?? [];
    typed.captures = captured.flatMap((variable): Local[] => {
      const local = this.localOf(variable);
      return local === null ? [] : [local];
    });
    this.function(node, { params, result, annotated }, typed);
    const type: Type = { kind: "function", params, result };
    return this.make(
      { kind: "lambda", function: typed, captures: typed.captures },
      type,
      node.at,
    );
  }

  #block(statements: readonly Statement[]): TypedStatement[] {
    return statements.map((statement) => this.#statement(statement));
  }

  #statement(node: Statement): TypedStatement {
    resetTypeWork();
    const { at } = node;
    switch (node.kind) {
      case "let":
        return this.#let(node);
      case "const":
        return {
          kind: "expression",
          value: this.make({ kind: "nil" }, NIL, at),
          at,
        };
      case "assign":
        return this.#assign(node);
      case "setIndex":
        return this.#setIndex(node);
      case "setField":
        return this.#setField(node);
      case "if": {
        const condition = this.condition(node.condition);
        const then = this.#block(node.then);
        return { kind: "if", condition, then, else: this.#block(node.else ?? []), at };
      }
      case "while": {
        const condition = this.condition(node.condition);
        return { kind: "while", condition, body: this.#block(node.body), at };
      }
      case "forIn":
        return this.#forIn(node);
      case "forRange": {
        const start = this.checked(node.start, INT);
        const end = this.checked(node.end, INT);
        const local = this.declare(node, node.name, INT);
        const body = this.#block(node.body);
        return { kind: "forRange", local, start, end, inclusive: node.inclusive, body, at };
      }
      case "break":
      case "continue":
        return { kind: node.kind, at };
      case "return":
        return this.#return(node);
      case "throw":
        return { kind: "throw", value: this.expression(node.value), at };
      case "try": {
        const body = this.#block(node.body);
        const local = this.declare(node, node.name, STRING);
        return { kind: "try", body, local, handler: this.#block(node.handler), at };
      }
      case "matchDyn":
        return this.#matchDyn(node);
      case "expression":
        return { kind: "expression", value: this.expression(node.value), at };
    }
  }

  #let(node: Node<"let">): TypedStatement {
    const annotated = node.type === null ? null : this.typeOf(node.type);
    const variable = this.program.resolution.variables.get(node);
    if (
      variable !== undefined && node.value.kind === "lambda" &&
      this.program.resolution.captures.get(node.value.function)?.includes(variable) === true
    ) {
      const local = this.declare(node, node.name, annotated ?? fresh());
      const value = this.flow(this.expression(node.value, annotated), local.type);
      return { kind: "let", local, value, at: node.at };
    }
    const given = this.expression(node.value, annotated);
    const value = annotated === null ? given : this.flow(given, annotated);
    const initial = prune(value.type);
    const type = annotated ??
      (isPrimitive(initial, "nil") && node.value.kind === "nil"
        ? { kind: "nullable", of: fresh() } as const
        : initial);
    return { kind: "let", local: this.declare(node, node.name, type), value, at: node.at };
  }

  #assign(node: Node<"assign">): TypedStatement {
    const variable = this.program.resolution.variables.get(node);
    const local = variable === undefined ? null : this.localOf(variable);
    if (local === null) {
      return { kind: "expression", value: this.expression(node.value), at: node.at };
    }
    return { kind: "assign", local, value: this.checked(node.value, local.type), at: node.at };
  }

  #setIndex(node: Node<"setIndex">): TypedStatement {
    const object = this.expression(node.object);
    const index = this.expression(node.index);
    const element = elementTypes(object.type);
    const value = this.expression(node.value, element?.value ?? null);
    const statement: TypedStatement = { kind: "setIndex", object, index, value, at: node.at };
    this.whenKnown(object.type, (known) => {
      if (known.kind === "variable") {
        unify(known, generic("array", fresh()));
      }
      const types = elementTypes(object.type);
      if (types === null || isPrimitive(withoutNull(known), "string")) {
        this.program.typeError(`cannot index assign to \`${typeName(known)}\``, node.at);
        return;
      }
      this.flow(index, types.key);
      statement.value = this.flow(value, types.value);
    });
    return statement;
  }

  #setField(node: Node<"setField">): TypedStatement {
    const object = this.expression(node.object);
    const type = withoutNull(object.type);
    const index = type.kind === "struct"
      ? type.struct.fields.findIndex((f) => f.name === node.name)
      : -1;
    const hint = index < 0 ? null : this.fieldType(type, node.name, node.at);
    const value = this.expression(node.value, hint);
    const statement: TypedStatement = {
      kind: "setField",
      object,
      name: node.name,
      value,
      at: node.at,
    };
    this.whenKnown(object.type, (known) => {
      const vec = withoutNull(known);
      if (
        vec.kind === "generic" && vec.name === "Vec" && ["len", "cap", "data"].includes(node.name)
      ) {
        return;
      }
      statement.value = this.flow(value, this.fieldType(known, node.name, node.at));
    });
    return statement;
  }

  #forIn(node: Node<"forIn">): TypedStatement {
    const iterable = this.expression(node.iterable);
    const element = fresh();
    const type = withoutNull(iterable.type);
    if (isPrimitive(type, "string")) {
      unify(element, INT);
    } else if (type.kind === "variable" || (type.kind === "generic" && type.name === "array")) {
      const mismatch = unify(type, generic("array", element));
      if (mismatch !== null) {
        this.mismatch(mismatch, iterable.at);
      }
    } else if (!isPrimitive(type, "any") && type.kind !== "parameter") {
      const text = `expected array, found \`${typeName(type)}\``;
      this.program.typeError(text, iterable.at);
      unify(element, ANY);
    }
    const local = this.declare(node, node.name, element);
    return { kind: "forIn", local, iterable, body: this.#block(node.body), at: node.at };
  }

  #return(node: Node<"return">): TypedStatement {
    const context = this.results.at(-1);
    const wanted = context?.type ?? ANY;
    if (node.value !== null) {
      return { kind: "return", value: this.checked(node.value, wanted), at: node.at };
    }
    this.#bareReturn(context?.annotated ?? null, wanted, node.at);
    return { kind: "return", value: null, at: node.at };
  }

  #bareReturn(annotated: Type | null, wanted: Type, at: Position): void {
    if (annotated !== null) {
      if (!mayBeNil(annotated)) {
        this.mismatch([NIL, annotated], at);
      }
      return;
    }
    if (!isPrimitive(wanted, "any") && prune(wanted).kind !== "variable") {
      const mismatch = unify(NIL, wanted);
      if (mismatch !== null) {
        this.mismatch(mismatch, at);
      }
    }
  }

  #matchDyn(node: Node<"matchDyn">): TypedStatement {
    const value = this.flow(this.expression(node.value), DYN);
    const arms = node.arms.map((arm) => {
      const type = this.program.type(arm.type, this.env, true);
      const local = this.declare(arm, arm.name, type);
      return { local, type, body: this.#block(arm.body) };
    });
    return { kind: "matchDyn", value, arms, otherwise: this.#block(node.otherwise), at: node.at };
  }
}

/** Whether a place of this type may hold nil. */
export function mayBeNil(type: Type): boolean {
  const t = prune(type);
  return t.kind === "nullable" || t.kind === "variable" ||
    (t.kind === "primitive" && (t.name === "nil" || t.name === "any" || t.name === "dyn"));
}

/**
 * The result type that callers see: a function that can end without `return` may give nil.
 *
 * @param node The function.
 * @param annotated Its annotation, if any.
 * @returns The type.
 */
export function resultType(node: FunctionNode, annotated: Type | null): Type {
  const type = annotated ?? fresh();
  const both = hasReturn(node.body, true) &&
    (fallsOff(node.body) || (annotated === null && hasReturn(node.body, false)));
  return both && !(annotated !== null && mayBeNil(annotated))
    ? { kind: "nullable", of: type }
    : type;
}
