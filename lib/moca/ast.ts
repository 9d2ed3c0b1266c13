/**
 * The syntax tree that the parser makes. Nothing in it has been checked but its shape.
 *
 * @module
 */
import type { Position } from "./error.ts";

/** A type as written. */
export type TypeNode =
  | {
    readonly kind: "named";
    readonly name: string;
    readonly args: readonly TypeNode[];
    readonly at: Position;
  }
  | { readonly kind: "nullable"; readonly of: TypeNode; readonly at: Position }
  | {
    readonly kind: "function";
    readonly params: readonly TypeNode[];
    readonly result: TypeNode;
    readonly at: Position;
  };

/** A parameter of a function or lambda. */
export interface ParamNode {
  /** Its name. */
  readonly name: string;
  /** Its annotation, if written. */
  readonly type: TypeNode | null;
  /** Where its name stands. */
  readonly at: Position;
}

/** A type parameter with at most one bound. */
export interface TypeParamNode {
  /** Its name. */
  readonly name: string;
  /** The interface that arguments must implement. */
  readonly bound: string | null;
  /** Where its name stands. */
  readonly at: Position;
}

/** Binary operators that evaluate both operands. */
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "|"
  | "^"
  | "&"
  | "<<"
  | ">>"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">=";

/** An operand of an `__emit` in an asm block. */
export type AsmOperand = bigint | number | string | boolean;

/** One instruction of an asm block. */
export interface AsmNode {
  /** Operation name. */
  readonly name: string;
  /** Its operands. */
  readonly operands: readonly AsmOperand[];
  /** Where it stands. */
  readonly at: Position;
}

/** A function, method or lambda. */
export interface FunctionNode {
  /** Its name; `<lambda>` for lambdas. */
  readonly name: string;
  /** Type parameters. */
  readonly typeParams: readonly TypeParamNode[];
  /** Parameters, the receiver included. */
  readonly params: readonly ParamNode[];
  /** Result annotation. */
  readonly result: TypeNode | null;
  /** The statements. */
  readonly body: readonly Statement[];
  /** Whether `@inline` precedes it. */
  readonly inline: boolean;
  /** Where it starts. */
  readonly at: Position;
  /** Where its body ends. */
  readonly end: Position;
}

/** What an expression is, apart from its place. */
export type ExpressionShape =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "nil" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "interpolation"; readonly parts: readonly Expression[] }
  | {
    readonly kind: "binary";
    readonly operator: BinaryOperator;
    readonly left: Expression;
    readonly right: Expression;
  }
  | {
    readonly kind: "logical";
    readonly operator: "&&" | "||";
    readonly left: Expression;
    readonly right: Expression;
  }
  | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly operand: Expression }
  | {
    readonly kind: "call";
    readonly callee: Expression;
    readonly typeArgs: readonly TypeNode[];
    readonly args: readonly Expression[];
  }
  | {
    readonly kind: "method";
    readonly object: Expression;
    readonly name: string;
    readonly typeArgs: readonly TypeNode[];
    readonly args: readonly Expression[];
    readonly nameAt: Position;
  }
  | {
    readonly kind: "associated";
    readonly type: string;
    readonly ownerArgs: readonly TypeNode[];
    readonly name: string;
    readonly typeArgs: readonly TypeNode[];
    readonly args: readonly Expression[];
  }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression }
  | {
    readonly kind: "field";
    readonly object: Expression;
    readonly name: string;
    readonly nameAt: Position;
  }
  | { readonly kind: "asDyn"; readonly value: Expression }
  | {
    readonly kind: "struct";
    readonly name: string;
    readonly typeArgs: readonly TypeNode[];
    readonly fields: readonly { name: string; value: Expression; at: Position }[];
  }
  | { readonly kind: "array"; readonly elements: readonly Expression[] }
  | {
    readonly kind: "new";
    readonly name: string;
    readonly typeArgs: readonly TypeNode[];
    readonly elements: readonly Expression[];
    readonly keys: readonly Expression[] | null;
  }
  | { readonly kind: "lambda"; readonly function: FunctionNode }
  | {
    readonly kind: "asm";
    readonly inputs: readonly { name: string; at: Position }[];
    readonly output: string | null;
    readonly code: readonly AsmNode[];
  };

/** An expression and its place. `depth` counts the levels below it. */
export type Expression = ExpressionShape & { readonly at: Position; readonly depth: number };

