/**
 * What socket(2) is given, checked as Linux checks it and narrowed to what guests may have.
 *
 * @module
 */
import { Errno } from "../linux/errno.ts";
import { IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP } from "../linux/in.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_PACKET,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from "../linux/socket.ts";

/** Families are below this (AF_MAX of linux/socket.h). */
const AF_MAX = 46;
/** Types are below this (SOCK_MAX of linux/net.h). */
const SOCK_MAX = 11;
/** Protocols of AF_INET are below this (IPPROTO_MAX of linux/in.h). */
const IPPROTO_MAX = 263;

function checkInternet(domain: number, type: number, protocol: number): number {
  // Linux hands SOCK_PACKET over to AF_PACKET, which guests lack the capability for.
  if (domain === AF_INET && type === SOCK_PACKET) return -Errno.EPERM;
  if (protocol < 0 || protocol >= IPPROTO_MAX) return -Errno.EINVAL;
  switch (type) {
    case SOCK_STREAM:
      return protocol === IPPROTO_IP || protocol === IPPROTO_TCP ? 0 : -Errno.EPROTONOSUPPORT;
    case SOCK_DGRAM:
      return protocol === IPPROTO_IP || protocol === IPPROTO_UDP ? 0 : -Errno.EPROTONOSUPPORT;
    case SOCK_RAW:
      // What Linux tells a process without CAP_NET_RAW, which a guest is.
      return protocol === IPPROTO_IP ? -Errno.EPROTONOSUPPORT : -Errno.EPERM;
    default:
      return -Errno.ESOCKTNOSUPPORT;
  }
}

function checkUnix(type: number, protocol: number): number {
  if (protocol !== 0 && protocol !== AF_UNIX) return -Errno.EPROTONOSUPPORT;
  const known = type === SOCK_STREAM || type === SOCK_DGRAM || type === SOCK_RAW ||
    type === SOCK_SEQPACKET;
  return known ? 0 : -Errno.ESOCKTNOSUPPORT;
}

/**
 * Checks the flags in the type of socket(2) and socketpair(2), which Linux does before anything else.
 *
 * @returns 0, or −EINVAL for a flag other than SOCK_NONBLOCK and SOCK_CLOEXEC.
 */
export function checkSocketFlags(type: number): number {
  return (type & ~SOCK_TYPE_MASK & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0 ? -Errno.EINVAL : 0;
}

/**
 * Checks the arguments of socket(2) and socketpair(2).
 *
 * @param domain Address family; AF_INET, AF_INET6 and AF_UNIX exist for guests.
 * @param type Type with SOCK_NONBLOCK and SOCK_CLOEXEC.
 * @param protocol Protocol; 0, TCP and UDP exist for guests.
 * @returns 0, or Linux's errno: EINVAL for unknown flags, types or protocols out of range,
 * EAFNOSUPPORT for another family, ESOCKTNOSUPPORT and EPROTONOSUPPORT for a type or protocol that
 * the family lacks, EPERM for raw sockets.
 */
export function checkSocketArguments(domain: number, type: number, protocol: number): number {
  const refused = checkSocketFlags(type);
  if (refused < 0) return refused;
  const base = type & SOCK_TYPE_MASK;
  if (!(domain >= 0 && domain < AF_MAX)) return -Errno.EAFNOSUPPORT;
  if (base >= SOCK_MAX) return -Errno.EINVAL;
  if (domain === AF_UNIX) return checkUnix(base, protocol);
  if (domain !== AF_INET && domain !== AF_INET6) return -Errno.EAFNOSUPPORT;
  return checkInternet(domain, base, protocol);
}

/**
 * The type of the socket that Linux makes: of SOCK_RAW in AF_UNIX it makes a datagram socket. Whoever
 * checks a datagram's destination has to know it as one.
 *
 * @param domain Address family.
 * @param type Type with SOCK_NONBLOCK and SOCK_CLOEXEC.
 * @returns The type with the same flags.
 */
export function typeOfSocket(domain: number, type: number): number {
  return domain === AF_UNIX && (type & SOCK_TYPE_MASK) === SOCK_RAW
    ? (type & ~SOCK_TYPE_MASK) | SOCK_DGRAM
    : type;
}
