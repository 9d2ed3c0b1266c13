/**
 * What a program declares at top level: functions, structs, methods, interfaces; parts of the
 * prelude join when something refers to them.
 *
 * @module
 */
import type { FileNode, FunctionNode, ImplNode, InterfaceNode, TypeNode } from "../ast.ts";
import { MocaCompileError } from "../error.ts";
import { parse } from "../parser/parser.ts";
import type { Prelude } from "../prelude.ts";
import type { StructInfo, Type } from "../types.ts";
import {
  BUILTIN_FUNCTIONS,
  methodWord,
  RESERVED_STRUCTS,
  UNIVERSAL_INTERFACES,
} from "./built_in_names.ts";
import type { Diagnostics } from "./diagnostics.ts";

/** A type parameter of a function or of the impl block around it. */
export interface DeclaredTypeParam {
  /** Its name. */
  readonly name: string;
  /** Interface that arguments must implement. */
  readonly bound: string | null;
}

/** A declared function, method or associated function. */
export interface FunctionInfo {
  /** Number of the declaration, for keys. */
  readonly id: number;
  /** The syntax. */
  readonly node: FunctionNode;
  /** The impl block it stands in. */
  readonly impl: ImplNode | null;
  /** `f`, or `P::f` in an impl block. */
  readonly name: string;
  /** Type parameters of the impl block, then its own. */
  readonly typeParams: readonly DeclaredTypeParam[];
  /** How many of them belong to the impl block. */
  readonly implParams: number;
  /** Whether its first parameter is `self`. */
  readonly isMethod: boolean;
  /** Parameter types over the type parameters; filled by the checker. */
  params: Type[];
  /** Result type; filled by the checker. */
  result: Type;
}

/** The name under which positions in the prelude appear. */
const PRELUDE_FILE = "<prelude>";

/** The tables of one program. */
export class Declarations {
  /** Functions by name; several only if their bounds differ. */
  readonly functions: Map<string, FunctionInfo[]> = new Map();
  /** Structs by name. */
  readonly structs: Map<string, StructInfo> = new Map();
  /** Interfaces by name. */
  readonly interfaces: Map<string, InterfaceNode> = new Map();
  /** Methods and associated functions: type's word → name → function. */
  readonly methods: Map<string, Map<string, FunctionInfo>> = new Map();
  /** Interface → words of the types that implement it. */
  readonly implementations: Map<string, Set<string>> = new Map();
  /** Everything with a body, in order of declaration. */
  readonly all: FunctionInfo[] = [];
  readonly #diagnostics: Diagnostics;
  readonly #prelude: Prelude;
  readonly #loaded = new Set<string>();

  /**
   * @param diagnostics Where messages go.
   * @param prelude Source of each prelude function or struct by name.
   */
  constructor(diagnostics: Diagnostics, prelude: Prelude) {
    this.#diagnostics = diagnostics;
    this.#prelude = prelude;
  }

