/**
 * Turns the results of system calls into errors.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import { Errno, errnoMessage, errnoName } from "../linux/errno.ts";
import type { System } from "../kernel/system.ts";
import { NetError } from "./error.ts";

/** A system call that failed. */
export interface FailedCall {
  /** Its name. */
  readonly syscall: string;
  /** What it returned: a negated errno. */
  readonly result: number;
  /** What was attempted, to stand after "Cannot": `connect to 127.0.0.1:80`. */
  readonly action: string;
  /** The address concerned. */
  readonly address?: SocketAddress | undefined;
  /** Why it failed, where strerror(3) would mislead. */
  readonly reason?: string | undefined;
}

/**
 * Why a call failed: the permission to add where the policy refused it, else strerror(3)'s text and
 * the errno's name.
 */
export function failureReason(system: System, result: number): string {
  // Asked at once: the next refusal would replace what this one left.
  const denial = result === -Errno.EACCES ? system.takeDenial() : null;
  const reason = `${errnoMessage(result)} (${errnoName(result)})`;
  if (denial === null) return reason;
  return denial.startsWith("--allow-") ? `${reason}, add ${denial}` : `${reason}: ${denial}`;
}

/** The error for a call that failed. */
export function failure(system: System, call: FailedCall): NetError {
  const { syscall, result, action, address } = call;
  const reason = call.reason ?? failureReason(system, result);
  return new NetError(`Cannot ${action}: ${reason}`, { syscall, errno: -result, address });
}

/** The error for an argument that no system call was made with. */
export function invalidInput(syscall: string, message: string): NetError {
  return new NetError(message, { syscall, errno: Errno.EINVAL });
}
