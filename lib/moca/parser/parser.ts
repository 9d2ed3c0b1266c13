/**
 * Tokens to syntax tree: files and what they declare.
 *
 * @module
 */
import type {
  FileNode,
  FunctionNode,
  ImplNode,
  ImportNode,
  InterfaceNode,
  SignatureNode,
  Statement,
  StructNode,
  TypeNode,
  TypeParamNode,
} from "../ast.ts";
import { failAt, type Position } from "../error.ts";
import { tokenize } from "./lexer.ts";
import { StatementParser } from "./statement_parser.ts";

class Parser extends StatementParser {
  file(): FileNode {
    const imports: ImportNode[] = [];
    const functions: FunctionNode[] = [];
    const structs: StructNode[] = [];
    const impls: ImplNode[] = [];
    const interfaces: InterfaceNode[] = [];
    const statements: Statement[] = [];
    while (!this.is("Eof")) {
      if (this.is("import")) {
        imports.push(this.#importItem());
      } else if (this.is("At") || (this.is("fun") && this.peek(1).kind === "Ident")) {
        functions.push(this.#functionItem());
      } else if (this.is("struct")) {
        structs.push(this.#structItem());
      } else if (this.is("impl")) {
        impls.push(this.#implItem());
      } else if (this.is("interface")) {
        interfaces.push(this.#interfaceItem());
      } else {
        statements.push(this.statement());
      }
    }
    const file = this.token.at.file;
    return { file, imports, functions, structs, impls, interfaces, statements, end: this.token.at };
  }

  #importItem(): ImportNode {
    const at = this.take().at;
    const relative = this.accept("Dot");
    const path = [this.identifier().text];
    while (this.accept("Dot")) {
      path.push(this.identifier().text);
    }
    this.expect("Semi");
    return { relative, path, at };
  }

  #functionItem(): FunctionNode {
    let inline = false;
    while (this.is("At")) {
      this.take();
      const attribute = this.identifier();
      if (attribute.text !== "inline") {
        failAt(`unknown attribute \`@${attribute.text}\``, attribute.at);
      }
      inline = true;
    }
    if (!this.is("fun")) {
      failAt(`expected Fun, found ${this.describe()}`, this.token.at);
    }
    const at = this.take().at;
    const name = this.identifier().text;
    const typeParams = this.#typeParams(true);
    const params = this.paramList();
    const result = this.accept("Arrow") ? this.type() : null;
    const { body, end } = this.block();
    return { name, typeParams, params, result, body, inline, at, end };
  }

  #typeParams(bounds: boolean): TypeParamNode[] {
    const params: TypeParamNode[] = [];
    if (this.accept("Lt")) {
      do {
        const name = this.identifier();
        const bound = bounds && this.accept("Colon") ? this.identifier().text : null;
        params.push({ name: name.text, bound, at: name.at });
      } while (this.accept("Comma"));
      this.expect("Gt");
    }
    return params;
  }

  #structItem(): StructNode {
    this.take();
    const name = this.identifier();
    const typeParams = this.#typeParams(false);
    const fields: { name: string; type: TypeNode; at: Position }[] = [];
    this.expect("LBrace");
    while (!this.is("RBrace")) {
      const field = this.identifier();
      this.expect("Colon");
      fields.push({ name: field.text, type: this.type(), at: field.at });
      if (!this.accept("Comma")) {
        break;
      }
    }
    this.expect("RBrace");
    return { name: name.text, typeParams, fields, at: name.at };
  }

  #implItem(): ImplNode {
    const at = this.take().at;
    const typeParams = this.#typeParams(true);
    let target = this.#implTarget();
    let interfaceName: string | null = null;
    const interfaceAt = target.at;
    if (this.accept("for")) {
      interfaceName = target.name;
      target = this.#implTarget();
    }
    const functions: FunctionNode[] = [];
    this.expect("LBrace");
    while (!this.is("RBrace")) {
      functions.push(this.#functionItem());
    }
    this.take();
    return { typeParams, interfaceName, interfaceAt, target, functions, at };
  }

  #implTarget(): TypeNode & { readonly kind: "named" } {
    const name = this.identifier();
    return { kind: "named", name: name.text, args: this.typeArgs(), at: name.at };
  }

  #interfaceItem(): InterfaceNode {
    this.take();
    const name = this.identifier();
    const methods: SignatureNode[] = [];
    this.expect("LBrace");
    while (!this.is("RBrace")) {
      this.expect("fun");
      const method = this.identifier();
      const params = this.paramList();
      const result = this.accept("Arrow") ? this.type() : null;
      this.expect("Semi");
      methods.push({ name: method.text, params, result, at: method.at });
    }
    this.take();
    return { name: name.text, methods, at: name.at };
  }
}

/**
 * Parses one file.
 *
 * @param source Its text.
 * @param file Its name, for messages.
 * @returns The tree.
 * @throws {MocaCompileError} For the first lexical or syntax error.
 */
export function parse(source: string, file: string): FileNode {
  return new Parser(tokenize(source, { file, line: 1, column: 1 })).file();
}
