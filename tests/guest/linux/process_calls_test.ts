/** Calls about the process, time, memory and control, over a guest's memory: what native Linux says. */
import { assert, assertEquals } from "@std/assert";
import type { GuestClock } from "../../../lib/guest/linux/guest_clock.ts";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { Guest } from "../../kernel/guest.ts";
import { checkRows, testAbi, testAbiOnEach } from "./abi_guest.ts";

const RLIMIT_NOFILE = 7;
const FIONREAD = 0x541b;
const FIONBIO = 0x5421;
const FIOCLEX = 0x5451;
const TIOCGWINSZ = 0x5413;
const F_GETLK = 5;
const F_SETLK = 6;

const CLOCK: GuestClock = {
  realtime: () => 1_700_000_000_123_456_789n,
  monotonic: () => 5_000_000_007n,
};

testAbi("deno", "clock_gettime() and gettimeofday() tell the guest's clock", (g) => {
  const { bad, buffer } = g;
  const time = (clock: number) => {
    const result = g.call("clock_gettime", clock, buffer);
    return result < 0 ? result : `${g.long(buffer)}.${g.long(buffer + 8)}`;
  };
  const realtime = "1700000000.123456789";
  const monotonic = "5.7";
  checkRows([
    ...[0, 5, 11].map((clock) => [`clock ${clock}`, realtime, () => time(clock)] as const),
    ...[1, 4, 6, 7].map((clock) => [`clock ${clock}`, monotonic, () => time(clock)] as const),
    ...[2, 3, 10, 99, -1].map((clock) => [`clock ${clock}`, "-EINVAL", () => time(clock)] as const),
    ["bad", "-EFAULT", () => g.call("clock_gettime", 0, bad)],
    ["at the edge", "-EFAULT", () => g.call("clock_gettime", 0, g.edge(15))],
    ["99, bad", "-EINVAL", () => g.call("clock_gettime", 99, bad)],
    ["resolution", 0, () => g.call("clock_getres", 0, buffer)],
    ["its nanoseconds", 1, () => g.long(buffer + 8)],
    ["resolution, null", 0, () => g.call("clock_getres", 0, 0)],
    ["resolution, bad", "-EFAULT", () => g.call("clock_getres", 0, bad)],
    ["resolution of 99, null", "-EINVAL", () => g.call("clock_getres", 99, 0)],
    ["gettimeofday", 0, () => g.call("gettimeofday", buffer, buffer + 100)],
    ["its microseconds", 123456, () => g.long(buffer + 8)],
    ["its zone", 0, () => g.long(buffer + 100)],
    ["gettimeofday, null", 0, () => g.call("gettimeofday", 0, 0)],
    ["gettimeofday, bad", "-EFAULT", () => g.call("gettimeofday", bad, 0)],
    ["gettimeofday, bad zone", "-EFAULT", () => g.call("gettimeofday", buffer, bad)],
  ]);
}, { clock: CLOCK });

Deno.test("clock_gettime() without a clock of one's own tells the host's", () => {
  using g = new Guest("deno");
  const memory = new ArrayBuffer(4096);
  const abi = new LinuxAbi(g.kernel, memory);
  const view = new DataView(memory);
  const before = Date.now();
  assertEquals(abi.syscall(SYS.clock_gettime, 0, 0), 0);
  const seconds = Number(view.getBigInt64(0, true));
  assert(Math.abs(seconds - before / 1000) < 60, String(seconds));
  assert(view.getBigInt64(8, true) < 1_000_000_000n);
});

