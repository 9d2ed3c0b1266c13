/**
 * The interpreter of the scenario language: runs a scenario on a kernel.
 *
 * @module
 */
import type { System } from "../../lib/kernel/system.ts";
import { Call, Session } from "./call.ts";
import { OPERATIONS } from "./operations/table.ts";
import type { RawCalls } from "./raw_calls.ts";
import { parseStatement, ScenarioError, type Statement } from "./scenario.ts";

/** What a scenario runs on. */
export interface ScenarioOptions {
  /** The kernel under test, as a process starts with it: only descriptors 0, 1 and 2 are open. */
  readonly system: System;
  /** Its calls with lengths as they are given; null where `System` is all that there is. */
  readonly raw?: RawCalls | null;
  /** Absolute path of the current working directory. */
  readonly directory: string;
  /**
   * Receives the output: `LINE OP ` before an operation, so that one that never returns can be seen,
   * and its result with a line feed after it.
   */
  readonly write: (text: string) => void;
  /** Returns a time in milliseconds, for `took`; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * Runs a scenario.
 *
 * @param text The scenario.
 * @param options What it runs on.
 * @throws {ScenarioError} If there is a mistake in it; what came before has been performed.
 */
export function runScenario(text: string, options: ScenarioOptions): void {
  const session = new Session(options.system, options.directory, options.raw ?? null);
  for (const [index, line] of text.split("\n").entries()) {
    const number = index + 1;
    const statement = atLine(`line ${number}`, () => parseStatement(line, number));
    if (statement !== null) performStatement(statement, session, options);
  }
}

function performStatement(
  statement: Statement,
  session: Session,
  { write, now = () => performance.now() }: ScenarioOptions,
): void {
  const { line, operation: name } = statement;
  const operation = OPERATIONS.get(name);
  if (operation === undefined) {
    throw new ScenarioError(`line ${line} (${name}): unknown operation`);
  }
  write(`${line} ${name} `);
  const started = now();
  const result = atLine(`line ${line} (${name})`, () => operation(new Call(session, statement)));
  session.elapsed = now() - started;
  write(`${result}\n`);
}

function atLine<T>(place: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new ScenarioError(`${place}: ${error.message}`, { cause: error });
  }
}
