/**
 * Options at IPPROTO_IP and IPPROTO_IPV6, ip(7) and ipv6(7).
 *
 * @module
 */
import { IpAddress } from "../../ip.ts";
import { Errno } from "../../linux/errno.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MTU_DISCOVER,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TOS,
  IP_TTL,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MTU_DISCOVER,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
} from "../../linux/in.ts";
import { AF_INET, SOCK_STREAM } from "../../linux/socket.ts";
import type { Bytes } from "../open_file.ts";
import type { OptionTarget } from "./option_target.ts";
import type { OptionRule } from "./option_rule.ts";
import type { OptionValues } from "./option_values.ts";
import { HostOption } from "./host_option.ts";

/** Hops of a unicast packet unless set: net.ipv4.ip_default_ttl. */
const DEFAULT_TTL = 64;
/** IP_PMTUDISC_WANT, the default. */
const PMTUDISC_WANT = 1;

/** Only the default can be set, also as -1; out of range is EINVAL. */
function fixedHops(value: number, low: number): OptionRule {
  return {
    get: () => value,
    set: (_socket, _values, wanted) => {
      if (wanted !== -1 && (wanted < low || wanted > 255)) return -Errno.EINVAL;
      return wanted === -1 || wanted === value ? 0 : -Errno.ENOPROTOOPT;
    },
  };
}

function setTtl(socket: OptionTarget, values: OptionValues, value: number): number {
  if (value !== -1 && (value < 1 || value > 255)) return -Errno.EINVAL;
  const ttl = value === -1 ? DEFAULT_TTL : value;
  if (socket.type === SOCK_STREAM) return ttl === values.ttl ? 0 : -Errno.ENOPROTOOPT;
  values.ttl = ttl;
  return socket.applyOption(HostOption.ttl, ttl);
}

function setMulticastTtl(socket: OptionTarget, values: OptionValues, value: number): number {
  if (socket.type === SOCK_STREAM) return -Errno.EINVAL;
  if (value < -1 || value > 255) return -Errno.EINVAL;
  const ttl = value === -1 ? 1 : value;
  // 0 keeps a multicast on this machine; Deno starts at 1.
  if (ttl === 0) return -Errno.ENOPROTOOPT;
  if (socket.domain !== AF_INET && ttl !== values.multicastTtl) return -Errno.ENOPROTOOPT;
  values.multicastTtl = ttl;
  return socket.applyOption(HostOption.multicastTtl, ttl);
}

/** `struct ip_mreq`, or `struct ip_mreqn` with an interface's index. */
function membership(join: boolean): OptionRule {
  return {
    size: 8,
    set: (socket, values, _value, bytes) => {
      if (socket.type === SOCK_STREAM) return -Errno.EPROTO;
      if (socket.domain !== AF_INET) return -Errno.ENOPROTOOPT;
      const group = new IpAddress(bytes.slice(0, 4));
      if (!group.isMulticast) return -Errno.EINVAL;
      const index = bytes.length >= 12
        ? new DataView(bytes.slice(8, 12).buffer).getInt32(0, true)
        : 0;
      if (index !== 0) return -Errno.ENODEV;
      const local = new IpAddress(bytes.slice(4, 8));
      return changeMembership(socket, values, join, `${group} ${local}`);
    },
  };
}

/** `struct ipv6_mreq`. */
function membership6(join: boolean): OptionRule {
  return {
    size: 20,
    set: (socket, values, _value, bytes) => {
      if (socket.type === SOCK_STREAM) return -Errno.EPROTO;
      const group = new IpAddress(bytes.slice(0, 16));
      if (!group.isMulticast) return -Errno.EINVAL;
      const index = new DataView(bytes.slice(16, 20).buffer).getInt32(0, true);
      // Deno joins on the interface that the route chooses.
      if (index !== 0) return -Errno.ENODEV;
      return changeMembership(socket, values, join, String(group));
    },
  };
}

function changeMembership(
  socket: OptionTarget,
  values: OptionValues,
  join: boolean,
  group: string,
): number {
  if (join === values.groups.has(group)) {
    return join ? -Errno.EADDRINUSE : -Errno.EADDRNOTAVAIL;
  }
  const result = socket.applyOption(join ? HostOption.join : HostOption.leave, 1, group);
  if (result < 0) return result === -Errno.EINVAL ? -Errno.ENODEV : result;
  if (join) values.groups.add(group);
  else values.groups.delete(group);
  return 0;
}

