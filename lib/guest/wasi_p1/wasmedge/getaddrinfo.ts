/**
 * WasmEdge's sock_getaddrinfo.
 *
 * @module
 */
import { type IpAddress, IPV4_LOOPBACK, IPV6_LOOPBACK, parseIpAddress } from "../../../ip.ts";
import { IPV4_ANY, IPV6_ANY } from "../../../ip.ts";
import { Errno } from "../../../linux/errno.ts";
import { AF_INET, AF_INET6, AF_UNSPEC } from "../../../linux/socket.ts";
import { decodeSockaddr, UnixAddress } from "../../../linux/sockaddr.ts";
import type { GuestMemory } from "../../memory.ts";
import { WasiErrno, wasiErrno } from "../errno.ts";
import type { FunctionTable } from "../function_table.ts";
import type { WasiProcess } from "../wasi_process.ts";
import { ADDRESS_FAMILY_INET4, ADDRESS_FAMILY_INET6, ADDRESS_FAMILY_UNSPEC } from "./address.ts";
import { SOCK_TYPE_ANY, SOCK_TYPE_DGRAM, SOCK_TYPE_STREAM } from "./socket_type.ts";

// __wasi_errno_t of WasmEdge beyond preview 1's, for the errors of getaddrinfo(3)
const AIAGAIN = 78;
const AIBADFLAG = 79;
const AIFAMILY = 81;
const AINONAME = 84;
const AISERVICE = 85;
const AISOCKTYPE = 86;

// __wasi_aiflags_t
const AIFLAGS_PASSIVE = 1;
const AIFLAGS_CANONNAME = 2;
const AIFLAGS_NUMERICHOST = 4;
const AIFLAGS_NUMERICSERV = 8;
const AIFLAGS_ALL = 0x7f;

// __wasi_protocol_t
const PROTOCOL_IP = 0;
const PROTOCOL_TCP = 1;
const PROTOCOL_UDP = 2;

/** Size of `__wasi_addrinfo_t`. */
const ADDRINFO_SIZE = 28;

/** Size of `__wasi_sockaddr_t`. */
const SOCKADDR_SIZE = 12;

/** Most bytes of a host's or a service's name. */
const MAX_NAME_LENGTH = 255;

/** Ports of services that are commonly asked for by name; Deno has no services(5). */
const SERVICES: ReadonlyMap<string, number> = new Map([
  ["domain", 53],
  ["echo", 7],
  ["ftp", 21],
  ["http", 80],
  ["https", 443],
  ["imap", 143],
  ["ntp", 123],
  ["pop3", 110],
  ["smtp", 25],
  ["ssh", 22],
  ["telnet", 23],
]);

/** What a guest asks for. */
interface Hints {
  readonly flags: number;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
}

/** One answer. */
interface Answer {
  readonly ip: IpAddress;
  readonly port: number;
  readonly type: number;
  readonly protocol: number;
}

/** Linux's families by `__wasi_address_family_t`. */
const FAMILIES: ReadonlyMap<number, number> = new Map([
  [ADDRESS_FAMILY_UNSPEC, AF_UNSPEC],
  [ADDRESS_FAMILY_INET4, AF_INET],
  [ADDRESS_FAMILY_INET6, AF_INET6],
]);

/** Types of sockets and the protocol of each. */
const TYPES: readonly (readonly [type: number, protocol: number])[] = [
  [SOCK_TYPE_STREAM, PROTOCOL_TCP],
  [SOCK_TYPE_DGRAM, PROTOCOL_UDP],
];

