/**
 * How long a socket's calls may wait, remembered so that an error can say what expired: Linux reports
 * an expired time-out with the errno of a call that would have had to wait.
 *
 * @module
 */
import type { SocketAddress } from "../ip.ts";
import { Errno } from "../linux/errno.ts";
import { SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET } from "../linux/socket.ts";
import type { NetError } from "./error.ts";
import { failure } from "./failure.ts";
import { type Descriptor, type OptionName, setTimeoutOption } from "./socket_option.ts";

/** SO_RCVTIMEO: bounds receiving and accept. */
export const RECEIVE_TIMEOUT: OptionName = [SOL_SOCKET, SO_RCVTIMEO];

/** SO_SNDTIMEO: bounds sending. */
export const SEND_TIMEOUT: OptionName = [SOL_SOCKET, SO_SNDTIMEO];

/** What bounds the waits of a socket and its clones. */
interface WaitState {
  readonly limits: Map<OptionName, number>;
  nonblocking: boolean;
}

const STATES: WeakMap<Descriptor, WaitState> = new WeakMap();

function stateOf(socket: Descriptor): WaitState {
  const state = STATES.get(socket) ?? { limits: new Map(), nonblocking: false };
  STATES.set(socket, state);
  return state;
}

/** Sets a time-out and remembers it. */
export function setWaitLimit(
  socket: Descriptor,
  option: OptionName,
  milliseconds: number | null,
): void {
  setTimeoutOption(socket, option, milliseconds);
  const { limits } = stateOf(socket);
  if (milliseconds === null) limits.delete(option);
  else limits.set(option, milliseconds);
}

/** Remembers whether a socket waits at all. */
export function rememberNonblocking(socket: Descriptor, nonblocking: boolean): void {
  stateOf(socket).nonblocking = nonblocking;
}

/** A clone shares the time-outs, as its descriptor does. */
export function shareWaitLimits(socket: Descriptor, clone: Descriptor): void {
  STATES.set(clone, stateOf(socket));
}

/** A call on a socket that failed. */
export interface FailedSocketCall {
  /** Its name. */
  readonly syscall: string;
  /** What it returned: a negated errno. */
  readonly result: number;
  /** What was attempted, to stand after "Cannot". */
  readonly action: string;
  /** The address concerned. */
  readonly address?: SocketAddress | undefined;
  /** The time-out that bounds it. */
  readonly limit?: OptionName;
}

/** The error for a call on a socket that failed. */
export function socketFailure(socket: Descriptor, call: FailedSocketCall): NetError {
  const { syscall, result, action, address, limit } = call;
  const state = STATES.get(socket);
  const mayHaveExpired = limit !== undefined && result === -Errno.EAGAIN && !state?.nonblocking;
  const milliseconds = mayHaveExpired ? state?.limits.get(limit) : undefined;
  const reason = milliseconds === undefined ? undefined : `Timed out after ${milliseconds} ms`;
  return failure(socket.system, { syscall, result, action, address, reason });
}
