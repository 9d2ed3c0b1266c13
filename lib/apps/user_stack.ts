/**
 * Opens the user stack as the command line asks: `--tun`, `--address`, `--gateway`, `--nameserver`.
 *
 * @module
 */
import type { Stack } from "../stack/stack.ts";
import { UserStack } from "../stack/user/user_stack.ts";
import type { ParsedArguments } from "./command.ts";
import { parseTunOptions } from "./tun_options.ts";

/**
 * Opens the user stack.
 *
 * @param parsed The command's arguments.
 * @throws {UsageError} If an option is missing or wrong.
 * @throws {UserStackError} If it cannot be opened, with what is missing.
 */
export function openUserStack(parsed: ParsedArguments): Stack {
  const { tun, addresses, gateway, nameserver } = parseTunOptions(parsed, "--stack=user");
  return new UserStack({
    tun,
    addresses: addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`),
    gateway: gateway?.toString() ?? null,
    nameserver: nameserver?.toString() ?? null,
  });
}
