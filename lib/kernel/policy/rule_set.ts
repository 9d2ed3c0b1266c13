/**
 * An embedder's rules together.
 *
 * @module
 */
import type { AddressUse } from "./address_use.ts";
import { CompiledRule, type IpUse, type UnixUse } from "./compiled_rule.ts";
import { formatPolicyRule, type PolicyRule } from "./policy_rule.ts";

/**
 * What is allowed and what is denied. A refusal is told in words, null means that there is none.
 */
export class RuleSet {
  readonly #allow: readonly CompiledRule[] | null;
  readonly #deny: readonly CompiledRule[];
  /** Which of accept and receive some rule names. */
  readonly #named: ReadonlySet<AddressUse>;

  /**
   * Compiles rules.
   *
   * @param allow If given, what is not covered is refused.
   * @param deny What is refused in any case.
   * @throws {SyntaxError | TypeError} If a rule is invalid.
   */
  constructor(
    allow: readonly (PolicyRule | string)[] | undefined,
    deny: readonly (PolicyRule | string)[] = [],
  ) {
    this.#allow = allow?.map((rule) => new CompiledRule(rule)) ?? null;
    this.#deny = deny.map((rule) => new CompiledRule(rule));
    this.#named = new Set(this.#allow?.flatMap((rule) => rule.namedUses));
  }

  /** Whether there are no rules. */
  get isEmpty(): boolean {
    return this.#allow === null && this.#deny.length === 0;
  }

  /** Whether rules may refuse a peer. */
  get checksPeers(): boolean {
    return this.concernsPeers("accept") || this.concernsPeers("receive");
  }

  /** Whether rules may refuse a peer of one of the two kinds. */
  concernsPeers(use: "accept" | "receive"): boolean {
    return this.#named.has(use) || this.#deny.some((rule) => rule.concerns(use));
  }

  /** Why an IP address may not be used. */
  refusalOfIp(address: IpUse): string | null {
    const denied = this.#deny.find((rule) => rule.touches(address));
    const isAllowed = this.#allows(address.use, (rule) => rule.covers(address));
    if (denied === undefined && isAllowed) return null;
    return refusal(denied, textOf(address));
  }

  /** Why an address of AF_UNIX may not be used. */
  refusalOfUnix(address: UnixUse): string | null {
    // An unnamed peer is as good as the socket that it came to.
    const isPeer = address.use === "accept" || address.use === "receive";
    const isUnnamedPeer = isPeer && address.name === "";
    const denied = this.#deny.find((rule) => rule.matchesUnix(address));
    const isAllowed = isUnnamedPeer ||
      this.#allows(address.use, (rule) => rule.matchesUnix(address));
    if (denied === undefined && isAllowed) return null;
    return refusal(denied, `${address.use}@unix:${address.name}`);
  }

  /** Why a name may not be resolved: no rule allows anything about it, or one denies everything. */
  refusalOfName(name: string): string | null {
    const denied = this.#deny.find((rule) => rule.isWhole && rule.matchesName(name));
    const isAllowed = this.#allow?.some((rule) => rule.matchesName(name)) ?? true;
    return denied === undefined && isAllowed ? null : refusal(denied, name);
  }

  #allows(use: AddressUse, covers: (rule: CompiledRule) => boolean): boolean {
    if (this.#allow === null) return true;
    const isPeer = use === "accept" || use === "receive";
    return (isPeer && !this.#named.has(use)) || this.#allow.some(covers);
  }
}

function refusal(denied: CompiledRule | undefined, text: string): string {
  return denied === undefined
    ? `no allow rule for ${text}`
    : `deny rule ${denied.text} for ${text}`;
}

function textOf({ use, ip, port, names }: IpUse): string {
  const host = ip?.toString() ?? names.join();
  return formatPolicyRule({ host, uses: [use], ...(port === null ? {} : { port }) });
}
