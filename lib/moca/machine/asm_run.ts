/**
 * Running an asm block on a small stack of its own.
 *
 * @module
 */
import type { AsmNode } from "../ast.ts";
import { runtimeError } from "../error.ts";
import { truthy } from "../operations.ts";
import type { Value } from "../value.ts";
import { int } from "../value_checks.ts";
import { operate } from "./asm_operations.ts";

/** What asm code needs from the machine. */
export interface AsmHost {
  /** Allocates slots. */
  alloc(slots: bigint): Value;
  /** Reads a slot. */
  load(target: Value, index: bigint): Value;
  /** Writes a slot. */
  store(target: Value, index: bigint, value: Value): void;
  /** The value's text in an error. */
  text(value: Value): string;
  /** Counts memory. */
  reserve(bytes: number): void;
  /** The script's arguments. */
  readonly args: readonly string[];
  /** Called now and then; throws when the time is up. */
  tick(): void;
}

/** A host call that asm code makes. */
export interface AsmCall {
  /** Its number. */
  readonly number: number;
  /** Its arguments. */
  readonly args: readonly Value[];
}

/** Values on the stack, at most. */
const MAX_STACK = 10_000;

/** The run of an asm block, which may stop at a host call. */
export class AsmRun {
  /** The stack. */
  readonly stack: Value[];
  /** The variables of GetL and SetL: first the inputs. */
  readonly locals: Value[];
  readonly #code: readonly AsmNode[];
  readonly #host: AsmHost;
  #pc = 0;
  #steps = 0;

  /**
   * @param code The instructions.
   * @param inputs Values of the named variables, left to right.
   * @param host The machine.
   */
  constructor(code: readonly AsmNode[], inputs: readonly Value[], host: AsmHost) {
    this.stack = [...inputs];
    this.locals = [...inputs];
    this.#code = code;
    this.#host = host;
  }

  /** What the block yields once it has ended: the value on top of the stack, or null. */
  get result(): Value {
    return this.stack.at(-1) ?? null;
  }

  /**
   * Goes on until the block has ended or makes a host call, whose result must be pushed onto the stack
   * before the next run.
   *
   * @returns The call, or null at the end.
   * @throws {MocaTrap} For a stack underflow or a failed operation.
   */
  run(): AsmCall | null {
    for (;;) {
      const node = this.#code[this.#pc];
      if (node === undefined) {
        return null;
      }
      this.#pc++;
      if ((++this.#steps & 1023) === 0) {
        this.#host.tick();
      }
      if (node.name === "Hostcall") {
        return this.#hostCall(node);
      }
      this.#perform(node);
      if (this.stack.length > MAX_STACK) {
        throw runtimeError("asm stack overflow");
      }
    }
  }

  #pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) {
      throw runtimeError("stack underflow");
    }
    return value;
  }

  #hostCall({ operands: [number, count] }: AsmNode): AsmCall {
    const args: Value[] = [];
    for (let left = typeof count === "bigint" ? count : 0n; left > 0n; left--) {
      args.unshift(this.#pop());
    }
    return { number: Number(number), args };
  }

  #jump(to: number): void {
    this.#pc = to < 0 ? this.#code.length : to;
  }

  #perform(node: AsmNode): void {
    const { stack } = this;
    const host = this.#host;
    const operand = node.operands[0];
    const number = typeof operand === "bigint" ? Number(operand) : 0;
    const index = (): bigint => operand === undefined ? int(this.#pop()) : BigInt(number);
    switch (node.name) {
      case "Jmp":
        this.#jump(number);
        break;
      case "BrIf":
      case "BrIfFalse":
        if (truthy(this.#pop()) === (node.name === "BrIf")) {
          this.#jump(number);
        }
        break;
      case "GetL":
        stack.push(this.locals[number] ?? null);
        break;
      case "SetL":
        if (number < 0 || number >= MAX_STACK) {
          throw runtimeError("asm stack overflow");
        }
        this.locals[number] = this.#pop();
        break;
      case "Pop":
        this.#pop();
        break;
      case "Dup": {
        const value = this.#pop();
        stack.push(value, value);
        break;
      }
      case "Pick": {
        const value = stack[stack.length - 1 - number];
        if (value === undefined) {
          throw runtimeError("stack underflow");
        }
        stack.push(value);
        break;
      }
      case "Throw":
        throw runtimeError(host.text(this.#pop()));
      case "TryBegin":
      case "TryEnd":
      case "Nop":
        break;
      case "HeapAlloc":
        stack.push(host.alloc(index()));
        break;
      case "HeapLoad": {
        const at = index();
        stack.push(host.load(this.#pop(), at));
        break;
      }
      case "HeapStore": {
        const value = this.#pop();
        const at = index();
        host.store(this.#pop(), at, value);
        break;
      }
      case "Argc":
        stack.push(BigInt(host.args.length));
        break;
      case "Argv": {
        const at = int(this.#pop());
        stack.push(at < 0n ? "" : host.args[Number(at)] ?? "");
        break;
      }
      default:
        operate(node, stack, () => this.#pop(), host);
    }
  }
}
