/**
 * What can be wrong with a rule, and its parts as numbers.
 *
 * @module
 */
import { Cidr, parseCidr, parseIpAddress } from "../../ip.ts";
import { ADDRESS_USES } from "./address_use.ts";
import { normalizeHostName } from "./host_name.ts";
import type { PolicyRule } from "./policy_rule.ts";

/** What is wrong with a rule, or null. */
export function findFault(rule: PolicyRule): string | null {
  const { host, port, uses } = rule;
  if (host.startsWith("unix:")) {
    if (port !== undefined) return "a Unix socket has no port";
    if (!/^unix:(?:\*|@.*|\/.*)$/s.test(host)) {
      return "after unix: stands an absolute path, @ and an abstract name, or *";
    }
    // Addresses are compared in their normal form.
    if (/^unix:\/(?:.*\/)?(?:\/|\.\.?(?:\/|$))/s.test(host) || host.includes("\0")) {
      return "a path has no //, no . and no .. in it";
    }
  } else if (parseBlock(host) === null && !isNamePattern(host)) {
    return `${quote(host)} is neither an IP address, nor a block of them, nor a host name`;
  }
  if (port !== undefined) {
    const [first, last] = rangeOf(port);
    if (!isPort(first) || !isPort(last) || first > last) {
      return `${first}-${last} is not a range of ports`;
    }
  }
  const stranger = uses?.find((use) => !ADDRESS_USES.includes(use));
  if (stranger !== undefined) return `${quote(stranger)} is not one of ${ADDRESS_USES.join(", ")}`;
  return uses?.length === 0 ? "it is for no use" : null;
}

/** First and last port of a rule. */
export function rangeOf(port: PolicyRule["port"]): readonly [first: number, last: number] {
  if (port === undefined) return [0, 65535];
  return typeof port === "number" ? [port, port] : port;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65535;
}

function isNamePattern(host: string): boolean {
  if (host === "*") return true;
  const name = host.startsWith("*.") ? host.slice(2) : host;
  // 127.1 and 10.0.0.256 are slips for an address, which inet_aton(3) would even take for one.
  return normalizeHostName(name) !== null && !/(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(name);
}

/** The addresses that a host names, IPv4-mapped ones unmapped; null for names and patterns. */
export function parseBlock(host: string): Cidr | null {
  const ip = host.includes("%") ? null : parseIpAddress(host);
  const block = ip === null ? parseCidr(host) : new Cidr(ip, ip.bytes.length * 8);
  if (block === null || !block.network.isV4Mapped || block.prefixLength < 96) return block;
  return new Cidr(block.network.unmapped(), block.prefixLength - 96);
}

/** A text as one line without control characters. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029]/g, "?");
}
