/**
 * What a guest passes in a register, as a number.
 *
 * @module
 */

/** A 64-bit register: a number, or a BigInt of either sign. */
export type Register = number | bigint;

const TWO_TO_32 = 4294967296;

/** The upper word of 2⁵³ − 1, the largest integer up to which numbers are exact. */
const LARGEST_UPPER_WORD = 0x1fffff;

/**
 * A number as a register holds it: without its fraction, NaN as 0; what is no exact integer as
 * {@linkcode fromRegister} has it.
 */
function fromNumber(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  if (Number.isFinite(value)) return fromRegister(BigInt(Math.trunc(value)));
  return Number.isNaN(value) ? 0 : Math.sign(value) * Number.MAX_SAFE_INTEGER;
}

/** A register as a number; see {@linkcode fromRegister}. */
export function numberOf(register: Register): number {
  if (typeof register !== "number") return fromRegister(register);
  // Most are small.
  return (register | 0) === register ? register : fromNumber(register);
}

/**
 * A register as a signed number. The low 32 bits, which are all that Linux reads of an `int`, are
 * always exact. The value is up to 2⁵³ in size; beyond, it is one of the same sign beyond any memory,
 * length or offset that there is.
 *
 * @param value The register; bits above the 64th are dropped.
 */
export function fromRegister(value: bigint): number {
  const low = Number(BigInt.asUintN(32, value));
  const upper = Number(BigInt.asIntN(32, value >> 32n));
  const bounded = Math.max(-LARGEST_UPPER_WORD - 1, Math.min(upper, LARGEST_UPPER_WORD));
  return bounded * TWO_TO_32 + low;
}
