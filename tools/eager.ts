/**
 * Makes V8 compile functions as their module is loaded.
 *
 * V8 compiles a function when it is first called, and Deno keeps, for the next time, the code of
 * those only that were compiled as their module was loaded: those that are written as expressions
 * in parentheses, which V8 takes to be called at once. So functions become such expressions, and so
 * do methods, outside of their classes; private names become names that no class shares.
 *
 * @module
 */
import { type AnyNode, type MethodDefinition, parse, type Program } from "npm:acorn@8.19.0";

type ClassNode = Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }>;

/** Replacement of a part of the text. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function parsed(code: string): Program {
  return parse(code, { ecmaVersion: "latest", sourceType: "module" });
}

function edited(code: string, edits: readonly Edit[]): string {
  let text = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    text += code.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + code.slice(at);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value;
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node).flat().filter(isNode);
}

function isClass(node: AnyNode): node is ClassNode {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** Private names become names of properties that no other class has. */
function withoutPrivateNames(code: string): string {
  const edits: Edit[] = [];
  let classes = 0;
  const visit = (node: AnyNode, scope: ReadonlyMap<string, string>): void => {
    if (isClass(node)) {
      const number = classes++;
      const names = node.body.body.flatMap((member) =>
        "key" in member && member.key.type === "PrivateIdentifier" ? [member.key.name] : []
      );
      scope = new Map([...scope, ...names.map((name) => [name, `${name}$${number}`] as const)]);
    }
    if (node.type === "PrivateIdentifier") {
      const text = scope.get(node.name);
      if (text === undefined) throw new Error(`Cannot rename #${node.name}`);
      edits.push({ start: node.start, end: node.end, text });
    }
    if (node.type === "BinaryExpression" && node.left.type === "PrivateIdentifier") {
      throw new Error(`Cannot rename #${node.left.name} in front of "in"`);
    }
    for (const child of childrenOf(node)) visit(child, scope);
  };
  visit(parsed(code), new Map());
  return edited(code, edits);
}

function usesSuper(node: AnyNode): boolean {
  return node.type === "Super" || childrenOf(node).some(usesSuper);
}

function isPlainMethod(node: AnyNode): node is MethodDefinition {
  return node.type === "MethodDefinition" && node.kind === "method" && !node.static &&
    !node.computed && !node.value.generator && !node.value.async && !usesSuper(node);
}

/**
 * Makes V8 compile the functions and methods of a module as it is loaded.
 *
 * @param code A module, as esbuild writes it: with its exports at the end.
 * @returns A module that does the same, but for methods that a `for (… in …)` would show.
 */
export function compiledOnLoad(code: string): string {
  const text = withoutPrivateNames(code);
  const edits: Edit[] = [];
  let functions = "";
  const moveMethods = (name: string, node: ClassNode, end: number): void => {
    const methods = node.body.body.filter(isPlainMethod);
    for (const { start, end } of methods) edits.push({ start, end, text: "" });
    const moved = methods.map(({ key, value }) =>
      `${text.slice(key.start, key.end)}:(function${text.slice(value.start, value.end)})`
    );
    if (moved.length === 0) return;
    edits.push({
      start: end,
      end,
      text: `;Object.assign(${name}.prototype,{${moved.join(",")}});`,
    });
  };
  for (const node of parsed(text).body) {
    if (node.type === "FunctionDeclaration") {
      functions += `var ${node.id.name}=(${text.slice(node.start, node.end)});`;
      edits.push({ start: node.start, end: node.end, text: "" });
    } else if (node.type === "ClassDeclaration") {
      moveMethods(node.id.name, node, node.end);
    } else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        if (id.type === "Identifier" && init?.type === "ClassExpression") {
          moveMethods(id.name, init, node.end);
        }
      }
    }
  }
  return functions + edited(text, edits);
}
