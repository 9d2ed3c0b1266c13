/**
 * Tokens to syntax tree: types.
 *
 * @module
 */
import type { TypeNode } from "../ast.ts";
import { failAt } from "../error.ts";
import { TokenCursor } from "./token_cursor.ts";

/** The part of the parser that reads types. */
export abstract class TypeParser extends TokenCursor {
  /** The first half of a `>>` that closed an inner type argument list has been used. */
  #halfShift = false;

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

  /**
   * Whether the `<` here opens type arguments, decided by what follows its `>`.
   *
   * @param braces Whether a `{` may.
   * @returns Whether it does.
   */
  protected typeArgsAhead(braces: boolean): boolean {
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
            (next === "LBrace" && braces));
      }
    }
  }
}
