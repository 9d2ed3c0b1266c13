/**
 * Which addresses and names a guest may use.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import { decodeSockaddr, sockaddrFamily, UnixAddress } from "../../linux/sockaddr.ts";
import { AF_UNIX, AF_UNSPEC } from "../../linux/socket.ts";
import { AddressCache } from "./address_cache.ts";
import type { AddressUse } from "./address_use.ts";
import { decodeIpAddress, reachedAddresses } from "./destination.ts";
import { normalizeHostName } from "./host_name.ts";
import { LearnedNames } from "./learned_names.ts";
import { NameGrants } from "./name_grants.ts";
import type { NameLog } from "./name_log.ts";
import { hostOf, NetPermission } from "./net_permission.ts";
import { permissionGeneration } from "./permissions.ts";
import type { PolicyRule } from "./policy_rule.ts";
import { RuleSet } from "./rule_set.ts";
import { normalizePath, UnixPermission } from "./unix_permission.ts";
import { type DescriptorPath, UnixTarget } from "./unix_target.ts";

export type { AddressUse } from "./address_use.ts";
export type { PolicyRule } from "./policy_rule.ts";
export type { DescriptorPath, UnixTarget } from "./unix_target.ts";

/** An embedder's own rules. They narrow what Deno's permissions allow, and never widen it. */
export interface PolicyOptions {
  /**
   * If given, only what a rule allows: an address for a use, and a name to be resolved. Peers that
   * connect or send (`accept`, `receive`) are asked about only if a rule names that use.
   */
  readonly allow?: readonly (PolicyRule | string)[];
  /** What is refused even so. */
  readonly deny?: readonly (PolicyRule | string)[];
}

/**
 * Which addresses and names a guest may use: what Deno's `--allow-net` and `--deny-net` allow, and
 * the embedder's own rules.
 *
 * FFI does not ask Deno about addresses, so the kernel does, before every call that names one. Where
 * Deno allows everything and there are no rules, that costs two comparisons. Otherwise answers are
 * kept until `revokePermissions` runs. Deno's interactive prompt never appears: what would prompt is
 * refused.
 *
 * - IPv4-mapped IPv6 addresses are the IPv4 addresses in them; zone indices do not matter.
 * - 0.0.0.0 and `::` as a destination lead to loopback, which has to be allowed too.
 * - The addresses of an allowed name are allowed, for the ports that the name's grant covers, unless
 *   they are denied themselves; those of a name that is denied for a port are denied for it. Names
 *   count once they are resolved through the kernel.
 * - The deno stack has to go to the name where Deno grants no more, and so to whatever address the
 *   name has then. Rules cannot look at that address: one that allows addresses does not allow such a
 *   name, and one that denies some denies it.
 * - Socket files need net, read and write for the path and for where it leads, abstract names all
 *   three without restriction.
 *
 * @example Narrower than the flags
 * ```ts
 * import { Policy } from "@vmsock/vmsock/kernel";
 * import { encodeSockaddr, Errno, parseSocketAddress } from "@vmsock/vmsock/linux";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const policy = new Policy({ allow: ["connect@127.0.0.1:8000-8999"], deny: ["127.0.0.1:8080"] });
 *
 * function check(text: string): number {
 *   const address = parseSocketAddress(text);
 *   assert(address !== null);
 *   const bytes = encodeSockaddr(address);
 *   return policy.checkAddress("connect", bytes, bytes.length);
 * }
 *
 * assertEquals(check("127.0.0.1:8081"), 0);
 * assertEquals(check("127.0.0.1:8080"), -Errno.EACCES);
 * assertEquals(policy.takeDenial(), "deny rule 127.0.0.1:8080 for connect@127.0.0.1:8080");
 * assertEquals(check("127.0.0.1:80"), -Errno.EACCES);
 * assertEquals(policy.takeDenial(), "no allow rule for connect@127.0.0.1:80");
 * ```
 */
