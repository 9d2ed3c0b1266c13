/**
 * How a call takes a reference to what a number means: the functions of `references.wat`.
 *
 * It is written for WebAssembly because that compiles each atomic step to an instruction, where
 * JavaScript calls a function of V8's: a call on a shared process costs 15 ns more than one on a
 * process of one thread, and not 35.
 *
 * @module
 */
import type { ProcessMemory } from "./process_memory.ts";

/** `references.wat`, assembled; a test does that too and compares. */
export const REFERENCES_WASM =
  "AGFzbQEAAAABDAJgAX8Bf2ACf38BfwJcBQdwcm9jZXNzBm1lbW9yeQIDAYCABAdwcm9jZXNzBXNsb3RzA38AB3Byb2Nlc3" +
  "MHbnVtYmVycwN/AAdwcm9jZXNzB3JlY29yZHMDfwAGdGhyZWFkBGJ1c3kDfwADBAMAAQAHFQIHYWNxdWlyZQABB3JlbGVh" +
  "c2UAAgrEAQMNACMCIABBAWtBBnRqC4sBAQR/IAAjAU8EQEEADwsjA0EBNgIAIwAgAEECdGohAgNAIAL+EAIAQQF1IQMgA0" +
  "EATARAQQAPCyADEAAhBCAE/hACACEFIAVBAEwNACAFIAQgBSAFQQFq/kgCAEcNACADIAL+EAIAQQF1RgRAIAEgAzYCACAD" +
  "DwsgBEEB/iUCAEEBRw0AC0EAIANrCycBAX8gACgCACEBIABBADYCACABEABBAf4lAgBBAUYEQCABDwtBAAs=";

/** The functions; records count from 1 here. Addresses are bytes from the beginning of the memory. */
export interface References {
  /**
   * Takes a reference to what a number refers to, and names the record at an address.
   *
   * @param fd The number, an int.
   * @param pin The address.
   * @returns The record; 0 if the number is not open; a record negated if that one has to be ended
   * first: nothing has been taken then.
   */
  readonly acquire: (fd: number, pin: number) => number;
  /**
   * Gives back the reference to the record that an address names.
   *
   * @returns The record if that was the last reference, which has to be ended then; else 0.
   */
  readonly release: (pin: number) => number;
}

let compiled: WebAssembly.Module | null = null;

function compile(): WebAssembly.Module {
  return compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(REFERENCES_WASM), (character) => character.charCodeAt(0)),
  );
}

/** The functions for one thread, whose word `busy` is at an address. */
export function makeReferences(memory: ProcessMemory, busy: number): References {
  const { exports } = new WebAssembly.Instance(compile(), {
    process: {
      memory: memory.memory,
      slots: memory.slots.byteOffset,
      numbers: memory.slots.length,
      records: memory.records.byteOffset,
    },
    thread: { busy },
  });
  return exports as unknown as References;
}
