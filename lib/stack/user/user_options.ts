/**
 * Socket options that our own TCP, UDP and IP bring about: tcp(7), ip(7), ipv6(7), socket(7). The
 * others are those of every stack that is not Linux's.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
} from "../../linux/in.ts";
import { SO_NO_CHECK, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET } from "../../linux/socket.ts";
import {
  TCP_CONGESTION,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_LINGER2,
  TCP_MAXSEG,
  TCP_SYNCNT,
  TCP_USER_TIMEOUT,
} from "../../linux/tcp.ts";
import type { OptionRule } from "../options/option_rule.ts";
import type { OptionTarget } from "../options/option_target.ts";
import type { OptionRules } from "../options/socket_options.ts";
import { TcpState } from "../tcp_state.ts";
import { OwnOption } from "./control.ts";

/** The bits of congestion notification, which only TCP itself may set on a stream: RFC 3168. */
const ECN_MASK = 3;
/** MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL. */
const LONGEST_KEEP_ALIVE = 32_767;
/** MAX_TCP_KEEPCNT and MAX_TCP_SYNCNT. */
const MOST_PROBES = 127;
/** TCP_FIN_TIMEOUT_MAX, in seconds. */
const LONGEST_FIN_TIMEOUT = 120;
const INT_MAX = 0x7fffffff;
const TCP_MIN_MSS = 88;
const MAX_TCP_WINDOW = 32_767;
/** TCP_MSS_DEFAULT: what is told before anything is known. */
const DEFAULT_SEGMENT_SIZE = 536;
/** TCP_CA_NAME_MAX. */
const NAME_LENGTH = 16;

/** A number that is kept, and applied whenever it is set. */
function kept(
  option: number,
  otherwise: number,
  check: (value: number, socket: OptionTarget, before: number) => number | null,
): OptionRule {
  return {
    get: (_socket, values) => values.own.get(option) ?? otherwise,
    set: (socket, values, value) => {
      const checked = check(value, socket, values.own.get(option) ?? otherwise);
      if (checked === null) return -Errno.EINVAL;
      const result = socket.applyOption(option, checked);
      if (result === 0) values.own.set(option, checked);
      return result;
    },
  };
}

function within(low: number, high: number): (value: number) => number | null {
  return (value) => value < low || value > high ? null : value;
}

/** A differentiated services field, whose last bits a stream keeps as they are. */
function differentiated(value: number, { type }: OptionTarget, before: number): number {
  return type === SOCK_STREAM ? (value & 0xff & ~ECN_MASK) | (before & ECN_MASK) : value & 0xff;
}

const SEGMENT_SIZE: OptionRule = {
  get: (socket, values) => {
    const known = socket.applyOption(OwnOption.segmentSize, 0);
    if (known !== 0) return known;
    const { tcpState } = socket;
    const isFresh = tcpState === TcpState.CLOSE || tcpState === TcpState.LISTEN;
    const set = isFresh ? values.own.get(OwnOption.maximumSegmentSize) ?? 0 : 0;
    return set || DEFAULT_SEGMENT_SIZE;
  },
  set: (socket, values, value) => {
    if (value !== 0 && (value < TCP_MIN_MSS || value > MAX_TCP_WINDOW)) return -Errno.EINVAL;
    values.own.set(OwnOption.maximumSegmentSize, value);
    return socket.applyOption(OwnOption.maximumSegmentSize, value);
  },
};

/** Our congestion control is that of RFC 5681 and 6582, which Linux calls reno. */
const CONGESTION: OptionRule = {
  text: true,
  size: 1,
  get: () => {
    const name = new Uint8Array(NAME_LENGTH);
    new TextEncoder().encodeInto("reno", name);
    return name;
  },
  set: (_socket, _values, _value, bytes) => {
    const [name] = new TextDecoder().decode(bytes.slice(0, NAME_LENGTH - 1)).split("\0");
    return name === "reno" ? 0 : -Errno.ENOENT;
  },
};

const TCP_RULES: ReadonlyMap<number, OptionRule> = new Map([
  [TCP_KEEPIDLE, kept(OwnOption.keepIdle, 7200, within(1, LONGEST_KEEP_ALIVE))],
  [TCP_KEEPINTVL, kept(OwnOption.keepInterval, 75, within(1, LONGEST_KEEP_ALIVE))],
  [TCP_KEEPCNT, kept(OwnOption.keepCount, 9, within(1, MOST_PROBES))],
  [TCP_SYNCNT, kept(OwnOption.synCount, 6, within(1, MOST_PROBES))],
  [TCP_USER_TIMEOUT, kept(OwnOption.userTimeout, 0, within(0, INT_MAX))],
  [TCP_LINGER2, {
    ...kept(OwnOption.finTimeout, 60, (value) => {
      if (value < 0) return -1;
      return value === 0 ? 60 : Math.min(value, LONGEST_FIN_TIMEOUT);
    }),
    negative: true,
  }],
  [TCP_MAXSEG, SEGMENT_SIZE],
  [TCP_CONGESTION, CONGESTION],
]);

const IP_RULES: ReadonlyMap<number, OptionRule> = new Map([
  [IP_TOS, kept(OwnOption.typeOfService, 0, differentiated)],
  [
    IP_TTL,
    kept(OwnOption.timeToLive, 64, (value) => value === -1 ? 64 : within(1, 255)(value)),
  ],
]);

const IPV6_RULES: ReadonlyMap<number, OptionRule> = new Map([
  [
    IPV6_UNICAST_HOPS,
    kept(OwnOption.hopLimit, 64, (value) => value === -1 ? 64 : within(0, 255)(value)),
  ],
  [
    IPV6_TCLASS,
    kept(OwnOption.trafficClass, 0, (value, socket, before) => {
      if (value < -1 || value > 255) return null;
      return differentiated(Math.max(value, 0), socket, before);
    }),
  ],
]);

const REUSE_PORT: OptionRule = {
  get: (_socket, values) => Number(values.reusePort),
  set: (_socket, values, value) => {
    values.reusePort = value !== 0;
    return 0;
  },
};

const SOCKET_RULES: ReadonlyMap<number, OptionRule> = new Map([
  [SO_REUSEPORT, REUSE_PORT],
  [SO_NO_CHECK, kept(OwnOption.noChecksum, 0, (value) => value === 0 ? 0 : 1)],
]);

/** The rules by level and option. */
export const USER_OPTIONS: OptionRules = new Map([
  [SOL_SOCKET, SOCKET_RULES],
  [IPPROTO_IP, IP_RULES],
  [IPPROTO_IPV6, IPV6_RULES],
  [IPPROTO_TCP, TCP_RULES],
]);
