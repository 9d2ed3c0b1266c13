/**
 * The part of the prelude that is written in moca itself. Each entry is compiled only into
 * programs that refer to its name.
 *
 * @module
 */

/** Source of functions by name, to which programs add what they use; a Map is one. */
export interface Prelude {
  /** Whether there is something of that name. */
  has(name: string): boolean;
  /** The source that defines the name, and whatever else it needs. */
  get(name: string): string | undefined;
  /**
   * Whether programs may have been written before the prelude had that function: a variable of its name
   * hides it then, as no variable hides other functions. Without this method, none is.
   */
  isAddition?(name: string): boolean;
}

const RAND = `
struct Rand { state: int }
impl Rand {
  fun \`new\`(seed: int) -> Rand { return Rand { state: seed }; }
  fun set_seed(self, n: int) { self.state = n; }
  fun next(self) -> int {
    let r = (self.state * 1103515245 + 12345) % 2147483648;
    if r < 0 { r = -r; }
    self.state = r;
    return r;
  }
  fun int(self, lo: int, hi: int) -> int {
    if lo > hi { throw "rand_int: min must be <= max"; }
    return lo + self.next() * (hi - lo + 1) / 2147483648;
  }
  fun float(self) -> float { return _int_to_float(self.next()) / 2147483648.0; }
}`;

/** Prelude entries by the name that loads them. */
export const PRELUDE: ReadonlyMap<string, string> = new Map([["Rand", RAND]]);

/**
 * Puts a host's functions before the language's own.
 *
 * @param host The host's.
 * @returns Both.
 */
export function withHostPrelude(host: Prelude): Prelude {
  return {
    has: (name) => host.has(name) || PRELUDE.has(name),
    get: (name) => host.get(name) ?? PRELUDE.get(name),
    isAddition: (name) => host.isAddition?.(name) ?? false,
  };
}
