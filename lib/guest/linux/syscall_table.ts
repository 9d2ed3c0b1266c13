/**
 * The table of system calls: what there is, in both dialects.
 *
 * @module
 */
import { SYS } from "../../linux/sysno_aarch64.ts";
import * as descriptors from "./calls/descriptor_calls.ts";
import { futex } from "./calls/futex.ts";
import * as identity from "./calls/identity_calls.ts";
import * as memory from "./calls/memory_calls.ts";
import * as messages from "./calls/message_calls.ts";
import * as paths from "./calls/path_calls.ts";
import * as process from "./calls/process_calls.ts";
import { resolveHost } from "./calls/resolve_host.ts";
import * as signals from "./calls/signal_calls.ts";
import * as sockets from "./calls/socket_calls.ts";
import * as time from "./calls/time_calls.ts";
import * as transfers from "./calls/transfer_calls.ts";
import * as waits from "./calls/wait_calls.ts";
import type { SyscallHandler, SyscallRow } from "./syscall_row.ts";

/** Whose numbers and conventions a guest uses. */
export type Dialect = "aarch64" | "akuma";

/** Number of resolve_host, which Linux does not use. */
export const RESOLVE_HOST = 300;

function row(name: keyof typeof SYS, handler: SyscallHandler, missing?: string): SyscallRow {
  return { number: SYS[name], name, handler, missing: missing ?? null };
}

const NO_SIGNALS = "no signal ever reaches a guest: the mask is checked and not used";

const NO_HANDLERS = "what is set is told again; no handler is ever called";

const TO_ITSELF = "to the own process and thread only; where there is a handler, ENOSYS";

const NOBODY = "1000, always";

const NO_CONTROL_DATA = "control data: sent is EOPNOTSUPP, none is received";

