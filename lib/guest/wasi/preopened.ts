/**
 * Directories that a WASI guest finds open when it starts.
 *
 * @module
 */

/** One of them, as `--dir HOST::GUEST` names it. */
export interface PreopenedDirectory {
  /** The host's path. */
  readonly host: string;
  /** The path that the guest knows it by. */
  readonly guest: string;
}

/**
 * Reads the value of `--dir`.
 *
 * @param text `HOST::GUEST`, or one path for both.
 * @returns The directory, or null if a part of it is empty.
 *
 * @example
 * ```ts
 * import { parsePreopenedDirectory } from "@vmsock/vmsock/wasi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePreopenedDirectory("/srv/www::/"), { host: "/srv/www", guest: "/" });
 * assertEquals(parsePreopenedDirectory("data"), { host: "data", guest: "data" });
 * ```
 */
export function parsePreopenedDirectory(text: string): PreopenedDirectory | null {
  const at = text.indexOf("::");
  const host = at < 0 ? text : text.slice(0, at);
  const guest = at < 0 ? text : text.slice(at + 2);
  return host === "" || guest === "" ? null : { host, guest };
}
