/**
 * The command line: `vmsock`, `vmsock get URL`. Importing it runs nothing; {@linkcode main} does.
 *
 * @example
 * ```ts
 * import { main } from "@vmsock/vmsock/cli";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await main(["--version"]), 0);
 * ```
 *
 * @module
 */
// @ts-types="./lib/apps/parse_args.d.ts"
import { type Args, parseArgs } from "@std/cli/parse-args";
import {
  type Command,
  type OptionSpec,
  optionValue,
  type ParsedArguments,
  UsageError,
} from "./lib/apps/command.ts";
import { COMMANDS, COMMON_OPTIONS } from "./lib/apps/commands.ts";
import { commandHelp, generalHelp } from "./lib/apps/help.ts";
import { print, printFailure } from "./lib/apps/output.ts";
import { checkSessionOptions } from "./lib/apps/session_options.ts";
import { expandShortOptions } from "./lib/apps/short_options.ts";
import { closest } from "./lib/apps/suggestion.ts";
import { VERSION } from "./lib/apps/version.ts";

/** Exit status of a program that failed. */
const FAILED = 1;

/** Exit status of wrong usage. */
const MISUSED = 2;

/**
 * Runs the command line.
 *
 * Data goes to standard output, everything else to standard error; a failure is one line there.
 *
 * @param args The arguments, without the program's name.
 * @returns The exit status: the command's own, 1 if it failed, 2 for wrong usage.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    printFailure(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? MISUSED : FAILED;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const before = parse(args, COMMON_OPTIONS, true);
  const [name, ...rest] = before.operands;
  const command = name === undefined ? COMMANDS[0] : findCommand(name);
  const options = [...command.options, ...COMMON_OPTIONS];
  const after = parse(rest, options, command.stopEarly ?? false);
  const parsed: ParsedArguments = {
    operands: after.operands,
    options: new Map([...before.options, ...after.options]),
  };
  if (parsed.options.has("help")) {
    const help = name === undefined
      ? generalHelp(COMMANDS, COMMON_OPTIONS)
      : commandHelp(command, COMMON_OPTIONS);
    print("stdout", help);
    return 0;
  }
  if (parsed.options.has("version")) {
    print("stdout", `vmsock ${VERSION}\n`);
    return 0;
  }
  (command.checkOptions ?? checkSessionOptions)(parsed);
  const openSession = async () => {
    const { openSession } = await import("./lib/apps/session.ts");
    if (optionValue(parsed, "stack") !== "user") return openSession(parsed);
    const { openUserStack } = await import("./lib/apps/user_stack.ts");
    return openSession(parsed, { stack: openUserStack(parsed) });
  };
  return await command.run({ ...parsed, openSession });
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((row) => row.name === name);
  if (name !== "" && command !== undefined) return command;
  if (/^https?:/.test(name)) throw new UsageError(`to get a URL, say vmsock get ${name}`);
  const names = COMMANDS.map((row) => row.name).filter((text) => text !== "");
  throw new UsageError(`there is no command ${JSON.stringify(name)}${hint(name, names, "")}`);
}

function hint(typed: string, words: readonly string[], dashes: string): string {
  const word = closest(typed, words);
  return word === undefined
    ? "; vmsock --help lists what there is"
    : `; did you mean ${dashes}${word}?`;
}

/** Where an option belongs that was given before its command. */
function ownerHint(
  key: string,
  args: readonly string[],
  specs: readonly OptionSpec[],
): string | undefined {
  if (specs !== COMMON_OPTIONS) return undefined;
  const owns = (command: Command): OptionSpec | undefined =>
    command.options.find(({ name, short }) => key === name || key === short);
  const owners = COMMANDS.filter((command) => owns(command) !== undefined);
  const owner = owners.find(({ name }) => args.includes(name)) ?? owners[0];
  return owner && ` before the command; say vmsock ${owner.name} --${owns(owner)?.name}`;
}

function parse(
  given: readonly string[],
  specs: readonly OptionSpec[],
  stopEarly: boolean,
): ParsedArguments {
  const args = expandShortOptions(given, specs, stopEarly);
  const valued = specs.filter(({ value, optionalValue }) => value !== undefined && !optionalValue);
  const names = specs.map(({ name }) => name);
  const parsed = parseArgs(args, {
    string: ["_", ...valued.map(({ name }) => name)],
    boolean: specs.filter((spec) => !valued.includes(spec)).map(({ name }) => name),
    collect: valued.map(({ name }) => name),
    alias: Object.fromEntries(
      specs.flatMap(({ name, short }) => short === undefined ? [] : [[name, short]]),
    ),
    stopEarly,
    "--": true,
    unknown: (argument, key) => {
      if (key === undefined) return true;
      const typed = argument.replace(/=.*$/s, "");
      throw new UsageError(
        `there is no option ${typed}${ownerHint(key, args, specs) ?? hint(key, names, "--")}`,
      );
    },
  });
  const operands = operandsOf(args, parsed, stopEarly);
  const own = ownArguments(args, operands.length, stopEarly);
  const options = new Map<string, readonly string[]>();
  for (const spec of specs) {
    const values = spec.optionalValue
      ? optionalValues(own, spec.name)
      : givenValues(parsed[spec.name]);
    if (values.length === 0) continue;
    if (valued.includes(spec) && values.includes("")) {
      throw new UsageError(`--${spec.name} needs a value: --${spec.name}=${spec.value}`);
    }
    const wrong = values.find((value) => spec.choices?.includes(value) === false);
    if (wrong !== undefined) {
      throw new UsageError(`--${spec.name} is ${spec.value}, not ${JSON.stringify(wrong)}`);
    }
    options.set(spec.name, values);
  }
  return { operands, options };
}

/** What is not an option. After a guest's program everything is the guest's, `--` too. */
function operandsOf(args: readonly string[], parsed: Args, stopEarly: boolean): string[] {
  const { _: operands, "--": after = [] } = parsed;
  const isGuests = stopEarly && operands.length > 0 && args.includes("--");
  return isGuests ? [...operands, "--", ...after] : [...operands, ...after];
}

/** The arguments among which options are read. */
function ownArguments(
  args: readonly string[],
  operands: number,
  stopEarly: boolean,
): readonly string[] {
  if (stopEarly) return args.slice(0, args.length - operands);
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Values of an option whose value may be missing, which parseArgs knows only as a flag. */
function optionalValues(args: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (const argument of args) {
    if (argument === `--${name}`) values.push("");
    else if (argument.startsWith(`--${name}=`)) values.push(argument.slice(name.length + 3));
  }
  return values;
}

/** A flag's value, or an option's, as text. */
function givenValues(value: unknown): string[] {
  if (value === true) return [""];
  return Array.isArray(value) ? value.map(String) : [];
}

if (import.meta.main) Deno.exit(await main(Deno.args));
