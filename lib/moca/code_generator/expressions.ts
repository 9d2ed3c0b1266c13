/**
 * Code for expressions.
 *
 * @module
 */
import type { BinaryOperator } from "../ast.ts";
import { classNumber, type RegisterClass } from "../bytecode.ts";
import { ANY_OPERATORS } from "../opcode.ts";
import { NATIVES } from "../natives/mod.ts";
import { SequenceKind } from "../value.ts";
import type { Local, TypedExpression, TypedFunction } from "../typed_program.ts";
import { INT, isPrimitive, type Type, withoutNull } from "../types.ts";
import type { FunctionBuilder, Label } from "./function_builder.ts";
import { classOf, type ProgramBuilder, sequenceKind } from "./program_builder.ts";

type Node<K extends TypedExpression["kind"]> = TypedExpression & { readonly kind: K };

/** Where a local lives. */
export interface Place {
  /** The register; it holds a cell if the local is captured. */
  readonly register: number;
}

const INT_OPERATORS: Readonly<Record<string, string>> = {
  "+": "ADD",
  "-": "SUB",
  "*": "MUL",
  "/": "DIV",
  "%": "MOD",
  "&": "AND",
  "|": "OR",
  "^": "XOR",
  "<<": "SHL",
  ">>": "SHR",
};
const WITH_CONSTANT = new Set(["ADD", "SUB", "MUL", "DIV", "MOD", "AND", "SHL", "SHR"]);
const FLOAT_OPERATORS: Readonly<Record<string, string>> = {
  "+": "FADD",
  "-": "FSUB",
  "*": "FMUL",
  "/": "FDIV",
};
const BOX: Readonly<Record<string, string>> = { i: "BOX_INT", f: "BOX_FLOAT", b: "BOX_BOOL" };
const UNBOX: Readonly<Record<string, string>> = {
  i: "UNBOX_INT",
  f: "UNBOX_FLOAT",
  b: "UNBOX_BOOL",
};
const MOVE: Readonly<Record<RegisterClass, string>> = {
  i: "MOVE_INT",
  f: "MOVE_FLOAT",
  b: "MOVE_BOOL",
  v: "MOVE_REF",
};

/** Generates expressions of one function. */
export class ExpressionGenerator {
  /** The function's code. */
  protected readonly code: FunctionBuilder;
  /** The program's code. */
  protected readonly program: ProgramBuilder;
  /** Registers of locals. */
  protected readonly places = new Map<Local, Place>();

  /**
   * @param program The program's code.
   * @param code The function's code.
   */
  constructor(program: ProgramBuilder, code: FunctionBuilder) {
    this.program = program;
    this.code = code;
  }

