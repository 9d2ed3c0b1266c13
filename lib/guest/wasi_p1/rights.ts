/**
 * The rights of WASI preview 1's descriptors.
 *
 * @module
 */

/** `rights` of wasi_snapshot_preview1.witx: what a descriptor may be used for. */
export const Rights = {
  /** fd_datasync. */
  FD_DATASYNC: 1 << 0,
  /** fd_read, sock_recv; with FD_SEEK fd_pread. */
  FD_READ: 1 << 1,
  /** fd_seek. */
  FD_SEEK: 1 << 2,
  /** fd_fdstat_set_flags. */
  FD_FDSTAT_SET_FLAGS: 1 << 3,
  /** fd_sync. */
  FD_SYNC: 1 << 4,
  /** fd_tell, and fd_seek that does not move. */
  FD_TELL: 1 << 5,
  /** fd_write, sock_send; with FD_SEEK fd_pwrite. */
  FD_WRITE: 1 << 6,
  /** fd_advise. */
  FD_ADVISE: 1 << 7,
  /** fd_allocate. */
  FD_ALLOCATE: 1 << 8,
  /** path_create_directory. */
  PATH_CREATE_DIRECTORY: 1 << 9,
  /** path_open with O_CREAT. */
  PATH_CREATE_FILE: 1 << 10,
  /** path_link, as the directory of the old path. */
  PATH_LINK_SOURCE: 1 << 11,
  /** path_link, as the directory of the new path. */
  PATH_LINK_TARGET: 1 << 12,
  /** path_open. */
  PATH_OPEN: 1 << 13,
  /** fd_readdir. */
  FD_READDIR: 1 << 14,
  /** path_readlink. */
  PATH_READLINK: 1 << 15,
  /** path_rename, as the directory of the old path. */
  PATH_RENAME_SOURCE: 1 << 16,
  /** path_rename, as the directory of the new path. */
  PATH_RENAME_TARGET: 1 << 17,
  /** path_filestat_get. */
  PATH_FILESTAT_GET: 1 << 18,
  /** path_open with O_TRUNC. */
  PATH_FILESTAT_SET_SIZE: 1 << 19,
  /** path_filestat_set_times. */
  PATH_FILESTAT_SET_TIMES: 1 << 20,
  /** fd_filestat_get. */
  FD_FILESTAT_GET: 1 << 21,
  /** fd_filestat_set_size. */
  FD_FILESTAT_SET_SIZE: 1 << 22,
  /** fd_filestat_set_times. */
  FD_FILESTAT_SET_TIMES: 1 << 23,
  /** path_symlink. */
  PATH_SYMLINK: 1 << 24,
  /** path_remove_directory. */
  PATH_REMOVE_DIRECTORY: 1 << 25,
  /** path_unlink_file. */
  PATH_UNLINK_FILE: 1 << 26,
  /** poll_oneoff. */
  POLL_FD_READWRITE: 1 << 27,
  /** sock_shutdown. */
  SOCK_SHUTDOWN: 1 << 28,
  /** sock_accept. */
  SOCK_ACCEPT: 1 << 29,
} as const;

/** Every right there is: 30 bits, which a number holds. */
export const ALL_RIGHTS: number = (1 << 30) - 1;

/** What applies to anything that moves bytes. */
const STREAM_RIGHTS: number = Rights.FD_READ | Rights.FD_WRITE | Rights.FD_FDSTAT_SET_FLAGS |
  Rights.FD_FILESTAT_GET | Rights.POLL_FD_READWRITE;

/** What applies to what has an offset. */
export const OFFSET_RIGHTS: number = Rights.FD_SEEK | Rights.FD_TELL;

/** What applies to files. */
export const FILE_RIGHTS: number = STREAM_RIGHTS | OFFSET_RIGHTS | Rights.FD_DATASYNC |
  Rights.FD_SYNC | Rights.FD_ADVISE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE |
  Rights.FD_FILESTAT_SET_TIMES;

/** What applies to sockets. */
export const SOCKET_RIGHTS: number = STREAM_RIGHTS | Rights.SOCK_SHUTDOWN | Rights.SOCK_ACCEPT;

/** What applies to directories. */
export const DIRECTORY_RIGHTS: number = Rights.PATH_CREATE_DIRECTORY | Rights.PATH_CREATE_FILE |
  Rights.PATH_LINK_SOURCE | Rights.PATH_LINK_TARGET | Rights.PATH_OPEN | Rights.FD_READDIR |
  Rights.PATH_READLINK | Rights.PATH_RENAME_SOURCE | Rights.PATH_RENAME_TARGET |
  Rights.PATH_FILESTAT_GET | Rights.PATH_FILESTAT_SET_SIZE | Rights.PATH_FILESTAT_SET_TIMES |
  Rights.FD_FILESTAT_GET | Rights.FD_FILESTAT_SET_TIMES | Rights.PATH_SYMLINK |
  Rights.PATH_REMOVE_DIRECTORY | Rights.PATH_UNLINK_FILE;

/** What descriptors opened through a preopened directory may have. */
export const INHERITED_RIGHTS: number = DIRECTORY_RIGHTS | FILE_RIGHTS;

/**
 * The rights in a guest's 64-bit number that there are; others are dropped.
 *
 * @param rights The number, signed or not.
 */
export function knownRights(rights: bigint): number {
  return Number(BigInt.asUintN(32, rights)) & ALL_RIGHTS;
}

/** Whether a guest's 64-bit number has no other rights than `limit`, nor any that there is not. */
export function isWithin(rights: bigint, limit: number): boolean {
  return (BigInt.asUintN(64, rights) & ~BigInt(limit)) === 0n;
}
