/**
 * Rules by which an embedder narrows what Deno allows: values and their text.
 *
 * @module
 */
import { ADDRESS_USES, type AddressUse } from "./address_use.ts";
import { findFault, quote } from "./rule_fault.ts";

/** Addresses and what they may, or may not, be used for. {@linkcode parsePolicyRule} has the text form. */
export interface PolicyRule {
  /**
   * Which addresses:
   *
   * - `10.0.0.7`, `::1`: an IP address, which an IPv4-mapped IPv6 one counts as;
   * - `10.0.0.0/8`, `fe80::/10`: a block of them;
   * - `example.com`: this name and the addresses that it resolved to; `*.example.com`: all names
   *   below it too, as in Deno's flags. To deny a name does not keep a guest from an address that it knows;
   * - `*`: all IP addresses and names;
   * - `unix:/run/x.sock`: a socket file; `unix:/run/x/`: all those below a folder; `unix:@name`: a name
   *   in the abstract name space; `unix:*`: all of AF_UNIX.
   */
  readonly host: string;
  /** One port, or the first and last of a range, 0 to 65535; all of them if absent. */
  readonly port?: number | readonly [first: number, last: number];
  /** For what; everything if absent. */
  readonly uses?: readonly AddressUse[];
}

/**
 * Parses a rule:
 *
 * ```text
 * RULE  = [USES "@"] (HOST [":" PORTS] | "unix:" NAME)
 * USES  = USE ("," USE)*       connect, bind, listen, accept, send, receive, multicast; default: all
 * HOST  = "*" | IPv4 | IPv4 "/" BITS | "[" IPv6 "]" | "[" IPv6 "/" BITS "]" | NAME | "*." NAME
 * PORTS = "*" | PORT | PORT "-" PORT                                             default: all
 * NAME  = PATH | FOLDER "/" | "@" ABSTRACT | "*"
 * ```
 *
 * Nothing may stand around or between the parts; numbers have no leading zeros; bits after a block's
 * prefix are zero.
 *
 * @param text The text: `10.0.0.0/8`, `[::1]:80-90`, `connect,send@example.com:443`.
 * @returns The rule.
 * @throws {SyntaxError} If the text is not a rule; its message is one line and says which part is
 * wrong.
 *
 * @example
 * ```ts
 * import { parsePolicyRule } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePolicyRule("connect,send@127.0.0.1:8000-8999"), {
 *   host: "127.0.0.1",
 *   port: [8000, 8999],
 *   uses: ["connect", "send"],
 * });
 * ```
 */
export function parsePolicyRule(text: string): PolicyRule {
  const fail = (reason: string) => new SyntaxError(`Cannot parse rule ${quote(text)}: ${reason}`);
  const usesEnd = /^[^:[\]/]*@/.exec(text)?.[0].length ?? 0;
  const target = text.slice(usesEnd);
  const names = usesEnd === 0 ? [] : text.slice(0, usesEnd - 1).split(",");
  const uses: AddressUse[] = [];
  for (const name of names) {
    const use = ADDRESS_USES.find((known) => known === name);
    if (use === undefined) throw fail(`${quote(name)} is not one of ${ADDRESS_USES.join(", ")}`);
    uses.push(use);
  }
  const { host, ports } = splitTarget(target);
  const port = ports === null ? undefined : parsePorts(ports);
  if (port === null) throw fail(`${quote(ports ?? "")} is neither a port, nor a range, nor *`);
  const rule: PolicyRule = {
    host,
    ...(port === undefined ? {} : { port }),
    ...(uses.length === 0 ? {} : { uses }),
  };
  // The brackets were taken off: without them an IPv6 address and a port run into each other.
  const isIp6 = host.includes(":") && !host.startsWith("unix:");
  const reason = isIp6 && !target.startsWith("[")
    ? "an IPv6 address stands in brackets"
    : !isIp6 && target.startsWith("[")
    ? "only an IPv6 address stands in brackets"
    : findFault(rule);
  if (reason !== null) throw fail(reason);
  return rule;
}

/**
 * The text of a rule, which {@linkcode parsePolicyRule} reads.
 *
 * @param rule The rule.
 *
 * @example
 * ```ts
 * import { formatPolicyRule } from "@vmsock/vmsock/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatPolicyRule({ host: "::1", port: 80, uses: ["bind"] }), "bind@[::1]:80");
 * ```
 */
export function formatPolicyRule(rule: PolicyRule): string {
  const { host, port, uses } = rule;
  const isIp6 = host.includes(":") && !host.startsWith("unix:");
  const ports = typeof port === "object" ? `:${port[0]}-${port[1]}` : `:${port}`;
  return (uses === undefined ? "" : `${uses.join(",")}@`) + (isIp6 ? `[${host}]` : host) +
    (port === undefined ? "" : ports);
}

function splitTarget(target: string): { readonly host: string; readonly ports: string | null } {
  if (target.startsWith("unix:")) return { host: target, ports: null };
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(target);
  if (bracketed !== null) return { host: bracketed[1] ?? "", ports: bracketed[2] ?? null };
  const colon = target.indexOf(":");
  const isIp6 = colon >= 0 && target.indexOf(":", colon + 1) >= 0;
  if (colon < 0 || isIp6) return { host: target, ports: null };
  return { host: target.slice(0, colon), ports: target.slice(colon + 1) };
}

/** The ports of a rule's text: undefined for all, null if they are none. */
function parsePorts(text: string): number | readonly [number, number] | undefined | null {
  if (text === "*") return undefined;
  const match = /^(0|[1-9]\d{0,4})(?:-(0|[1-9]\d{0,4}))?$/.exec(text);
  if (match === null) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last > 65535 || first > last) return null;
  return match[2] === undefined ? first : [first, last];
}