testAbiOnEach("nanosleep() and clock_nanosleep() check clock, pointer and time", (g) => {
  const { bad } = g;
  const nothing = g.longs(0, 0);
  const invalid = g.longs(0, 1_000_000_000);
  const negative = g.longs(-1, 0);
  const past = g.longs(1, 0);
  const sleep = (clock: number, flags: number, time: number) =>
    g.call("clock_nanosleep", clock, flags, time, bad);
  checkRows([
    ["bad", "-EFAULT", () => g.call("nanosleep", bad, 0)],
    ["invalid", "-EINVAL", () => g.call("nanosleep", invalid, 0)],
    ["negative", "-EINVAL", () => g.call("nanosleep", negative, 0)],
    ["nothing, bad rest", 0, () => g.call("nanosleep", nothing, bad)],
    ["a millisecond", 0, () => g.call("nanosleep", g.longs(0, 1_000_000), 0)],
    ["99, bad", "-EINVAL", () => sleep(99, 0, bad)],
    ["bad", "-EFAULT", () => sleep(1, 0, bad)],
    ["invalid", "-EINVAL", () => sleep(1, 0, invalid)],
    ["by a raw clock", "-EOPNOTSUPP", () => sleep(4, 0, nothing)],
    ["by a coarse clock", "-EOPNOTSUPP", () => sleep(6, 0, nothing)],
    ["by a thread's time", "-EOPNOTSUPP", () => sleep(3, 0, nothing)],
    ["until what is past", 0, () => sleep(0, 1, past)],
    ["for nothing", 0, () => sleep(1, 0, nothing)],
  ]);
});

testAbiOnEach("uname(), getrandom() and the process's numbers", (g) => {
  const { bad, buffer } = g;
  const fields = () => [0, 1, 2, 4].map((field) => g.memory.cString(buffer + 65 * field, 65));
  g.put(new Uint8Array(20), buffer);
  checkRows([
    ["uname", 0, () => g.call("uname", buffer)],
    ["bad", "-EFAULT", () => g.call("uname", bad)],
    ["at the edge", "-EFAULT", () => g.call("uname", g.edge(389))],
    ["at the edge", 0, () => g.call("uname", g.edge(390))],
    ["its fields", "Linux vmsock 6.18.0 aarch64", () => fields().join(" ")],
    ["getpid", 77, () => g.call("getpid")],
    ["gettid", 77, () => g.call("gettid")],
    ["sched_yield", 0, () => g.call("sched_yield")],
    ["getrandom", 10, () => g.call("getrandom", buffer, 10, 0)],
    ["at the edge", 4, () => g.call("getrandom", g.edge(4), 10, 1)],
    ["−1 at the edge", 4, () => g.call("getrandom", g.edge(4), -1, 0)],
    ["bad", "-EFAULT", () => g.call("getrandom", bad, 10, 0)],
    ["bad, none", 0, () => g.call("getrandom", bad, 0, 0)],
    ["bad, unknown flag", "-EINVAL", () => g.call("getrandom", bad, 10, 8)],
    ["both pools", "-EINVAL", () => g.call("getrandom", buffer, 10, 6)],
    ["much", 200_000, () => g.call("getrandom", buffer, 200_000, 0)],
  ]);
  const bytes = g.memory.bytes(buffer + 150_000, 50_000) ?? new Uint8Array();
  assert(new Set(bytes).size === 256, "bytes up to the end are random");
}, { pid: 77 });

testAbiOnEach("prlimit64() sets nothing that it could not report", (g) => {
  const { bad, buffer } = g;
  const limit = g.longs(500, 600);
  const prlimit = (pid: number, resource: number, set: number, get: number) =>
    g.call("prlimit64", pid, resource, set, get);
  checkRows([
    ["get", 0, () => prlimit(0, RLIMIT_NOFILE, 0, buffer)],
    ["limits", "1024 4096", () => `${g.long(buffer)} ${g.long(buffer + 8)}`],
    ["own number", 0, () => prlimit(77, RLIMIT_NOFILE, 0, buffer)],
    ["nothing", 0, () => prlimit(0, RLIMIT_NOFILE, 0, 0)],
    ["bad new, unknown resource", "-EFAULT", () => prlimit(0, 99, bad, 0)],
    ["another process", "-ESRCH", () => prlimit(999_999, 99, 0, 0)],
    ["unknown resource", "-EINVAL", () => prlimit(0, 16, 0, 0)],
    ["bad old", "-EFAULT", () => prlimit(0, RLIMIT_NOFILE, limit, bad)],
    ["not set", 0, () => prlimit(0, RLIMIT_NOFILE, 0, buffer)],
    ["limits", "1024 4096", () => `${g.long(buffer)} ${g.long(buffer + 8)}`],
    ["soft above hard", "-EINVAL", () => prlimit(0, RLIMIT_NOFILE, g.longs(9, 8), 0)],
    ["above the hard one", "-EPERM", () => prlimit(0, RLIMIT_NOFILE, g.longs(9, 9000), 0)],
    ["set", 0, () => prlimit(0, RLIMIT_NOFILE, limit, buffer)],
    ["limits before", "1024 4096", () => `${g.long(buffer)} ${g.long(buffer + 8)}`],
    ["get", 0, () => prlimit(0, RLIMIT_NOFILE, 0, buffer)],
    ["limits", "500 600", () => `${g.long(buffer)} ${g.long(buffer + 8)}`],
  ]);
}, { pid: 77 });

