/**
 * Unification: makes types equal by giving variables their meaning.
 *
 * @module
 */
import {
  countTypeStep,
  fresh,
  isIntegral,
  isPrimitive,
  prune,
  type Type,
  type TypeVariable,
} from "../types.ts";

function occurs(variable: TypeVariable, type: Type): boolean {
  countTypeStep();
  const t = prune(type);
  switch (t.kind) {
    case "variable":
      return t === variable;
    case "generic":
    case "struct":
      return t.args.some((a) => occurs(variable, a));
    case "nullable":
      return occurs(variable, t.of);
    case "function":
      return occurs(variable, t.result) || t.params.some((p) => occurs(variable, p));
    default:
      return false;
  }
}

/** The two innermost types that do not agree. */
export type Mismatch = readonly [given: Type, wanted: Type];

function bind(variable: TypeVariable, type: Type, mismatch: Mismatch): Mismatch | null {
  if (occurs(variable, type)) {
    return mismatch;
  }
  // What is nil now may hold a value later.
  variable.link = type.kind === "primitive" && type.name === "nil"
    ? { kind: "nullable", of: fresh() }
    : type;
  return null;
}

/**
 * Makes two types equal by giving variables their meaning.
 *
 * @param given The type of a value.
 * @param wanted The type of the place it goes to.
 * @returns Null, or the pair that does not agree.
 */
export function unify(given: Type, wanted: Type): Mismatch | null {
  countTypeStep();
  const a = prune(given);
  const b = prune(wanted);
  const mismatch: Mismatch = [a, b];
  if (a === b) {
    return null;
  }
  if (a.kind === "variable") {
    return bind(a, b, mismatch);
  }
  if (b.kind === "variable") {
    return bind(b, a, mismatch);
  }
  if (isPrimitive(a, "any") || isPrimitive(b, "any")) {
    return null;
  }
  if (a.kind === "nullable" && b.kind === "nullable") {
    return unify(a.of, b.of);
  }
  if (a.kind === "nullable") {
    return isPrimitive(b, "nil") ? null : unify(a.of, b);
  }
  if (b.kind === "nullable") {
    return isPrimitive(a, "nil") ? null : unify(a, b.of);
  }
  if (a.kind === "primitive" && b.kind === "primitive") {
    return a.name === b.name || (isIntegral(a) && isIntegral(b)) ? null : mismatch;
  }
  if (a.kind === "generic" && b.kind === "generic") {
    return a.name === b.name ? unifyAll(a.args, b.args, mismatch) : mismatch;
  }
  if (a.kind === "struct" && b.kind === "struct") {
    return a.struct === b.struct ? unifyAll(a.args, b.args, mismatch) : mismatch;
  }
  if (a.kind === "function" && b.kind === "function") {
    return unifyAll(a.params, b.params, mismatch) ?? unify(a.result, b.result);
  }
  if (
    (a.kind === "parameter" && b.kind === "parameter") ||
    (a.kind === "interface" && b.kind === "interface")
  ) {
    return a.name === b.name ? null : mismatch;
  }
  return mismatch;
}

function unifyAll(
  given: readonly Type[],
  wanted: readonly Type[],
  whole: Mismatch,
): Mismatch | null {
  if (given.length !== wanted.length) {
    return whole;
  }
  for (const [i, a] of given.entries()) {
    const b = wanted[i];
    const mismatch = b === undefined ? whole : unify(a, b);
    if (mismatch !== null) {
      return mismatch;
    }
  }
  return null;
}
