/**
 * Tokens to syntax tree: asm blocks.
 *
 * @module
 */
import type { AsmNode, AsmOperand, ExpressionShape } from "../ast.ts";
import { failAt, type Position } from "../error.ts";
import { kindName } from "./token_cursor.ts";
import { TypeParser } from "./type_parser.ts";

/** Operations that mean nothing to this machine. */
const IGNORED = new Set(["__safepoint", "__gc_hint"]);

/** The part of the parser that reads asm blocks. */
export abstract class AsmParser extends TypeParser {
  /** Reads an asm block. */
  protected asm(): ExpressionShape & { readonly kind: "asm" } {
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
    return { kind: "asm", inputs, output, code };
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
    if (IGNORED.has(name.text)) {
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
