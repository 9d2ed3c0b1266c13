/**
 * Opens the user stack as the command line asks: `--tun`, `--address`, `--gateway`, `--nameserver`.
 *
 * @module
 */
import { parseIpAddress } from "../ip.ts";
import type { Stack } from "../stack/stack.ts";
import { parseInterfaceAddress } from "../stack/user/interface_address.ts";
import { UserStack } from "../stack/user/user_stack.ts";
import { optionValue, type ParsedArguments, UsageError } from "./command.ts";

const DEFAULT_TUN = "vmsock0";

function addressOption(parsed: ParsedArguments, name: string): string | null {
  const text = optionValue(parsed, name);
  if (text === undefined) return null;
  if (parseIpAddress(text) === null) {
    throw new UsageError(`--${name} is an IP address, not ${text}`);
  }
  return text;
}

/**
 * Opens the user stack.
 *
 * @param parsed The command's arguments.
 * @throws {UsageError} If an option is missing or wrong.
 * @throws {UserStackError} If it cannot be opened, with what is missing.
 */
export function openUserStack(parsed: ParsedArguments): Stack {
  const addresses = parsed.options.get("address") ?? [];
  if (addresses.length === 0) {
    throw new UsageError("--stack=user needs --address=CIDR, such as --address=10.9.0.2/24");
  }
  const wrong = addresses.find((text) => parseInterfaceAddress(text) === null);
  if (wrong !== undefined) {
    throw new UsageError(`--address is an address with its network, 10.9.0.2/24, not ${wrong}`);
  }
  return new UserStack({
    tun: optionValue(parsed, "tun") ?? DEFAULT_TUN,
    addresses,
    gateway: addressOption(parsed, "gateway"),
    nameserver: addressOption(parsed, "nameserver"),
  });
}
