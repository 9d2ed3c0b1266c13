/**
 * A component instance's memory, seen from the canonical ABI.
 *
 * @module
 */
import { Trap } from "../error.ts";

/** A core memory, and views of it that follow its growth. */
export class LinearMemory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;

  /** Sees `memory`. */
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    const buffer = memory.buffer as ArrayBuffer;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** All of its bytes, until the guest runs. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#bytes;
  }

  /** Its numbers, until the guest runs. */
  get view(): DataView<ArrayBuffer> {
    // A buffer that was taken away when the memory grew has a length of 0.
    if (this.#bytes.length === 0) this.#refresh();
    return this.#view;
  }

  /**
   * Checks what a guest gave as an address.
   *
   * @param address The address, signed or not.
   * @param size Bytes that are to be there.
   * @param alignment What the address has to be a multiple of.
   * @returns The address as an index.
   * @throws {Trap} If it is misaligned or not wholly inside.
   */
  check(address: number, size: number, alignment: number): number {
    const index = address >>> 0;
    if (index % alignment !== 0) throw new Trap(`The pointer ${index} is not aligned`);
    if (index + size > this.bytes.length) {
      throw new Trap(`${size} bytes at ${index} are not inside the memory`);
    }
    return index;
  }

  #refresh(): void {
    const buffer = this.#memory.buffer as ArrayBuffer;
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }
}
