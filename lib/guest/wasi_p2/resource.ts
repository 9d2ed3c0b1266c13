/**
 * What the resources of WASI have in common.
 *
 * @module
 */
import { trap } from "./fail.ts";

/**
 * A resource. Those that were made from another one (a stream of a socket, a pollable of a stream)
 * are its children, and have to be dropped before it, as in wasmtime: a guest that does otherwise
 * traps.
 */
export abstract class Resource implements Disposable {
  readonly #parent: Resource | null;
  #children = 0;
  #dropped = false;

  /** A resource, the child of `parent` if there is one. */
  constructor(parent: Resource | null = null) {
    this.#parent = parent;
    if (parent !== null) parent.#children++;
  }

  /** Whether it has been dropped. */
  get dropped(): boolean {
    return this.#dropped;
  }

  /** Whether there are children that were not dropped. */
  protected get hasChildren(): boolean {
    return this.#children > 0;
  }

  /** Frees what it holds. Called once. */
  protected release(): void {}

  /** Drops it: what a guest's `resource.drop` does. */
  [Symbol.dispose](): void {
    if (this.#dropped) return;
    if (this.#children > 0) {
      trap(`A ${this.constructor.name} was dropped before its ${this.#children} children`);
    }
    this.#dropped = true;
    if (this.#parent !== null) this.#parent.#children--;
    this.release();
  }
}
