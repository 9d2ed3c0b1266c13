/**
 * Tokens to syntax tree: statements, blocks and parameter lists.
 *
 * @module
 */
import type { Expression, MatchArm, ParamNode, Statement } from "../ast.ts";
import { failAt, type Position } from "../error.ts";
import { ExpressionParser } from "./expression_parser.ts";

/** `else if` in a row, at most; further steps of the compiler go into one another for each. */
const MAX_ELSE_IF = 1000;

type IfNode = Statement & { readonly kind: "if" };

/** The part of the parser that reads statements. */
export abstract class StatementParser extends ExpressionParser {
  protected override paramList(): ParamNode[] {
    const params: ParamNode[] = [];
    this.expect("LParen");
    if (!this.is("RParen")) {
      do {
        const name = this.identifier();
        params.push({
          name: name.text,
          type: this.accept("Colon") ? this.type() : null,
          at: name.at,
        });
      } while (this.accept("Comma"));
    }
    this.expect("RParen");
    return params;
  }

  protected override block(): { body: Statement[]; end: Position } {
    this.expect("LBrace");
    this.enter();
    const body: Statement[] = [];
    while (!this.is("RBrace")) {
      if (this.is("Eof")) {
        this.expect("RBrace");
      }
      body.push(this.statement());
    }
    this.leave();
    return { body, end: this.take().at };
  }

  /** Reads a statement. */
  protected statement(): Statement {
    const at = this.token.at;
    switch (this.token.kind) {
      case "let":
        return this.#letStatement(at);
      case "var":
        return failAt("'var' is no longer supported. Use 'let' instead.", at);
      case "const":
        return this.#constStatement(at);
      case "if":
        return this.#ifStatement(at);
      case "while": {
        this.take();
        const condition = this.expression();
        return { kind: "while", condition, body: this.block().body, at };
      }
      case "for":
        return this.#forStatement(at);
      case "break":
      case "continue": {
        const kind = this.token.kind;
        this.take();
        this.expect("Semi");
        return { kind, at };
      }
      case "return": {
        this.take();
        const value = this.is("Semi") ? null : this.expression();
        this.expect("Semi");
        return { kind: "return", value, at };
      }
      case "throw": {
        this.take();
        const value = this.expression();
        this.expect("Semi");
        return { kind: "throw", value, at };
      }
      case "try": {
        this.take();
        const { body } = this.block();
        this.expect("catch");
        const name = this.identifier();
        return {
          kind: "try",
          body,
          name: name.text,
          nameAt: name.at,
          handler: this.block().body,
          at,
        };
      }
      case "match":
        return this.#matchStatement(at);
      default:
        return this.#expressionStatement(at);
    }
  }

  #letStatement(at: Position): Statement {
    this.take();
    const name = this.identifier();
    const type = this.accept("Colon") ? this.type() : null;
    this.expect("Eq");
    const value = this.expression();
    this.expect("Semi");
    return { kind: "let", name: name.text, type, value, at };
  }

  #constStatement(at: Position): Statement {
    this.take();
    const name = this.identifier();
    this.expect("Eq");
    const valueAt = this.token.at;
    if (!["Int", "Float", "Str", "true", "false"].includes(this.token.kind)) {
      failAt("const initializer must be a literal", valueAt);
    }
    const value = this.primary();
    if (!this.is("Semi")) {
      const operator = !["Eof", "RBrace", "let", "const", "Ident"].includes(this.token.kind);
      if (operator) {
        failAt("const initializer must be a literal", valueAt);
      }
    }
    this.expect("Semi");
    return { kind: "const", name: name.text, value, at };
  }

  #ifStatement(at: Position): Statement {
    const head = this.#condition(at);
    let tail = head;
    for (let count = 1; this.accept("else"); count++) {
      if (!this.is("if")) {
        tail.else = this.block().body;
        break;
      }
      if (count > MAX_ELSE_IF) {
        failAt(`too many \`else if\`: more than ${MAX_ELSE_IF} in a row`, this.token.at);
      }
      const next = this.#condition(this.token.at);
      tail.else = [next];
      tail = next;
    }
    return head;
  }

  /** Reads `if` with its condition and block, and nothing behind. */
  #condition(at: Position): IfNode & { else: Statement[] | null } {
    this.take();
    const condition = this.expression();
    return { kind: "if", condition, then: this.block().body, else: null, at };
  }

  #forStatement(at: Position): Statement {
    this.take();
    const name = this.identifier();
    this.expect("in");
    const first = this.expression();
    if (this.is("DotDot") || this.is("DotDotEq")) {
      const inclusive = this.take().kind === "DotDotEq";
      const end = this.expression();
      return {
        kind: "forRange",
        name: name.text,
        nameAt: name.at,
        start: first,
        end,
        inclusive,
        body: this.block().body,
        at,
      };
    }
    return {
      kind: "forIn",
      name: name.text,
      nameAt: name.at,
      iterable: first,
      body: this.block().body,
      at,
    };
  }

  #matchStatement(at: Position): Statement {
    this.take();
    if (this.token.kind !== "Ident" || this.token.text !== "dyn") {
      failAt(`expected dyn, found ${this.describe()}`, this.token.at);
    }
    this.take();
    const value = this.withStructLiterals(false, () => this.expression());
    this.expect("LBrace");
    this.enter();
    const arms: MatchArm[] = [];
    for (;;) {
      const name = this.identifier();
      if (name.text === "_" && !this.is("Colon")) {
        break;
      }
      this.expect("Colon");
      const type = this.type();
      this.expect("FatArrow");
      arms.push({ name: name.text, type, body: this.block().body, at: name.at });
    }
    this.expect("FatArrow");
    const otherwise = this.block().body;
    this.expect("RBrace");
    this.leave();
    return { kind: "matchDyn", value, arms, otherwise, at };
  }

  #expressionStatement(at: Position): Statement {
    const target = this.expression();
    if (this.is("Eq")) {
      return this.#assignment(target);
    }
    this.expect("Semi");
    return { kind: "expression", value: target, at };
  }

  #assignment(target: Expression): Statement {
    const equals = this.take().at;
    const at = target.at;
    if (target.kind !== "name" && target.kind !== "index" && target.kind !== "field") {
      failAt("invalid assignment target: expected a variable, element or field", equals);
    }
    const value = this.expression();
    this.expect("Semi");
    if (target.kind === "name") {
      return { kind: "assign", name: target.name, value, at };
    }
    if (target.kind === "index") {
      return { kind: "setIndex", object: target.object, index: target.index, value, at };
    }
    return { kind: "setField", object: target.object, name: target.name, value, at };
  }
}
