/**
 * How the threads of a process tell each other which names addresses came from.
 *
 * @module
 */
import type { IpAddress } from "../../ip.ts";

/** What was learned, in order. Old entries may be gone. */
export interface NameLog {
  /** How many there were, ever. */
  readonly count: number;

  /** Adds that a name, normalized, resolved to an address. */
  add(name: string, ip: IpAddress): void;

  /**
   * Reads what was added since.
   *
   * @param from What {@linkcode NameLog.read} returned before, 0 at first.
   * @param use Receives what there is still, the oldest first.
   * @returns How many there were, ever.
   */
  read(from: number, use: (name: string, ip: IpAddress) => void): number;
}