/** Linux's own calls with aarch64's numbers, and resolve_host. */
const LINUX_CALLS: readonly SyscallRow[] = [
  row("getcwd", paths.getcwd),
  row("eventfd2", descriptors.eventfd2),
  row("epoll_create1", waits.epollCreate1),
  row("epoll_ctl", waits.epollCtl),
  row("epoll_pwait", waits.epollPwait, NO_SIGNALS),
  row("dup", descriptors.dup),
  row("dup3", descriptors.dup3),
  row(
    "fcntl",
    descriptors.fcntl,
    "F_SETLKW, F_OFD_ locks, F_SETOWN and F_GETOWN, leases and seals are EINVAL",
  ),
  row("ioctl", descriptors.ioctl, "requests outside the table are ENOTTY"),
  row("mkdirat", paths.mkdirat),
  row("unlinkat", paths.unlinkat),
  row("symlinkat", paths.symlinkat),
  row("linkat", paths.linkat),
  row("renameat", paths.renameat),
  row("truncate", paths.truncate),
  row("ftruncate", descriptors.ftruncate),
  row("faccessat", paths.faccessat),
  row("chdir", paths.chdir),
  row("fchdir", paths.fchdir),
  row("openat", paths.openat),
  row("close", descriptors.close),
  row("pipe2", descriptors.pipe2),
  row("getdents64", descriptors.getdents64),
  row("lseek", descriptors.lseek),
  row("read", transfers.read),
  row("write", transfers.write),
  row("readv", transfers.readv),
  row("writev", transfers.writev),
  row("pread64", transfers.pread64),
  row("pwrite64", transfers.pwrite64),
  row("preadv", transfers.preadv),
  row("pwritev", transfers.pwritev),
  row("sendfile", transfers.sendfile),
  row("pselect6", waits.pselect6, NO_SIGNALS),
  row("ppoll", waits.ppoll, NO_SIGNALS),
  row("readlinkat", paths.readlinkat),
  row("newfstatat", paths.newfstatat),
  row("fstat", descriptors.fstat),
  row("fsync", descriptors.fsync),
  row("fdatasync", descriptors.fdatasync),
  row("utimensat", paths.utimensat),
  row("exit", process.exit),
  row("exit_group", process.exitGroup),
  row("set_tid_address", identity.setTidAddress, "nothing is done at the thread's end"),
  row("futex", futex, "FUTEX_WAIT and FUTEX_WAKE, with a bit set for all bits; others are ENOSYS"),
  row("set_robust_list", identity.setRobustList, "nothing is done at the thread's end"),
  row("nanosleep", time.nanosleep),
  row("clock_gettime", time.clockGettime, "clocks of processor time are EINVAL"),
  row("clock_getres", time.clockGetres, "clocks of processor time are EINVAL"),
  row("clock_nanosleep", time.clockNanosleep, "clocks of processor time are EINVAL"),
  row("sched_getaffinity", identity.schedGetaffinity, "one processor, always"),
  row("sched_yield", process.schedYield),
  row("kill", signals.kill, TO_ITSELF),
  row("tkill", signals.tkill, TO_ITSELF),
  row("tgkill", signals.tgkill, TO_ITSELF),
  row("sigaltstack", signals.sigaltstack, NO_HANDLERS),
  row("rt_sigaction", signals.rtSigaction, NO_HANDLERS),
  row("rt_sigprocmask", signals.rtSigprocmask, NO_HANDLERS),
  row("getpgid", identity.getpgid, "of the own process"),
  row("getsid", identity.getsid, "of the own process"),
  row("setsid", identity.setsid, "EPERM: a guest leads its session"),
  row("getgroups", identity.getgroups, "there are none"),
  row("uname", process.uname),
  row("umask", paths.umask),
  row("prctl", identity.prctl, "PR_SET_NAME and PR_GET_NAME, others are EINVAL"),
  row("gettimeofday", time.gettimeofday),
  row("getpid", process.getpid),
  row("getppid", identity.getppid, "0, always"),
  row("getuid", identity.getuid, NOBODY),
  row("geteuid", identity.geteuid, NOBODY),
  row("getgid", identity.getgid, NOBODY),
  row("getegid", identity.getegid, NOBODY),
  row("gettid", process.gettid),
  row("sysinfo", identity.sysinfo, "the time since the start, and the size of the guest's memory"),
  row("socket", sockets.socket),
  row("socketpair", sockets.socketpair),
  row("bind", sockets.bind),
  row("listen", sockets.listen),
  row("accept", sockets.accept),
  row("connect", sockets.connect),
  row("getsockname", sockets.getsockname),
  row("getpeername", sockets.getpeername),
  row("sendto", sockets.sendto),
  row("recvfrom", sockets.recvfrom),
  row("setsockopt", sockets.setsockopt, "options outside the table are ENOPROTOOPT"),
  row("getsockopt", sockets.getsockopt, "options outside the table are ENOPROTOOPT"),
  row("shutdown", sockets.shutdown),
  row("sendmsg", messages.sendmsg, NO_CONTROL_DATA),
  row("recvmsg", messages.recvmsg, NO_CONTROL_DATA),
  row("brk", memory.brk, "the memory stays readable and writable behind a lowered break"),
  row("munmap", memory.munmap, "of what mmap gave only; it stays readable and writable"),
  row(
    "mremap",
    memory.mremap,
    "of what mmap gave only; flags other than MREMAP_MAYMOVE are EINVAL",
  ),
  row(
    "mmap",
    memory.mmap,
    "anonymous memory only, always readable and writable: a file is ENODEV; MAP_FIXED where mmap gave",
  ),
  row("mprotect", memory.mprotect, "the memory stays readable and writable"),
  row("madvise", memory.madvise, "MADV_DONTNEED of what mmap gave; advice without effect is 0"),
  row("accept4", sockets.accept4),
  row("recvmmsg", messages.recvmmsg, NO_CONTROL_DATA),
  row("prlimit64", process.prlimit64, "RLIMIT_NOFILE of the own process; others are EINVAL, ESRCH"),
  row("sendmmsg", messages.sendmmsg, NO_CONTROL_DATA),
  row("renameat2", paths.renameat2, "flags other than 0 are EINVAL"),
  row("getrandom", process.getrandom),
  row("statx", paths.statx, "the fields of stat(2) only, as stx_mask says"),
  { number: RESOLVE_HOST, name: "resolve_host", handler: resolveHost, missing: null },
  row("close_range", descriptors.closeRange),
  row(
    "faccessat2",
    paths.faccessat2,
    "with AT_EMPTY_PATH the mode of the file decides, whoever owns it",
  ),
  row("epoll_pwait2", waits.epollPwait2, NO_SIGNALS),
];

/** The calls that the akuma dialect has at other numbers, or with other arguments. */
const AKUMA_CALLS: readonly SyscallRow[] = [
  { number: 1, name: "read", handler: transfers.read, missing: null },
  { number: 2, name: "write", handler: transfers.write, missing: null },
  row("openat", paths.openatAkuma),
];

/** The rows of each dialect, by number. */
export const SYSCALLS: Readonly<Record<Dialect, readonly SyscallRow[]>> = {
  aarch64: LINUX_CALLS,
  akuma: merged(LINUX_CALLS, AKUMA_CALLS),
};

function merged(rows: readonly SyscallRow[], other: readonly SyscallRow[]): SyscallRow[] {
  const byNumber = new Map([...rows, ...other].map((row) => [row.number, row]));
  return [...byNumber.values()].sort((left, right) => left.number - right.number);
}
