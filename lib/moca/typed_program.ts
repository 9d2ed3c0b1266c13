/**
 * A checked program in which every name is resolved and every expression has its type. Generic
 * functions appear once for each list of type arguments they are used with. The code generator
 * reads nothing else.
 *
 * @module
 */
import type { AsmNode, BinaryOperator } from "./ast.ts";
import type { Position } from "./error.ts";
import type { Type } from "./types.ts";

/** A variable or parameter. */
export interface Local {
  /** Its name in the source. */
  readonly name: string;
  /** Its type. */
  type: Type;
  /** Whether a lambda captures it, so that it lives in a cell on the heap. */
  readonly captured: boolean;
}

/** One struct with its type arguments, as values of it know it. */
export interface StructLayout {
  /** The struct type. */
  type: Type & { readonly kind: "struct" };
  /** Whether the literal named the type arguments; without them no `match dyn` arm recognises it. */
  readonly exact: boolean;
}

/** What a typed expression is, apart from its type and place. */
export type TypedShape =
  | { kind: "int"; value: bigint }
  | { kind: "float"; value: number }
  | { kind: "bool"; value: boolean }
  | { kind: "string"; value: string }
  | { kind: "nil" }
  | { kind: "local"; local: Local }
  | {
    kind: "binary";
    operator: BinaryOperator;
    left: TypedExpression;
    right: TypedExpression;
  }
  | { kind: "logical"; operator: "&&" | "||"; left: TypedExpression; right: TypedExpression }
  | { kind: "not"; operand: TypedExpression }
  | { kind: "negate"; operand: TypedExpression }
  | { kind: "call"; function: TypedFunction; args: TypedExpression[] }
  | { kind: "callValue"; callee: TypedExpression; args: TypedExpression[] }
  | {
    kind: "callInterface";
    interfaceName: string;
    method: string;
    receiver: TypedExpression;
    args: TypedExpression[];
    params: Type[];
  }
  | { kind: "native"; name: string; args: TypedExpression[]; params: Type[] }
  | { kind: "hostCall"; number: number; args: TypedExpression[] }
  | { kind: "spawn"; function: TypedFunction }
  | { kind: "index"; object: TypedExpression; index: TypedExpression }
  | { kind: "field"; object: TypedExpression; name: string }
  | { kind: "newStruct"; layout: StructLayout; values: TypedExpression[] }
  | { kind: "newArray"; elements: TypedExpression[] }
  | { kind: "newVec"; elements: TypedExpression[] }
  | { kind: "newMap"; keys: TypedExpression[]; values: TypedExpression[] }
  | { kind: "function"; function: TypedFunction }
  | { kind: "lambda"; function: TypedFunction; captures: Local[] }
  | { kind: "box"; value: TypedExpression }
  | { kind: "text"; style: "display" | "inspect"; value: TypedExpression }
  | { kind: "concat"; parts: TypedExpression[] }
  | { kind: "asm"; inputs: TypedExpression[]; code: readonly AsmNode[] };

/** An expression with its type and place. */
export type TypedExpression = TypedShape & { type: Type; readonly at: Position };

/** What a typed statement is, apart from its place. */
export type TypedStatementShape =
  | { kind: "let"; local: Local; value: TypedExpression }
  | { kind: "assign"; local: Local; value: TypedExpression }
  | { kind: "setIndex"; object: TypedExpression; index: TypedExpression; value: TypedExpression }
  | { kind: "setField"; object: TypedExpression; name: string; value: TypedExpression }
  | {
    kind: "if";
    condition: TypedExpression;
    then: TypedStatement[];
    else: TypedStatement[];
  }
  | { kind: "while"; condition: TypedExpression; body: TypedStatement[] }
  | { kind: "forIn"; local: Local; iterable: TypedExpression; body: TypedStatement[] }
  | {
    kind: "forRange";
    local: Local;
    start: TypedExpression;
    end: TypedExpression;
    inclusive: boolean;
    body: TypedStatement[];
  }
  | { kind: "break" }
  | { kind: "continue" }
  | { kind: "return"; value: TypedExpression | null }
  | { kind: "throw"; value: TypedExpression }
  | { kind: "try"; body: TypedStatement[]; local: Local; handler: TypedStatement[] }
  | {
    kind: "matchDyn";
    value: TypedExpression;
    arms: { local: Local; type: Type; body: TypedStatement[] }[];
    otherwise: TypedStatement[];
  }
  | { kind: "expression"; value: TypedExpression };

/** A statement and its place. */
export type TypedStatement = TypedStatementShape & { readonly at: Position };

/** A function, method or lambda with its types. */
export interface TypedFunction {
  /** Name for disassembly and call stacks, type arguments included. */
  readonly name: string;
  /** Parameters, the receiver included. */
  params: Local[];
  /** Captured variables, for lambdas. */
  captures: Local[];
  /** Result type; `nil` for functions that return nothing. */
  result: Type;
  /** The statements. */
  body: TypedStatement[];
  /** Where it starts. */
  readonly at: Position;
  /** Where it ends. */
  readonly end: Position;
}

/** A whole program. */
export interface TypedProgram {
  /** All functions that can be reached; the first is the implicit main. */
  readonly functions: TypedFunction[];
  /** For each interface, the words ({@linkcode methodKey}) of the types that implement it. */
  readonly implementations: ReadonlyMap<string, ReadonlySet<string>>;
  /** `INTERFACE.METHOD` called on values of run-time type → runtime type name → the function. */
  readonly interfaceMethods: ReadonlyMap<string, ReadonlyMap<string, TypedFunction>>;
  /** Runtime type name of each struct type with a `to_string` of its own → that function. */
  readonly toStringMethods: ReadonlyMap<string, TypedFunction>;
}
