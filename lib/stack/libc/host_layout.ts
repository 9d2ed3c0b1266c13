/**
 * Where the host's structures and numbers differ between x86-64, whose values `System` speaks, and
 * aarch64.
 *
 * @module
 */
import { EPOLL_EVENT_SIZE, EPOLL_EVENT_SIZE_X86_64 } from "../../linux/epoll.ts";
import { openFlagsFromAarch64, openFlagsToAarch64 } from "../../linux/fcntl_aarch64.ts";
import {
  decodeStatAarch64,
  decodeStatX86_64,
  type FileStatus,
  STAT_SIZE_AARCH64,
  STAT_SIZE_X86_64,
} from "../../linux/stat.ts";

/** The ABI of one host architecture. */
export interface HostLayout {
  /** Bytes of `struct stat`. */
  readonly statSize: number;
  /** Reads a `struct stat`. */
  decodeStat(bytes: Uint8Array, status: FileStatus): boolean;
  /** Bytes of `struct epoll_event`, whose last eight are its data. */
  readonly epollEventSize: number;
  /** Host's open flags, as F_GETFL gives them, to `System`'s. */
  fromHostFlags(flags: number): number;
  /** `System`'s open flags to the host's. */
  toHostFlags(flags: number): number;
}

function same(flags: number): number {
  return flags;
}

const X86_64: HostLayout = {
  statSize: STAT_SIZE_X86_64,
  decodeStat: decodeStatX86_64,
  epollEventSize: EPOLL_EVENT_SIZE_X86_64,
  fromHostFlags: same,
  toHostFlags: same,
};

const AARCH64: HostLayout = {
  statSize: STAT_SIZE_AARCH64,
  decodeStat: decodeStatAarch64,
  epollEventSize: EPOLL_EVENT_SIZE,
  fromHostFlags: openFlagsFromAarch64,
  toHostFlags: openFlagsToAarch64,
};

/** The layout of a host architecture, as `Deno.build.arch` names it. */
export function hostLayout(arch: "x86_64" | "aarch64"): HostLayout {
  return arch === "aarch64" ? AARCH64 : X86_64;
}
