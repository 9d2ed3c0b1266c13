/**
 * The JavaScript heap that scripts live in.
 *
 * @module
 */
import type { HostHeap } from "../../moca/vm_types.ts";

/** The part of `node:v8` that is used. */
interface V8Module {
  getHeapStatistics(): { readonly "used_heap_size": number; readonly "heap_size_limit": number };
}

interface NodeGlobal {
  readonly process: { getBuiltinModule(id: "node:v8"): V8Module };
}

let v8: V8Module | undefined;

/**
 * This thread's JavaScript heap.
 *
 * @returns Bytes in use, garbage included, and how many there may be.
 */
export function hostHeap(): ReturnType<HostHeap> {
  // Loaded on first use: most scripts end before anybody asks.
  v8 ??= (globalThis as unknown as NodeGlobal).process.getBuiltinModule("node:v8");
  const { used_heap_size: used, heap_size_limit: limit } = v8.getHeapStatistics();
  return { used, limit };
}
