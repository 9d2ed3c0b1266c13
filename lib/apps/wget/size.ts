/**
 * Sizes and times for people.
 *
 * @module
 */

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/**
 * A count of bytes in the largest unit of which there is one: `5 bytes`, `1.5 MiB`.
 *
 * @param bytes The count.
 */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/**
 * A speed.
 *
 * @param bytes How many bytes.
 * @param milliseconds In what time; at 0 there is no speed.
 */
export function formatSpeed(bytes: number, milliseconds: number): string {
  return milliseconds <= 0 ? "-" : `${formatSize(Math.round(bytes * 1000 / milliseconds))}/s`;
}

/**
 * A duration: `5s`, `2m05s`, `3h02m`.
 *
 * @param milliseconds Its length.
 */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}
