/**
 * What WASI programs find when they start: `--dir`, `--env` and `--network`.
 *
 * @module
 */
import { parsePreopenedDirectory, type PreopenedDirectory } from "../../guest/wasi/preopened.ts";
import type { PolicyOptions } from "../../kernel/policy/policy.ts";
import { parsePolicyRule } from "../../kernel/policy/policy_rule.ts";
import { type ParsedArguments, UsageError } from "../command.ts";

/**
 * Reads the option.
 *
 * @throws {UsageError} If a value is none.
 */
export function directoriesOf({ options }: ParsedArguments): readonly PreopenedDirectory[] {
  return (options.get("dir") ?? []).map((text) => {
    const directory = parsePreopenedDirectory(text);
    if (directory !== null) return directory;
    throw new UsageError(`--dir is HOST::GUEST or one path for both, not ${JSON.stringify(text)}`);
  });
}

/** An environment of `NAME=VALUE` entries as names and values. */
export function environmentPairs(
  environment: readonly string[],
): (readonly [name: string, value: string])[] {
  return environment.map((entry) => {
    const at = entry.indexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
}

/** A network's name, then what it allows, or after an exclamation mark denies. */
const NETWORK_RULE = /^([^=]+)=(!?)(.+)$/s;

/**
 * Reads `--network`, each of which adds a rule to a network: `NAME=RULE` one that allows, `NAME=!RULE`
 * one that denies.
 *
 * @throws {UsageError} If a value is none.
 */
export function networksOf({ options }: ParsedArguments): Readonly<Record<string, PolicyOptions>> {
  const networks = new Map<string, { readonly allow: string[]; readonly deny: string[] }>();
  for (const text of options.get("network") ?? []) {
    const [, name, not, rule] = NETWORK_RULE.exec(text) ?? [];
    if (name === undefined || rule === undefined) {
      throw new UsageError(`--network is NAME=RULE or NAME=!RULE, not ${JSON.stringify(text)}`);
    }
    try {
      parsePolicyRule(rule);
    } catch (error) {
      if (error instanceof SyntaxError) throw new UsageError(`--network: ${error.message}`);
      throw error;
    }
    const network = networks.get(name) ?? { allow: [], deny: [] };
    networks.set(name, network);
    (not === "" ? network.allow : network.deny).push(rule);
  }
  // Without a rule that allows, everything is that no rule denies.
  return Object.fromEntries(
    [...networks].map(([name, { allow, deny }]) => [
      name,
      allow.length === 0 ? { deny } : { allow, deny },
    ]),
  );
}