  /**
   * Adds the items of parsed files. Files see one another, in any order.
   *
   * @param files The files.
   * @param own Whether the program wrote them, rather than the prelude.
   */
  addFiles(files: readonly FileNode[], own = true): void {
    for (const file of files) {
      for (const node of file.interfaces) {
        const reserved = own && UNIVERSAL_INTERFACES.has(node.name);
        if (reserved || this.interfaces.has(node.name)) {
          this.#diagnostics.error(`duplicate interface '${node.name}': already defined`, node.at);
        } else {
          this.interfaces.set(node.name, node);
        }
      }
      for (const node of file.structs) {
        if (this.structs.has(node.name) || (own && RESERVED_STRUCTS.has(node.name))) {
          this.#diagnostics.error(
            `duplicate struct: struct '${node.name}' already defined`,
            node.at,
          );
          continue;
        }
        const seen = new Set<string>();
        for (const field of node.fields) {
          if (seen.has(field.name)) {
            this.#diagnostics.error(
              `duplicate field \`${field.name}\` in struct \`${node.name}\``,
              field.at,
            );
          }
          seen.add(field.name);
        }
        this.structs.set(node.name, {
          name: node.name,
          typeParams: node.typeParams.map((p) => p.name),
          at: node.at,
          fields: node.fields,
          fieldTypes: [],
        });
      }
    }
    for (const file of files) {
      for (const node of file.functions) {
        this.#addFunction(node, own);
      }
    }
    for (const file of files) {
      for (const impl of file.impls) {
        this.#addImpl(impl);
      }
    }
  }

  #info(node: FunctionNode, impl: ImplNode | null): FunctionInfo {
    const implParams = impl?.typeParams ?? [];
    const info: FunctionInfo = {
      id: this.all.length,
      node,
      impl,
      name: impl === null ? node.name : `${impl.target.name}::${node.name}`,
      typeParams: [...implParams, ...node.typeParams],
      implParams: implParams.length,
      isMethod: impl !== null && node.params[0]?.name === "self",
      params: [],
      result: { kind: "primitive", name: "nil" },
    };
    this.all.push(info);
    return info;
  }

  #addFunction(node: FunctionNode, own: boolean): void {
    if (BUILTIN_FUNCTIONS.has(node.name)) {
      this.#diagnostics.error(
        `cannot define function '${node.name}': name is reserved for builtin`,
        node.at,
      );
      return;
    }
    const existing = this.functions.get(node.name);
    if (existing === undefined) {
      this.functions.set(node.name, [this.#info(node, null)]);
      return;
    }
    if (!own) {
      return;
    }
    const bounds = boundsOf(node);
    const overload = node.typeParams.length > 0 &&
      existing.every((f) => f.node.typeParams.length > 0 && boundsOf(f.node) !== bounds);
    if (!overload) {
      this.#diagnostics.error(
        `duplicate function: function '${node.name}' already defined`,
        node.at,
      );
      return;
    }
    existing.push(this.#info(node, null));
  }

  #addImpl(impl: ImplNode): void {
    const { target } = impl;
    const key = methodWord(target.name) ??
      (this.hasStruct(target.name) ? target.name : null);
    if (key === null) {
      this.#diagnostics.error(`undefined struct \`${target.name}\``, target.at);
      return;
    }
    const table = this.methods.get(key) ?? new Map<string, FunctionInfo>();
    this.methods.set(key, table);
    for (const node of impl.functions) {
      if (table.has(node.name)) {
        this.#diagnostics.error(
          `duplicate method: method '${node.name}' already defined for \`${target.name}\``,
          node.at,
        );
      } else {
        table.set(node.name, this.#info(node, impl));
      }
    }
    if (impl.interfaceName !== null) {
      this.#addImplementation(impl, impl.interfaceName, key);
    }
  }

  #addImplementation(impl: ImplNode, interfaceName: string, key: string): void {
    const universal = UNIVERSAL_INTERFACES.get(interfaceName);
    const methods = universal === undefined
      ? this.interfaces.get(interfaceName)?.methods.map((m) => m.name)
      : [universal];
    if (methods === undefined) {
      this.#diagnostics.error(`undefined interface \`${interfaceName}\``, impl.interfaceAt);
      return;
    }
    for (const method of methods) {
      if (!impl.functions.some((f) => f.name === method)) {
        this.#diagnostics.error(
          `missing method \`${method}\` in impl \`${interfaceName}\` for \`${impl.target.name}\``,
          impl.at,
        );
      }
    }
    const words = this.implementations.get(interfaceName) ?? new Set<string>();
    words.add(key);
    this.implementations.set(interfaceName, words);
  }

  /**
   * Whether a struct exists, loading it from the prelude if need be.
   *
   * @param name Its name.
   * @returns Whether it exists.
   */
  hasStruct(name: string): boolean {
    return this.structs.has(name) || (this.#load(name) && this.structs.has(name));
  }

  /**
   * The functions of a name, loading them from the prelude if need be.
   *
   * @param name Their name.
   * @returns The functions, or null.
   */
  functionsNamed(name: string): FunctionInfo[] | null {
    if (!this.functions.has(name)) {
      this.#load(name);
    }
    return this.functions.get(name) ?? null;
  }

  /**
   * Whether a name is a function of the prelude that variables of a program may hide.
   *
   * @param name The name.
   * @returns Whether it is; false if the program defines a function of that name itself.
   */
  isAddition(name: string): boolean {
    if (this.#prelude.isAddition?.(name) !== true) {
      return false;
    }
    const [first] = this.functions.get(name) ?? [];
    return first === undefined || first.node.at.file === PRELUDE_FILE;
  }

  #load(name: string): boolean {
    const source = this.#prelude.get(name);
    if (source === undefined || this.#loaded.has(name)) {
      return false;
    }
    this.#loaded.add(name);
    let file: FileNode;
    try {
      file = parse(source, PRELUDE_FILE);
    } catch (error) {
      if (error instanceof MocaCompileError) {
        throw new Error(`Cannot load prelude entry "${name}"`, { cause: error });
      }
      throw error;
    }
    for (const node of file.functions) {
      this.#checkStructs(node);
    }
    this.addFiles([file], false);
    return true;
  }

  /** A function of the prelude cannot work with a program's struct of the name of its own. */
  #checkStructs(node: FunctionNode): void {
    const types = [...node.params.map((param) => param.type), node.result];
    for (const name of types.flatMap((type) => type === null ? [] : namesIn(type))) {
      const struct = this.structs.get(name);
      if (struct !== undefined && struct.at.file !== PRELUDE_FILE && this.#prelude.has(name)) {
        const message = `duplicate struct: struct '${name}' already defined: the function ` +
          `'${node.name}' comes with one of that name`;
        throw new MocaCompileError([{ message, at: struct.at, notes: [] }]);
      }
    }
  }
}

/** All names in a written type. */
function namesIn(type: TypeNode): string[] {
  switch (type.kind) {
    case "named":
      return [type.name, ...type.args.flatMap(namesIn)];
    case "nullable":
      return namesIn(type.of);
    case "function":
      return [...type.params, type.result].flatMap(namesIn);
  }
}

function boundsOf(node: FunctionNode): string {
  return node.typeParams.map((p) => p.bound ?? "").join(",");
}
