/**
 * The names that the threads of a process have learned.
 *
 * @module
 */
import { IpAddress } from "../../ip.ts";
import type { NameLog } from "../policy/name_log.ts";
import type { Lock } from "./lock.ts";
import { Header, LEARNED_NAME_SIZE, LEARNED_NAMES, type ProcessMemory } from "./process_memory.ts";

// An entry: bytes of the address, bytes of the name, the address, the name.
const ADDRESS_LENGTH = 0;
const NAME_LENGTH = 1;
const ADDRESS = 4;
const NAME = 20;

/** The names, as one of the threads sees them. New ones replace the oldest. */
export class SharedNames implements NameLog {
  readonly #header: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #lock: Lock;

  /** The names of a process; `lock` is its lock `learned`. */
  constructor(memory: ProcessMemory, lock: Lock) {
    this.#header = memory.header;
    this.#bytes = memory.names;
    this.#lock = lock;
  }

  get count(): number {
    return Atomics.load(this.#header, Header.names);
  }

  add(name: string, ip: IpAddress): void {
    const text = new TextEncoder().encode(name).subarray(0, LEARNED_NAME_SIZE - NAME);
    this.#lock.acquire();
    const count = this.count;
    const entry = this.#entry(count);
    entry[ADDRESS_LENGTH] = ip.bytes.length;
    entry[NAME_LENGTH] = text.length;
    entry.set(ip.bytes, ADDRESS);
    entry.set(text, NAME);
    Atomics.store(this.#header, Header.names, count + 1);
    this.#lock.release();
  }

  read(from: number, use: (name: string, ip: IpAddress) => void): number {
    const found: (readonly [string, IpAddress])[] = [];
    this.#lock.acquire();
    const count = this.count;
    for (let index = Math.max(from, count - LEARNED_NAMES); index < count; index++) {
      const entry = this.#entry(index).slice();
      const name = entry.subarray(NAME, NAME + (entry[NAME_LENGTH] as number));
      const address = entry.subarray(ADDRESS, ADDRESS + (entry[ADDRESS_LENGTH] as number));
      found.push([new TextDecoder().decode(name), new IpAddress(address)]);
    }
    this.#lock.release();
    for (const [name, ip] of found) use(name, ip);
    return count;
  }

  #entry(index: number): Uint8Array<SharedArrayBuffer> {
    const start = (index % LEARNED_NAMES) * LEARNED_NAME_SIZE;
    return this.#bytes.subarray(start, start + LEARNED_NAME_SIZE);
  }
}
