/**
 * How running a component fails.
 *
 * @module
 */

/** A component that cannot be run: malformed, of an unknown kind, or not fit for its host. */
export class ComponentError extends Error {
  /** `ComponentError`. */
  override readonly name: string = "ComponentError";
}

/**
 * The end of a component that did what it must not: an instruction trapped, it broke a rule of the
 * canonical ABI, or it called a host function in a way that ends the caller. No function of that
 * instance can be called afterwards.
 */
export class Trap extends Error {
  /** `Trap`. */
  override readonly name: string = "Trap";
}
