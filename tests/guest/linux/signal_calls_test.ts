/** Calls about signals and about who the guest is: what native Linux says, as far as it applies. */
import { assertEquals } from "@std/assert";
import { LinuxAbi } from "../../../lib/guest/linux/linux_abi.ts";
import { SYS } from "../../../lib/linux/sysno_aarch64.ts";
import { Guest } from "../../kernel/guest.ts";
import { checkRows, testAbi } from "./abi_guest.ts";

const SIGPIPE = 13;
const PID = 77;

testAbi("deno", "rt_sigaction() remembers what is to be done, and refuses as Linux does", (g) => {
  const ignore = g.longs(1, 0x4000000, 0, 5);
  const old = g.longs(9, 9, 9, 9);
  const words = () => [0, 8, 16, 24].map((at) => g.long(old + at)).join(" ");
  checkRows([
    ["default", 0, () => g.call("rt_sigaction", SIGPIPE, ignore, old, 8)],
    ["what it was", "0 0 0 0", words],
    ["again", 0, () => g.call("rt_sigaction", SIGPIPE, 0, old, 8)],
    ["what it is", "1 67108864 0 5", words],
    ["another size", "-EINVAL", () => g.call("rt_sigaction", SIGPIPE, ignore, old, 4)],
    ["SIGKILL", "-EINVAL", () => g.call("rt_sigaction", 9, ignore, 0, 8)],
    ["SIGKILL, asked", 0, () => g.call("rt_sigaction", 9, 0, old, 8)],
    ["0", "-EINVAL", () => g.call("rt_sigaction", 0, 0, 0, 8)],
    ["65", "-EINVAL", () => g.call("rt_sigaction", 65, 0, 0, 8)],
    ["64", 0, () => g.call("rt_sigaction", 64, 0, 0, 8)],
    ["bad", "-EFAULT", () => g.call("rt_sigaction", 9, g.edge(31), 0, 8)],
    ["bad old", "-EFAULT", () => g.call("rt_sigaction", SIGPIPE, 0, g.edge(31), 8)],
  ]);
});

testAbi("deno", "rt_sigaction() has words of the guest's width", (g) => {
  const old = g.ints(9, 9, 9, 9, 9, 9);
  assertEquals(g.call("rt_sigaction", 5, g.ints(1, 2, 3, 4, 5), old, 8), 0);
  assertEquals(g.call("rt_sigaction", 5, 0, old, 8), 0);
  assertEquals([0, 4, 8, 12, 16, 20].map((at) => g.int(old + at)), [1, 2, 3, 4, 5, 9]);
}, { pointerSize: 4 });

testAbi("deno", "rt_sigprocmask() and sigaltstack() tell what was set", (g) => {
  const all = g.longs(-1);
  const one = g.longs(0x10);
  const old = g.longs(0);
  const mask = () => BigInt.asUintN(64, g.memory.loadBigUint64(old) ?? 0n).toString(16);
  const stack = g.longs(0x5000, 0, 8192);
  const before = g.longs(7, 7, 7);
  const words = () => [0, 8, 16].map((at) => g.long(before + at)).join(" ");
  checkRows([
    ["set", 0, () => g.call("rt_sigprocmask", 2, all, 0, 8)],
    ["only asked", 0, () => g.call("rt_sigprocmask", 99, 0, old, 8)],
    ["all but two", "fffffffffffbfeff", mask],
    ["unblock", 0, () => g.call("rt_sigprocmask", 1, one, old, 8)],
    ["block", 0, () => g.call("rt_sigprocmask", 0, 0, old, 8)],
    ["one less", "fffffffffffbfeef", mask],
    ["how", "-EINVAL", () => g.call("rt_sigprocmask", 3, one, 0, 8)],
    ["bad", "-EFAULT", () => g.call("rt_sigprocmask", 0, g.bad, 0, 8)],
    ["bad old", "-EFAULT", () => g.call("rt_sigprocmask", 0, 0, g.bad, 8)],
    ["size", "-EINVAL", () => g.call("rt_sigprocmask", 0, 0, 0, 4)],
    ["stack", 0, () => g.call("sigaltstack", stack, before)],
    ["none", "0 2 0", words],
    ["asked", 0, () => g.call("sigaltstack", 0, before)],
    ["it", "20480 0 8192", words],
    ["small", "-ENOMEM", () => g.call("sigaltstack", g.longs(0, 0, 100), 0)],
    ["flags", "-EINVAL", () => g.call("sigaltstack", g.longs(0, 3, 8192), 0)],
    ["bad", "-EFAULT", () => g.call("sigaltstack", g.bad, 0)],
    ["bad old", "-EFAULT", () => g.call("sigaltstack", 0, g.bad)],
    ["off", 0, () => g.call("sigaltstack", g.longs(0, 2, 0), 0)],
    ["asked", 0, () => g.call("sigaltstack", 0, before)],
    ["none", "0 2 0", words],
  ]);
});

