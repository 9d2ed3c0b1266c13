/**
 * Host names through the C library's resolver: /etc/hosts, DNS and whatever nsswitch.conf says.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import {
  EAI_ADDRFAMILY,
  EAI_AGAIN,
  EAI_FAIL,
  EAI_FAMILY,
  EAI_MEMORY,
  EAI_NODATA,
  EAI_NONAME,
} from "../../linux/netdb.ts";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../linux/socket.ts";
import { SOCKADDR_IN6_SIZE, SOCKADDR_STORAGE_SIZE } from "../../linux/sockaddr.ts";
import type { Libc } from "./libc.ts";

// struct addrinfo, the same with glibc and musl on 64-bit Linux.
const ADDRINFO_SIZE = 48;
const AI_FAMILY_OFFSET = 4;
const AI_SOCKTYPE_OFFSET = 8;
const AI_ADDRLEN_OFFSET = 16;
const AI_ADDR_OFFSET = 24;
const AI_NEXT_OFFSET = 40;

/** getaddrinfo(3)'s codes as errno; a positive one is an errno already. */
function errnoOf(code: number): number {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return Errno.ENOENT;
    case EAI_AGAIN:
      return Errno.EAGAIN;
    case EAI_FAIL:
      return Errno.EIO;
    case EAI_FAMILY:
      return Errno.EAFNOSUPPORT;
    case EAI_MEMORY:
      return Errno.ENOMEM;
    default:
      return code > 0 ? code : Errno.EINVAL;
  }
}

function isNew(addresses: readonly Uint8Array[], address: Uint8Array): boolean {
  return !addresses.some((known) =>
    known.length === address.length && known.every((byte, index) => byte === address[index])
  );
}

/** What a call of getaddrinfo(3) points to; shared, since another thread may make the call. */
export interface LookupMemory {
  /** The name and a NUL. */
  readonly node: Uint8Array<SharedArrayBuffer>;
  /** A `struct addrinfo`. */
  readonly hints: Uint8Array<SharedArrayBuffer>;
  /** Receives the address of the first result. */
  readonly list: BigUint64Array<SharedArrayBuffer>;
}

/** Memory for a lookup; null for what is no name. */
export function lookupMemory(name: string, family: number): LookupMemory | null {
  // C would cut the name at a NUL and resolve another one.
  if (name === "" || name.includes("\0")) return null;
  const text = new TextEncoder().encode(name);
  const node = new Uint8Array(new SharedArrayBuffer(text.length + 1));
  node.set(text);
  const hints = new Uint8Array(new SharedArrayBuffer(ADDRINFO_SIZE));
  const view = new DataView(hints.buffer);
  view.setInt32(AI_FAMILY_OFFSET, family, true);
  view.setInt32(AI_SOCKTYPE_OFFSET, SOCK_STREAM, true);
  return { node, hints, list: new BigUint64Array(new SharedArrayBuffer(8)) };
}

/**
 * Takes over what getaddrinfo(3) has found, and frees it.
 *
 * @param libc Reads and frees it.
 * @param memory What the call pointed to.
 * @param code What it returned; a positive code is an errno.
 * @param addresses Receives sockaddr bytes, each once.
 * @returns Their count, or a negated errno.
 */
export function takeLookup(
  libc: Libc,
  { list }: LookupMemory,
  code: number,
  addresses: Uint8Array<ArrayBuffer>[],
): number {
  if (code !== 0) return -errnoOf(code);
  const first = list[0] as bigint;
  const found: Uint8Array<ArrayBuffer>[] = [];
  const entry = new DataView(new ArrayBuffer(ADDRINFO_SIZE));
  for (let next = first; next !== 0n; next = entry.getBigUint64(AI_NEXT_OFFSET, true)) {
    libc.copyFrom(entry, next, ADDRINFO_SIZE);
    const entryFamily = entry.getInt32(AI_FAMILY_OFFSET, true);
    if (entryFamily !== AF_INET && entryFamily !== AF_INET6) continue;
    const length = Math.min(
      entry.getUint32(AI_ADDRLEN_OFFSET, true),
      entryFamily === AF_INET6 ? SOCKADDR_IN6_SIZE : SOCKADDR_STORAGE_SIZE,
    );
    const address = new Uint8Array(length);
    libc.copyFrom(address, entry.getBigUint64(AI_ADDR_OFFSET, true), length);
    if (isNew(found, address)) found.push(address);
  }
  libc.freeaddrinfo(first);
  addresses.push(...found);
  return found.length === 0 ? -Errno.ENOENT : found.length;
}

/** As `Stack.resolve`, by getaddrinfo(3). */
export function resolveByLibc(
  libc: Libc,
  name: string,
  family: number,
  addresses: Uint8Array<ArrayBuffer>[],
): number {
  const memory = lookupMemory(name, family);
  if (memory === null) return -Errno.ENOENT;
  const code = libc.getaddrinfo(memory.node, memory.hints, memory.list);
  return takeLookup(libc, memory, code, addresses);
}
