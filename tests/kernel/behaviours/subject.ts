/**
 * What the coverage table holds for each call, flag and option.
 *
 * @module
 */
import { AF_INET, AF_INET6 } from "../../../lib/linux/socket.ts";
import { NO_IPV6 } from "../../ipv6.ts";
import type { Guest } from "../guest.ts";

/** Where the deno stack does otherwise than Linux. */
export interface Limit {
  /** `call` of the row in a table of limitations. */
  readonly row: string;
  /** Does what the row is about and returns the result, which has to be the row's errno. */
  readonly gives: (guest: Guest) => number;
}

/** One behaviour of Linux that a guest relies on. */
export interface Subject {
  /** The behaviour, as the end of a sentence that begins with the call, flag or option. */
  readonly does: string;
  /** Runs it on a fresh guest and asserts Linux's result. */
  readonly run: (guest: Guest) => void;
  /** Present if the deno stack cannot: what it does instead. */
  readonly deno?: Limit;
  /** Why it cannot be seen on this machine; absent or null if it can. */
  readonly missing?: string | null;
}

/** The behaviours of several calls, flags or options, by name. */
export type Coverage<Name extends string = string> = Readonly<Record<Name, readonly Subject[]>>;

/** A behaviour over IPv4, and the same over IPv6. */
export function eachFamily(
  does: string,
  run: (guest: Guest, domain: number) => void,
): readonly [Subject, Subject] {
  return [
    { does: `${does}, over IPv4`, run: (guest) => run(guest, AF_INET) },
    { does: `${does}, over IPv6`, run: (guest) => run(guest, AF_INET6), missing: NO_IPV6 },
  ];
}
