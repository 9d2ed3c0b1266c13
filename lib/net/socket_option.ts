/**
 * Socket options by value, failures as errors.
 *
 * @module
 */
import type { System } from "../kernel/system.ts";
import { socketOption } from "../linux/socket_options.ts";
import { decodeTimeval, encodeTimeval, TIMEVAL_SIZE } from "../linux/time.ts";
import { failure, invalidInput } from "./failure.ts";

/** A descriptor of a system. */
export interface Descriptor {
  /** The system. */
  readonly system: System;
  /** Its number there. */
  readonly fd: number;
}

/** Names an option: its level (SOL_SOCKET, IPPROTO_TCP, …) and its number there. */
export type OptionName = readonly [level: number, name: number];

function label([level, name]: OptionName): string {
  return socketOption(level, name)?.label ?? `option ${name} of level ${level}`;
}

/**
 * Sets an option to bytes.
 *
 * @throws {NetError} If the call fails.
 */
export function setOption({ system, fd }: Descriptor, option: OptionName, value: Uint8Array): void {
  const result = system.setsockopt(fd, option[0], option[1], value, value.byteLength);
  if (result < 0) {
    throw failure(system, { syscall: "setsockopt", result, action: `set ${label(option)}` });
  }
}

function getOption({ system, fd }: Descriptor, option: OptionName, value: Uint8Array): void {
  const length = Int32Array.of(value.byteLength);
  const result = system.getsockopt(fd, option[0], option[1], value, length);
  if (result < 0) {
    throw failure(system, { syscall: "getsockopt", result, action: `get ${label(option)}` });
  }
}

/**
 * Sets an option that is an int, or a boolean in one.
 *
 * @throws {NetError} `InvalidInput` if the value is no 32-bit int; else if the call fails.
 */
export function setIntOption(
  socket: Descriptor,
  option: OptionName,
  value: number | boolean,
): void {
  const int = Number(value);
  if ((int | 0) !== int) {
    throw invalidInput(
      "setsockopt",
      `Cannot set ${label(option)} to ${value}: it is no 32-bit integer`,
    );
  }
  setOption(socket, option, new Uint8Array(Int32Array.of(int).buffer));
}

/**
 * Returns the value of an option that is an int.
 *
 * @throws {NetError} If the call fails.
 */
export function getIntOption(socket: Descriptor, option: OptionName): number {
  const value = new Int32Array(1);
  getOption(socket, option, new Uint8Array(value.buffer));
  return value[0] ?? 0;
}

/**
 * Sets a time-out.
 *
 * @param milliseconds Its length, rounded up to microseconds; null for none.
 * @throws {NetError} `InvalidInput` unless it is positive; else if the call fails.
 */
export function setTimeoutOption(
  socket: Descriptor,
  option: OptionName,
  milliseconds: number | null,
): void {
  if (milliseconds !== null) checkTimeout("setsockopt", milliseconds);
  const total = Math.ceil((milliseconds ?? 0) * 1000);
  const value = new Uint8Array(TIMEVAL_SIZE);
  encodeTimeval({ seconds: Math.floor(total / 1e6), microseconds: total % 1e6 }, value);
  setOption(socket, option, value);
}

/**
 * Returns a time-out in milliseconds, null where there is none.
 *
 * @throws {NetError} If the call fails.
 */
export function getTimeoutOption(socket: Descriptor, option: OptionName): number | null {
  const value = new Uint8Array(TIMEVAL_SIZE);
  getOption(socket, option, value);
  const { seconds, microseconds } = decodeTimeval(value) ?? { seconds: 0, microseconds: 0 };
  return seconds === 0 && microseconds === 0 ? null : seconds * 1000 + microseconds / 1000;
}

/** Longest time-out in milliseconds whose microseconds are exact integers: 285 years. */
const MAX_TIMEOUT = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/**
 * Refuses what is no time-out. 0 is none: Linux would wait for ever, and nobody who asks for no wait
 * at all wants that.
 *
 * @throws {NetError} `InvalidInput` unless it is a positive number of milliseconds.
 */
export function checkTimeout(syscall: string, milliseconds: number): void {
  if (!(milliseconds > 0 && milliseconds <= MAX_TIMEOUT)) {
    throw invalidInput(
      syscall,
      `Cannot set a time-out of ${milliseconds} ms: it must be positive, or null for none`,
    );
  }
}
