/**
 * Names of the component model as JavaScript has them.
 *
 * @module
 */

/** `to-debug-string` as `toDebugString`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `input-stream` as `InputStream`. */
export function className(name: string): string {
  const camel = camelCase(name);
  return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

/** A name without its version: `wasi:io/streams` of `wasi:io/streams@0.2.3`. */
export function withoutVersion(name: string): string {
  return name.replace(/@.*$/, "");
}