export class Policy {
  /**
   * Whether {@linkcode Policy.admitsPeer} may refuse anybody, for accepted connections or received
   * datagrams; if not, the call can be left out.
   */
  readonly checksPeers: boolean;

  /**
   * The embedder's rules, for the policies of other threads.
   *
   * @internal
   */
  readonly options: PolicyOptions;

  readonly #rules: RuleSet;
  readonly #net = new NetPermission();
  readonly #unix = new UnixPermission(this.#net);
  readonly #names = new NameGrants(this.#net);
  readonly #learned = new LearnedNames();
  /** Only what is allowed: a refusal needs its reason, and costs the guest no less than it costs us. */
  readonly #allowed = new AddressCache<true>();
  readonly #grantingNames = new AddressCache<string | null>();
  #generation = -1;
  /** Whether every IP address and name is allowed for everything. */
  #isOpen = false;
  #denial: string | null = null;
  /** What the threads of a process have learned, and how much of it is in `#learned`. */
  readonly #log: NameLog | null;
  #logged = 0;

  /**
   * Makes a policy. Deno's permissions are asked on first use.
   *
   * @param options The embedder's own rules; by default what Deno allows.
   * @param log What other threads have learned; the kernel's own.
   * @throws {SyntaxError} If the text of a rule is not one, see {@linkcode parsePolicyRule}.
   * @throws {TypeError} If a part of a rule is invalid.
   */
  constructor(options: PolicyOptions = {}, log: NameLog | null = null) {
    this.options = options;
    this.#log = log;
    this.#rules = new RuleSet(options.allow, options.deny);
    this.checksPeers = this.#rules.checksPeers;
  }