testAbi("libc", "fcntl() and ioctl() with pointers", (g) => {
  const { bad } = g;
  const file = g.file("0123456789");
  const pair = g.ints(-1, -1);
  g.ok(g.call("pipe2", pair, 0));
  const [reader, writer] = [g.int(pair), g.int(pair + 4)];
  g.host.kernel.write(writer, new Uint8Array(3), 3);
  const cell = g.ints(-1);
  const lock = g.longs(1, 2, 3, 0);
  checkRows([
    ["F_GETLK bad", "-EFAULT", () => g.call("fcntl", file, F_GETLK, bad)],
    ["F_GETLK bad, closed", "-EBADF", () => g.call("fcntl", 999, F_GETLK, bad)],
    ["F_GETLK bad, pipe", "-EFAULT", () => g.call("fcntl", reader, F_GETLK, bad)],
    ["F_SETLK at the edge", "-EFAULT", () => g.call("fcntl", file, F_SETLK, g.edge(24))],
    ["F_SETLK", 0, () => g.call("fcntl", file, F_SETLK, lock)],
    ["F_GETLK of one's own", 0, () => g.call("fcntl", file, F_GETLK, lock)],
    ["F_UNLCK", 2, () => g.memory.load16(lock)],
    ["command 99", "-EINVAL", () => g.call("fcntl", file, 99, 0)],
    ["F_DUPFD −1", "-EINVAL", () => g.call("fcntl", file, 0, -1)],
    ["FIONREAD", 0, () => g.call("ioctl", reader, FIONREAD, cell)],
    ["its value", 3, () => g.int(cell)],
    ["FIONREAD bad, pipe", "-EFAULT", () => g.call("ioctl", reader, FIONREAD, bad)],
    ["FIONREAD bad, file", "-EFAULT", () => g.call("ioctl", file, FIONREAD, bad)],
    ["FIONBIO bad", "-EFAULT", () => g.call("ioctl", file, FIONBIO, bad)],
    ["FIONBIO", 0, () => g.call("ioctl", reader, FIONBIO, cell)],
    ["is non-blocking", 0o4000, () => g.call("fcntl", reader, 3) & 0o4000],
    ["its argument", 3, () => g.int(cell)],
    ["unknown, bad", "-ENOTTY", () => g.call("ioctl", file, 0x1234, bad)],
    ["unknown, closed", "-EBADF", () => g.call("ioctl", 999, 0x1234, bad)],
    ["TIOCGWINSZ, file", "-ENOTTY", () => g.call("ioctl", file, TIOCGWINSZ, bad)],
    ["TIOCGWINSZ, closed", "-EBADF", () => g.call("ioctl", 999, TIOCGWINSZ, bad)],
    ["FIOCLEX, bad", 0, () => g.call("ioctl", file, FIOCLEX, bad)],
    ["FD_CLOEXEC", 1, () => g.call("fcntl", file, 1)],
    ["upper bits of an int", "-EBADF", () => g.call("close", 2n ** 32n + 999n)],
    ["dup", "true", () => String(g.call("dup", file) > file)],
    ["dup of what is closed", "-EBADF", () => g.call("dup", 999)],
    ["fsync", 0, () => g.call("fsync", file)],
    ["fsync of a pipe", "-EINVAL", () => g.call("fsync", reader)],
    ["fdatasync", 0, () => g.call("fdatasync", file)],
    ["fdatasync of what is closed", "-EBADF", () => g.call("fdatasync", 999)],
    ["dup3 of itself", "-EINVAL", () => g.call("dup3", file, file, 0)],
    ["close_range backwards", "-EINVAL", () => g.call("close_range", 5, 4, 0)],
    ["close_range", 0, () => g.call("close_range", reader, 2n ** 32n - 1n, 0)],
    ["closed", "-EBADF", () => g.call("close", writer)],
  ]);
});