function setMulticastInterface(
  socket: OptionTarget,
  values: OptionValues,
  _value: number,
  bytes: Bytes,
): number {
  if (socket.type === SOCK_STREAM) return -Errno.EINVAL;
  if (socket.domain !== AF_INET) return -Errno.ENOPROTOOPT;
  if (bytes.length < 4) return -Errno.EINVAL;
  const at = bytes.length >= 8 ? 4 : 0;
  const address = new IpAddress(bytes.slice(at, at + 4));
  if (bytes.length >= 12) {
    const index = new DataView(bytes.slice(8, 12).buffer).getInt32(0, true);
    if (index !== 0) return -Errno.EADDRNOTAVAIL;
  }
  const result = socket.applyOption(HostOption.multicastInterface, 0, String(address));
  if (result < 0) return result === -Errno.EINVAL ? -Errno.EADDRNOTAVAIL : result;
  values.multicastInterface = address.bytes.slice();
  return 0;
}

/** The rules of IPv4 by option. */
export const IP_OPTIONS: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [IP_TOS, {
    get: () => 0,
    set: (socket, _values, value) => {
      // The two bits of congestion notification cannot be changed on a stream.
      const tos = (socket.type === SOCK_STREAM ? value & ~3 : value) & 0xff;
      return tos === 0 ? 0 : -Errno.ENOPROTOOPT;
    },
  }],
  [IP_TTL, { get: (_socket, values) => values.ttl, set: setTtl }],
  [IP_MTU_DISCOVER, {
    get: () => PMTUDISC_WANT,
    set: (_socket, _values, value) => {
      if (value < 0 || value > 5) return -Errno.EINVAL;
      return value === PMTUDISC_WANT ? 0 : -Errno.ENOPROTOOPT;
    },
  }],
  [IP_MULTICAST_IF, {
    size: 4,
    get: (_socket, values) => values.multicastInterface,
    set: setMulticastInterface,
  }],
  [IP_MULTICAST_TTL, { get: (_socket, values) => values.multicastTtl, set: setMulticastTtl }],
  [IP_MULTICAST_LOOP, {
    get: (_socket, values) => Number(values.multicastLoop),
    set: (socket, values, value) => {
      if (socket.domain !== AF_INET && value === 0) return -Errno.ENOPROTOOPT;
      values.multicastLoop = value !== 0;
      return socket.type === SOCK_STREAM || socket.domain !== AF_INET
        ? 0
        : socket.applyOption(HostOption.multicastLoop, Number(value !== 0));
    },
  }],
  [IP_ADD_MEMBERSHIP, membership(true)],
  [IP_DROP_MEMBERSHIP, membership(false)],
]);

/** The rules of IPv6 by option. */
export const IPV6_OPTIONS: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [IPV6_UNICAST_HOPS, fixedHops(DEFAULT_TTL, 0)],
  [IPV6_MULTICAST_IF, {
    get: (_socket, values) => values.multicastInterface6,
    set: (socket, values, value) => {
      if (socket.type === SOCK_STREAM) return -Errno.ENOPROTOOPT;
      const result = socket.applyOption(HostOption.multicastInterface, 0, `::%${value}`);
      if (result < 0) return result === -Errno.EINVAL ? -Errno.ENODEV : result;
      values.multicastInterface6 = value;
      return 0;
    },
  }],
  [IPV6_MULTICAST_HOPS, {
    get: () => 1,
    set: (socket, _values, value) => {
      if (socket.type === SOCK_STREAM) return -Errno.ENOPROTOOPT;
      if (value < -1 || value > 255) return -Errno.EINVAL;
      return value === -1 || value === 1 ? 0 : -Errno.ENOPROTOOPT;
    },
  }],
  [IPV6_MULTICAST_LOOP, {
    get: (_socket, values) => Number(values.multicastLoop6),
    set: (socket, values, value) => {
      if (value !== 0 && value !== 1) return -Errno.EINVAL;
      values.multicastLoop6 = value !== 0;
      return socket.type === SOCK_STREAM ? 0 : socket.applyOption(HostOption.multicastLoop, value);
    },
  }],
  [IPV6_JOIN_GROUP, membership6(true)],
  [IPV6_LEAVE_GROUP, membership6(false)],
  [IPV6_MTU_DISCOVER, {
    get: () => PMTUDISC_WANT,
    set: (_socket, _values, value) => {
      if (value < 0 || value > 5) return -Errno.EINVAL;
      return value === PMTUDISC_WANT ? 0 : -Errno.ENOPROTOOPT;
    },
  }],
  [IPV6_V6ONLY, {
    get: (_socket, values) => Number(values.v6Only),
    set: (socket, values, value) => {
      if (socket.bound) return -Errno.EINVAL;
      values.v6Only = value !== 0;
      return 0;
    },
  }],
  [IPV6_TCLASS, {
    get: () => 0,
    set: (_socket, _values, value) => {
      if (value < -1 || value > 255) return -Errno.EINVAL;
      return value <= 0 ? 0 : -Errno.ENOPROTOOPT;
    },
  }],
]);