testAbi("deno", "kill(), tkill() and tgkill() reach the guest itself alone", (g) => {
  const ended = () => `${g.abi.exitStatus} ${g.abi.hasEnded}`;
  const ignored = g.longs(1, 0, 0, 0);
  checkRows([
    ["is it there", 0, () => g.call("kill", PID, 0)],
    ["no signal", "-EINVAL", () => g.call("kill", PID, 65)],
    ["nobody", "-ESRCH", () => g.call("kill", 78, 0)],
    ["nobody, no signal", "-ESRCH", () => g.call("kill", 78, 65)],
    ["SIGCHLD", 0, () => g.call("kill", PID, 17)],
    ["ignore", 0, () => g.call("rt_sigaction", SIGPIPE, ignored, 0, 8)],
    ["ignored", 0, () => g.call("kill", 0, SIGPIPE)],
    ["thread 0", "-EINVAL", () => g.call("tkill", 0, 0)],
    ["no signal", "-EINVAL", () => g.call("tkill", PID, 65)],
    ["another", "-ESRCH", () => g.call("tkill", 78, 0)],
    ["own", 0, () => g.call("tgkill", PID, PID, 0)],
    ["group 0", "-EINVAL", () => g.call("tgkill", 0, PID, 0)],
    ["another", "-ESRCH", () => g.call("tgkill", 78, PID, 0)],
    ["thread 0", "-EINVAL", () => g.call("tgkill", PID, 0, 0)],
    ["SIGURG", 0, () => g.call("tgkill", PID, PID, 23)],
    ["it runs", "null false", ended],
    // A handler cannot be called.
    ["handler", 0, () => g.call("rt_sigaction", 10, g.longs(0x400, 0, 0, 0), 0, 8)],
    ["handled", "-ENOSYS", () => g.call("kill", PID, 10)],
    ["blocked", 0, () => g.call("rt_sigprocmask", 0, g.longs(0x20), 0, 8)],
    ["pending", 0, () => g.call("tkill", PID, 6)],
    ["it runs", "null false", ended],
    ["unblocked", 0, () => g.call("rt_sigprocmask", 2, g.longs(0), 0, 8)],
    ["SIGABRT", 0, () => g.call("tkill", PID, 6)],
    ["as a shell says", "134 true", ended],
  ]);
}, { pid: PID });

testAbi("deno", "who the guest is: nobody in particular", (g) => {
  const { bad, buffer } = g;
  checkRows([
    ["user", 1000, () => g.call("getuid")],
    ["effective user", 1000, () => g.call("geteuid")],
    ["main group", 1000, () => g.call("getgid")],
    ["effective group", 1000, () => g.call("getegid")],
    ["groups", 0, () => g.call("getgroups", 0, 0)],
    ["-1 groups", "-EINVAL", () => g.call("getgroups", -1, buffer)],
    ["parent", 0, () => g.call("getppid")],
    ["group", PID, () => g.call("getpgid", 0)],
    ["another's", "-ESRCH", () => g.call("getpgid", 78)],
    ["session", PID, () => g.call("getsid", PID)],
    ["another's", "-ESRCH", () => g.call("getsid", 78)],
    ["its leader", "-EPERM", () => g.call("setsid")],
    ["thread", PID + 1, () => g.call("set_tid_address", buffer)],
    ["robust list", 0, () => g.call("set_robust_list", buffer, 24)],
    ["its size", "-EINVAL", () => g.call("set_robust_list", buffer, 23)],
    ["name", 0, () => g.call("prctl", 15, g.put("a name that is long"))],
    ["told", 0, () => g.call("prctl", 16, buffer)],
    ["cut", "a name that is \0", () => g.text(buffer, 16)],
    ["shorter", 0, () => g.call("prctl", 15, g.put("b"))],
    ["told", 0, () => g.call("prctl", 16, buffer)],
    ["whole", "b\0\0", () => g.text(buffer, 3)],
    ["bad", "-EFAULT", () => g.call("prctl", 15, bad)],
    ["bad", "-EFAULT", () => g.call("prctl", 16, g.edge(15))],
    ["another option", "-EINVAL", () => g.call("prctl", 9999, 0)],
    ["processors", 8, () => g.call("sched_getaffinity", 0, 128, buffer)],
    ["one", 1, () => g.long(buffer)],
    ["7 bytes", "-EINVAL", () => g.call("sched_getaffinity", 0, 7, buffer)],
    ["12 bytes", "-EINVAL", () => g.call("sched_getaffinity", 0, 12, buffer)],
    ["another's", "-ESRCH", () => g.call("sched_getaffinity", 79, 8, buffer)],
    ["bad", "-EFAULT", () => g.call("sched_getaffinity", 0, 8, bad)],
    ["system", 0, () => g.call("sysinfo", buffer)],
    ["its memory", g.memory.size, () => g.long(buffer + 32)],
    ["its processes", 1, () => g.int(buffer + 80)],
    ["its unit", 1, () => g.int(buffer + 104)],
    ["bad", "-EFAULT", () => g.call("sysinfo", g.edge(111))],
  ]);
}, { pid: PID, tid: PID + 1 });

