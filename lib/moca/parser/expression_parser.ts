/**
 * Tokens to syntax tree: operators, calls, elements and fields.
 *
 * @module
 */
import type { BinaryOperator, Expression, ExpressionShape, TypeNode } from "../ast.ts";
import { failAt, type Position } from "../error.ts";
import { deepest, LiteralParser } from "./literal_parser.ts";

/** How strongly operators bind, by token. */
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

/** The part of the parser that reads expressions. */
export abstract class ExpressionParser extends LiteralParser {
  protected override expression(): Expression {
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
        left = this.node(
          { kind: "logical", operator: operator.text, left, right },
          left.at,
          depth,
        );
      } else {
        const text = operator.text as BinaryOperator;
        left = this.node({ kind: "binary", operator: text, left, right }, left.at, depth);
      }
    }
  }

  #unary(): Expression {
    const { kind, at } = this.token;
    if (kind === "Bang" || kind === "Minus") {
      this.take();
      this.enter();
      const operand = this.#unary();
      this.leave();
      return this.node(
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
        node = this.node(
          { kind: "call", callee: node, typeArgs: [], args },
          at,
          deepest([node, ...args]),
        );
      } else if (node.kind === "name" && this.typeArgsAhead(this.structLiterals)) {
        node = this.#withTypeArgs(node.name, node);
      } else if (node.kind === "name" && this.is("ColonColon")) {
        node = this.#associated(node.name, [], at);
      } else if (this.accept("LBracket")) {
        const object = node;
        const index = this.withStructLiterals(true, () => this.expression());
        this.expect("RBracket");
        node = this.node({ kind: "index", object, index }, at, deepest([object, index]));
      } else if (this.accept("Dot")) {
        node = this.#member(node);
      } else if (this.is("as")) {
        this.take();
        if (this.token.kind !== "Ident" || this.token.text !== "dyn") {
          failAt(`expected dyn, found ${this.describe()}`, this.token.at);
        }
        this.take();
        node = this.node({ kind: "asDyn", value: node }, at, node.depth);
      } else {
        this.leave();
        return node;
      }
    }
  }

  #member(object: Expression): Expression {
    const name = this.identifier();
    const nameAt = name.at;
    const typeArgs = this.typeArgsAhead(this.structLiterals) ? this.typeArgs() : [];
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
      return this.node(shape, object.at, deepest([object, ...args]));
    }
    if (typeArgs.length > 0) {
      this.expect("LParen");
    }
    const shape: ExpressionShape = { kind: "field", object, name: name.text, nameAt };
    return this.node(shape, object.at, object.depth);
  }

  #withTypeArgs(name: string, node: Expression): Expression {
    const typeArgs = this.typeArgs();
    if (this.is("ColonColon")) {
      return this.#associated(name, typeArgs, node.at);
    }
    if (this.is("LBrace")) {
      return this.structLiteral(name, typeArgs, node.at);
    }
    const args = this.#args();
    return this.node(
      { kind: "call", callee: node, typeArgs, args },
      node.at,
      deepest([node, ...args]),
    );
  }

  #associated(type: string, ownerArgs: TypeNode[], at: Position): Expression {
    this.expect("ColonColon");
    const name = this.identifier().text;
    const typeArgs = this.typeArgsAhead(this.structLiterals) ? this.typeArgs() : [];
    const args = this.#args();
    return this.node(
      { kind: "associated", type, ownerArgs, name, typeArgs, args },
      at,
      deepest(args),
    );
  }

  #args(): Expression[] {
    this.expect("LParen");
    const args = this.withStructLiterals(true, () => {
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
}