/** An arm of `match dyn`. */
export interface MatchArm {
  /** Name that the unboxed value is bound to. */
  readonly name: string;
  /** Type it must have. */
  readonly type: TypeNode;
  /** What runs. */
  readonly body: readonly Statement[];
  /** Where it starts. */
  readonly at: Position;
}

/** What a statement is, apart from its place. */
export type StatementShape =
  | {
    readonly kind: "let";
    readonly name: string;
    readonly type: TypeNode | null;
    readonly value: Expression;
  }
  | { readonly kind: "const"; readonly name: string; readonly value: Expression }
  | { readonly kind: "assign"; readonly name: string; readonly value: Expression }
  | {
    readonly kind: "setIndex";
    readonly object: Expression;
    readonly index: Expression;
    readonly value: Expression;
  }
  | {
    readonly kind: "setField";
    readonly object: Expression;
    readonly name: string;
    readonly value: Expression;
  }
  | {
    readonly kind: "if";
    readonly condition: Expression;
    readonly then: readonly Statement[];
    readonly else: readonly Statement[] | null;
  }
  | { readonly kind: "while"; readonly condition: Expression; readonly body: readonly Statement[] }
  | {
    readonly kind: "forIn";
    readonly name: string;
    readonly nameAt: Position;
    readonly iterable: Expression;
    readonly body: readonly Statement[];
  }
  | {
    readonly kind: "forRange";
    readonly name: string;
    readonly nameAt: Position;
    readonly start: Expression;
    readonly end: Expression;
    readonly inclusive: boolean;
    readonly body: readonly Statement[];
  }
  | { readonly kind: "break" }
  | { readonly kind: "continue" }
  | { readonly kind: "return"; readonly value: Expression | null }
  | { readonly kind: "throw"; readonly value: Expression }
  | {
    readonly kind: "try";
    readonly body: readonly Statement[];
    readonly name: string;
    readonly nameAt: Position;
    readonly handler: readonly Statement[];
  }
  | {
    readonly kind: "matchDyn";
    readonly value: Expression;
    readonly arms: readonly MatchArm[];
    readonly otherwise: readonly Statement[];
  }
  | { readonly kind: "expression"; readonly value: Expression };

/** A statement and its place. */
export type Statement = StatementShape & { readonly at: Position };

/** A struct definition. */
export interface StructNode {
  /** Its name. */
  readonly name: string;
  /** Names of its type parameters. */
  readonly typeParams: readonly TypeParamNode[];
  /** Its fields in order. */
  readonly fields: readonly { name: string; type: TypeNode; at: Position }[];
  /** Where its name stands. */
  readonly at: Position;
}

/** An impl block. */
export interface ImplNode {
  /** Type parameters of the block. */
  readonly typeParams: readonly TypeParamNode[];
  /** The interface it implements, if any. */
  readonly interfaceName: string | null;
  /** Where the interface's name stands. */
  readonly interfaceAt: Position;
  /** The type it extends. */
  readonly target: TypeNode & { readonly kind: "named" };
  /** The methods and associated functions. */
  readonly functions: readonly FunctionNode[];
  /** Where it starts. */
  readonly at: Position;
}

/** A method signature of an interface. */
export interface SignatureNode {
  /** Its name. */
  readonly name: string;
  /** Parameters, the receiver included. */
  readonly params: readonly ParamNode[];
  /** Result annotation. */
  readonly result: TypeNode | null;
  /** Where it stands. */
  readonly at: Position;
}

/** An interface definition. */
export interface InterfaceNode {
  /** Its name. */
  readonly name: string;
  /** Its methods. */
  readonly methods: readonly SignatureNode[];
  /** Where its name stands. */
  readonly at: Position;
}

/** An import. */
export interface ImportNode {
  /** Whether a dot precedes the path. */
  readonly relative: boolean;
  /** The path's parts. */
  readonly path: readonly string[];
  /** Where it starts. */
  readonly at: Position;
}

/** One parsed file. */
export interface FileNode {
  /** Its name. */
  readonly file: string;
  /** Imports, in order. */
  readonly imports: readonly ImportNode[];
  /** Functions, in order. */
  readonly functions: readonly FunctionNode[];
  /** Structs, in order. */
  readonly structs: readonly StructNode[];
  /** Impl blocks, in order. */
  readonly impls: readonly ImplNode[];
  /** Interfaces, in order. */
  readonly interfaces: readonly InterfaceNode[];
  /** Top-level statements, in order. */
  readonly statements: readonly Statement[];
  /** Where it ends. */
  readonly end: Position;
}
