/**
 * wasi:cli/environment and exit.
 *
 * @module
 */

/**
 * The guest has ended itself: what its call of `exit` throws through everything, to whoever has
 * called the guest.
 */
export class ComponentExit extends Error {
  /** `ComponentExit`. */
  override readonly name: string = "ComponentExit";
  /** The exit status. */
  readonly status: number;

  /** The end with an exit status. */
  constructor(status: number) {
    super(`The component has ended with exit status ${status}`);
    this.status = status;
  }
}

/** `exit`: 0 for a result that is `ok`, else 1. */
export function exit(result: { readonly tag: "ok" | "err" }): never {
  throw new ComponentExit(result.tag === "ok" ? 0 : 1);
}

/** `exit-with-code`. */
export function exitWithCode(code: number): never {
  throw new ComponentExit(code);
}
