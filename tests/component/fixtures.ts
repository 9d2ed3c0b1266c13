/**
 * The components of `tests/guests/component`.
 *
 * @module
 */
import { assertExists } from "@std/assert";
import { Component, type ComponentInstance, type HostImports } from "../../lib/component/mod.ts";

const FOLDER = new URL("../guests/component/", import.meta.url);

/** A component's bytes. */
export function componentBytes(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`${name}.component.wasm`, FOLDER));
}

/** An instance of a component. */
export async function instantiate(name: string, imports: HostImports): Promise<ComponentInstance> {
  return (await Component.compile(componentBytes(name))).instantiate(imports);
}

/** A function that an instance exports. */
export function exported(
  instance: ComponentInstance,
  ...path: readonly string[]
): (...args: unknown[]) => unknown {
  const found = instance.function(...path);
  assertExists(found, `there is no ${path.join("#")}`);
  return found;
}
