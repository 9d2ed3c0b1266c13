/**
 * What wasi:filesystem tells of files.
 *
 * @module
 */
import { DT_BLK, DT_CHR, DT_DIR, DT_FIFO, DT_LNK, DT_REG, DT_SOCK } from "../../../linux/dirent.ts";
import {
  type FileStatus,
  type FileTimes,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  UTIME_NOW,
  UTIME_OMIT,
} from "../../../linux/stat.ts";
import type { Timespec } from "../../../linux/time.ts";
import type { Datetime } from "../clocks/wall_clock.ts";

/** `descriptor-type`. */
export type DescriptorType =
  | "unknown"
  | "block-device"
  | "character-device"
  | "directory"
  | "fifo"
  | "symbolic-link"
  | "regular-file"
  | "socket";

/** `descriptor-stat`. */
export interface DescriptorStat {
  /** What it is. */
  readonly type: DescriptorType;
  /** Count of hard links. */
  readonly linkCount: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Last access. */
  readonly dataAccessTimestamp: Datetime;
  /** Last change of the contents. */
  readonly dataModificationTimestamp: Datetime;
  /** Last change of the attributes. */
  readonly statusChangeTimestamp: Datetime;
}

/** `metadata-hash-value`. */
export interface MetadataHashValue {
  /** The low bits. */
  readonly lower: bigint;
  /** The high bits. */
  readonly upper: bigint;
}

/** `new-timestamp`. */
export type NewTimestamp =
  | { readonly tag: "no-change" | "now" }
  | { readonly tag: "timestamp"; readonly val: Datetime };

const TYPES: ReadonlyMap<number, DescriptorType> = new Map<number, DescriptorType>([
  [S_IFBLK, "block-device"],
  [S_IFCHR, "character-device"],
  [S_IFDIR, "directory"],
  [S_IFIFO, "fifo"],
  [S_IFLNK, "symbolic-link"],
  [S_IFREG, "regular-file"],
  [S_IFSOCK, "socket"],
]);

const ENTRY_TYPES: ReadonlyMap<number, DescriptorType> = new Map<number, DescriptorType>([
  [DT_BLK, "block-device"],
  [DT_CHR, "character-device"],
  [DT_DIR, "directory"],
  [DT_FIFO, "fifo"],
  [DT_LNK, "symbolic-link"],
  [DT_REG, "regular-file"],
  [DT_SOCK, "socket"],
]);

/** The type of a file with these attributes. */
export function typeOfFile({ mode }: FileStatus): DescriptorType {
  return TYPES.get(mode & S_IFMT) ?? "unknown";
}

/** The type of a directory's entry, of one of the `DT_` constants. */
export function typeOfEntry(type: number): DescriptorType {
  return ENTRY_TYPES.get(type) ?? "unknown";
}

function datetime(seconds: number, nanoseconds: number): Datetime {
  return { seconds: BigInt.asUintN(64, BigInt(seconds)), nanoseconds };
}

/** A file's attributes. */
export function descriptorStat(status: FileStatus): DescriptorStat {
  return {
    type: typeOfFile(status),
    linkCount: BigInt(status.nlink),
    size: BigInt(status.size),
    dataAccessTimestamp: datetime(status.atimeSeconds, status.atimeNanoseconds),
    dataModificationTimestamp: datetime(status.mtimeSeconds, status.mtimeNanoseconds),
    statusChangeTimestamp: datetime(status.ctimeSeconds, status.ctimeNanoseconds),
  };
}

/** Spreads the bits of a number over all of it: splitmix64. */
function mix(value: bigint): bigint {
  let mixed = BigInt.asUintN(64, value + 0x9e3779b97f4a7c15n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
  return mixed ^ (mixed >> 31n);
}

/** A number for a file that others hardly have. */
export function metadataHash({ dev, ino }: FileStatus): MetadataHashValue {
  const lower = mix(ino ^ mix(BigInt(dev)));
  return { lower, upper: mix(lower ^ ino) };
}

function timespec(time: NewTimestamp): Timespec {
  switch (time.tag) {
    case "no-change":
      return { seconds: 0, nanoseconds: UTIME_OMIT };
    case "now":
      return { seconds: 0, nanoseconds: UTIME_NOW };
    case "timestamp":
      return { seconds: Number(time.val.seconds), nanoseconds: time.val.nanoseconds };
  }
}

/** Times as utimensat(2) takes them. */
export function fileTimes(access: NewTimestamp, modification: NewTimestamp): FileTimes {
  return { atime: timespec(access), mtime: timespec(modification) };
}
