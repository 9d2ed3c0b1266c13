/**
 * Whether statements can be run through to their end.
 *
 * @module
 */
import type { Expression, Statement } from "../ast.ts";

/**
 * Whether control can leave a block at its end, judged by shape alone.
 *
 * @param statements The block.
 * @returns False if every path returns, throws, loops for ever or leaves the loop around it.
 */
export function fallsOff(statements: readonly Statement[]): boolean {
  return statements.every(passes);
}

function passes(node: Statement): boolean {
  switch (node.kind) {
    case "return":
    case "throw":
    case "break":
    case "continue":
      return false;
    case "if":
      return node.else === null || fallsOff(node.then) || fallsOff(node.else);
    case "while":
      return !isTrue(node.condition) || breaks(node.body);
    case "try":
      return fallsOff(node.body) || fallsOff(node.handler);
    case "matchDyn":
      return fallsOff(node.otherwise) || node.arms.some((arm) => fallsOff(arm.body));
    default:
      return true;
  }
}

function isTrue(node: Expression): boolean {
  return node.kind === "bool" && node.value;
}

/** Whether a `break` in these statements leaves the loop around them. */
function breaks(statements: readonly Statement[]): boolean {
  return statements.some((node) => {
    switch (node.kind) {
      case "break":
        return true;
      case "if":
        return breaks(node.then) || (node.else !== null && breaks(node.else));
      case "try":
        return breaks(node.body) || breaks(node.handler);
      case "matchDyn":
        return breaks(node.otherwise) || node.arms.some((arm) => breaks(arm.body));
      default:
        return false;
    }
  });
}

/**
 * Whether a function body contains a `return` of some kind, lambdas inside it not counted.
 *
 * @param statements The body.
 * @param value Whether one with a value is looked for, or one without, which `return nil` counts as.
 * @returns Whether there is one.
 */
export function hasReturn(statements: readonly Statement[], value: boolean): boolean {
  return statements.some((node) => {
    switch (node.kind) {
      case "return":
        return (node.value !== null && node.value.kind !== "nil") === value;
      case "if":
        return hasReturn(node.then, value) || (node.else !== null && hasReturn(node.else, value));
      case "while":
      case "forIn":
      case "forRange":
        return hasReturn(node.body, value);
      case "try":
        return hasReturn(node.body, value) || hasReturn(node.handler, value);
      case "matchDyn":
        return hasReturn(node.otherwise, value) ||
          node.arms.some((arm) => hasReturn(arm.body, value));
      default:
        return false;
    }
  });
}
