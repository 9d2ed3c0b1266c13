/**
 * `--tun`, `--address`, `--gateway`, `--nameserver`: what a host behind a TUN device is told.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "../ip.ts";
import { type InterfaceAddress, parseInterfaceAddress } from "../stack/user/interface_address.ts";
import { optionValue, type ParsedArguments, UsageError } from "./command.ts";

const DEFAULT_TUN = "vmsock0";

/** What a host behind a TUN device is told. */
export interface TunOptions {
  /** The device's name. */
  readonly tun: string;
  /** Its addresses, one at least. */
  readonly addresses: readonly InterfaceAddress[];
  /** Linux's address on the device, to be given to it; null to leave it. */
  readonly gateway: IpAddress | null;
  /** Where names are asked for; null for nowhere. */
  readonly nameserver: IpAddress | null;
}

function ipOption(parsed: ParsedArguments, name: string): IpAddress | null {
  const text = optionValue(parsed, name);
  if (text === undefined) return null;
  const ip = parseIpAddress(text);
  if (ip === null) throw new UsageError(`--${name} is an IP address, not ${text}`);
  return ip;
}

function parseAddress(text: string): InterfaceAddress {
  const address = parseInterfaceAddress(text);
  if (address === null) {
    throw new UsageError(`--address is an address with its network, 10.9.0.2/24, not ${text}`);
  }
  const { ip } = address;
  if (ip.isUnspecified || ip.isLoopback || ip.isMulticast) {
    throw new UsageError(`--address is the address of one host on a network, not ${text}`);
  }
  return address;
}

/** Whether an address is in the network of another. */
function isNear({ ip: { bytes }, prefixLength }: InterfaceAddress, other: IpAddress): boolean {
  if (bytes.length !== other.bytes.length) return false;
  return bytes.every((octet, index) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * index));
    return ((octet ^ (other.bytes[index] ?? 0)) & (0xff00 >> bits) & 0xff) === 0;
  });
}

function checkGateway(addresses: readonly InterfaceAddress[], gateway: IpAddress): void {
  if (addresses.some(({ ip }) => ip.equals(gateway))) {
    throw new UsageError(
      `--gateway is this host's own address, and --address another one: both are ${gateway}`,
    );
  }
  if (!addresses.some((address) => isNear(address, gateway))) {
    throw new UsageError(`--gateway=${gateway} is in the network of no --address`);
  }
}

/**
 * Reads the options of a host behind a TUN device.
 *
 * @param parsed The command's arguments.
 * @param reason The option that makes them necessary, such as `--stack=user`.
 * @throws {UsageError} If one is missing or cannot be right.
 */
export function parseTunOptions(parsed: ParsedArguments, reason: string): TunOptions {
  const addresses = (parsed.options.get("address") ?? []).map(parseAddress);
  if (addresses.length === 0) {
    throw new UsageError(`${reason} needs --address=CIDR, such as --address=10.9.0.2/24`);
  }
  const gateway = ipOption(parsed, "gateway");
  if (gateway !== null) checkGateway(addresses, gateway);
  return {
    tun: optionValue(parsed, "tun") ?? DEFAULT_TUN,
    addresses,
    gateway,
    nameserver: ipOption(parsed, "nameserver"),
  };
}
