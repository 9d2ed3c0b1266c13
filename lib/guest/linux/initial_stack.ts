/**
 * What a program finds in its memory when it starts.
 *
 * @module
 */
import type { GuestMemory } from "../memory.ts";

/** What execve(2) gets beside the program. */
export interface ProgramArguments {
  /** The program's name and its arguments. */
  readonly args: readonly string[];
  /** Its environment, `NAME=VALUE` each. */
  readonly environment: readonly string[];
}

/** Where the stack pointer stands at the start, in every ABI of Linux. */
const STACK_ALIGNMENT = 16;

/** AT_NULL, which ends the auxiliary vector: a type and a value. */
const AUXILIARY_WORDS = 2;

/**
 * Zeros above the strings. Linux has a word of them; allocators of WebAssembly programs take the
 * memory's end for theirs and mark it, AssemblyScript's with 8 bytes.
 */
const TOP_SIZE = 16;

/**
 * Lays out argc, argv and the environment as Linux does, in new memory at the end of the guest's: at
 * the lowest address argc, then the pointers of argv and a null, those of the environment and a null,
 * an empty auxiliary vector, and at the highest addresses the strings and 16 zeros.
 *
 * @param memory The guest's memory; grows by as many pages as it takes.
 * @param program What there is to lay out; no string may hold a NUL.
 * @returns The address of argc, a multiple of 16; −ENOMEM if the memory cannot grow.
 */
export function layOutInitialStack(memory: GuestMemory, program: ProgramArguments): number {
  const { args, environment } = program;
  const encoder = new TextEncoder();
  const strings = [...args, ...environment].map((text) => encoder.encode(`${text}\0`));
  const stringSize = strings.reduce((size, { length }) => size + length, 0);
  const { pointerSize } = memory;
  const words = 1 + args.length + 1 + environment.length + 1 + AUXILIARY_WORDS;
  const grown = memory.grow(stringSize + words * pointerSize + STACK_ALIGNMENT + TOP_SIZE);
  if (grown < 0) return grown;

  let end = memory.size - TOP_SIZE;
  const pointers = strings.toReversed().map((bytes) => {
    end -= bytes.length;
    memory.copyOut(end, bytes);
    return end;
  }).toReversed();
  const start = Math.floor((end - words * pointerSize) / STACK_ALIGNMENT) * STACK_ALIGNMENT;
  let at = start;
  const push = (word: number): void => {
    memory.storePointer(at, word);
    at += pointerSize;
  };
  push(args.length);
  for (const pointer of pointers.slice(0, args.length)) push(pointer);
  push(0);
  for (const pointer of pointers.slice(args.length)) push(pointer);
  push(0);
  for (let word = 0; word < AUXILIARY_WORDS; word++) push(0);
  return start;
}
