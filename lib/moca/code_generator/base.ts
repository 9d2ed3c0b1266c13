/**
 * What all parts of the generator of one function share: where locals live, and how values get into
 * registers of a class.
 *
 * @module
 */
import type { RegisterClass } from "../bytecode.ts";
import type { Position } from "../error.ts";
import type { Local, TypedExpression } from "../typed_program.ts";
import type { Type } from "../types.ts";
import type { FunctionBuilder } from "./function_builder.ts";
import { classOf, type ProgramBuilder } from "./program_builder.ts";

/** A typed expression of one kind. */
export type Node<K extends TypedExpression["kind"]> = TypedExpression & { readonly kind: K };

/** Where a local lives. */
export interface Place {
  /** The register; it holds a cell if the local is captured. */
  readonly register: number;
}

/** Arguments with the classes of the registers that they go to. */
export type Arguments = readonly (readonly [node: TypedExpression, to: RegisterClass])[];

const BOX: Readonly<Record<RegisterClass, string>> = {
  i: "BOX_INT",
  f: "BOX_FLOAT",
  b: "BOX_BOOL",
  v: "MOVE_REF",
};
const UNBOX: Readonly<Record<RegisterClass, string>> = {
  i: "UNBOX_INT",
  f: "UNBOX_FLOAT",
  b: "UNBOX_BOOL",
  v: "MOVE_REF",
};
const MOVE: Readonly<Record<RegisterClass, string>> = {
  i: "MOVE_INT",
  f: "MOVE_FLOAT",
  b: "MOVE_BOOL",
  v: "MOVE_REF",
};

/** What evaluates a window of arguments and what becomes of the result. */
export interface WindowCall {
  /** Class of the result. */
  readonly result: RegisterClass;
  /** Type of the result. */
  readonly type: Type;
  /** Register that the result goes to; null is any. */
  readonly dst: number | null;
  /** Place of the call itself, where it differs from that of the last argument. */
  readonly at?: Position;
  /** Emits the call, whose arguments begin at a register; the result replaces the first. */
  readonly call: (start: number) => void;
}

/** State and helpers of one function. */
export abstract class GeneratorBase {
  /** The function's code. */
  protected readonly code: FunctionBuilder;
  /** The program's code. */
  protected readonly program: ProgramBuilder;
  /** Registers of locals. */
  protected readonly places: Map<Local, Place> = new Map();

  /**
   * @param program The program's code.
   * @param code The function's code.
   */
  constructor(program: ProgramBuilder, code: FunctionBuilder) {
    this.program = program;
    this.code = code;
  }

  /** Evaluates into any register, or into `dst`; the class is that of the node's type. */
  protected abstract value(node: TypedExpression, dst: number | null): number;

  /** The register that a result goes to: the one wanted, or a new one. */
  protected destination(dst: number | null): number {
    return dst ?? this.code.take();
  }

  /** Register of a local. */
  protected register(local: Local): number {
    const place = this.places.get(local);
    if (place === undefined) {
      throw new TypeError(`Cannot generate code: local "${local.name}" has no register`);
    }
    return place.register;
  }

  /** Converts between classes; returns the register that holds the result. */
  protected convert(
    register: number,
    from: RegisterClass,
    to: RegisterClass,
    dst: number | null,
  ): number {
    if (from === to) {
      if (dst === null || dst === register) {
        return register;
      }
      this.code.emit(MOVE[to], dst, register);
      return dst;
    }
    if (to === "v") {
      const boxed = this.destination(dst);
      this.code.emit(BOX[from], boxed, register);
      return boxed;
    }
    let reference = register;
    if (from !== "v") {
      reference = this.code.take();
      this.code.emit(BOX[from], reference, register);
    }
    const plain = this.destination(dst);
    this.code.emit(UNBOX[to], plain, reference);
    return plain;
  }

  /** Evaluates into a register of a class. */
  protected as(node: TypedExpression, to: RegisterClass, dst: number | null = null): number {
    const from = classOf(node.type);
    if (from === to) {
      return this.value(node, dst);
    }
    const top = this.code.top;
    const register = this.value(node, null);
    const result = this.convert(register, from, to, dst);
    if (dst !== null) {
      this.code.top = top;
    }
    return result;
  }

  /**
   * Evaluates into a register that becomes the last one in use. What is evaluated may use it and
   * those above it, so that the result of a call is often there already.
   */
  protected argument(node: TypedExpression, to: RegisterClass, register: number): void {
    this.code.reserve(register + 1);
    this.code.top = register;
    this.as(node, to, register);
    this.code.top = register + 1;
  }

  /** Evaluates as the class of a type. */
  protected asType(node: TypedExpression, type: Type, dst: number | null = null): number {
    return this.as(node, classOf(type), dst);
  }

  /** Evaluates arguments into consecutive registers, calls, and fetches the result. */
  protected window(
    args: Arguments,
    { result, type, dst, at, call }: WindowCall,
  ): number {
    const start = this.code.top;
    this.code.reserve(start + 1);
    this.code.top = start;
    for (const [i, [arg, to]] of args.entries()) {
      this.argument(arg, to, start + i);
    }
    if (at !== undefined) {
      this.code.at(at);
    }
    call(start);
    this.code.reserve(start + 1);
    const register = this.convert(start, result, classOf(type), dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }
}
