/**
 * Trying each address of a name in turn.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import type { System } from "../kernel/system.ts";
import { NetError } from "./error.ts";
import { failureReason } from "./failure.ts";
import { type Address, socketAddresses } from "./host_port.ts";

/** What came of one address. */
export interface Attempt {
  /** The last call made. */
  readonly syscall: string;
  /** A descriptor, or a negated errno. */
  readonly result: number;
}

/** What is to be done with one address. */
export interface AttemptAction {
  /** Name of the call that is the point of it: `connect`. */
  readonly syscall: string;
  /** What is attempted, to stand after "Cannot": `connect to`. */
  readonly text: string;
  /** Does it. Leaves nothing open if it fails. */
  readonly attempt: (address: SocketAddress) => Attempt;
}

/** A descriptor, and the address that it was got for. */
export interface Attempted {
  /** The descriptor. */
  readonly fd: number;
  /** The address. */
  readonly address: SocketAddress;
}

interface Failed {
  readonly call: Attempt;
  readonly address: SocketAddress;
  readonly reason: string;
}

function attemptError(target: string, action: AttemptAction, failed: readonly Failed[]): NetError {
  const last = failed.at(-1) as Failed;
  const reasons = new Set(failed.map(({ reason }) => reason));
  const addresses = failed.map(({ address }) => String(address.ip)).join(", ");
  let message = `Cannot ${action.text} ${target}`;
  if (reasons.size > 1) {
    message += `: ${failed.map(({ address, reason }) => `${address.ip}: ${reason}`).join("; ")}`;
  } else if (failed.length === 1 && String(last.address) === target) {
    message += `: ${last.reason}`;
  } else {
    message += ` (${addresses}): ${last.reason}`;
  }
  const { syscall, result } = last.call;
  return new NetError(message, { syscall, errno: -result, address: last.address });
}

/**
 * Tries every address until one succeeds.
 *
 * @throws {NetError} The last address's failure, its message naming each; or `InvalidInput` for
 * malformed text, or the failure to resolve a name.
 */
export function attemptEach(system: System, address: Address, action: AttemptAction): Attempted {
  const failed: Failed[] = [];
  for (const candidate of socketAddresses(system, address, action)) {
    const call = action.attempt(candidate);
    if (call.result >= 0) return { fd: call.result, address: candidate };
    const reason = failureReason(system, call.result);
    failed.push({ call, address: candidate, reason });
  }
  throw attemptError(String(address), action, failed);
}
