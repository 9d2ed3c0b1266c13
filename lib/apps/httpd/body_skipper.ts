/**
 * Finds the end of a request's body, which a server of files has no use for.
 *
 * @module
 */
import { CR, FIELD_VALUE, HEX_VALUE, HTAB, LF, SP } from "./characters.ts";
import { HttpdLimits } from "./limits.ts";

const SEMICOLON = 59;

/** Hexadecimal digits of a chunk's size; more would be beyond any limit, but for leading zeros. */
const MAX_SIZE_DIGITS = 15;

/** What comes next of a chunked body, RFC 9112 section 7.1. */
const State = {
  /** The first digit of a chunk's size. */
  size: 0,
  /** A further digit, or what follows the size. */
  moreSize: 1,
  /** An extension of the chunk. */
  extension: 2,
  /** The line feed that ends the line of a size. */
  sizeEnd: 3,
  /** The chunk's data. */
  data: 4,
  /** The carriage return behind the data. */
  dataReturn: 5,
  /** The line feed behind the data. */
  dataEnd: 6,
  /** The start of a line of the trailer section. */
  trailer: 7,
  /** The rest of a line of the trailer section. */
  trailerLine: 8,
  /** The line feed that ends it. */
  trailerEnd: 9,
  /** The last line feed. */
  end: 10,
} as const;

/** Skips one body, as it arrives. */
export class BodySkipper {
  readonly #chunked: boolean;
  /** Bytes of data that are still to come: of the body, or of the chunk. */
  #left: number;
  #state: number = State.size;
  #digits = 0;
  /** Bytes of data so far. */
  #total = 0;
  /** Bytes so far of a size's line, or of the trailer section. */
  #line = 0;
  #done = false;

  /** Skips a body of `length` bytes, or a chunked one for null. */
  constructor(length: number | null) {
    this.#chunked = length === null;
    this.#left = length ?? 0;
    this.#done = length === 0;
  }

  /** Whether the body has ended. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Skips what has arrived.
   *
   * @returns Where the body ends, or the bytes do; −400 for a malformed body, −413 for one that is
   * too long, −431 for a trailer section that is.
   */
  skip(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#done) {
      if (!this.#chunked || this.#state === State.data) {
        const count = Math.min(this.#left, end - at);
        at += count;
        this.#left -= count;
        if (this.#left === 0) {
          if (!this.#chunked) this.#done = true;
          this.#state = State.dataReturn;
        }
        continue;
      }
      const refused = this.#step(bytes[at++] as number);
      if (refused < 0) return refused;
    }
    return at;
  }

  #step(octet: number): number {
    switch (this.#state) {
      case State.size:
      case State.moreSize:
        return this.#takeSize(octet);
      case State.extension:
        if (octet === CR) this.#state = State.sizeEnd;
        else if (FIELD_VALUE[octet] !== 1 || ++this.#line > HttpdLimits.chunkLines) return -400;
        return 0;
      case State.sizeEnd:
        this.#line = 0;
        this.#digits = 0;
        this.#state = this.#left === 0 ? State.trailer : State.data;
        return octet === LF ? 0 : -400;
      case State.dataReturn:
        this.#state = State.dataEnd;
        return octet === CR ? 0 : -400;
      case State.dataEnd:
        this.#state = State.size;
        return octet === LF ? 0 : -400;
      case State.trailer:
        if (octet === CR) {
          this.#state = State.end;
          return 0;
        }
        this.#state = State.trailerLine;
        return octet === SP || octet === HTAB ? -400 : this.#takeTrailer(octet);
      case State.trailerLine:
        return this.#takeTrailer(octet);
      case State.trailerEnd:
        this.#state = State.trailer;
        return octet === LF ? 0 : -400;
      default:
        this.#done = true;
        return octet === LF ? 0 : -400;
    }
  }

  #takeSize(octet: number): number {
    const value = HEX_VALUE[octet] as number;
    if (value >= 0) {
      this.#state = State.moreSize;
      if (++this.#digits > MAX_SIZE_DIGITS) return -400;
      this.#left = this.#left * 16 + value;
      return this.#total + this.#left > HttpdLimits.body ? -413 : 0;
    }
    if (this.#state === State.size) return -400;
    this.#total += this.#left;
    if (octet === CR) this.#state = State.sizeEnd;
    else if (octet === SEMICOLON) this.#state = State.extension;
    else return -400;
    return 0;
  }

  #takeTrailer(octet: number): number {
    if (octet === CR) this.#state = State.trailerEnd;
    else if (FIELD_VALUE[octet] !== 1) return -400;
    else if (++this.#line > HttpdLimits.chunkLines) return -431;
    return 0;
  }
}
