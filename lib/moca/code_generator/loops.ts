/**
 * Code for loops.
 *
 * @module
 */
import type { TypedStatement } from "../typed_program.ts";
import { INT } from "../types.ts";
import { ExpressionGenerator } from "./expressions.ts";
import type { Label } from "./function_builder.ts";
import { getIndexName } from "./objects.ts";
import { classOf } from "./program_builder.ts";

/** A typed statement of one kind. */
export type Node<K extends TypedStatement["kind"]> = TypedStatement & { readonly kind: K };

/** Generates loops. */
export abstract class LoopGenerator extends ExpressionGenerator {
  readonly #loops: { breaks: Label; continues: Label }[] = [];

  /** Generates the statements of a block. */
  protected abstract block(statements: readonly TypedStatement[]): void;

  #loop(body: readonly TypedStatement[], continues: Label, breaks: Label): void {
    this.#loops.push({ breaks, continues });
    this.block(body);
    this.#loops.pop();
  }

  /** Leaves the innermost loop, or goes on with its next round. */
  protected leaveRound(kind: "break" | "continue"): void {
    const loop = this.#loops.at(-1);
    if (loop !== undefined) {
      this.code.emit("JUMP", kind === "break" ? loop.breaks : loop.continues);
    }
  }

  /** Generates `while`. */
  protected while(node: Node<"while">): void {
    const { code } = this;
    const top = code.label();
    const test = code.label();
    const end = code.label();
    code.emit("JUMP", test);
    code.place(top);
    this.#loop(node.body, test, end);
    code.place(test);
    code.at(node.condition.at);
    this.condition(node.condition, true, top);
    code.place(end);
  }

  /** Generates `for` over a range. */
  protected forRange(node: Node<"forRange">): void {
    const { code } = this;
    const counter = code.take();
    this.asType(node.start, INT, counter);
    const end = code.take();
    this.asType(node.end, INT, end);
    const top = code.label();
    const next = code.label();
    const done = code.label();
    code.emit(node.inclusive ? "JLT" : "JLE", end, counter, done);
    let cell: number | null = null;
    if (node.local.captured) {
      cell = code.take();
      const boxed = code.take();
      code.emit("BOX_INT", boxed, counter);
      code.emit("CELL_NEW", cell, boxed);
    }
    this.places.set(node.local, { register: cell ?? counter });
    code.place(top);
    this.#loop(node.body, next, done);
    code.place(next);
    code.at(node.at);
    if (cell === null) {
      code.emit(node.inclusive ? "FOR_NEXT_INCLUSIVE" : "FOR_NEXT", counter, end, top);
    } else {
      this.#capturedNext(node.inclusive, { counter, end, cell, top });
    }
    code.place(done);
  }

  /** The step of a loop whose variable lives in a cell. */
  #capturedNext(
    inclusive: boolean,
    loop: { counter: number; end: number; cell: number; top: Label },
  ): void {
    const { code } = this;
    const boxed = code.take();
    const done = code.label();
    code.emit("CELL_GET", boxed, loop.cell);
    code.emit("UNBOX_INT", loop.counter, boxed);
    if (inclusive) {
      code.emit("JLE", loop.end, loop.counter, done);
    }
    code.emit("ADD_K", loop.counter, loop.counter, this.program.int(1n));
    code.emit("BOX_INT", boxed, loop.counter);
    if (!inclusive) {
      code.emit("JLE", loop.end, loop.counter, done);
    }
    code.emit("CELL_SET", loop.cell, boxed);
    code.emit("JUMP", loop.top);
    code.place(done);
  }

  /** Generates `for` over the elements of something. */
  protected forIn(node: Node<"forIn">): void {
    const { code } = this;
    const sequence = code.take();
    this.as(node.iterable, "v", sequence);
    const counter = code.take();
    code.emit("LOAD_INT", counter, this.program.int(0n));
    const length = code.take();
    const variable = code.take();
    this.places.set(node.local, { register: variable });
    const top = code.label();
    const test = code.label();
    const next = code.label();
    const done = code.label();
    if (node.local.captured) {
      const nil = code.take();
      code.emit("LOAD_NIL", nil);
      code.emit("CELL_NEW", variable, nil);
    }
    code.emit("JUMP", test);
    code.place(top);
    this.#element(node, { sequence, counter, variable });
    this.#loop(node.body, next, done);
    code.place(next);
    code.emit("ADD_K", counter, counter, this.program.int(1n));
    code.place(test);
    code.at(node.at);
    code.emit("LENGTH", length, sequence);
    code.emit("JLT", counter, length, top);
    code.place(done);
  }

  /** Reads the element that the counter names into the loop's variable. */
  #element(
    node: Node<"forIn">,
    { sequence, counter, variable }: { sequence: number; counter: number; variable: number },
  ): void {
    const { code } = this;
    const to = classOf(node.local.type);
    if (!node.local.captured && to !== "b") {
      code.emit(getIndexName(node.iterable.type, to), variable, sequence, counter);
      return;
    }
    const boxed = code.take();
    code.emit("GET_INDEX", boxed, sequence, counter);
    if (node.local.captured) {
      code.emit("CELL_SET", variable, boxed);
    } else {
      code.emit("UNBOX_BOOL", variable, boxed);
    }
  }
}
