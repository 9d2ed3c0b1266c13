/**
 * SipHash-2-4, a short keyed hash: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 *
 * @module
 */

const MASK = 0xffff_ffff_ffff_ffffn;

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

type State = [bigint, bigint, bigint, bigint];

function round(state: State): void {
  let [v0, v1, v2, v3] = state;
  v0 = (v0 + v1) & MASK;
  v1 = rotate(v1, 13n) ^ v0;
  v0 = rotate(v0, 32n);
  v2 = (v2 + v3) & MASK;
  v3 = rotate(v3, 16n) ^ v2;
  v0 = (v0 + v3) & MASK;
  v3 = rotate(v3, 21n) ^ v0;
  v2 = (v2 + v1) & MASK;
  v1 = rotate(v1, 17n) ^ v2;
  v2 = rotate(v2, 32n);
  state[0] = v0;
  state[1] = v1;
  state[2] = v2;
  state[3] = v3;
}

function compress(state: State, word: bigint): void {
  state[3] ^= word;
  round(state);
  round(state);
  state[0] ^= word;
}

/**
 * Hashes a message.
 *
 * @param key 16 octets that nobody else knows.
 * @param message Any octets.
 * @returns 64 bits.
 * @throws {RangeError} If the key does not have 16 octets.
 */
export function sipHash(key: Uint8Array, message: Uint8Array): bigint {
  if (key.length !== 16) throw new RangeError(`Cannot hash with a key of ${key.length} octets`);
  const keyView = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const k0 = keyView.getBigUint64(0, true);
  const k1 = keyView.getBigUint64(8, true);
  const state: State = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const padded = new Uint8Array((message.length & ~7) + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length;
  const view = new DataView(padded.buffer);
  for (let offset = 0; offset < padded.length; offset += 8) {
    compress(state, view.getBigUint64(offset, true));
  }
  state[2] ^= 0xffn;
  for (let count = 0; count < 4; count++) round(state);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}
