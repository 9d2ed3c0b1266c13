/**
 * What files cannot do as Linux does, and what the guest gets instead.
 *
 * @module
 */
import { Errno } from "../../linux/errno.ts";
import type { Limitation } from "../../stack/stack.ts";

/** Limits of every call that takes a path, whichever stack is in use: paths go through `node:fs`. */
export const pathLimitations: readonly Limitation[] = [
  {
    call: "openat() and others below a directory that was moved or removed",
    errno: Errno.ENOENT,
    missing: "calls relative to a descriptor: a directory is known by its path",
  },
  {
    call: "a path with bytes that are not UTF-8",
    errno: Errno.EILSEQ,
    missing: "file names as bytes",
  },
  {
    call: "openat(O_PATH | O_NOFOLLOW) on a symbolic link, without --allow-all",
    errno: Errno.ELOOP,
    missing: "an open that does not follow links where permissions are checked",
  },
  {
    call: "openat() through a symbolic link whose target Deno's permissions do not cover",
    errno: Errno.EACCES,
    missing: "nothing: Deno itself would look at the link's own place only",
  },
  {
    call:
      "openat() and truncate() of existing files, and folders, in a folder that may be written " +
      "and not read",
    errno: Errno.EACCES,
    missing: "permission to see whether they are symbolic links: grant reading, too",
  },
  {
    call: "openat() of /dev, /proc and /sys, without --allow-all",
    errno: Errno.EACCES,
    missing: "nothing: null, zero, random and urandom excepted, they are the host's own",
  },
  {
    call: "fcntl(F_GETFL) of a file opened without --allow-all",
    errno: 0,
    missing: "flags as they were given: O_NOFOLLOW is among them, with libc",
  },
  {
    call: "getsockname() after bind() of a relative socket path and chdir()",
    errno: 0,
    missing: "a current folder of the guest's own on the host: it tells the absolute path",
  },
  {
    call: "bind(), connect(), sendto() of a socket path too long from the root on, after chdir()",
    errno: Errno.ENAMETOOLONG,
    missing: "a current folder of the guest's own on the host",
  },
  {
    call: "fcntl(F_SETLK) on a file that another thread opened since, when that thread leaves",
    errno: 0,
    missing: "files of node:fs that outlive their thread: the process's locks on the file end",
  },
  {
    call: "openat() with access mode 3, in a process of several threads",
    errno: Errno.EINVAL,
    missing: "descriptors for ioctl(2) alone that every thread has",
  },
  {
    call: "symlinkat() without unscoped --allow-read and --allow-write",
    errno: Errno.EACCES,
    missing: "a check of what a link will point to",
  },
  {
    call:
      "utimensat(AT_EMPTY_PATH) on a file opened to be read, without --allow-read and --allow-write",
    errno: Errno.EACCES,
    missing: "the path, which might not be one to write",
  },
  {
    call: "renameat() of or to a path a part of which is denied",
    errno: Errno.EACCES,
    missing: "nothing: Deno itself would move what is denied to another name",
  },
  {
    call: "fcntl(F_SETFL, O_ASYNC) and openat(O_ASYNC)",
    errno: 0,
    missing: "signals for guests: the flag is not kept, and F_GETFL does not show it",
  },
  {
    call: "linkat(AT_EMPTY_PATH)",
    errno: Errno.ENOENT,
    missing: "linkat by descriptor; Linux says the same to those without CAP_DAC_READ_SEARCH",
  },
  {
    call: "readlinkat() with an empty path",
    errno: Errno.ENOENT,
    missing: "readlinkat by descriptor",
  },
  {
    call: "faccessat(X_OK) on files, faccessat() on devices and sockets",
    errno: 0,
    missing: "the user's number, which takes --allow-sys: whether anybody may",
  },
];

/** Limits of files, pipes and stdio where no libc is in use: on the `deno` stack. */
export const fileLimitations: readonly Limitation[] = [
  {
    call: "read() of an empty pipe whose writing end is open",
    errno: Errno.EDEADLK,
    missing: "another thread that could write",
  },
  {
    call: "write() to a full pipe whose reading end is open",
    errno: Errno.EDEADLK,
    missing: "another thread that could read; what fits first is written, and counted",
  },
  {
    call: "pipe2(O_DIRECT)",
    errno: Errno.EINVAL,
    missing: "packet mode",
  },
  {
    call: "getdents64() of names that are not UTF-8",
    errno: 0,
    missing: "file names as bytes: they are left out",
  },
  {
    call: "fcntl(F_SETLK), fcntl(F_GETLK)",
    errno: Errno.ENOLCK,
    missing: "record locks",
  },
  {
    call: "fstat(), fstatat(): times",
    errno: 0,
    missing: "nanoseconds: milliseconds, and seconds for the change of the inode",
  },
  {
    call: "poll() on terminals and named pipes that a path opened",
    errno: 0,
    missing: "poll(2): they are always ready; for stdin, it is read ahead once somebody asks",
  },
  {
    call:
      "fcntl(F_SETFL, O_NONBLOCK) and ioctl(FIONBIO) on stdin, stdout, stderr, terminals, named pipes",
    errno: Errno.EINVAL,
    missing: "fcntl(2)",
  },
  {
    call: "lseek(), pread(), pwrite() on stdin, stdout, stderr",
    errno: Errno.ESPIPE,
    missing: "an offset that is shared with the process",
  },
  {
    call: "fsync(), ftruncate() on stdin, stdout, stderr",
    errno: Errno.EINVAL,
    missing: "those calls for the process's own descriptors",
  },
  {
    call: "utimensat(): times",
    errno: 0,
    missing: "nanoseconds: milliseconds, also of a time that UTIME_OMIT leaves",
  },
  {
    call: "utimensat(): times before 1970",
    errno: Errno.EINVAL,
    missing: "negative times",
  },
  {
    call: "utimensat(AT_EMPTY_PATH) on sockets, pipes, stdin, stdout, stderr",
    errno: Errno.EINVAL,
    missing: "times of what has no path",
  },
  {
    call: "fcntl(F_SETFL, O_DIRECT)",
    errno: Errno.EINVAL,
    missing: "fcntl(2)",
  },
  {
    call: "fcntl(F_SETFL, O_NOATIME)",
    errno: Errno.EPERM,
    missing: "fcntl(2)",
  },
  {
    call: "fcntl(F_SETFL, O_APPEND) on a file that is no longer at its path",
    errno: Errno.EPERM,
    missing: "fcntl(2): the file is opened anew",
  },
  {
    call: "fcntl(F_GETPIPE_SZ), fcntl(F_SETPIPE_SZ) on named pipes",
    errno: Errno.EBADF,
    missing: "fcntl(2)",
  },
  {
    call: "ioctl(FIONREAD) on named pipes and terminals",
    errno: Errno.ENOTTY,
    missing: "ioctl(2)",
  },
  {
    call: "ioctl(TIOCGWINSZ) on terminals that a path opened",
    errno: Errno.ENOTTY,
    missing: "ioctl(2); stdin, stdout and stderr know their size",
  },
  {
    call: "epoll_create1(), epoll_ctl(), epoll_pwait()",
    errno: Errno.ENOSYS,
    missing: "epoll(7): poll() and select() wait for several",
  },
  {
    call: "eventfd2()",
    errno: Errno.ENOSYS,
    missing: "eventfd(2): a pipe() wakes who polls it",
  },
  {
    call: "lseek(SEEK_DATA), lseek(SEEK_HOLE)",
    errno: 0,
    missing: "holes: a file is data up to its end",
  },
];
