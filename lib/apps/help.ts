/**
 * Help, printed from the table of commands.
 *
 * @module
 */
import type { Command, OptionSpec } from "./command.ts";

function optionText({ name, short, value, optionalValue }: OptionSpec): string {
  const letter = short === undefined ? "" : `-${short}, `;
  if (value === undefined) return `${letter}--${name}`;
  return optionalValue ? `${letter}--${name}[=${value}]` : `${letter}--${name}=${value}`;
}

/** Rows of two columns. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => {
    const gap = left.length > width ? `\n${" ".repeat(width + 4)}` : " ".repeat(width + 2);
    return left.length > width
      ? `  ${left}${gap}${right}\n`
      : `  ${left.padEnd(width)}  ${right}\n`;
  }).join("");
}

function optionRows(options: readonly OptionSpec[]): [string, string][] {
  return options.map((option) => [optionText(option), option.help]);
}

/** Help on everything. */
export function generalHelp(
  commands: readonly Command[],
  common: readonly OptionSpec[],
): string {
  const rows = commands.map(({ name, operands, summary }) =>
    [["vmsock", name, operands].filter((word) => word !== "").join(" "), summary] as const
  );
  return `vmsock gives guests hosted in Deno true blocking sockets.

Usage: vmsock [OPTION…] [COMMAND [OPTION…] [OPERAND…]]

Commands:
${columns(rows)}
Options:
${columns(optionRows(common))}
Examples:
${columns(commands.flatMap(({ examples }) => examples.slice(0, 1)))}
vmsock COMMAND --help lists the command's own options, with more examples. In a clone of its sources
vmsock stands for: deno run --allow-net cli.ts, with the permissions that a command names.

Exit status: the command's own; 1 if it failed, with one line on standard error; 2 if misused.
Data goes to standard output, everything else to standard error.
`;
}

/** Help on one command. */
export function commandHelp(command: Command, common: readonly OptionSpec[]): string {
  const { name, summary, operands, description, options, examples } = command;
  const usage = ["vmsock", name, "[OPTION…]", operands].filter((word) => word !== "").join(" ");
  const own = options.length === 0 ? "" : `Options:\n${columns(optionRows(options))}\n`;
  return `vmsock ${name}: ${summary}

Usage: ${usage}

${description}

${own}Options of every command:
${columns(optionRows(common))}
Examples:
${columns(examples)}`;
}
