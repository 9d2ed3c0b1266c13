/**
 * Work that waits until more types are known.
 *
 * @module
 */
import { resetTypeWork, resolved, type Type } from "../types.ts";

/** A check that needs a type; returns whether it is done, which it must be when `final`. */
export type DeferredTask = (final: boolean) => boolean;

/** Collects the work of one round of inference. */
export class DeferredWork {
  #deferred: DeferredTask[] = [];
  #sealing: (() => void)[] = [];
  #nodes: { type: Type }[] = [];

  /** Tries a task again when more is known. */
  defer(task: DeferredTask): void {
    this.#deferred.push(task);
  }

  /** Runs a task when all types of the current round are known. */
  onSeal(task: () => void): void {
    this.#sealing.push(task);
  }

  /** Remembers a node or local whose type is to be resolved at the end of the round. */
  remember(node: { type: Type }): void {
    this.#nodes.push(node);
  }

  /** Whether there is work for another round. */
  get isOpen(): boolean {
    return this.#sealing.length > 0;
  }

  /** Tries deferred tasks as long as that tells more; what is not known then never will be. */
  settle(): void {
    for (const final of [false, true]) {
      let progress = true;
      while (progress && this.#deferred.length > 0) {
        const tasks = this.#deferred;
        this.#deferred = [];
        progress = false;
        for (const task of tasks) {
          if (task(final)) {
            progress = true;
          } else {
            this.#deferred.push(task);
          }
        }
      }
    }
    this.#deferred = [];
  }

  /** Runs the tasks that need all types, and removes variables from the types of nodes. */
  seal(): void {
    const sealing = this.#sealing;
    this.#sealing = [];
    for (const task of sealing) {
      task();
    }
    const nodes = this.#nodes;
    this.#nodes = [];
    resetTypeWork();
    for (const node of nodes) {
      node.type = resolved(node.type);
    }
  }
}
