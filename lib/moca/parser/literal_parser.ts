/**
 * Tokens to syntax tree: what expressions consist of, which is literals, names, lambdas and what
 * stands in parentheses.
 *
 * @module
 */
import type {
  Expression,
  ExpressionShape,
  FunctionNode,
  ParamNode,
  Statement,
  TypeNode,
} from "../ast.ts";
import { failAt, type Position } from "../error.ts";
import { AsmParser } from "./asm_parser.ts";
import { tokenize } from "./lexer.ts";
import type { Token } from "./token.ts";

/** Levels of one expression's tree, at most; a chain of `+` has as many as it has operators. */
const MAX_EXPRESSION_DEPTH = 500;

/**
 * Levels of the deepest of some expressions.
 *
 * @param nodes The expressions.
 * @returns Its levels; 0 if there are none.
 */
export function deepest(nodes: readonly Expression[]): number {
  return nodes.reduce((depth, node) => Math.max(depth, node.depth), 0);
}

/** The part of the parser that reads expressions without operators. */
export abstract class LiteralParser extends AsmParser {
  /** Whether `name {` begins a struct literal here. */
  protected structLiterals = true;

  /** Reads an expression. */
  protected abstract expression(): Expression;

  /** Reads a parenthesised parameter list. */
  protected abstract paramList(): ParamNode[];

  /** Reads a block. */
  protected abstract block(): { body: Statement[]; end: Position };

  /** Makes an expression; `below` is the depth of what it consists of. */
  protected node(shape: ExpressionShape, at: Position, below: number): Expression {
    if (below >= MAX_EXPRESSION_DEPTH) {
      failAt(`expression too deep: more than ${MAX_EXPRESSION_DEPTH} levels`, this.token.at);
    }
    return { ...shape, at, depth: below + 1 };
  }

  /** Parses with `name {` never read as a struct literal, or read as one again. */
  protected withStructLiterals<T>(allowed: boolean, parse: () => T): T {
    const before = this.structLiterals;
    this.structLiterals = allowed;
    const result = parse();
    this.structLiterals = before;
    return result;
  }

  /** Reads an expression without operators or postfixes. */
  protected primary(): Expression {
    const { token } = this;
    const { at } = token;
    switch (token.kind) {
      case "Int":
        this.take();
        return this.node({ kind: "int", value: token.int ?? 0n }, at, 0);
      case "Float":
        this.take();
        return this.node({ kind: "float", value: token.float ?? 0 }, at, 0);
      case "Str":
        this.take();
        return this.node({ kind: "string", value: token.text }, at, 0);
      case "Interp":
        this.take();
        return this.#interpolation(token);
      case "true":
      case "false":
        this.take();
        return this.node({ kind: "bool", value: token.kind === "true" }, at, 0);
      case "nil":
        this.take();
        return this.node({ kind: "nil" }, at, 0);
      case "Ident":
        this.take();
        if (this.is("LBrace") && this.#structLiteralAhead()) {
          return this.structLiteral(token.text, [], at);
        }
        return this.node({ kind: "name", name: token.text }, at, 0);
      case "LParen": {
        this.take();
        const inner = this.withStructLiterals(true, () => this.expression());
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
        return this.node(this.asm(), at, 0);
      default:
        return failAt(`expected expression, found ${this.describe()}`, at);
    }
  }

  #structLiteralAhead(): boolean {
    if (!this.structLiterals) {
      return false;
    }
    const next = this.peek(1).kind;
    return next === "RBrace" || (next === "Ident" && this.peek(2).kind === "Colon");
  }

  /** Reads a struct literal behind its name. */
  protected structLiteral(name: string, typeArgs: TypeNode[], at: Position): Expression {
    this.expect("LBrace");
    const fields: { name: string; value: Expression; at: Position }[] = [];
    this.withStructLiterals(true, () => {
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
    const depth = deepest(fields.map((f) => f.value));
    return this.node({ kind: "struct", name, typeArgs, fields }, at, depth);
  }

  #array(at: Position): Expression {
    this.take();
    const elements: Expression[] = [];
    this.withStructLiterals(true, () => {
      while (!this.is("RBracket")) {
        elements.push(this.expression());
        if (!this.accept("Comma")) {
          break;
        }
      }
    });
    this.expect("RBracket");
    return this.node({ kind: "array", elements }, at, deepest(elements));
  }

  #newLiteral(at: Position): Expression {
    this.take();
    const name = this.identifier().text;
    const typeArgs = this.is("Lt") ? this.typeArgs() : [];
    this.expect("LBrace");
    const elements: Expression[] = [];
    const keys: Expression[] = [];
    this.withStructLiterals(true, () => {
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
    const depth = deepest([...elements, ...keys]);
    return this.node(
      { kind: "new", name, typeArgs, elements, keys: keys.length > 0 ? keys : null },
      at,
      depth,
    );
  }

  #lambda(at: Position): Expression {
    this.take();
    const params = this.paramList();
    const result = this.accept("Arrow") ? this.type() : null;
    const { body, end } = this.withStructLiterals(true, () => this.block());
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
    return this.node({ kind: "lambda", function: lambda }, at, 0);
  }

  #interpolation(token: Token): Expression {
    const parts: Expression[] = [];
    for (const part of token.parts ?? []) {
      if (part.kind === "text") {
        if (part.text !== "") {
          parts.push(this.node({ kind: "string", value: part.text }, token.at, 0));
        }
      } else {
        parts.push(this.#embedded(part.source, part.at));
      }
    }
    return this.node({ kind: "interpolation", parts }, token.at, deepest(parts));
  }

  #embedded(source: string, at: Position): Expression {
    this.enter();
    const parser = this.nested(tokenize(source, at), this.nesting);
    const expression = parser.expression();
    if (!parser.is("Eof")) {
      failAt(`expected RBrace, found ${parser.describe()}`, parser.token.at);
    }
    this.leave();
    return expression;
  }

  /** Makes a parser of the same class for the source inside an interpolated string. */
  protected nested(tokens: readonly Token[], nesting: number): LiteralParser {
    const Constructor = this.constructor as new (
      t: readonly Token[],
      n: number,
    ) => LiteralParser;
    return new Constructor(tokens, nesting);
  }
}
