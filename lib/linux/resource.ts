/**
 * Resource limits of `getrlimit(2)`.
 *
 * @module
 */

// Resources: asm-generic/resource.h
/** Processor time, in seconds. */
export const RLIMIT_CPU = 0;
/** Size of a file the process may write, in bytes. */
export const RLIMIT_FSIZE = 1;
/** Data segment, in bytes. */
export const RLIMIT_DATA = 2;
/** Stack, in bytes. */
export const RLIMIT_STACK = 3;
/** Core file, in bytes. */
export const RLIMIT_CORE = 4;
/** Resident set, in bytes; without effect today. */
export const RLIMIT_RSS = 5;
/** Processes of the user. */
export const RLIMIT_NPROC = 6;
/** One more than the highest descriptor number. */
export const RLIMIT_NOFILE = 7;
/** Locked memory, in bytes. */
export const RLIMIT_MEMLOCK = 8;
/** Address space, in bytes. */
export const RLIMIT_AS = 9;
/** File locks; without effect today. */
export const RLIMIT_LOCKS = 10;
/** Queued signals of the user. */
export const RLIMIT_SIGPENDING = 11;
/** Bytes in POSIX message queues of the user. */
export const RLIMIT_MSGQUEUE = 12;
/** 20 minus the lowest nice value allowed. */
export const RLIMIT_NICE = 13;
/** Real-time priority. */
export const RLIMIT_RTPRIO = 14;
/** Microseconds of real-time scheduling without a blocking call. */
export const RLIMIT_RTTIME = 15;
/** Number of resources. */
export const RLIM_NLIMITS = 16;
