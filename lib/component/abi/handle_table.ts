/**
 * The handles of a component instance: CanonicalABI.md, "Resource State".
 *
 * @module
 */
import { Trap } from "../error.ts";
import type { ResourceType } from "./resource.ts";

/** Handles of one instance, at most: a guest must not fill the host's memory. */
const MAX_HANDLES = 1 << 20;

/** A call during which resources are lent. */
export interface BorrowScope {
  /** How many borrowed handles the callee still holds. */
  borrowed: number;
}

/** A handle. */
export interface Handle {
  /** What type of resource it refers to. */
  readonly type: ResourceType;
  /** The host's object, or the number that the defining component chose. */
  readonly representation: unknown;
  /** Whether it owns the resource. */
  readonly owned: boolean;
  /** The call that lent it; null if it owns. */
  readonly scope: BorrowScope | null;
  /** How many calls that are running have borrowed from it. */
  lent: number;
}

/** Handles by their numbers, from 1 on. */
export class HandleTable {
  readonly #handles: (Handle | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#handles.length - 1 - this.#free.length;
  }

  /** Adds a handle; returns its number. */
  add(handle: Handle): number {
    const index = this.#free.pop();
    if (index !== undefined) {
      this.#handles[index] = handle;
      return index;
    }
    if (this.#handles.length > MAX_HANDLES) {
      throw new Trap(`An instance cannot hold more than ${MAX_HANDLES} handles`);
    }
    return this.#handles.push(handle) - 1;
  }

  /** The handle with a number. Throws {@linkcode Trap} if there is none of that type. */
  get(index: number, type: ResourceType): Handle {
    const handle = this.#handles[index >>> 0];
    if (handle === undefined) throw new Trap(`There is no handle ${index >>> 0}`);
    if (handle.type !== type) {
      throw new Trap(`Handle ${index >>> 0} is of type ${handle.type.name}, not ${type.name}`);
    }
    return handle;
  }

  /** Takes a handle out. Throws {@linkcode Trap} if there is none, or something has borrowed it. */
  remove(index: number, type: ResourceType): Handle {
    const handle = this.get(index, type);
    if (handle.lent > 0) throw new Trap(`Handle ${index >>> 0} is lent to a call`);
    this.#handles[index >>> 0] = undefined;
    this.#free.push(index >>> 0);
    return handle;
  }

  /** Takes every handle out, the newest first. */
  *drain(): Generator<Handle> {
    for (let index = this.#handles.length - 1; index > 0; index--) {
      const handle = this.#handles[index];
      this.#handles.length = index;
      if (handle !== undefined) yield handle;
    }
    this.#free.length = 0;
  }
}
