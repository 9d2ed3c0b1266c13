/**
 * /etc/hosts: hosts(5).
 *
 * @module
 */
import { type IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, parseIpAddress } from "../../../ip.ts";
import type { Hosts } from "./resolver.ts";

/**
 * Reads the text of /etc/hosts.
 *
 * @param text The text; lines that cannot be read are left out.
 * @returns Names in lower case; `localhost` is always there.
 */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, IpAddress[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const ip = parseIpAddress(address);
    if (ip === null) continue;
    for (const name of names) {
      const key = name.replace(/\.$/, "").toLowerCase();
      hosts.set(key, [...hosts.get(key) ?? [], ip]);
    }
  }
  if (!hosts.has("localhost")) hosts.set("localhost", [IPV4_LOOPBACK, IPV6_LOOPBACK]);
  return hosts;
}
