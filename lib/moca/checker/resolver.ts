/**
 * Names to variables: scopes, captures, and the rules that need no types.
 *
 * @module
 */
import type { Expression, FunctionNode, Statement } from "../ast.ts";
import type { Diagnostics } from "./diagnostics.ts";

/** A declared variable, parameter or constant. */
export interface Variable {
  /** Its name. */
  readonly name: string;
  /** The literal, for constants. */
  readonly constant: Expression | null;
  /** Whether a lambda uses it from outside its own function. */
  captured: boolean;
  /** The function it belongs to; null is the implicit main. */
  readonly owner: FunctionNode | null;
}

/** What the resolver found out. */
export interface Resolution {
  /** The variable that a declaration declares or a use refers to, by syntax node. */
  readonly variables: Map<object, Variable>;
  /** Variables that each lambda takes from outside, in order of first use. */
  readonly captures: Map<FunctionNode, Variable[]>;
}

/** What the resolver asks about names that are not variables. */
export interface GlobalNames {
  /** Whether a function of this name exists, loading it from the prelude if need be. */
  hasFunction(name: string): boolean;
  /** Whether it is a function that a variable of that name hides. */
  isAddition(name: string): boolean;
}

/** Resolves the names of functions and statements of one program. */
export class Resolver {
  /** Everything found so far. */
  readonly resolution: Resolution = { variables: new Map(), captures: new Map() };
  readonly #globals: GlobalNames;
  readonly #diagnostics: Diagnostics;
  #scopes: Map<string, Variable>[] = [];
  /** The lambdas around the current place, outermost first; the first entry is the function itself. */
  #functions: (FunctionNode | null)[] = [];
  #loops = 0;
  /** The `@inline` function that is being resolved. */
  #inlineFunction: string | null = null;

  /**
   * @param globals Says which functions exist.
   * @param diagnostics Where messages go.
   */
  constructor(globals: GlobalNames, diagnostics: Diagnostics) {
    this.#globals = globals;
    this.#diagnostics = diagnostics;
  }

  /**
   * Resolves a function or method.
   *
   * @param node The function.
   */
  function(node: FunctionNode): void {
    if (node.inline) {
      this.#inlineFunction = node.name;
    }
    this.#functions = [node];
    this.#body(node);
    this.#functions = [];
    this.#inlineFunction = null;
  }

  /**
   * Resolves top-level statements.
   *
   * @param statements The statements of the main file.
   */
  main(statements: readonly Statement[]): void {
    this.#functions = [null];
    this.#block(statements);
    this.#functions = [];
  }

