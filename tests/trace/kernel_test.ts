/**
 * The tracer over a kernel of its own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Kernel } from "../../lib/kernel/kernel.ts";
import { FORMATS } from "../../lib/trace/formats.ts";
import { TracedSystem } from "../../lib/trace/tracer.ts";

/** The methods of an object's class and the classes that it extends. */
function methodsOf(prototype: object): Set<string> {
  const names = new Set<string>();
  for (let level = prototype; level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) names.add(name);
  }
  return names;
}

Deno.test("trace() knows every method of a kernel, and no other", () => {
  const traced = methodsOf(TracedSystem.prototype);
  const kernel = methodsOf(Kernel.prototype);
  const unprinted = ["constructor", "keepsLookups", "kind", "rejected", "takeDenial"];
  assertEquals([...traced].sort(), [...Object.keys(FORMATS), ...unprinted].sort());
  for (const name of traced) assert(kernel.has(name), `${name} is no method of the kernel`);
  // What a kernel has beyond System is its own end, and what its classes share.
  const own = [
    "awaitAdmitted",
    "base",
    "end",
    "exit",
    "install",
    "installPair",
    "isBound",
    "leave",
    "noteBound",
    "receiveAdmitted",
    "release",
    "reservePair",
    "share",
  ];
  for (const name of kernel) assert(traced.has(name) || own.includes(name), `${name} is untraced`);
});
