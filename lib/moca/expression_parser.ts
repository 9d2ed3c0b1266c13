/**
 * Tokens to syntax tree: expressions and types.
 *
 * @module
 */
import type {
  AsmNode,
  AsmOperand,
  BinaryOperator,
  Expression,
  ExpressionShape,
  FunctionNode,
  ParamNode,
  Statement,
  TypeNode,
} from "./ast.ts";
import { failAt, type Position } from "./error.ts";
import { tokenize } from "./lexer.ts";
import type { Token } from "./token.ts";

/** Blocks, parentheses and `else if` inside one another, at most. */
export const MAX_NESTING = 200;

/** Levels of one expression's tree, at most; a chain of `+` has as many as it has operators. */
export const MAX_EXPRESSION_DEPTH = 500;

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ["OrOr", 1],
  ["AndAnd", 2],
  ["Or", 3],
  ["Caret", 4],
  ["And", 5],
  ["EqEq", 6],
  ["NotEq", 6],
  ["Lt", 7],
  ["Le", 7],
  ["Gt", 7],
  ["Ge", 7],
  ["Shl", 8],
  ["Shr", 8],
  ["Plus", 9],
  ["Minus", 9],
  ["Star", 10],
  ["Slash", 10],
  ["Percent", 10],
]);

/** The part of the parser that reads expressions; {@linkcode parse} completes it. */
export abstract class ExpressionParser {
  /** The current token. */
  protected token: Token;
  readonly #tokens: readonly Token[];
  #index = 0;
  #nesting = 0;
  #structLiterals = true;
  /** The first half of a `>>` that closed an inner type argument list has been used. */
  #halfShift = false;

  /**
   * @param tokens Tokens ending in `Eof`.
   * @param nesting Levels already entered, for the source inside an interpolated string.
   */
  constructor(tokens: readonly Token[], nesting = 0) {
    const [first] = tokens;
    if (first === undefined) {
      throw new RangeError("Cannot parse: there are no tokens");
    }
    this.token = first;
    this.#tokens = tokens;
    this.#nesting = nesting;
  }

  /** Reads a parenthesised parameter list. */
  protected abstract paramList(): ParamNode[];

  /** Reads a block. */
  protected abstract block(): { body: Statement[]; end: Position };

  /** A token further on; `Eof` beyond the end. */
  protected peek(ahead: number): Token {
    const tokens = this.#tokens;
    return tokens[Math.min(this.#index + ahead, tokens.length - 1)] ?? this.token;
  }

  /** Whether the current token is of a kind. */
  protected is(kind: string): boolean {
    return this.token.kind === kind;
  }

  /** Returns the current token and steps past it. */
  protected take(): Token {
    const token = this.token;
    this.#index++;
    this.token = this.#tokens[this.#index] ?? token;
    return token;
  }

  /** Steps past the current token if it is of a kind. */
  protected accept(kind: string): boolean {
    if (!this.is(kind)) {
      return false;
    }
    this.take();
    return true;
  }

  /** Steps past a token that must be of a kind. */
  protected expect(kind: string): Token {
    if (!this.is(kind)) {
      failAt(`expected ${kindName(kind)}, found ${this.describe()}`, this.token.at);
    }
    return this.take();
  }

  /** Reads an identifier. */
  protected identifier(): Token {
    if (!this.is("Ident")) {
      failAt(`expected identifier, found ${this.describe()}`, this.token.at);
    }
    return this.take();
  }

  /** The current token as messages show it. */
  protected describe(): string {
    return kindName(this.token.kind);
  }

  /** Goes one level deeper. */
  protected enter(): void {
    if (++this.#nesting > MAX_NESTING) {
      failAt(`nesting too deep: more than ${MAX_NESTING} levels`, this.token.at);
    }
  }

  /** Comes back from a level. */
  protected leave(): void {
    this.#nesting--;
  }

  /** Parses with `name {` never read as a struct literal. */
  protected withoutStructLiterals<T>(parse: () => T): T {
    const before = this.#structLiterals;
    this.#structLiterals = false;
    const result = parse();
    this.#structLiterals = before;
    return result;
  }

  #withStructLiterals<T>(parse: () => T): T {
    const before = this.#structLiterals;
    this.#structLiterals = true;
    const result = parse();
    this.#structLiterals = before;
    return result;
  }

  /** Reads a type. */
  protected type(): TypeNode {
    this.enter();
    let type = this.#primaryType();
    if (this.is("Question")) {
      type = { kind: "nullable", of: type, at: type.at };
      this.take();
    }
    this.leave();
    return type;
  }

  #primaryType(): TypeNode {
    const at = this.token.at;
    if (this.accept("LParen")) {
      const params: TypeNode[] = [];
      if (!this.is("RParen")) {
        do {
          params.push(this.type());
        } while (this.accept("Comma"));
      }
      this.expect("RParen");
      this.expect("Arrow");
      return { kind: "function", params, result: this.type(), at };
    }
    if (!this.is("Ident")) {
      failAt(`expected type, found ${this.describe()}`, at);
    }
    const name = this.take().text;
    return { kind: "named", name, args: this.typeArgs(), at };
  }

