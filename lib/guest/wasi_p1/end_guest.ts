/**
 * How a guest is ended from inside a function that it has called.
 *
 * @module
 */

/** A module that exports "end", a function of nothing but the instruction `unreachable`. */
// deno-fmt-ignore
const UNREACHABLE_MODULE = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x04, 0x01, 0x60, 0x00, 0x00,
  0x03, 0x02, 0x01, 0x00,
  0x07, 0x07, 0x01, 0x03, 0x65, 0x6e, 0x64, 0x00, 0x00,
  0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b,
]);

let end: (() => never) | null = null;

/**
 * Unwinds the guest by a trap of its own kind, which no `catch_all` of it can stop, as that of
 * C++'s `catch (...)` would stop an exception of JavaScript's.
 *
 * @throws {WebAssembly.RuntimeError} Always.
 */
export function endGuest(): never {
  if (end === null) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(UNREACHABLE_MODULE));
    end = instance.exports.end as () => never;
  }
  return end();
}
