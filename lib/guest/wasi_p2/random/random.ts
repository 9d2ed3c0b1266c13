/**
 * wasi:random/random, insecure and insecure-seed.
 *
 * @module
 */
import { fillRandom } from "../../wasi/random.ts";
import { trap } from "../fail.ts";

/** Random bytes that one call gives, at most: as many as the guest's memory could hold. */
const MAX_BYTES = 1n << 26n;

/** `get-random-bytes`, and the same of wasi:random/insecure, for which these are good enough. */
export function getRandomBytes(length: bigint): Uint8Array {
  if (length > MAX_BYTES) trap(`${length} random bytes are more than a call can give`);
  const bytes = new Uint8Array(Number(length));
  fillRandom(bytes);
  return bytes;
}

/** `get-random-u64`. */
export function getRandomU64(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
}

/** `insecure-seed`. */
export function insecureSeed(): [bigint, bigint] {
  return [getRandomU64(), getRandomU64()];
}
