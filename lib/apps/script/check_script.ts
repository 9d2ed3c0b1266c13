/**
 * What `vmsock check` does.
 *
 * @module
 */
import { type Invocation, UsageError } from "../command.ts";
import { compileOrPrint } from "./compile_source.ts";
import { readSource } from "./source.ts";

/** Runs `vmsock check`. */
export function checkScriptCommand({ operands }: Invocation): number {
  const [path, ...more] = operands;
  if (path === undefined || more.length > 0) {
    throw new UsageError(`check takes one file, not ${operands.length}: vmsock check FILE.mc`);
  }
  return compileOrPrint(readSource(path), { path, errno: "moca" }) === null ? 1 : 0;
}