  /** Whether every IP address and name is allowed now, for everything and by everybody. */
  get isOpen(): boolean {
    if (this.#generation !== permissionGeneration()) this.#refresh();
    return this.#isOpen;
  }

  /**
   * Checks an address that a guest names.
   *
   * The bytes have to be a copy that the guest cannot reach, and the copy is what the stack gets. An
   * address whose family is AF_UNSPEC is taken for one of IPv4, as bind(2) and UDP's sendto(2) do it;
   * for connect(2) it means to have no peer any more and is allowed.
   *
   * @param use What for.
   * @param address Sockaddr bytes of AF_INET, AF_INET6 or AF_UNIX.
   * @param length Bytes of it that are the address.
   * @returns 0, or −EACCES, also for other families and for bytes too few for their family.
   */
  checkAddress(use: AddressUse, address: Uint8Array, length: number): number {
    this.#denial = null;
    if (
      this.#isOpen && this.#generation === permissionGeneration() && address[0] !== AF_UNIX
    ) return 0;
    return this.#checkAddress(use, address, length);
  }

  /**
   * Checks an accepted connection's peer or a datagram's sender. Deno has no say about them.
   *
   * @param use `accept` or `receive`.
   * @param address Sockaddr bytes; none for an unnamed Unix socket.
   * @param length Bytes of it that are the address.
   * @returns Whether the guest may hear of the peer.
   */
  admitsPeer(use: "accept" | "receive", address: Uint8Array, length: number): boolean {
    if (!this.checksPeers || !this.#rules.concernsPeers(use)) return true;
    this.#readLog();
    const peer = length === 0 ? UNNAMED : decodeSockaddr(address, length);
    if (peer === null) return false;
    if (peer instanceof UnixAddress) {
      return this.#rules.refusalOfUnix({ use, name: nameOfUnix(peer) }) === null;
    }
    return reachedAddresses(peer.ip, false).every((ip) => {
      const names = this.#learned.of(ip);
      return this.#rules.refusalOfIp({ use, ip, port: peer.port, names }) === null;
    });
  }

  /**
   * Checks a name that a guest wants to resolve, without finding out whether it exists.
   *
   * @param name The name.
   * @returns 0, also for the text of an IP address; or −EACCES.
   */
  checkName(name: string): number {
    this.#denial = null;
    if (this.isOpen || isAddressText(name)) return 0;
    const host = normalizeHostName(name);
    if (host === null) return this.#deny("a host name in ASCII letters, digits, -, _ and dots");
    const refusal = this.#rules.refusalOfName(host);
    if (refusal !== null) return this.#deny(refusal);
    if (this.#net.state === "granted" || this.#names.isResolvable(host)) return 0;
    return this.#deny(
      this.#net.host(host) === "denied" ? `--deny-net covers ${host}` : `--allow-net=${host}`,
    );
  }

  /**
   * Whether Deno has granted a name for all ports, so that its own calls would not ask.
   *
   * @param name A host name.
   */
  isGranted(name: string): boolean {
    return this.#net.host(name) === "granted";
  }

  /**
   * Remembers that a name resolved to addresses. Only the kernel calls this, with what its stack
   * found.
   *
   * @param name The name, for which {@linkcode Policy.checkName} returned 0.
   * @param addresses Sockaddr bytes; their ports do not matter.
   */
  learn(name: string, addresses: readonly Uint8Array[]): void {
    if (this.isOpen || isAddressText(name)) return;
    const host = normalizeHostName(name);
    if (host === null) return;
    for (const address of addresses) {
      const decoded = decodeIpAddress(address, address.length);
      if (decoded === null) continue;
      for (const ip of reachedAddresses(decoded.ip, false)) this.#remember(host, ip);
    }
    // A deny rule may name this name, and a grant may.
    this.#allowed.clear();
    this.#grantingNames.clear();
  }

  /**
   * The name through which an address is granted where the address itself is not. A stack on which
   * Deno checks once more has to connect to the name.
   *
   * @param address Sockaddr bytes for which {@linkcode Policy.checkAddress} returned 0.
   * @param length Bytes of it that are the address.
   * @returns The name in lower case, the one that was resolved last if there are several; or null.
   */
  nameFor(address: Uint8Array, length: number): string | null {
    if (this.#isOpen && this.#generation === permissionGeneration()) return null;
    if (this.isOpen || this.#net.state === "granted") return null;
    this.#readLog();
    let name = this.#grantingNames.get("connect", address, length);
    if (name === undefined) {
      name = this.#findName(address, length);
      this.#grantingNames.set("connect", address, length, name);
    }
    return name;
  }

  /**
   * Checks a name that a stack goes to instead of the address, because
   * {@linkcode Policy.nameFor} gave it. The name may lead to any address then, so a rule that allows
   * addresses does not allow it, and one that denies some denies it.
   *
   * @param use What for.
   * @param name The name.
   * @param address Sockaddr bytes of the address that is replaced; its port counts.
   * @param length Bytes of it that are the address.
   * @returns 0, or −EACCES.
   */
  checkDestinationName(
    use: "connect" | "send",
    name: string,
    address: Uint8Array,
    length: number,
  ): number {
    this.#denial = null;
    const port = decodeIpAddress(address, length)?.port ?? null;
    const refusal = this.#rules.refusalOfIp({ use, ip: null, port, names: [name] });
    return refusal === null ? 0 : this.#deny(refusal);
  }

  /**
   * Checks a destination of AF_UNIX and holds its file open, so that a call reaches the file that was
   * checked: between {@linkcode Policy.checkAddress} and a call another thread of the guest could
   * change a symbolic link.
   *
   * @param use What for.
   * @param address Sockaddr bytes of AF_UNIX.
   * @param length Bytes of it that are the address.
   * @param pathOf Reads where an open file is, from /proc, which Deno does not let us read; without it
   * a small part of the race remains.
   * @returns What to hand to the stack instead and to close after the call; 0 to hand over the address
   * as it is; or a negated errno: −EACCES, and what Linux says to a path that does not lead to a file.
   *
   * @example
   * ```ts
   * import { Policy } from "@vmsock/vmsock/kernel";
   * import { encodeSockaddr, Errno, UnixAddress } from "@vmsock/vmsock/linux";
   * import { assertEquals } from "@std/assert";
   *
   * const policy = new Policy({ deny: ["unix:/"] });
   * const address = encodeSockaddr(new UnixAddress("pathname", "/run/nobody/listens.sock"));
   * assertEquals(policy.openUnixTarget("connect", address, address.length), -Errno.EACCES);
   * ```
   */
  openUnixTarget(
    use: "connect" | "send",
    address: Uint8Array,
    length: number,
    pathOf: DescriptorPath | null = null,
  ): UnixTarget | number {
    this.#denial = null;
    const decoded = decodeSockaddr(address, length);
    const isPath = decoded instanceof UnixAddress && decoded.kind === "pathname";
    if (!isPath || (this.#unix.isUnrestricted && this.#rules.isEmpty)) {
      return this.checkAddress(use, address, length);
    }
    if (this.#generation !== permissionGeneration()) this.#refresh();
    const path = this.#checkPath(use, decoded.text);
    if (typeof path === "number") return path;
    const target = UnixTarget.open(path);
    if (typeof target === "number") return target;
    const place = target.locate(path, pathOf);
    const refused = typeof place === "number" ? place : this.#checkPlace(use, place);
    if (refused === 0) return target;
    target.close();
    return refused;
  }

  /**
   * What the last refusal missed: a flag of Deno (`--allow-net=127.0.0.1:8081`), or a rule. Reading
   * takes it.
   *
   * @returns One line, null if nothing was refused since the last reading.
   */
  takeDenial(): string | null {
    const denial = this.#denial;
    this.#denial = null;
    return denial;
  }

  /**
   * Hands what was learned so far to a process's log.
   *
   * @internal
   */
  tell(log: NameLog): void {
    for (const [name, ip] of this.#learned) log.add(name, ip);
  }

  #remember(name: string, ip: IpAddress): void {
    if (this.#log === null) this.#learned.add(name, ip);
    else this.#log.add(name, ip);
  }

  /** Learns what other threads, and this one, have found out. */
  #readLog(): void {
    if (this.#log === null || this.#log.count === this.#logged) return;
    this.#logged = this.#log.read(this.#logged, (name, ip) => this.#learned.add(name, ip));
    this.#allowed.clear();
    this.#grantingNames.clear();
  }

  #refresh(): void {
    this.#generation = permissionGeneration();
    this.#net.refresh();
    this.#names.refresh();
    this.#allowed.clear();
    this.#grantingNames.clear();
    this.#isOpen = this.#net.state === "granted" && this.#rules.isEmpty;
  }

  #deny(missing: string): number {
    // A path or a name comes from the guest and goes to traces and terminals.
    this.#denial = missing.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "?");
    return -Errno.EACCES;
  }

  #checkAddress(use: AddressUse, address: Uint8Array, length: number): number {
    if (this.#generation !== permissionGeneration()) this.#refresh();
    const size = Math.min(length, address.length);
    const family = size >= 2 ? sockaddrFamily(address, size) : -1;
    if (family === AF_UNIX) return this.#checkUnix(use, address, length);
    if (this.#isOpen || (family === AF_UNSPEC && use === "connect")) return 0;
    this.#readLog();
    if (this.#allowed.get(use, address, length) === true) return 0;
    const decoded = decodeIpAddress(address, length);
    if (decoded === null) return this.#deny("an address of AF_INET, AF_INET6 or AF_UNIX");
    // Nothing tells for which port a group is joined.
    const port = use === "multicast" && decoded.port === 0 ? null : decoded.port;
    const isDestination = use === "connect" || use === "send";
    for (const ip of reachedAddresses(decoded.ip, isDestination)) {
      const refusal = this.#refusalOfIp(use, ip, port);
      if (refusal !== null) return this.#deny(refusal);
    }
    this.#allowed.set(use, address, length, true);
    return 0;
  }

  #refusalOfIp(use: AddressUse, ip: IpAddress, port: number | null): string | null {
    const names = this.#learned.of(ip);
    const refusal = this.#rules.refusalOfIp({ use, ip, port, names });
    if (refusal !== null) return refusal;
    const denied = names.find((name) => this.#names.denies(name, port));
    if (denied !== undefined) return `--deny-net covers ${denied}:${port}`;
    const answer = this.#net.address(ip, port);
    if (answer === "granted") return null;
    if (answer === "prompt" && this.#grantingName(ip, port) !== null) return null;
    const host = port === null ? hostOf(ip) : `${hostOf(ip)}:${port}`;
    return answer === "prompt" ? `--allow-net=${host}` : `--deny-net covers ${host}`;
  }

  #findName(address: Uint8Array, length: number): string | null {
    const decoded = decodeIpAddress(address, length);
    if (decoded === null) return null;
    const [ip] = reachedAddresses(decoded.ip, false);
    if (ip === undefined || this.#net.address(ip, decoded.port) !== "prompt") return null;
    return this.#grantingName(ip, decoded.port);
  }

  #grantingName(ip: IpAddress, port: number | null): string | null {
    return this.#learned.of(ip).find((name) => this.#names.covers(name, port)) ?? null;
  }

  #checkUnix(use: AddressUse, address: Uint8Array, length: number): number {
    if (this.#unix.isUnrestricted && this.#rules.isEmpty) return 0;
    const decoded = decodeSockaddr(address, length);
    if (!(decoded instanceof UnixAddress)) return this.#deny("an address of AF_UNIX");
    if (decoded.kind === "pathname") {
      const path = this.#checkPath(use, decoded.text);
      // What Linux says to a path that leads nowhere, it says better itself.
      return path === -Errno.EACCES ? path : 0;
    }
    const refusal = this.#rules.refusalOfUnix({ use, name: nameOfUnix(decoded) }) ??
      this.#unix.missingForAbstract();
    return refusal === null ? 0 : this.#deny(refusal);
  }

  /** Checks a path as given and where it leads. Returns the latter, or a negated errno. */
  #checkPath(use: AddressUse, path: string | null): string | number {
    if (path === null) return this.#deny("a path in UTF-8");
    let given: string;
    try {
      given = normalizePath(path);
    } catch {
      return this.#deny("a current folder that exists");
    }
    const missing = this.#unix.missingForPath(given);
    if (missing !== null) return this.#deny(missing);
    const place = this.#unix.resolve(path, use === "bind");
    if (typeof place === "string") {
      const refused = this.#checkPlace(use, place);
      return refused < 0 ? refused : place;
    }
    if (place === -Errno.EACCES) return this.#deny(`a way to ${given} that may be seen`);
    const refusal = this.#rules.refusalOfUnix({ use, name: given });
    return refusal === null ? place : this.#deny(refusal);
  }

  #checkPlace(use: AddressUse, place: string): number {
    const refusal = this.#rules.refusalOfUnix({ use, name: place }) ??
      this.#unix.missingForPath(place);
    return refusal === null ? 0 : this.#deny(refusal);
  }
}

const UNNAMED = new UnixAddress("unnamed");

/**
 * Whether a name is an address: those need no resolving. Only IPv6 has zones; with an IPv4 address
 * before the `%` a resolver may take the whole for a name.
 */
function isAddressText(name: string): boolean {
  const zone = name.indexOf("%");
  if (zone < 0) return parseIpAddress(name) !== null;
  return parseIpAddress(name.slice(0, zone))?.family === 6;
}

/** An address of AF_UNIX as rules have it. */
function nameOfUnix(address: UnixAddress): string {
  return address.kind === "unnamed" ? "" : address.toString();
}
