/**
 * The address of an interface, with its network.
 *
 * @module
 */
import { type IpAddress, parseIpAddress } from "../../ip.ts";

/** An address and how many of its leading bits its network has. */
export interface InterfaceAddress {
  /** The address. */
  readonly ip: IpAddress;
  /** Leading bits that all addresses of its network share. */
  readonly prefixLength: number;
}

/**
 * Parses an interface's address: `10.9.0.2/24`, `fd00::2/64`.
 *
 * @param text The address, `/`, and a prefix length in decimal without leading zeros.
 * @returns Null if the text is none.
 */
export function parseInterfaceAddress(text: string): InterfaceAddress | null {
  const match = /^([^/%]+)\/(0|[1-9][0-9]{0,2})$/.exec(text);
  const ip = parseIpAddress(match?.[1] ?? "");
  const prefixLength = Number(match?.[2]);
  if (ip === null || prefixLength > ip.bytes.length * 8) return null;
  return { ip, prefixLength };
}
