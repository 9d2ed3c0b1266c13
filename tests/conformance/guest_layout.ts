/**
 * The shapes of guest memory on which scenarios run.
 *
 * @module
 */
import type { Dialect } from "../../lib/guest/linux/syscall_table.ts";
import type { MemorySource } from "../../lib/guest/memory.ts";

/** How a guest calls, and in what memory. */
export interface GuestLayout {
  /** Whose numbers and conventions. */
  readonly dialect: Dialect;
  /** Bytes of a pointer. */
  readonly pointerSize: 4 | 8;
  /** Makes the memory. */
  readonly make: () => MemorySource;
}

/** Bytes of the memory: more than a scenario needs. */
const SIZE = 1 << 26;

const PAGES = SIZE / 65_536;

/** The layouts by name. */
export const GUEST_LAYOUTS: ReadonlyMap<string, GuestLayout> = new Map([
  ["emulator", { dialect: "aarch64", pointerSize: 8, make: () => new ArrayBuffer(SIZE) }],
  ["akuma", { dialect: "akuma", pointerSize: 8, make: () => new SharedArrayBuffer(SIZE) }],
  ["wasm", {
    dialect: "aarch64",
    pointerSize: 4,
    make: () => new WebAssembly.Memory({ initial: PAGES }),
  }],
  ["shared-wasm", {
    dialect: "akuma",
    pointerSize: 4,
    make: () => new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true }),
  }],
]);