/** A name, which may end in NULs; a negated errno as for `GuestMemory.text`. */
function decodeName(memory: GuestMemory, at: number, length: number): string | number {
  if (length > MAX_NAME_LENGTH + 1) return -Errno.ENAMETOOLONG;
  const text = memory.text(at, length);
  if (typeof text === "number") return text;
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

function portOf(service: string, { flags }: Hints): number | null {
  if (service === "") return 0;
  if (/^\d{1,5}$/.test(service)) {
    const port = Number(service);
    return port <= 0xffff ? port : null;
  }
  return (flags & AIFLAGS_NUMERICSERV) !== 0 ? null : SERVICES.get(service) ?? null;
}

/** The addresses of a name, or an `errno`. */
function resolve({ system }: WasiProcess, name: string, hints: Hints): IpAddress[] | number {
  const family = FAMILIES.get(hints.family) ?? AF_UNSPEC;
  if (name === "") {
    const isPassive = (hints.flags & AIFLAGS_PASSIVE) !== 0;
    const v4 = isPassive ? IPV4_ANY : IPV4_LOOPBACK;
    const v6 = isPassive ? IPV6_ANY : IPV6_LOOPBACK;
    return family === AF_INET ? [v4] : family === AF_INET6 ? [v6] : [v4, v6];
  }
  const isNumeric = parseIpAddress(name) !== null;
  if (!isNumeric && (hints.flags & AIFLAGS_NUMERICHOST) !== 0) return AINONAME;
  const found: Uint8Array<ArrayBuffer>[] = [];
  const count = system.resolve(name, family, found);
  if (count === -Errno.ENOENT) return AINONAME;
  if (count === -Errno.EAGAIN) return AIAGAIN;
  if (count < 0) return wasiErrno(count);
  return found.flatMap((bytes) => {
    const address = decodeSockaddr(bytes);
    return address === null || address instanceof UnixAddress ? [] : [address.ip];
  });
}

/** Writes an answer into an addrinfo that the guest has laid out; false if it does not fit there. */
function writeAnswer(memory: GuestMemory, at: number, answer: Answer): boolean {
  const sockaddr = memory.load32(at + 12);
  if (memory.bytes(sockaddr, SOCKADDR_SIZE) === null) return false;
  const { ip, port, type, protocol } = answer;
  const data = memory.bytes(memory.load32(sockaddr + 8), memory.load32(sockaddr + 4));
  if (data === null || data.length < 2 + ip.bytes.length) return false;
  const family = ip.family === 4 ? ADDRESS_FAMILY_INET4 : ADDRESS_FAMILY_INET6;
  memory.store8(at + 2, family);
  memory.store8(at + 3, type);
  memory.store32(at + 4, protocol);
  memory.store32(sockaddr, family);
  data[0] = port >> 8;
  data[1] = port & 0xff;
  data.set(ip.bytes, 2);
  return true;
}

/** Writes the canonical name, as far as there is room for it with its NUL. */
function writeCanonicalName(memory: GuestMemory, at: number, name: string): void {
  const room = memory.bytes(memory.load32(at + 16), memory.load32(at + 20));
  if (room === null || room.length === 0) return;
  room.fill(0);
  room.set(new TextEncoder().encode(name).subarray(0, room.length - 1));
}

/** Fills the guest's list; returns how many of its items. */
function writeAnswers(
  memory: GuestMemory,
  first: number,
  max: number,
  answers: readonly Answer[],
  canonicalName: string | null,
): number {
  let count = 0;
  let at = first;
  for (const answer of answers) {
    if (count >= max || at === 0 || memory.bytes(at, ADDRINFO_SIZE) === null) break;
    if (!writeAnswer(memory, at, answer)) continue;
    if (count === 0 && canonicalName !== null) writeCanonicalName(memory, at, canonicalName);
    count++;
    at = memory.load32(at + 24);
  }
  return count;
}

function hintsAt(memory: GuestMemory, at: number): Hints | number {
  if (memory.bytes(at, ADDRINFO_SIZE) === null) return WasiErrno.EFAULT;
  const hints: Hints = {
    flags: memory.load16(at),
    family: memory.load8(at + 2),
    type: memory.load8(at + 3),
    protocol: memory.load8(at + 4),
  };
  if ((hints.flags & ~AIFLAGS_ALL) !== 0) return AIBADFLAG;
  if (!FAMILIES.has(hints.family)) return AIFAMILY;
  const isType = hints.type === SOCK_TYPE_ANY || TYPES.some(([type]) => type === hints.type);
  return isType ? hints : AISOCKTYPE;
}

function sockGetaddrinfo(
  process: WasiProcess,
  node: number,
  nodeLength: number,
  service: number,
  serviceLength: number,
  hintsAddress: number,
  results: number,
  max: number,
  count: number,
): number {
  const { memory } = process;
  const hints = hintsAt(memory, hintsAddress);
  if (typeof hints === "number") return hints;
  const name = decodeName(memory, node, nodeLength);
  if (typeof name === "number") return wasiErrno(name);
  const serviceName = decodeName(memory, service, serviceLength);
  if (typeof serviceName === "number") return wasiErrno(serviceName);
  if (memory.bytes(results, 4) === null || memory.bytes(count, 4) === null) {
    return WasiErrno.EFAULT;
  }
  if (name === "" && serviceName === "") return AINONAME;
  const port = portOf(serviceName, hints);
  if (port === null) return AISERVICE;
  const types = TYPES.filter(([type, protocol]) =>
    (hints.type === SOCK_TYPE_ANY || hints.type === type) &&
    (hints.protocol === PROTOCOL_IP || hints.protocol === protocol)
  );
  if (types.length === 0) return AISOCKTYPE;
  const addresses = resolve(process, name, hints);
  if (typeof addresses === "number") return addresses;
  const answers = addresses.flatMap((ip) =>
    types.map(([type, protocol]): Answer => ({ ip, port, type, protocol }))
  );
  const canonicalName = (hints.flags & AIFLAGS_CANONNAME) === 0 ? null : name;
  const written = writeAnswers(memory, memory.load32(results), max, answers, canonicalName);
  memory.store32(count, written);
  return 0;
}

/** The function that resolves names. */
export const GETADDRINFO_FUNCTIONS: FunctionTable = {
  "sock_getaddrinfo": [{ parameters: "iiiiiiii", call: sockGetaddrinfo }],
};
