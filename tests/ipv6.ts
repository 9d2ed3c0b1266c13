/**
 * Whether this machine has IPv6: containers often have none, not even on loopback.
 *
 * @module
 */

function whyMissing(): string | null {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return null;
  } catch {
    return "no IPv6 here";
  }
}

/** Why nothing can be bound to ::1 here; null if something can. */
export const NO_IPV6: string | null = whyMissing();

/** Why a test cannot run that names these addresses; null if it can. */
export function whyUnreachable(...addresses: readonly string[]): string | null {
  // A port follows one colon, and what is mapped is IPv4.
  const isIpv6 = (address: string): boolean =>
    /:.*:/.test(address) && !/::ffff:\d+\./i.test(address);
  return addresses.some(isIpv6) ? NO_IPV6 : null;
}