testAbi("deno", "futex() of memory that nobody shares waits for the time alone", (g) => {
  const word = g.ints(5, 0);
  const soon = g.longs(0, 1000);
  const call = (operation: number, value: number, time = 0, bits = 0, at = word): number =>
    g.call("futex", at, operation, value, time, 0, bits);
  checkRows([
    ["another value", "-EAGAIN", () => call(0, 4)],
    ["time-out", "-ETIMEDOUT", () => call(0, 5, soon)],
    ["private", "-ETIMEDOUT", () => call(128, 5, soon)],
    ["negative", "-EINVAL", () => call(0, 5, g.longs(-1, 0))],
    ["not a time", "-EINVAL", () => call(0, 4, g.longs(0, 1e9))],
    ["bad time", "-EFAULT", () => call(0, 4, g.bad)],
    ["unaligned", "-EINVAL", () => call(0, 5, 0, 0, word + 1)],
    ["bad", "-EFAULT", () => call(0, 5, 0, 0, g.bad)],
    ["wake", 0, () => call(1, 5)],
    ["wake, bad", "-EFAULT", () => call(1, 5, 0, 0, g.bad)],
    ["wake, private, bad", 0, () => call(129, 5, 0, 0, g.bad)],
    ["no bits", "-EINVAL", () => call(9, 5, soon)],
    ["until a time that was", "-ETIMEDOUT", () => call(9, 5, g.longs(0, 0), -1)],
    ["of the other clock", "-ETIMEDOUT", () => call(9 | 256, 5, g.longs(1, 0), -1)],
    ["which wait has not", "-ENOSYS", () => call(256, 4)],
    ["wake no bits", "-EINVAL", () => call(10, 5)],
    ["wake bits", 0, () => call(10, 5, 0, -1)],
    ["unknown", "-ENOSYS", () => call(99, 5)],
  ]);
});

Deno.test("futex() of shared memory wakes another thread", async () => {
  using guest = new Guest("deno");
  const shared = new SharedArrayBuffer(4096);
  const abi = new LinuxAbi(guest.kernel, shared);
  const words = new Int32Array(shared);
  const waiter = new Worker(
    `data:text/javascript,onmessage = ({ data }) => {
      const words = new Int32Array(data);
      postMessage("ready");
      postMessage(Atomics.wait(words, 2, 0));
    };`,
    { type: "module" },
  );
  try {
    const heard = (): Promise<unknown> => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiter.onmessage = ({ data }) => resolve(data);
      return promise;
    };
    const ready = heard();
    waiter.postMessage(shared);
    await ready;
    const woken = heard();
    // It may not wait yet.
    while (abi.syscall(SYS.futex, 8, 1, 1) === 0) Atomics.wait(words, 0, 0, 1);
    assertEquals(await woken, "ok");
    // The other way round the host's Atomics and the call are the same.
    assertEquals(abi.syscall(SYS.futex, 8, 0, 7), -11);
    new DataView(shared).setBigInt64(64, 0n, true);
    new DataView(shared).setBigInt64(72, 1000n, true);
    assertEquals(abi.syscall(SYS.futex, 8, 0, 0, 64), -110);
  } finally {
    waiter.terminate();
  }
});
