/**
 * A guest's memory as a program uses it for one call: values are put somewhere, and what came of them
 * is read back.
 *
 * @module
 */
import type { LinuxAbi } from "../../lib/guest/linux/linux_abi.ts";
import type { GuestMemory } from "../../lib/guest/memory.ts";
import type { Iovec } from "../../lib/linux/uio.ts";
import type { Bytes } from "../../lib/stack/open_file.ts";

/** The first page of a process's memory is free. */
export const FIRST_ADDRESS = 4096;

const ALIGNMENT = 16;
const ENCODER = new TextEncoder();

/** Memory that is handed out anew for each call. */
export class GuestArena {
  readonly #memory: GuestMemory;
  readonly #pointerSize: 4 | 8;
  /** Addresses at which nothing is, each as bad as the others: one after the other is taken. */
  readonly #bad: readonly bigint[];
  #turn = 0;
  #next = FIRST_ADDRESS;

  /** Uses the memory of `abi`. */
  constructor({ memory }: LinuxAbi) {
    this.#memory = memory;
    this.#pointerSize = memory.pointerSize;
    this.#bad = [
      0n,
      8n,
      BigInt(memory.size),
      0xffff_f000n,
      ...(memory.pointerSize === 8 ? [0x7fff_ffff_f000n] : []),
    ];
  }

  /** Everything that was put is forgotten. */
  reset(): void {
    this.#next = FIRST_ADDRESS;
  }

  /** A pointer that faults and is not null. */
  bad(): bigint {
    this.#turn = (this.#turn + 1) % this.#bad.length;
    const address = this.#bad[this.#turn] as bigint;
    return address === 0n ? 8n : address;
  }

  /** A pointer to a buffer that faults: null among them. */
  fault(): bigint {
    this.#turn = (this.#turn + 1) % this.#bad.length;
    return this.#bad[this.#turn] as bigint;
  }

  /** Room for `size` bytes, filled with junk. */
  room(size: number): bigint {
    const address = this.#next;
    this.#memory.bytes(address, size)?.fill(0xa5);
    this.#next = Math.ceil((address + size) / ALIGNMENT) * ALIGNMENT;
    if (this.#next > this.#memory.size) throw new Error("Cannot make room: the memory is full");
    return BigInt(address);
  }

  /** Puts bytes; null becomes a pointer that faults. */
  put(bytes: Bytes | null, size = bytes?.length ?? 0): bigint {
    if (bytes === null) return this.fault();
    const address = this.room(Math.max(size, bytes.length));
    this.#memory.copyOut(address, bytes);
    return address;
  }

  /** Puts a string with a NUL. */
  text(text: string | null): bigint {
    return text === null ? this.bad() : this.put(ENCODER.encode(`${text}\0`));
  }

  /** Puts 32-bit numbers. */
  ints(...values: number[]): bigint {
    return this.put(new Uint8Array(Int32Array.from(values).buffer));
  }

  /** Puts 64-bit numbers. */
  longs(...values: (number | bigint)[]): bigint {
    const array = BigInt64Array.from(values, (value) => BigInt.asIntN(64, BigInt(value)));
    return this.put(new Uint8Array(array.buffer));
  }

  /** Puts pointers or `size_t`s. */
  words(...values: (number | bigint)[]): bigint {
    const address = this.room(values.length * this.#pointerSize);
    values.forEach((value, index) => {
      const at = Number(address) + index * this.#pointerSize;
      if (this.#pointerSize === 4) {
        this.#memory.store32(at, Number(BigInt.asUintN(32, BigInt(value))));
      } else this.#memory.store64(at, BigInt.asUintN(64, BigInt(value)));
    });
    return address;
  }

  /** Puts an array of `struct iovec` and what it points to; returns the addresses of the buffers, too. */
  vector(buffers: readonly Iovec[]): { readonly address: bigint; readonly bases: bigint[] } {
    const bases = buffers.map(({ base, length }) => this.put(base, length));
    const words = buffers.flatMap(({ length }, index) => [bases[index] as bigint, length]);
    return { address: this.words(...words), bases };
  }

  /** Reads a 32-bit number. */
  int(address: bigint): number {
    return this.#memory.load32(address) | 0;
  }

  /** Reads a 64-bit number. */
  long(address: bigint): bigint {
    return BigInt.asIntN(64, this.#memory.loadBigUint64(address) ?? 0n);
  }

  /** Copies what is at `address` over `bytes`. */
  get(address: bigint, bytes: Bytes | null): void {
    if (bytes !== null) this.#memory.copyIn(address, bytes);
  }

  /** Reads a vector's buffers back. */
  getVector(buffers: readonly Iovec[], bases: readonly bigint[]): void {
    buffers.forEach(({ base }, index) => this.get(bases[index] as bigint, base));
  }
}
