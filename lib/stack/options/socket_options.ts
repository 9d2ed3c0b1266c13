/**
 * getsockopt(2) and setsockopt(2) on a socket of this stack: lengths, ranges and errno as Linux has
 * them; what Deno cannot apply is refused.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import { IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../linux/in.ts";
import { AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM, SOL_SOCKET } from "../../linux/socket.ts";
import type { Bytes } from "../open_file.ts";
import type { OptionTarget } from "./option_target.ts";
import { IP_OPTIONS, IPV6_OPTIONS } from "./ip_options.ts";
import { OptionValues } from "./option_values.ts";
import type { OptionRule } from "./option_rule.ts";
import { SOCKET_LEVEL_OPTIONS } from "./socket_level_options.ts";
import { TCP_OPTIONS, UDP_OPTIONS } from "./transport_options.ts";
import { NO_BYTES } from "../no_bytes.ts";

/** Rules by level and option. */
export type OptionRules = ReadonlyMap<number, ReadonlyMap<number, OptionRule>>;

/** The options of one socket. */
export class SocketOptions extends OptionValues {
  readonly #domain: number;
  readonly #type: number;
  readonly #own: OptionRules | null;

  /**
   * Makes the options of a socket with their first values.
   *
   * @param domain AF_INET, …
   * @param type SOCK_STREAM, …
   * @param own Rules of its stack's own, which come before the others.
   */
  constructor(domain: number, type: number, own: OptionRules | null = null) {
    super(domain, type);
    this.#own = own;
    this.#domain = domain;
    this.#type = type;
  }

  /** getsockopt(2). */
  get(
    socket: OptionTarget,
    level: number,
    name: number,
    value: Bytes | null,
    length: Int32Array<ArrayBuffer>,
  ): number {
    const rules = this.#rules(level);
    if (rules === null) {
      return this.#domain === AF_INET6 ? -Errno.ENOPROTOOPT : -Errno.EOPNOTSUPP;
    }
    const room = length[0] ?? 0;
    if (room < 0) return -Errno.EINVAL;
    const rule = this.#own?.get(level)?.get(name) ?? rules.get(name);
    if (rule?.get === undefined) return -Errno.ENOPROTOOPT;
    const answer = rule.get(socket, this);
    if (typeof answer !== "number") return copyOut(answer, answer.length, value, length);
    if (answer < 0 && rule.negative !== true) return answer;
    const bytes = new Uint8Array(Int32Array.of(answer).buffer);
    // IPPROTO_IP gives small values as one byte to those who ask for less than an int.
    const small = level === IPPROTO_IP && room > 0 && room < 4 && answer >= 0 && answer <= 255;
    return copyOut(bytes, small ? 1 : 4, value, length);
  }

  /** setsockopt(2). */
  set(
    socket: OptionTarget,
    level: number,
    name: number,
    value: Bytes | null,
    length: number,
  ): number {
    if (length < 0) return -Errno.EINVAL;
    const rules = this.#rules(level);
    if (rules === null) {
      return this.#domain === AF_UNIX ? -Errno.EOPNOTSUPP : -Errno.ENOPROTOOPT;
    }
    const rule = this.#own?.get(level)?.get(name) ?? rules.get(name);
    const bytes = length === 0 && value !== null ? NO_BYTES : value?.subarray(0, length) ?? null;
    if (level === IPPROTO_IP || level === IPPROTO_IPV6) {
      return this.#setIp(socket, level, rule, bytes, length);
    }
    if (length < (rule?.text ? 1 : 4)) return -Errno.EINVAL;
    if (bytes === null) return -Errno.EFAULT;
    if (rule?.set === undefined) return -Errno.ENOPROTOOPT;
    if (length < (rule.size ?? 4)) return -Errno.EINVAL;
    return rule.set(socket, this, rule.text ? 0 : readInt(bytes), bytes);
  }

  #setIp(
    socket: OptionTarget,
    level: number,
    rule: OptionRule | undefined,
    bytes: Bytes | null,
    length: number,
  ): number {
    if (rule?.set === undefined) return -Errno.ENOPROTOOPT;
    if (rule.size !== undefined) {
      if (length < rule.size) return -Errno.EINVAL;
      if (bytes === null) return -Errno.EFAULT;
      return rule.set(socket, this, 0, bytes);
    }
    if (length > 0 && bytes === null) return -Errno.EFAULT;
    if (level === IPPROTO_IPV6 && length < 4) return -Errno.EINVAL;
    // IPPROTO_IP takes a byte for an int, and nothing for 0.
    const number = bytes === null || length === 0
      ? 0
      : length >= 4
      ? readInt(bytes)
      : (bytes[0] ?? 0);
    return rule.set(socket, this, number, bytes ?? new Uint8Array(0));
  }

  #rules(level: number): ReadonlyMap<number, OptionRule> | null {
    if (this.#domain === AF_UNIX) return level === SOL_SOCKET ? SOCKET_LEVEL_OPTIONS : null;
    switch (level) {
      case SOL_SOCKET:
        return SOCKET_LEVEL_OPTIONS;
      case IPPROTO_IP:
        return IP_OPTIONS;
      case IPPROTO_IPV6:
        return this.#domain === AF_INET ? null : IPV6_OPTIONS;
      case IPPROTO_TCP:
        return this.#type === SOCK_STREAM ? TCP_OPTIONS : null;
      case IPPROTO_UDP:
        return this.#type === SOCK_STREAM ? null : UDP_OPTIONS;
      default:
        return null;
    }
  }
}

function readInt(bytes: Bytes): number {
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16) |
    ((bytes[3] ?? 0) << 24);
}

function copyOut(
  bytes: Uint8Array,
  size: number,
  value: Bytes | null,
  length: Int32Array<ArrayBuffer>,
): number {
  const count = Math.min(size, length[0] ?? 0);
  if (count > 0 && value === null) return -Errno.EFAULT;
  if (count > 0) value?.set(bytes.subarray(0, count));
  length[0] = count;
  return 0;
}
