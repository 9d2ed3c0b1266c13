/**
 * Rules in the form in which they are compared with addresses.
 *
 * @module
 */
import type { Cidr, IpAddress } from "../../ip.ts";
import { ADDRESS_USES, type AddressUse } from "./address_use.ts";
import { formatPolicyRule, parsePolicyRule, type PolicyRule } from "./policy_rule.ts";
import { findFault, parseBlock, quote, rangeOf } from "./rule_fault.ts";

/** An IP address that is about to be used. */
export interface IpUse {
  /** For what. */
  readonly use: AddressUse;
  /** The address; IPv4-mapped ones unmapped. Null where only the names are known, which is any. */
  readonly ip: IpAddress | null;
  /** The port; null where it is not known, which is all of them. */
  readonly port: number | null;
  /** The names that resolved to the address. */
  readonly names: readonly string[];
}

/** An address of AF_UNIX that is about to be used. */
export interface UnixUse {
  /** For what. */
  readonly use: AddressUse;
  /** An absolute path, `@` and an abstract name, or the empty text for an unnamed socket. */
  readonly name: string;
}

/** A rule that has been checked, ready to be compared with addresses. */
export class CompiledRule {
  /** The rule's text, for messages. */
  readonly text: string;
  /** The uses that the rule names; none where it is for everything. */
  readonly namedUses: readonly AddressUse[];
  readonly #first: number;
  readonly #last: number;
  readonly #block: Cidr | null;
  /** A name, `*.` and a name, `*`, or `unix:` and what follows. */
  readonly #host: string;

  /**
   * Compiles a rule.
   *
   * @param rule The rule, or its text.
   * @throws {SyntaxError} If a text is not a rule.
   * @throws {TypeError} If a part of a rule is invalid.
   */
  constructor(rule: PolicyRule | string) {
    const { host, port, uses } = checkRule(rule);
    this.text = typeof rule === "string" ? rule : formatPolicyRule(rule);
    this.namedUses = [...uses ?? []];
    [this.#first, this.#last] = rangeOf(port);
    this.#block = parseBlock(host);
    const isName = this.#block === null && !host.startsWith("unix:");
    this.#host = isName ? host.toLowerCase().replace(/\.$/, "") : host;
  }

  /** Whether the rule says anything about a use of addresses. */
  concerns(use: AddressUse): boolean {
    return this.namedUses.length === 0 || this.namedUses.includes(use);
  }

  /** Whether everything that the use may reach is inside the rule: what it takes to allow it. */
  covers(address: IpUse): boolean {
    const { use, port } = address;
    return this.concerns(use) && this.#matchesHost(address, false) &&
      this.#first <= (port ?? 0) && (port ?? 65535) <= this.#last;
  }

  /** Whether anything that the use may reach is inside the rule: what it takes to deny it. */
  touches(address: IpUse): boolean {
    const { use, port } = address;
    return this.concerns(use) && this.#matchesHost(address, true) &&
      this.#first <= (port ?? 65535) && (port ?? 0) <= this.#last;
  }

  /** Whether an address of AF_UNIX is inside the rule. */
  matchesUnix({ use, name }: UnixUse): boolean {
    if (!this.concerns(use) || !this.#host.startsWith("unix:")) return false;
    const own = this.#host.slice("unix:".length);
    if (own === "*" || own === name) return true;
    return own.startsWith("/") && own.endsWith("/") && name.startsWith(own);
  }

  /** Whether a name is inside the rule, for any port and use. */
  matchesName(name: string): boolean {
    if (this.#host === "*") return true;
    if (this.#host.startsWith("*.")) return `.${name}`.endsWith(this.#host.slice(1));
    return this.#block === null && this.#host === name;
  }

  /** Whether the rule leaves no port and none of the uses out. */
  get isWhole(): boolean {
    return this.#first === 0 && this.#last === 65535 &&
      ADDRESS_USES.every((use) => this.concerns(use));
  }

  #matchesHost({ ip, names }: IpUse, unknown: boolean): boolean {
    if (this.#block !== null) return ip === null ? unknown : this.#block.contains(ip);
    return this.#host === "*" || names.some((name) => this.matchesName(name));
  }
}

function checkRule(rule: PolicyRule | string): PolicyRule {
  if (typeof rule === "string") return parsePolicyRule(rule);
  const reason = findFault(rule);
  if (reason !== null) throw new TypeError(`Cannot use a rule for ${quote(rule.host)}: ${reason}`);
  return rule;
}