  /** Reads type arguments if there are any. */
  protected typeArgs(): TypeNode[] {
    const args: TypeNode[] = [];
    if (this.accept("Lt")) {
      do {
        args.push(this.type());
      } while (this.accept("Comma"));
      this.#closeTypeArgs();
    }
    return args;
  }

  #closeTypeArgs(): void {
    if (this.is("Shr")) {
      if (this.#halfShift) {
        this.take();
      }
      this.#halfShift = !this.#halfShift;
    } else {
      this.expect("Gt");
    }
  }

  /** Whether the `<` here opens type arguments, decided by what follows its `>`. */
  #typeArgsAhead(): boolean {
    if (!this.is("Lt")) {
      return false;
    }
    let level = 0;
    for (let i = 0;; i++) {
      const { kind } = this.peek(i);
      if (kind === "Lt") {
        level++;
      } else if (kind === "Gt") {
        level--;
      } else if (kind === "Shr") {
        level -= 2;
      } else if (kind !== "Ident" && kind !== "Comma" && kind !== "Question") {
        return false;
      }
      if (level <= 0) {
        const next = this.peek(i + 1).kind;
        return level === 0 &&
          (next === "LParen" || next === "ColonColon" ||
            (next === "LBrace" && this.#structLiterals));
      }
    }
  }

  /** Reads an expression. */
  protected expression(): Expression {
    return this.#binary(1);
  }

  #binary(least: number): Expression {
    let left = this.#unary();
    for (;;) {
      const precedence = PRECEDENCE.get(this.token.kind);
      if (precedence === undefined || precedence < least) {
        return left;
      }
      const operator = this.take();
      const right = this.#binary(precedence + 1);
      const depth = Math.max(left.depth, right.depth);
      if (operator.text === "&&" || operator.text === "||") {
        left = this.#node(
          { kind: "logical", operator: operator.text, left, right },
          left.at,
          depth,
        );
      } else {
        const text = operator.text as BinaryOperator;
        left = this.#node({ kind: "binary", operator: text, left, right }, left.at, depth);
      }
    }
  }

  #node(shape: ExpressionShape, at: Position, below: number): Expression {
    if (below >= MAX_EXPRESSION_DEPTH) {
      failAt(`expression too deep: more than ${MAX_EXPRESSION_DEPTH} levels`, this.token.at);
    }
    return { ...shape, at, depth: below + 1 };
  }

  #unary(): Expression {
    const { kind, at } = this.token;
    if (kind === "Bang" || kind === "Minus") {
      this.take();
      this.enter();
      const operand = this.#unary();
      this.leave();
      return this.#node(
        { kind: "unary", operator: kind === "Bang" ? "!" : "-", operand },
        at,
        operand.depth,
      );
    }
    return this.#postfix();
  }

  #postfix(): Expression {
    this.enter();
    let node = this.primary();
    for (;;) {
      const at = node.at;
      if (this.is("LParen")) {
        const args = this.#args();
        node = this.#node(
          { kind: "call", callee: node, typeArgs: [], args },
          at,
          deepest(node, args),
        );
      } else if (node.kind === "name" && this.#typeArgsAhead()) {
        node = this.#withTypeArgs(node.name, node);
      } else if (node.kind === "name" && this.is("ColonColon")) {
        node = this.#associated(node.name, [], at);
      } else if (this.accept("LBracket")) {
        const object = node;
        const index = this.#withStructLiterals(() => this.expression());
        this.expect("RBracket");
        node = this.#node({ kind: "index", object, index }, at, deepest(object, [index]));
      } else if (this.accept("Dot")) {
        node = this.#member(node);
      } else if (this.is("as")) {
        this.take();
        if (this.token.kind !== "Ident" || this.token.text !== "dyn") {
          failAt(`expected dyn, found ${this.describe()}`, this.token.at);
        }
        this.take();
        node = this.#node({ kind: "asDyn", value: node }, at, node.depth);
      } else {
        this.leave();
        return node;
      }
    }
  }

  #member(object: Expression): Expression {
    const name = this.identifier();
    const nameAt = name.at;
    const typeArgs = this.#typeArgsAhead() ? this.typeArgs() : [];
    if (this.is("LParen")) {
      const args = this.#args();
      const shape: ExpressionShape = {
        kind: "method",
        object,
        name: name.text,
        typeArgs,
        args,
        nameAt,
      };
      return this.#node(shape, object.at, deepest(object, args));
    }
    if (typeArgs.length > 0) {
      this.expect("LParen");
    }
    const shape: ExpressionShape = { kind: "field", object, name: name.text, nameAt };
    return this.#node(shape, object.at, object.depth);
  }

  #withTypeArgs(name: string, node: Expression): Expression {
    const typeArgs = this.typeArgs();
    if (this.is("ColonColon")) {
      return this.#associated(name, typeArgs, node.at);
    }
    if (this.is("LBrace")) {
      return this.#structLiteral(name, typeArgs, node.at);
    }
    const args = this.#args();
    return this.#node({ kind: "call", callee: node, typeArgs, args }, node.at, deepest(node, args));
  }

  #associated(type: string, ownerArgs: TypeNode[], at: Position): Expression {
    this.expect("ColonColon");
    const name = this.identifier().text;
    const typeArgs = this.#typeArgsAhead() ? this.typeArgs() : [];
    const args = this.#args();
    return this.#node(
      { kind: "associated", type, ownerArgs, name, typeArgs, args },
      at,
      deepest(null, args),
    );
  }

  #args(): Expression[] {
    this.expect("LParen");
    const args = this.#withStructLiterals(() => {
      const list: Expression[] = [];
      if (!this.is("RParen")) {
        do {
          list.push(this.expression());
        } while (this.accept("Comma"));
      }
      return list;
    });
    this.expect("RParen");
    return args;
  }

  /** Reads an expression without operators or postfixes. */
  protected primary(): Expression {
    const token = this.token;
    const at = token.at;
    switch (token.kind) {
      case "Int":
        this.take();
        return this.#node({ kind: "int", value: token.int ?? 0n }, at, 0);
      case "Float":
        this.take();
        return this.#node({ kind: "float", value: token.float ?? 0 }, at, 0);
      case "Str":
        this.take();
        return this.#node({ kind: "string", value: token.text }, at, 0);
      case "Interp":
        this.take();
        return this.#interpolation(token);
      case "true":
      case "false":
        this.take();
        return this.#node({ kind: "bool", value: token.kind === "true" }, at, 0);
      case "nil":
        this.take();
        return this.#node({ kind: "nil" }, at, 0);
      case "Ident":
        this.take();
        if (this.is("LBrace") && this.#structLiteralAhead()) {
          return this.#structLiteral(token.text, [], at);
        }
        return this.#node({ kind: "name", name: token.text }, at, 0);
      case "LParen": {
        this.take();
        const inner = this.#withStructLiterals(() => this.expression());
        this.expect("RParen");
        return inner;
      }
      case "LBracket":
        return this.#array(at);
      case "new":
        return this.#newLiteral(at);
      case "fun":
        return this.#lambda(at);
      case "asm":
        return this.#asm(at);
      default:
        return failAt(`expected expression, found ${this.describe()}`, at);
    }
  }

  #structLiteralAhead(): boolean {
    if (!this.#structLiterals) {
      return false;
    }
    const next = this.peek(1).kind;
    return next === "RBrace" || (next === "Ident" && this.peek(2).kind === "Colon");
  }

  #structLiteral(name: string, typeArgs: TypeNode[], at: Position): Expression {
    this.expect("LBrace");
    const fields: { name: string; value: Expression; at: Position }[] = [];
    this.#withStructLiterals(() => {
      while (!this.is("RBrace")) {
        const field = this.identifier();
        this.expect("Colon");
        fields.push({ name: field.text, value: this.expression(), at: field.at });
        if (!this.accept("Comma")) {
          break;
        }
      }
    });
    this.expect("RBrace");
    const depth = deepest(null, fields.map((f) => f.value));
    return this.#node({ kind: "struct", name, typeArgs, fields }, at, depth);
  }

  #array(at: Position): Expression {
    this.take();
    const elements: Expression[] = [];
    this.#withStructLiterals(() => {
      while (!this.is("RBracket")) {
        elements.push(this.expression());
        if (!this.accept("Comma")) {
          break;
        }
      }
    });
    this.expect("RBracket");
    return this.#node({ kind: "array", elements }, at, deepest(null, elements));
  }

  #newLiteral(at: Position): Expression {
    this.take();
    const name = this.identifier().text;
    const typeArgs = this.is("Lt") ? this.typeArgs() : [];
    this.expect("LBrace");
    const elements: Expression[] = [];
    const keys: Expression[] = [];
    this.#withStructLiterals(() => {
      while (!this.is("RBrace")) {
        const first = this.expression();
        const pair = this.is("Colon");
        if (elements.length > 0 && pair !== keys.length > 0) {
          failAt(
            `expected ${pair ? "Comma" : "Colon"}, found ${this.describe()}`,
            this.token.at,
          );
        }
        if (pair) {
          this.take();
          keys.push(first);
          elements.push(this.expression());
        } else {
          elements.push(first);
        }
        if (!this.accept("Comma")) {
          break;
        }
      }
    });
    this.expect("RBrace");
    const depth = deepest(null, [...elements, ...keys]);
    return this.#node(
      { kind: "new", name, typeArgs, elements, keys: keys.length > 0 ? keys : null },
      at,
      depth,
    );
  }

  #lambda(at: Position): Expression {
    this.take();
    const params = this.paramList();
    const result = this.accept("Arrow") ? this.type() : null;
    const { body, end } = this.#withStructLiterals(() => this.block());
    const lambda: FunctionNode = {
      name: "<lambda>",
      typeParams: [],
      params,
      result,
      body,
      inline: false,
      at,
      end,
    };
    return this.#node({ kind: "lambda", function: lambda }, at, 0);
  }

  #interpolation(token: Token): Expression {
    const parts: Expression[] = [];
    for (const part of token.parts ?? []) {
      if (part.kind === "text") {
        if (part.text !== "") {
          parts.push(this.#node({ kind: "string", value: part.text }, token.at, 0));
        }
      } else {
        parts.push(this.#embedded(part.source, part.at));
      }
    }
    return this.#node({ kind: "interpolation", parts }, token.at, deepest(null, parts));
  }

  #embedded(source: string, at: Position): Expression {
    this.enter();
    const parser = this.nested(tokenize(source, at), this.#nesting);
    const expression = parser.expression();
    if (!parser.is("Eof")) {
      failAt(`expected RBrace, found ${parser.describe()}`, parser.token.at);
    }
    this.leave();
    return expression;
  }

  /** Makes a parser of the same class for the source inside an interpolated string. */
  protected nested(tokens: readonly Token[], nesting: number): ExpressionParser {
    const Constructor = this.constructor as new (
      t: readonly Token[],
      n: number,
    ) => ExpressionParser;
    return new Constructor(tokens, nesting);
  }

  #asm(at: Position): Expression {
    this.take();
    const inputs: { name: string; at: Position }[] = [];
    if (this.accept("LParen")) {
      if (!this.is("RParen")) {
        do {
          const name = this.identifier();
          inputs.push({ name: name.text, at: name.at });
        } while (this.accept("Comma"));
      }
      this.expect("RParen");
    }
    const output = this.accept("Arrow") ? this.identifier().text : null;
    this.expect("LBrace");
    const code: AsmNode[] = [];
    while (!this.is("RBrace")) {
      const instruction = this.#asmInstruction();
      if (instruction !== null) {
        code.push(instruction);
      }
    }
    this.take();
    return this.#node({ kind: "asm", inputs, output, code }, at, 0);
  }

  #asmInstruction(): AsmNode | null {
    const name = this.identifier();
    this.expect("LParen");
    const operands: AsmOperand[] = [];
    if (!this.is("RParen")) {
      do {
        operands.push(this.#asmOperand());
      } while (this.accept("Comma"));
    }
    this.expect("RParen");
    this.expect("Semi");
    if (name.text === "__safepoint" || name.text === "__gc_hint") {
      return null;
    }
    if (name.text !== "__emit") {
      failAt(`expected __emit, found ${name.text}`, name.at);
    }
    const [operation, ...rest] = operands;
    if (typeof operation !== "string") {
      return failAt("expected instruction name", name.at);
    }
    return { name: operation, operands: rest, at: name.at };
  }

  #asmOperand(): AsmOperand {
    const negative = this.accept("Minus");
    const token = this.take();
    if (token.int !== undefined) {
      return negative ? -token.int : token.int;
    }
    if (token.float !== undefined) {
      return negative ? -token.float : token.float;
    }
    if (!negative && token.kind === "Str") {
      return token.text;
    }
    if (!negative && (token.kind === "true" || token.kind === "false")) {
      return token.kind === "true";
    }
    return failAt(`expected literal, found ${kindName(token.kind)}`, token.at);
  }
}

function deepest(first: Expression | null, rest: readonly Expression[]): number {
  return rest.reduce((depth, node) => Math.max(depth, node.depth), first?.depth ?? 0);
}

function kindName(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
