/**
 * Operations that send or receive until nothing more goes.
 *
 * @module
 */
import type { Call, Operation } from "../call.ts";
import { formatResult } from "../format.ts";
import { fillPattern } from "../values.ts";

/** The operations of this file by name. */
export const BULK_OPERATIONS: Readonly<Record<string, Operation>> = { fill, drain };

function fill(call: Call): string {
  const { system, session } = call;
  const { fd, domain } = call.descriptor(0);
  const chunk = fillPattern(call.number(1));
  const flags = call.int(2);
  const { result, total } = repeat(() =>
    domain >= 0
      ? system.send(fd, chunk, chunk.length, flags)
      : system.write(fd, chunk, chunk.length)
  );
  session.filled += total;
  return `${formatResult(result)} total${session.filled > 0 ? ">0" : "=0"}`;
}

function drain(call: Call): string {
  const { system, session } = call;
  const { fd, domain } = call.descriptor(0);
  const chunk = new Uint8Array(call.number(1));
  const flags = call.int(2);
  const { result, total } = repeat(() =>
    domain >= 0 ? system.recv(fd, chunk, chunk.length, flags) : system.read(fd, chunk, chunk.length)
  );
  const { filled } = session;
  session.filled = 0;
  const sum = total === filled ? "=fill" : total > 0 ? ">0" : "=0";
  return `${formatResult(result)} total${sum}`;
}

function repeat(transfer: () => number): { result: number; total: number } {
  let total = 0;
  let result = transfer();
  while (result > 0) {
    total += result;
    result = transfer();
  }
  return { result, total };
}