  #dst(dst: number | null): number {
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
      const boxed = this.#dst(dst);
      this.code.emit(BOX[from] ?? "", boxed, register);
      return boxed;
    }
    let reference = register;
    if (from !== "v") {
      reference = this.code.take();
      this.code.emit(BOX[from] ?? "", reference, register);
    }
    const plain = this.#dst(dst);
    this.code.emit(UNBOX[to] ?? "", plain, reference);
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

  /** Evaluates into any register, or into `dst`; the class is that of the node's type. */
  protected value(node: TypedExpression, dst: number | null): number {
    this.code.at(node.at);
    switch (node.kind) {
      case "int":
        return this.#load("LOAD_INT", this.program.int(node.value), "i", node, dst);
      case "float":
        return this.#load("LOAD_FLOAT", this.program.float(node.value), "f", node, dst);
      case "bool":
        return this.#load("LOAD_BOOL", node.value ? 1 : 0, "b", node, dst);
      case "string":
        return this.#load("LOAD_STRING", this.program.string(node.value), "v", node, dst);
      case "nil": {
        const register = this.#dst(dst);
        const to = classOf(node.type);
        if (to === "v") {
          this.code.emit("LOAD_NIL", register);
        } else {
          const nil = this.code.take();
          this.code.emit("LOAD_NIL", nil);
          this.code.emit(UNBOX[to] ?? "", register, nil);
        }
        return register;
      }
      case "local":
        return this.#local(node, dst);
      case "binary":
        return this.#binary(node, dst);
      case "logical":
        return this.#logical(node, dst);
      case "not": {
        const top = this.code.top;
        const operand = this.as(node.operand, "b");
        this.code.top = top;
        const register = this.#dst(dst);
        this.code.emit("NOT", register, operand);
        return register;
      }
      case "negate":
        return this.#negate(node, dst);
      case "call":
        return this.#call(node, dst);
      case "callValue":
        return this.#callValue(node, dst);
      case "callInterface":
        return this.#callInterface(node, dst);
      case "native":
        return this.#native(node, dst);
      case "hostCall":
        return this.#window(node.args.map((arg) => [arg, "v"]), "v", node.type, dst, (start) => {
          this.code.emit("HOST_CALL", node.number, start, node.args.length);
        });
      case "spawn": {
        const register = this.#dst(dst);
        this.code.emit("SPAWN", register, this.program.functionIndex(node.function));
        return register;
      }
      case "index":
        return this.#index(node, dst);
      case "field":
        return this.#field(node, dst);
      case "newStruct":
        return this.#struct(node, dst);
      case "newArray":
        return this.#sequence(node.elements, node.type, false, dst);
      case "newVec":
        return this.#sequence(node.elements, node.type, true, dst);
      case "newMap":
        return this.#map(node, dst);
      case "function":
        return this.#closure(this.program.thunk(node.function), [], dst);
      case "lambda":
        return this.#closure(this.program.lambda(node.function), node.captures, dst);
      case "box":
        return this.#box(node, dst);
      case "text":
        return this.#text(node, dst);
      case "concat":
        return this.#concat(node, dst);
      case "asm":
        return this.#window(node.inputs.map((arg) => [arg, "v"]), "v", node.type, dst, (start) => {
          this.code.emit("ASM", this.program.asm(node.code), start, node.inputs.length);
        });
    }
  }

  #load(
    name: string,
    operand: number,
    from: RegisterClass,
    node: TypedExpression,
    dst: number | null,
  ): number {
    const to = classOf(node.type);
    if (to === from) {
      const register = this.#dst(dst);
      this.code.emit(name, register, operand);
      return register;
    }
    const register = this.code.take();
    this.code.emit(name, register, operand);
    return this.convert(register, from, to, dst);
  }

  #local(node: Node<"local">, dst: number | null): number {
    const { local } = node;
    const register = this.register(local);
    const to = classOf(node.type);
    const from = classOf(local.type);
    if (!local.captured) {
      return this.convert(register, from, to, dst);
    }
    if (to === "v") {
      const result = this.#dst(dst);
      this.code.emit("CELL_GET", result, register);
      return result;
    }
    const reference = this.code.take();
    this.code.emit("CELL_GET", reference, register);
    return this.convert(reference, "v", to, dst);
  }

  #binary(node: Node<"binary">, dst: number | null): number {
    const { operator } = node;
    if (["==", "!=", "<", "<=", ">", ">="].includes(operator)) {
      return this.#compare(node, dst);
    }
    const to = classOf(node.type);
    const top = this.code.top;
    const numbers = classOf(withoutNull(node.left.type));
    if (to === "i" && numbers !== "v") {
      return this.#intBinary(node, INT_OPERATORS[operator] ?? "", dst);
    }
    if (to === "f" && numbers !== "v" && FLOAT_OPERATORS[operator] !== undefined) {
      const left = this.as(node.left, "f");
      const right = this.as(node.right, "f");
      this.code.top = top;
      const register = this.#dst(dst);
      this.code.at(node.at);
      this.code.emit(FLOAT_OPERATORS[operator], register, left, right);
      return register;
    }
    const left = this.as(node.left, "v");
    const right = this.as(node.right, "v");
    this.code.top = top;
    const register = dst !== null && to === "v" ? dst : this.code.take();
    this.code.at(node.at);
    if (operator === "+" && isPrimitive(node.type, "string")) {
      this.code.emit("CONCAT", register, left, right);
    } else {
      this.code.emit("ANY_BINARY", register, operatorNumber(operator), left, right);
    }
    return this.convert(register, "v", to, dst);
  }

  #intBinary(node: Node<"binary">, name: string, dst: number | null): number {
    const top = this.code.top;
    const left = this.as(node.left, "i");
    const { right } = node;
    if (right.kind === "int" && WITH_CONSTANT.has(name)) {
      const shift = name === "SHL" || name === "SHR";
      const operand = shift ? Number(right.value & 63n) : this.program.int(right.value);
      this.code.top = top;
      const register = this.#dst(dst);
      this.code.at(node.at);
      this.code.emit(`${name}_K`, register, left, operand);
      return register;
    }
    const other = this.as(right, "i");
    this.code.top = top;
    const register = this.#dst(dst);
    this.code.at(node.at);
    this.code.emit(name, register, left, other);
    return register;
  }

  /** The class in which two operands are compared. */
  protected comparedAs(node: Node<"binary">): RegisterClass {
    const left = classOf(node.left.type);
    const right = classOf(node.right.type);
    if (node.operator === "==" || node.operator === "!=") {
      return left === right ? left : "v";
    }
    const a = classOf(withoutNull(node.left.type));
    const b = classOf(withoutNull(node.right.type));
    return a === b && a !== "b" ? a : "v";
  }

  #compare(node: Node<"binary">, dst: number | null): number {
    const to = this.comparedAs(node);
    const { operator } = node;
    const top = this.code.top;
    const left = this.as(node.left, to);
    const right = this.as(node.right, to);
    this.code.top = top;
    const register = this.#dst(dst);
    const equality = operator === "==" || operator === "!=";
    if (to === "v" && equality) {
      this.code.emit(operator === "==" ? "SAME" : "DIFFER", register, left, right);
    } else if (to === "b") {
      this.code.emit(operator === "==" ? "BEQ" : "BNE", register, left, right);
    } else if (to === "v") {
      const boxed = this.code.take();
      this.code.emit("ANY_BINARY", boxed, operatorNumber(operator), left, right);
      this.code.emit("UNBOX_BOOL", register, boxed);
      this.code.top = Math.max(top, register + 1);
    } else {
      const prefix = to === "f" ? "F" : "";
      const swapped = operator === ">" || operator === ">=";
      const names: Record<string, string> = {
        "==": "EQ",
        "!=": "NE",
        "<": "LT",
        "<=": "LE",
        ">": "LT",
        ">=": "LE",
      };
      const name = `${prefix}${names[operator]}`;
      this.code.emit(name, register, swapped ? right : left, swapped ? left : right);
    }
    if (dst === null) {
      this.code.reserve(Math.max(register + 1, top));
    }
    return register;
  }

  #logical(node: Node<"logical">, dst: number | null): number {
    const register = this.#dst(dst);
    const top = this.code.top;
    // The result may be a variable that the right operand reads, so it is made aside.
    const result = this.code.take();
    const end = this.code.label();
    this.as(node.left, "b", result);
    this.code.emit(node.operator === "&&" ? "JUMP_UNLESS" : "JUMP_IF", result, end);
    this.as(node.right, "b", result);
    this.code.place(end);
    this.code.emit("MOVE_BOOL", register, result);
    this.code.top = top;
    return register;
  }

  #negate(node: Node<"negate">, dst: number | null): number {
    const to = classOf(node.type);
    const top = this.code.top;
    const operand = this.as(node.operand, to);
    this.code.top = top;
    const register = this.#dst(dst);
    this.code.emit(to === "i" ? "NEG" : to === "f" ? "FNEG" : "ANY_NEGATE", register, operand);
    return register;
  }

  /** Evaluates arguments into consecutive registers, calls, and fetches the result. */
  #window(
    args: readonly (readonly [TypedExpression, RegisterClass])[],
    result: RegisterClass,
    type: Type,
    dst: number | null,
    call: (start: number) => void,
    place: TypedExpression["at"] | null = null,
  ): number {
    const start = this.code.top;
    this.code.reserve(start + 1);
    this.code.top = start;
    for (const [i, [arg, to]] of args.entries()) {
      this.argument(arg, to, start + i);
    }
    if (place !== null) {
      this.code.at(place);
    }
    call(start);
    this.code.reserve(start + 1);
    const register = this.convert(start, result, classOf(type), dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }

  #call(node: Node<"call">, dst: number | null): number {
    const target = node.function;
    const args = node.args.map((arg, i): [TypedExpression, RegisterClass] => [
      arg,
      classOf(target.params[i]?.type ?? arg.type),
    ]);
    return this.#window(args, classOf(target.result), node.type, dst, (start) => {
      const at = this.code.emit("CALL", 0, start, 0);
      this.program.linkCall(at, this.program.functionIndex(target), start);
    }, node.at);
  }

  #callValue(node: Node<"callValue">, dst: number | null): number {
    const params = node.args.map((arg) => classOf(arg.type));
    const result = classOf(node.type);
    const signature = this.program.signature(`v${params.join("")}>${result}`);
    const args: [TypedExpression, RegisterClass][] = [
      [node.callee, "v"],
      ...node.args.map((arg, i): [TypedExpression, RegisterClass] => [arg, params[i] ?? "v"]),
    ];
    return this.#window(args, result, node.type, dst, (start) => {
      this.code.emit("CALL_VALUE", node.args.length, start, signature);
    }, node.at);
  }

  #callInterface(node: Node<"callInterface">, dst: number | null): number {
    const params = node.params.map((type) => classOf(type));
    const result = classOf(node.type);
    const signature = this.program.signature(`v${params.join("")}>${result}`);
    const table = this.program.interfaceTable(`${node.interfaceName}.${node.method}`);
    const args: [TypedExpression, RegisterClass][] = [
      [node.receiver, "v"],
      ...node.args.map((arg, i): [TypedExpression, RegisterClass] => [arg, params[i] ?? "v"]),
    ];
    return this.#window(args, result, node.type, dst, (start) => {
      this.code.emit("CALL_INTERFACE", table, start, signature);
    }, node.at);
  }

  #native(node: Node<"native">, dst: number | null): number {
    const direct = this.#directNative(node, dst);
    if (direct !== null) {
      return direct;
    }
    const row = NATIVES.get(node.name);
    if (row === undefined) {
      throw new TypeError(`Cannot generate code: no native "${node.name}"`);
    }
    const given = MAKES_VEC.has(node.name) ? [...node.args, kindArgument(node)] : node.args;
    const args = given.map((arg, i): [TypedExpression, RegisterClass] => [
      arg,
      (row.params.charAt(i) || "v") as RegisterClass,
    ]);
    // A result that depends on type arguments comes as a reference and is converted.
    return this.#window(args, row.result, node.type, dst, (start) => {
      const index = this.program.native(node.name, row.params);
      this.code.emit("NATIVE", index, start, classNumber(row.result));
    }, node.at);
  }

  /** Natives that have an instruction of their own. */
  #directNative(node: Node<"native">, dst: number | null): number | null {
    const [first, second] = node.args;
    const { code } = this;
    const top = code.top;
    if (first === undefined) {
      return null;
    }
    switch (node.name) {
      case "len":
      case "seq_len":
      case "str_len": {
        const object = this.as(first, "v");
        code.top = top;
        const register = this.#dst(dst);
        code.emit("LENGTH", register, object);
        return register;
      }
      case "seq_get":
        return second === undefined ? null : this.#getIndex(node, first, second, dst);
      case "join": {
        const handle = this.as(first, "i");
        code.top = top;
        const register = this.#dst(dst);
        code.emit("JOIN", register, handle);
        return register;
      }
      case "vec_push": {
        if (second === undefined) {
          return null;
        }
        const int = sequenceKind(first.type) === SequenceKind.INT;
        const object = this.as(first, "v");
        const value = this.as(second, int ? "i" : "v");
        code.at(node.at);
        code.emit(int ? "PUSH_INT" : "PUSH", object, value);
        code.top = top;
        const register = this.#dst(dst);
        code.emit("LOAD_NIL", register);
        return register;
      }
      default:
        return null;
    }
  }

  #getIndex(
    node: TypedExpression,
    objectNode: TypedExpression,
    indexNode: TypedExpression,
    dst: number | null,
  ): number {
    const { code } = this;
    const top = code.top;
    const object = this.as(objectNode, "v");
    const index = this.as(indexNode, "i");
    code.top = top;
    code.at(node.at);
    const to = classOf(node.type);
    const register = to === "b" ? code.take() : this.#dst(dst);
    if (to === "i" && isPrimitive(withoutNull(objectNode.type), "string")) {
      code.emit("BYTE_AT", register, object, index);
      return register;
    }
    if (to === "b") {
      code.emit("GET_INDEX", register, object, index);
      return this.convert(register, "v", "b", dst);
    }
    const names: Record<string, string> = { i: "GET_INDEX_INT", f: "GET_INDEX_FLOAT" };
    code.emit(names[to] ?? "GET_INDEX", register, object, index);
    return register;
  }

  #index(node: Node<"index">, dst: number | null): number {
    const type = withoutNull(node.object.type);
    if (type.kind === "generic" && type.name === "Map") {
      return this.#native(
        { ...node, kind: "native", name: "map_get", args: [node.object, node.index], params: [] },
        dst,
      );
    }
    if (isPrimitive(type, "any") || type.kind === "struct") {
      return this.#native(
        { ...node, kind: "native", name: "index_any", args: [node.object, node.index], params: [] },
        dst,
      );
    }
    return this.#getIndex(node, node.object, node.index, dst);
  }

  #field(node: Node<"field">, dst: number | null): number {
    const { code } = this;
    const top = code.top;
    const object = this.as(node.object, "v");
    const index = fieldIndex(node.object.type, node.name);
    code.top = top;
    code.at(node.at);
    const to = classOf(node.type);
    if (to === "i" || to === "v") {
      const register = this.#dst(dst);
      code.emit(to === "i" ? "GET_FIELD_INT" : "GET_FIELD", register, object, index);
      return register;
    }
    const register = code.take();
    code.emit("GET_FIELD", register, object, index);
    return this.convert(register, "v", to, dst);
  }

  #struct(node: Node<"newStruct">, dst: number | null): number {
    const layout = this.program.layout(node.layout);
    const start = this.code.top;
    const values = node.values.map((value): [TypedExpression, RegisterClass] => [value, "v"]);
    for (const [i, [value]] of values.entries()) {
      this.argument(value, "v", start + i);
    }
    this.code.top = start;
    const register = this.#dst(dst);
    this.code.at(node.at);
    this.code.emit("STRUCT", register, layout, start);
    return register;
  }

  #sequence(
    elements: readonly TypedExpression[],
    type: Type,
    isVec: boolean,
    dst: number | null,
  ): number {
    const kind = sequenceKind(type);
    // Elements may refer to the variable that the sequence goes to, so it is made aside.
    const start = this.code.top;
    const sequence = this.code.take();
    this.code.emit("SEQUENCE", sequence, kind, isVec ? 1 : 0, elements.length);
    const to: RegisterClass = kind === SequenceKind.INT
      ? "i"
      : kind === SequenceKind.FLOAT
      ? "f"
      : "v";
    const name = to === "i" ? "APPEND_INT" : to === "f" ? "APPEND_FLOAT" : "APPEND";
    const top = this.code.top;
    for (const element of elements) {
      this.code.emit(name, sequence, this.as(element, to));
      this.code.top = top;
    }
    const register = this.convert(sequence, "v", "v", dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }

  #map(node: Node<"newMap">, dst: number | null): number {
    const start = this.code.top;
    const map = this.code.take();
    this.code.emit("MAP", map);
    for (const [i, key] of node.keys.entries()) {
      const value = node.values[i];
      if (value === undefined) {
        continue;
      }
      const window = this.code.top;
      this.code.reserve(window + 3);
      this.code.emit("MOVE_REF", window, map);
      this.code.top = window + 2;
      this.as(key, "v", window + 1);
      this.code.top = window + 3;
      this.as(value, "v", window + 2);
      this.code.emit("NATIVE", this.program.native("map_put", "vvv"), window, 3);
      this.code.top = window;
    }
    const register = this.convert(map, "v", "v", dst);
    if (dst !== null) {
      this.code.top = start;
    }
    return register;
  }

  #closure(index: number, captures: readonly Local[], dst: number | null): number {
    const start = this.code.top;
    for (const [i, local] of captures.entries()) {
      this.code.reserve(start + i + 1);
      this.code.emit("MOVE_REF", start + i, this.register(local));
    }
    this.code.top = start;
    const register = this.#dst(dst);
    this.code.emit("CLOSURE", register, index, start, captures.length);
    return register;
  }

  #box(node: Node<"box">, dst: number | null): number {
    const top = this.code.top;
    const value = this.as(node.value, "v");
    this.code.top = top;
    const register = this.#dst(dst);
    const type = node.value.type;
    const index = isPrimitive(type, "any") ? -1 : this.program.runtimeType(type);
    this.code.emit("BOX_DYN", register, value, index);
    return register;
  }

  #text(node: Node<"text">, dst: number | null): number {
    if (node.style === "display" && isPrimitive(node.value.type, "string")) {
      return this.as(node.value, "v", dst);
    }
    return this.#window([[node.value, "v"]], "v", node.type, dst, (start) => {
      this.code.emit("TEXT", node.style === "inspect" ? 1 : 0, start + 1, start);
      this.code.emit("TEXT_RESUME", start);
      this.code.reserve(start + 2);
      this.code.top = start;
    }, node.at);
  }

  #concat(node: Node<"concat">, dst: number | null): number {
    const start = this.code.top;
    for (const [i, part] of node.parts.entries()) {
      this.argument(part, "v", start + i);
    }
    this.code.top = start;
    const register = this.#dst(dst);
    this.code.emit("CONCAT_ALL", register, start, node.parts.length);
    return register;
  }

  /** Jumps to a label if a condition has a value. */
  protected condition(node: TypedExpression, wanted: boolean, target: Label): void {
    const { code } = this;
    const top = code.top;
    if (node.kind === "not") {
      this.condition(node.operand, !wanted, target);
      return;
    }
    if (node.kind === "logical") {
      this.#logicalCondition(node, wanted, target);
      return;
    }
    if (node.kind === "bool") {
      if (node.value === wanted) {
        code.emit("JUMP", target);
      }
      return;
    }
    if (
      node.kind === "binary" && this.comparedAs(node) === "i" && node.type.kind === "primitive" &&
      node.type.name === "bool"
    ) {
      this.#compareJump(node, wanted, target);
      code.top = top;
      return;
    }
    const from = classOf(node.type);
    let register: number;
    if (from === "v") {
      const value = this.value(node, null);
      register = code.take();
      code.emit("TRUTHY", register, value);
    } else {
      register = this.as(node, "b");
    }
    code.emit(wanted ? "JUMP_IF" : "JUMP_UNLESS", register, target);
    code.top = top;
  }

  #logicalCondition(node: Node<"logical">, wanted: boolean, target: Label): void {
    const shortcut = node.operator === "||";
    if (shortcut === wanted) {
      this.condition(node.left, wanted, target);
      this.condition(node.right, wanted, target);
      return;
    }
    const end = this.code.label();
    this.condition(node.left, shortcut, end);
    this.condition(node.right, wanted, target);
    this.code.place(end);
  }

  #compareJump(node: Node<"binary">, wanted: boolean, target: Label): void {
    const operator = wanted ? node.operator : NEGATED[node.operator] ?? node.operator;
    this.code.at(node.at);
    const left = this.as(node.left, "i");
    if (node.right.kind === "int") {
      const names: Record<string, string> = {
        "<": "JLT_K",
        "<=": "JLE_K",
        ">": "JGT_K",
        ">=": "JGE_K",
        "==": "JEQ_K",
        "!=": "JNE_K",
      };
      this.code.emit(names[operator] ?? "", left, this.program.int(node.right.value), target);
      return;
    }
    const right = this.as(node.right, "i");
    const swapped = operator === ">" || operator === ">=";
    const names: Record<string, string> = {
      "<": "JLT",
      "<=": "JLE",
      ">": "JLT",
      ">=": "JLE",
      "==": "JEQ",
      "!=": "JNE",
    };
    this.code.emit(names[operator] ?? "", swapped ? right : left, swapped ? left : right, target);
  }
}

const NEGATED: Readonly<Record<string, BinaryOperator>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
};

/** Natives that make a Vec; they are told how it stores its elements. */
const MAKES_VEC = new Set([
  "vec_with_capacity",
  "vec_uninit",
  "vec_from_parts",
  "map_keys",
  "map_values",
]);

function kindArgument(node: TypedExpression): TypedExpression {
  return { kind: "int", value: BigInt(sequenceKind(node.type)), type: INT, at: node.at };
}

function operatorNumber(operator: BinaryOperator): number {
  return ANY_OPERATORS.indexOf(operator);
}

/** The index of a struct's field. */
export function fieldIndex(type: Type, name: string): number {
  const struct = withoutNull(type);
  return struct.kind === "struct" ? struct.struct.fields.findIndex((f) => f.name === name) : -1;
}

export type { TypedFunction };
