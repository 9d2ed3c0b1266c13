/**
 * A guest's memory, seen from the host: every access is checked, and none throws.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";

/** What a guest's memory can be made of. */
export type MemorySource = WebAssembly.Memory | ArrayBufferLike;

/** An address as a guest passes it: any number at all, or a 64-bit register. */
export type Address = number | bigint;

/** How a guest's memory is laid out. */
export interface GuestMemoryOptions {
  /** Bytes of a pointer and of a `size_t` in the guest's structures: 4 or 8; default 4. */
  readonly pointerSize?: 4 | 8;
  /**
   * The lowest address at which there is memory; default 0. Linux keeps the first page free, so that
   * a null pointer faults; guests of WebAssembly have memory there.
   */
  readonly start?: number;
}

/** Views that are kept: as many as the upper bits of a product tell apart. */
const CACHE_SIZE = 16;
const CACHE_SHIFT = 28;

/** 2³² divided by the golden ratio, which spreads neighbours and multiples of a page alike. */
const MIXER = 0x9e3779b1;

/** Longest copy for which a loop is quicker than a view. */
const SMALL_COPY = 128;

const TWO_TO_32 = 4294967296;
const INT32_MIN = -2147483648;

/** Bytes of a page of a WebAssembly memory. */
const WASM_PAGE_SIZE = 65_536;

const NOTHING = new Uint8Array(0);
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Grows a memory; returns how many pages it had. One with 64-bit addresses takes BigInts only. */
function growPages(memory: WebAssembly.Memory, pages: number): number {
  const growing: { grow(delta: number | bigint): unknown } = memory;
  try {
    return Number(growing.grow(pages));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return Number(growing.grow(BigInt(pages)));
  }
}

/**
 * Memory of a guest: little-endian, from its lowest address to its size.
 *
 * - An access that is not wholly inside gives −EFAULT, or null where bytes are returned. Addresses
 *   and lengths may be any number: fractional, NaN and 64-bit ones are outside. An access of no bytes
 *   is inside wherever it is, as on Linux.
 * - With pointers of 4 bytes an address may come sign-extended, as WebAssembly hands an i32 to
 *   JavaScript: −1 is 0xffffffff. Other negative addresses are outside.
 * - A WebAssembly memory may grow at any time, which takes the memory away from every view of it.
 *   Each access looks; what {@linkcode GuestMemory.bytes} returned is valid until the guest runs.
 * - The memory may be shared. Another thread can change what was read, so that a value is read once,
 *   checked and used: {@linkcode GuestMemory.copyIn} for more than one number.
 *
 * Addresses as numbers are the fast ones: a BigInt costs about 10 ns more
 * (`bench/guest_memory_bench.ts`).
 *
 * @example
 * ```ts
 * import { GuestMemory } from "@vmsock/vmsock/linux";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = new GuestMemory(new WebAssembly.Memory({ initial: 1 }));
 * assertEquals(memory.store32(8, 0xcafe), 0);
 * assertEquals(memory.load32(8), 0xcafe);
 * assertEquals(memory.load32(65_533), -14); // −EFAULT
 * assertEquals(memory.bytes(8, 2), new Uint8Array([0xfe, 0xca]));
 * ```
 */
export class GuestMemory {
  /** Bytes of a pointer and of a `size_t` in the guest's structures. */
  readonly pointerSize: 4 | 8;
  readonly #memory: WebAssembly.Memory | null;
  readonly #start: number;
  /** The whole memory; of length 0 once its buffer was taken away. */
  #bytes: Uint8Array;
  #view: DataView;
  readonly #keptAddresses: number[] = new Array(CACHE_SIZE).fill(-1);
  readonly #keptViews: Uint8Array[] = new Array(CACHE_SIZE).fill(NOTHING);

  /**
   * Sees `source` as a guest's memory. A buffer of changing length is followed, too.
   *
   * @param source The memory; what is changed here is changed there.
   * @param options How it is laid out.
   */
  constructor(source: MemorySource, options: GuestMemoryOptions = {}) {
    this.#memory = source instanceof WebAssembly.Memory ? source : null;
    const buffer = source instanceof WebAssembly.Memory ? source.buffer : source;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.pointerSize = options.pointerSize ?? 4;
    this.#start = options.start ?? 0;
  }

