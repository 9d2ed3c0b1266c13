/**
 * scheduler:core-libs/wasi-network.
 *
 * @module
 */
import { IpAddress } from "../../ip.ts";
import { NETWORK_ERROR_NAMES, type WasiErrorCode } from "../wasi/socket_errors.ts";
import type { WasiContext } from "../wasi_p2/context.ts";
import { fail } from "../wasi_p2/fail.ts";
import { Resource } from "../wasi_p2/resource.ts";
import type { IpAddressValue } from "../wasi_p2/sockets/network.ts";
import { hostAddresses } from "./host_addresses.ts";
import type { NetworkPolicy } from "./network_policy.ts";

/** `network`. */
export class Network extends Resource {
  /** What it lets its sockets reach. */
  readonly policy: NetworkPolicy;

  /** A network. */
  constructor(policy: NetworkPolicy) {
    super();
    this.policy = policy;
  }
}

/** `ip-address` as an address. */
export function toIpAddress(value: IpAddressValue): IpAddress {
  if (value.tag === "ipv4") return new IpAddress(Uint8Array.from(value.val));
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  value.val.forEach((part, index) => view.setUint16(2 * index, part));
  return new IpAddress(bytes);
}

/** An address as `ip-address`. */
export function fromIpAddress({ bytes }: IpAddress): IpAddressValue {
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

/** Fails with a code, as these interfaces call it. */
export function failNetwork(code: WasiErrorCode): never {
  fail(NETWORK_ERROR_NAMES[code]);
}

/** `resolve-name`. */
export function resolveName(
  context: WasiContext,
  { policy }: Network,
  name: string,
): IpAddressValue[] {
  return hostAddresses(name, {
    context,
    network: policy,
    family: null,
    deadline: Infinity,
    fail: failNetwork,
  }).map(fromIpAddress);
}
