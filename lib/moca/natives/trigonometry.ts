/**
 * Sine and cosine as the language's original computes them, to the last digit.
 *
 * @module
 */

/** Terms of the series after the first. */
const TERMS = 11;

const HALF_TURN = 3.141592653589793;
const TURN = 2 * HALF_TURN;
const QUARTER_TURN = 1.5707963267948966;

/** Beyond it, the original's reduction leaves nothing of an angle, or more than a turn of it. */
const MAX_ANGLE = 1e6;

/** `sin_f`: Taylor's series, after reduction to half a turn each way. */
export function sine(angle: number): number {
  if (!(Math.abs(angle) <= MAX_ANGLE)) return Math.sin(angle);
  let reduced = angle - Math.floor(angle / TURN) * TURN;
  if (reduced > HALF_TURN) reduced -= TURN;
  let term = reduced;
  let sum = reduced;
  for (let index = 1; index <= TERMS; index++) {
    term = -term * reduced * reduced / (2 * index * (2 * index + 1));
    sum += term;
  }
  return sum;
}

/** `cos_f`: the sine of a quarter of a turn more. */
export function cosine(angle: number): number {
  return Math.abs(angle) <= MAX_ANGLE ? sine(angle + QUARTER_TURN) : Math.cos(angle);
}