  /** Size in bytes, as it is now. */
  get size(): number {
    if (this.#memory !== null) this.#refresh();
    return this.#bytes.length;
  }

  /** Whether other threads may see the memory. */
  get isShared(): boolean {
    return this.#bytes.buffer instanceof SharedArrayBuffer;
  }

  /**
   * Adds memory at the end, zeros, where the guest's memory can grow: a WebAssembly memory by whole
   * pages, a buffer of changing length by what is asked for.
   *
   * @param length How many bytes at least.
   * @returns The address of what was added, −ENOMEM if nothing was.
   */
  grow(length: number): number {
    const before = this.size;
    const { buffer } = this.#bytes;
    try {
      if (this.#memory !== null) {
        // Another thread may grow it at the same time: what it had counts, not what was seen.
        return WASM_PAGE_SIZE * growPages(this.#memory, Math.ceil(length / WASM_PAGE_SIZE));
      } else if (buffer instanceof ArrayBuffer && buffer.resizable) {
        buffer.resize(before + length);
      } else if (buffer instanceof SharedArrayBuffer && buffer.growable) {
        buffer.grow(before + length);
      } else return -Errno.ENOMEM;
    } catch {
      return -Errno.ENOMEM;
    }
    return before;
  }

  /**
   * What {@linkcode GuestMemory.grow} makes of a length: WebAssembly grows by pages.
   *
   * @param length Bytes that are asked for.
   * @returns Bytes that are added.
   */
  growthOf(length: number): number {
    if (this.#memory === null) return length;
    return Math.ceil(length / WASM_PAGE_SIZE) * WASM_PAGE_SIZE;
  }

  /**
   * How many bytes there are from an address to the end.
   *
   * @param address Where; anything.
   * @returns The count; 0 if the address is outside.
   */
  available(address: Address): number {
    const index = this.#check(address, 1);
    return index < 0 ? 0 : this.size - index;
  }

  /**
   * The guest's own bytes, without a copy: what is written there the guest sees. Views of the same
   * place are kept, so that a guest that uses its buffers again costs no allocation.
   *
   * @param address Where; anything.
   * @param length How many; anything.
   * @returns The bytes, until the guest runs; null if they are not wholly inside.
   */
  bytes(address: Address, length: number): Uint8Array | null {
    const index = typeof address === "number" ? address : Number(address);
    const slot = Math.imul(index + length, MIXER) >>> CACHE_SHIFT;
    const kept = this.#keptViews[slot];
    // A view whose memory was taken away has length 0.
    if (kept !== undefined && kept.length === length && this.#keptAddresses[slot] === index) {
      return kept;
    }
    return this.#make(index, length, slot);
  }

  /**
   * Copies bytes of the guest.
   *
   * @param address Where they are.
   * @param target Receives as many as it has room for.
   * @returns 0, or −EFAULT if they are not wholly inside; `target` is then untouched.
   */
  copyIn(address: Address, target: Uint8Array): number {
    const { length } = target;
    const index = this.#check(address, length);
    if (index < 0) return index;
    const bytes = this.#bytes;
    if (length <= SMALL_COPY) {
      for (let at = 0; at < length; at++) target[at] = bytes[index + at] as number;
    } else {
      target.set(bytes.subarray(index, index + length));
    }
    return 0;
  }

  /**
   * Copies bytes to the guest.
   *
   * @param address Where they go.
   * @param source The bytes.
   * @param length How many of them; default: all. It must not exceed them.
   * @returns 0, or −EFAULT if the place is not wholly inside; nothing is then written.
   */
  copyOut(address: Address, source: Uint8Array, length: number = source.length): number {
    const index = this.#check(address, length);
    if (index < 0) return index;
    const bytes = this.#bytes;
    if (length <= SMALL_COPY) {
      for (let at = 0; at < length; at++) bytes[index + at] = source[at] as number;
    } else {
      bytes.set(length === source.length ? source : source.subarray(0, length), index);
    }
    return 0;
  }

  /**
   * Reads a byte.
   *
   * @param address Where; anything.
   * @returns 0 to 255; −EFAULT if it is outside.
   */
  load8(address: Address): number {
    const index = this.#check(address, 1);
    return index < 0 ? index : this.#view.getUint8(index);
  }

  /**
   * Reads an unsigned 16-bit number, aligned or not.
   *
   * @param address Where; anything.
   * @returns The number; −EFAULT if it is not wholly inside.
   */
  load16(address: Address): number {
    const index = this.#check(address, 2);
    return index < 0 ? index : this.#view.getUint16(index, true);
  }

  /**
   * Reads an unsigned 32-bit number, aligned or not.
   *
   * @param address Where; anything.
   * @returns The number; −EFAULT if it is not wholly inside. For a signed one, `| 0` what is not
   * negative.
   */
  load32(address: Address): number {
    const index = this.#check(address, 4);
    return index < 0 ? index : this.#view.getUint32(index, true);
  }

  /**
   * Reads an unsigned 64-bit number, aligned or not.
   *
   * @param address Where; anything.
   * @returns The number, rounded to the nearest double beyond 2⁵³; −EFAULT if it is not wholly inside.
   */
  load64(address: Address): number {
    const index = this.#check(address, 8);
    if (index < 0) return index;
    const view = this.#view;
    return view.getUint32(index + 4, true) * TWO_TO_32 + view.getUint32(index, true);
  }

  /**
   * Reads a signed 64-bit number.
   *
   * @param address Where; anything.
   * @returns The number, rounded to the nearest double beyond 2⁵³; NaN if it is not wholly inside.
   */
  loadInt64(address: Address): number {
    const index = this.#check(address, 8);
    if (index < 0) return NaN;
    const view = this.#view;
    return view.getInt32(index + 4, true) * TWO_TO_32 + view.getUint32(index, true);
  }

  /**
   * Reads an unsigned 64-bit number exactly.
   *
   * @param address Where; anything.
   * @returns The number; null if it is not wholly inside.
   */
  loadBigUint64(address: Address): bigint | null {
    const index = this.#check(address, 8);
    return index < 0 ? null : this.#view.getBigUint64(index, true);
  }

  /**
   * Reads a pointer or a `size_t` of the guest's width.
   *
   * @param address Where; anything.
   * @returns As {@linkcode GuestMemory.load32} or {@linkcode GuestMemory.load64}.
   */
  loadPointer(address: Address): number {
    return this.pointerSize === 4 ? this.load32(address) : this.load64(address);
  }

  /**
   * Writes a byte, aligned or not.
   *
   * @param address Where; anything.
   * @param value Its low 8 bits count.
   * @returns 0; −EFAULT, with nothing written, if the place is not wholly inside.
   */
  store8(address: Address, value: number): number {
    const index = this.#check(address, 1);
    if (index < 0) return index;
    this.#view.setUint8(index, value);
    return 0;
  }

  /**
   * Writes a 16-bit number, aligned or not.
   *
   * @param address Where; anything.
   * @param value Its low 16 bits count.
   * @returns 0; −EFAULT, with nothing written, if the place is not wholly inside.
   */
  store16(address: Address, value: number): number {
    const index = this.#check(address, 2);
    if (index < 0) return index;
    this.#view.setUint16(index, value, true);
    return 0;
  }

  /**
   * Writes a 32-bit number, aligned or not.
   *
   * @param address Where; anything.
   * @param value Its low 32 bits count.
   * @returns 0; −EFAULT, with nothing written, if the place is not wholly inside.
   */
  store32(address: Address, value: number): number {
    const index = this.#check(address, 4);
    if (index < 0) return index;
    this.#view.setUint32(index, value, true);
    return 0;
  }

  /**
   * Writes a 64-bit number in two's complement, aligned or not.
   *
   * @param address Where; anything.
   * @param value Its low 64 bits count; a number's fraction is dropped.
   * @returns 0; −EFAULT, with nothing written, if the place is not wholly inside.
   */
  store64(address: Address, value: Address): number {
    const index = this.#check(address, 8);
    if (index < 0) return index;
    const view = this.#view;
    if (typeof value === "bigint") {
      view.setBigUint64(index, value, true);
    } else {
      const integer = Math.trunc(value);
      view.setUint32(index, integer, true);
      view.setUint32(index + 4, Math.floor(integer / TWO_TO_32), true);
    }
    return 0;
  }

  /**
   * Writes a pointer or a `size_t` of the guest's width.
   *
   * @param address Where; anything.
   * @param value The pointer.
   * @returns As {@linkcode GuestMemory.store32} or {@linkcode GuestMemory.store64}.
   */
  storePointer(address: Address, value: number): number {
    return this.pointerSize === 4 ? this.store32(address, value) : this.store64(address, value);
  }

  /**
   * Bytes of a string before its NUL.
   *
   * @param address Where it begins.
   * @param limit How many bytes it may have with its NUL.
   * @returns The count; −EFAULT if the memory ends before the NUL and the limit; −ENAMETOOLONG if
   * there is no NUL within the limit.
   */
  stringLength(address: Address, limit: number): number {
    const index = this.#check(address, 1);
    if (index < 0) return index;
    const bytes = this.#bytes;
    const room = Math.min(limit, bytes.length - index);
    for (let length = 0; length < room; length++) {
      if (bytes[index + length] === 0) return length;
    }
    return room < limit ? -Errno.EFAULT : -Errno.ENAMETOOLONG;
  }

  /**
   * A string that ends with a NUL.
   *
   * @param address Where it begins.
   * @param limit How many bytes it may have with its NUL: PATH_MAX for a path.
   * @returns The text; −EFAULT and −ENAMETOOLONG as for {@linkcode GuestMemory.stringLength};
   * −EILSEQ if it is not UTF-8.
   */
  cString(address: Address, limit: number): string | number {
    const length = this.stringLength(address, limit);
    return length < 0 ? length : this.text(address, length);
  }

  /**
   * Text of a known length, NULs included.
   *
   * @param address Where it begins.
   * @param length Its bytes.
   * @returns The text; −EFAULT if it is not wholly inside; −EILSEQ if it is not UTF-8.
   */
  text(address: Address, length: number): string | number {
    const bytes = this.bytes(address, length);
    if (bytes === null) return -Errno.EFAULT;
    try {
      // The decoder takes no shared memory.
      return DECODER.decode(bytes.slice());
    } catch {
      return -Errno.EILSEQ;
    }
  }

  /** Where an access is in the current buffer, or −EFAULT. */
  #check(address: Address, length: number): number {
    const index = typeof address === "number" ? address : Number(address);
    const isInside = index >= this.#start && length >= 0 && index + length <= this.#bytes.length;
    if (isInside && index % 1 === 0) return index;
    return this.#checkAgain(index, length);
  }

  /** As `#check` after a look at what the memory has become; nothing is an access of no bytes. */
  #checkAgain(address: number, length: number): number {
    if (length === 0) return 0;
    this.#refresh();
    const isExtended = this.pointerSize === 4 && address < 0 && address >= INT32_MIN;
    const index = isExtended ? address + TWO_TO_32 : address;
    const isInside = index >= this.#start && length >= 0 && index + length <= this.#bytes.length;
    return isInside && Number.isInteger(index) ? index : -Errno.EFAULT;
  }

  #make(index: number, length: number, slot: number): Uint8Array | null {
    if (length === 0) return NOTHING;
    if (!Number.isInteger(length)) return null;
    const start = this.#check(index, length);
    if (start < 0) return null;
    const view = this.#bytes.subarray(start, start + length);
    this.#keptAddresses[slot] = start;
    this.#keptViews[slot] = view;
    return view;
  }

  /** Follows a WebAssembly memory to its current buffer. */
  #refresh(): void {
    if (this.#memory === null) return;
    // What another thread has added V8 may tell never, but here.
    if (this.isShared) growPages(this.#memory, 0);
    const { buffer } = this.#memory;
    if (buffer === this.#bytes.buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }
}
