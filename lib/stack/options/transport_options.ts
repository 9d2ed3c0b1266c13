/**
 * Options at IPPROTO_TCP and IPPROTO_UDP, tcp(7) and udp(7).
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  TCP_CONGESTION,
  TCP_CORK,
  TCP_DEFER_ACCEPT,
  TCP_INFO,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_LINGER2,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_QUICKACK,
  TCP_SYNCNT,
  TCP_USER_TIMEOUT,
  TCP_WINDOW_CLAMP,
} from "../../linux/tcp.ts";
import { UDP_CORK } from "../../linux/udp.ts";
import type { OptionRule } from "./option_rule.ts";
import { HostOption } from "./host_option.ts";
import { fixed } from "./socket_level_options.ts";

/** TCP_INFO's size on Linux 6.x is larger; programs ask for what they know. */
const TCP_INFO_SIZE = 232;

/** Only the default can be set; other values of the range are refused, those outside are EINVAL. */
function fixedInRange(value: number, low: number, high: number): OptionRule {
  return {
    get: () => value,
    set: (_socket, _values, wanted) => {
      if (wanted < low || wanted > high) return -Errno.EINVAL;
      return wanted === value ? 0 : -Errno.ENOPROTOOPT;
    },
  };
}

/** The rules of TCP by option. */
export const TCP_OPTIONS: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [TCP_NODELAY, {
    get: (_socket, values) => Number(values.noDelay),
    set: (socket, values, value) => {
      values.noDelay = value !== 0;
      return socket.applyOption(HostOption.noDelay, Number(values.noDelay));
    },
  }],
  [TCP_MAXSEG, {
    // Known only before the connection: what Linux assumes then.
    get: (socket) => socket.tcpState === 7 || socket.tcpState === 10 ? 536 : -Errno.ENOPROTOOPT,
    set: (_socket, _values, value) =>
      value !== 0 && (value < 88 || value > 32767) ? -Errno.EINVAL : -Errno.ENOPROTOOPT,
  }],
  [TCP_CORK, {
    get: (_socket, values) => Number(values.cork),
    set: (socket, values, value) => {
      values.cork = value !== 0;
      return socket.applyOption(HostOption.cork, Number(values.cork));
    },
  }],
  [TCP_KEEPIDLE, {
    get: (_socket, values) => values.keepIdle,
    set: (socket, values, value) => {
      if (value < 1 || value > 32767) return -Errno.EINVAL;
      values.keepIdle = value;
      return values.keepAlive ? socket.applyOption(HostOption.keepAlive, 1) : 0;
    },
  }],
  [TCP_KEEPINTVL, fixedInRange(75, 1, 32767)],
  [TCP_KEEPCNT, fixedInRange(9, 1, 127)],
  [TCP_SYNCNT, fixedInRange(6, 1, 127)],
  [TCP_LINGER2, fixed(60)],
  [TCP_DEFER_ACCEPT, {
    get: () => 0,
    set: (_socket, _values, value) => value <= 0 ? 0 : -Errno.ENOPROTOOPT,
  }],
  [TCP_WINDOW_CLAMP, fixed(0)],
  [TCP_INFO, {
    get: (socket) => {
      const info = new Uint8Array(TCP_INFO_SIZE);
      info[0] = socket.tcpState;
      return info;
    },
  }],
  [TCP_QUICKACK, fixed(1)],
  [TCP_CONGESTION, { text: true, size: 1, set: () => -Errno.ENOPROTOOPT }],
  [TCP_USER_TIMEOUT, fixedInRange(0, 0, 0x7fffffff)],
  [TCP_NOTSENT_LOWAT, fixed(0)],
]);

/** The rules of UDP by option. */
export const UDP_OPTIONS: ReadonlyMap<number, OptionRule> = new Map<number, OptionRule>([
  [UDP_CORK, {
    get: (_socket, values) => Number(values.cork),
    set: (socket, values, value) => {
      values.cork = value !== 0;
      return value === 0 ? socket.applyOption(HostOption.cork, 0) : 0;
    },
  }],
]);
