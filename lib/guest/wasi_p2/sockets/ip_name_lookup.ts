/**
 * wasi:sockets/ip-name-lookup.
 *
 * @module
 */
import { parseIpAddress, SocketAddress } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { decodeSockaddr } from "../../../linux/sockaddr.ts";
import { AF_UNSPEC } from "../../../linux/socket.ts";
import type { WasiContext } from "../context.ts";
import { Awaited, Pollable } from "../io/poll.ts";
import { Resource } from "../resource.ts";
import { type ErrorCode, failWith, type IpAddressValue, type Network } from "./network.ts";

/** An address as WASI has it. */
function addressValue(bytes: Uint8Array): IpAddressValue {
  if (bytes.length === 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    return { tag: "ipv4", val: [a, b, c, d] };
  }
  const part = (index: number) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0);
  return {
    tag: "ipv6",
    val: [part(0), part(1), part(2), part(3), part(4), part(5), part(6), part(7)],
  };
}

/**
 * The host that a name stands for, as a URL's: a domain in ASCII, or the text of an IP address.
 *
 * @returns Null if it is none: empty, with a port, a URL, …
 */
export function parseHost(name: string): string | null {
  const bracketed = /^\[(.*)\]$/s.exec(name)?.[1];
  const literal = parseIpAddress(bracketed ?? name);
  if (literal !== null) {
    return bracketed !== undefined && literal.family === 4 ? null : `${literal}`;
  }
  // What a URL would take for more than a host, or leave out.
  if (/[\0-\x20/?#@:\\[\]]/.test(name)) return null;
  const url = URL.parse(`http://${name}/`);
  return url === null || url.hostname === "" ? null : url.hostname;
}

/** Which code a failed lookup is. */
export function lookupCode(errno: number): ErrorCode {
  switch (-errno) {
    case Errno.EACCES:
      return "access-denied";
    case Errno.ENOENT:
      return "name-unresolvable";
    case Errno.EAGAIN:
      return "temporary-resolver-failure";
    case Errno.ETIMEDOUT:
      return "timeout";
    default:
      return "permanent-resolver-failure";
  }
}

/** Milliseconds for which one wait for a lookup lasts, at most. */
const LONGEST_WAIT = 10_000;

/**
 * `resolve-address-stream`: nothing waits before its pollable does. Where the system cannot go on with a
 * lookup meanwhile, the first call for an address waits.
 */
export class ResolveAddressStream extends Resource {
  readonly #context: WasiContext;
  readonly #host: string;
  readonly #found: Uint8Array<ArrayBuffer>[] = [];
  /** What the lookup gave; null while it is under way. */
  #result: number | null = null;
  #addresses: IpAddressValue[] | null = null;
  #next = 0;

  /** The addresses of a host, which are looked up from now on. */
  constructor(context: WasiContext, host: string) {
    super();
    this.#context = context;
    this.#host = host;
    if (context.system.keepsLookups === true) this.proceed(0);
  }

  /**
   * Waits for the lookup.
   *
   * @param timeout Milliseconds, at most; negative for as long as it takes.
   * @returns Whether it is done.
   */
  proceed(timeout: number): boolean {
    if (this.#result !== null) return true;
    const { system } = this.#context;
    const result = system.resolve(this.#host, AF_UNSPEC, this.#found, timeout);
    // In time, the resolver itself says that nobody answers it.
    if (result === -Errno.ETIMEDOUT && timeout >= 0) return false;
    this.#result = result;
    return true;
  }

  /** Whether the next address, or the end or an error, is there; starts the lookup if need be. */
  get isReady(): boolean {
    return this.proceed(this.#context.system.keepsLookups === true ? 0 : -1);
  }

  /** `resolve-next-address`. */
  resolveNextAddress(): IpAddressValue | undefined {
    if (!this.isReady) failWith("would-block");
    this.#addresses ??= this.#decode();
    return this.#addresses[this.#next++];
  }

  /** `subscribe`. */
  subscribe(): Pollable {
    return new LookupPollable(this.#context, this);
  }

  #decode(): IpAddressValue[] {
    const result = this.#result ?? 0;
    if (result < 0) failWith(lookupCode(result));
    const addresses: IpAddressValue[] = [];
    for (const sockaddr of this.#found) {
      const address = decodeSockaddr(sockaddr);
      if (address instanceof SocketAddress) {
        addresses.push(addressValue(address.ip.unmapped().bytes));
      }
    }
    return addresses;
  }
}

/** The pollable of a stream. */
class LookupPollable extends Pollable {
  readonly #stream: ResolveAddressStream;

  constructor(context: WasiContext, stream: ResolveAddressStream) {
    super(context, stream);
    this.#stream = stream;
  }

  look(): Awaited {
    return this.#stream.isReady ? Awaited.nothing : Awaited.unseen;
  }

  override block(): void {
    // What is to be written to sockets goes out meanwhile only if something looks after it.
    if (this.context.writers.size > 0) return super.block();
    while (!this.#stream.proceed(LONGEST_WAIT));
  }
}

/**
 * `resolve-addresses`.
 *
 * @param context What the guest's resources share.
 * @param _network What is asked; the system's policy decides.
 * @param name A domain name, or the text of an IP address.
 */
export function resolveAddresses(
  context: WasiContext,
  _network: Network,
  name: string,
): ResolveAddressStream {
  const host = parseHost(name);
  return host === null ? failWith("invalid-argument") : new ResolveAddressStream(context, host);
}