  #body(node: FunctionNode): void {
    const loops = this.#loops;
    this.#loops = 0;
    this.#scopes.push(new Map());
    for (const param of node.params) {
      this.#declare(param.name, param, null);
    }
    this.#block(node.body);
    this.#scopes.pop();
    this.#loops = loops;
  }

  #declare(name: string, node: object, constant: Expression | null): void {
    const owner = this.#functions.at(-1) ?? null;
    const variable: Variable = { name, constant, captured: false, owner };
    this.#scopes.at(-1)?.set(name, variable);
    this.resolution.variables.set(node, variable);
  }

  #lookup(name: string): Variable | null {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const variable = this.#scopes[i]?.get(name);
      if (variable !== undefined) {
        return variable;
      }
    }
    return null;
  }

  /** Links a use to its variable; returns false if there is none. */
  #use(name: string, node: object): boolean {
    const variable = this.#lookup(name);
    if (variable === null) {
      return false;
    }
    this.resolution.variables.set(node, variable);
    if (variable.constant === null && variable.owner !== (this.#functions.at(-1) ?? null)) {
      variable.captured = true;
      this.#capture(variable);
    }
    return true;
  }

  #capture(variable: Variable): void {
    for (let i = this.#functions.length - 1; i > 0; i--) {
      const lambda = this.#functions[i];
      if (lambda === null || lambda === undefined || lambda === variable.owner) {
        return;
      }
      const list = this.resolution.captures.get(lambda) ?? [];
      if (!list.includes(variable)) {
        list.push(variable);
      }
      this.resolution.captures.set(lambda, list);
    }
  }

  #block(statements: readonly Statement[], declare?: { name: string; node: object }): void {
    this.#scopes.push(new Map());
    if (declare !== undefined) {
      this.#declare(declare.name, declare.node, null);
    }
    for (const statement of statements) {
      this.#statement(statement);
    }
    this.#scopes.pop();
  }

  #loop(body: readonly Statement[], declare?: { name: string; node: object }): void {
    this.#loops++;
    this.#block(body, declare);
    this.#loops--;
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case "let": {
        // A lambda may call itself where its name means nothing else.
        const own = node.value.kind === "lambda" && this.#lookup(node.name) === null &&
          !this.#globals.hasFunction(node.name);
        if (own) {
          this.#declare(node.name, node, null);
        }
        this.#expression(node.value);
        if (!own) {
          this.#declare(node.name, node, null);
        }
        return;
      }
      case "const":
        this.#declare(node.name, node, node.value);
        return;
      case "assign":
        this.#assign(node.name, node, node.value);
        return;
      case "setIndex":
        this.#expression(node.object);
        this.#expression(node.index);
        this.#expression(node.value);
        return;
      case "setField":
        this.#expression(node.object);
        this.#expression(node.value);
        return;
      case "if":
        this.#expression(node.condition);
        this.#block(node.then);
        if (node.else !== null) {
          this.#block(node.else);
        }
        return;
      case "while":
        this.#expression(node.condition);
        this.#loop(node.body);
        return;
      case "forIn":
        this.#expression(node.iterable);
        this.#loop(node.body, { name: node.name, node });
        return;
      case "forRange":
        this.#expression(node.start);
        this.#expression(node.end);
        this.#loop(node.body, { name: node.name, node });
        return;
      case "break":
      case "continue":
        if (this.#loops === 0) {
          this.#diagnostics.error(`${node.kind} outside of loop`, node.at);
        }
        return;
      case "return":
        if (node.value !== null) {
          this.#expression(node.value);
        }
        return;
      case "throw":
      case "expression":
        this.#expression(node.value);
        return;
      case "try":
        this.#block(node.body);
        this.#block(node.handler, { name: node.name, node });
        return;
      case "matchDyn":
        this.#expression(node.value);
        for (const arm of node.arms) {
          this.#block(arm.body, { name: arm.name, node: arm });
        }
        this.#block(node.otherwise);
        return;
    }
  }

  #assign(name: string, node: Statement, value: Expression): void {
    this.#expression(value);
    if (!this.#use(name, node)) {
      this.#diagnostics.error(`undefined variable \`${name}\``, node.at);
    } else if (this.resolution.variables.get(node)?.constant !== null) {
      this.#diagnostics.error(`cannot assign to constant '${name}'`, node.at);
    }
  }

  #all(nodes: readonly Expression[]): void {
    for (const node of nodes) {
      this.#expression(node);
    }
  }

  #expression(node: Expression): void {
    switch (node.kind) {
      case "name":
        if (!this.#use(node.name, node) && !this.#globals.hasFunction(node.name)) {
          this.#diagnostics.error(`undefined variable \`${node.name}\``, node.at);
        }
        return;
      case "interpolation":
        return this.#all(node.parts);
      case "binary":
      case "logical":
        this.#expression(node.left);
        this.#expression(node.right);
        return;
      case "unary":
        return this.#expression(node.operand);
      case "call":
        this.#call(node.callee, node.args);
        return;
      case "method":
        this.#expression(node.object);
        return this.#all(node.args);
      case "associated":
        return this.#all(node.args);
      case "index":
        this.#expression(node.object);
        return this.#expression(node.index);
      case "field":
        return this.#expression(node.object);
      case "asDyn":
        return this.#expression(node.value);
      case "struct":
        return this.#all(node.fields.map((field) => field.value));
      case "array":
        return this.#all(node.elements);
      case "new":
        for (const [i, element] of node.elements.entries()) {
          const key = node.keys?.[i];
          if (key !== undefined) {
            this.#expression(key);
          }
          this.#expression(element);
        }
        return;
      case "lambda":
        this.#functions.push(node.function);
        this.#body(node.function);
        this.#functions.pop();
        return;
      case "asm":
        for (const input of node.inputs) {
          if (!this.#use(input.name, input)) {
            this.#diagnostics.error(`undefined variable \`${input.name}\``, input.at);
          }
        }
        return;
      default:
        return;
    }
  }

  #call(callee: Expression, args: readonly Expression[]): void {
    if (callee.kind !== "name") {
      this.#expression(callee);
      return this.#all(args);
    }
    const { name } = callee;
    if (name === this.#inlineFunction) {
      this.#diagnostics.error(`@inline function '${name}' cannot be recursive`, callee.at);
    }
    if (this.#globals.isAddition(name) && this.#use(name, callee)) {
      return this.#all(args);
    }
    const known = this.#globals.hasFunction(name);
    if (!known && !this.#use(name, callee)) {
      this.#diagnostics.error(`undefined function \`${name}\``, callee.at);
    }
    const [first] = args;
    const spawns = name === "spawn" && first?.kind === "name" && known;
    if (spawns && this.#globals.hasFunction(first.name)) {
      return;
    }
    if (name === "spawn" && known) {
      this.#diagnostics.error("spawn requires a function name", first?.at ?? callee.at);
      return;
    }
    this.#all(args);
  }
}
