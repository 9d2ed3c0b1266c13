import { assertEquals } from "@std/assert";
import { MOCA_ERRNOS, scriptErrno } from "../../../lib/guest/moca/errno.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { linesOn, STACKS } from "./run_on.ts";

Deno.test("MOCA_ERRNOS has the original's eight numbers", () => {
  assertEquals(MOCA_ERRNOS.map(({ name, moca }) => [name, moca]), [
    ["EBADF", -1],
    ["ENOENT", -2],
    ["EACCES", -3],
    ["ECONNREFUSED", -4],
    ["ETIMEDOUT", -5],
    ["EAFNOSUPPORT", -6],
    ["ESOCKTNOSUPPORT", -7],
    ["EADDRINUSE", -8],
  ]);
});

Deno.test("scriptErrno() maps each Linux errno to one of moca's", () => {
  const listed = new Map<number, number>([
    [Errno.ENOENT, -2],
    [Errno.EACCES, -3],
    [Errno.EPERM, -3],
    [Errno.ECONNREFUSED, -4],
    [Errno.ETIMEDOUT, -5],
    [Errno.EAFNOSUPPORT, -6],
    [Errno.ESOCKTNOSUPPORT, -7],
    [Errno.EPROTONOSUPPORT, -7],
    [Errno.EADDRINUSE, -8],
  ]);
  for (const errno of Object.values(Errno)) {
    assertEquals(scriptErrno("moca", -errno, "open"), listed.get(errno) ?? -1, String(errno));
    assertEquals(scriptErrno("linux", -errno, "open"), -errno);
  }
});

Deno.test("scriptErrno() calls what connect does not list refused, also a name without address", () => {
  for (const errno of [Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.EINVAL, Errno.ENOENT]) {
    assertEquals(scriptErrno("moca", -errno, "connect"), -4);
  }
  assertEquals(scriptErrno("moca", -Errno.EACCES, "connect"), -3);
  assertEquals(scriptErrno("moca", -Errno.ETIMEDOUT, "connect"), -5);
  assertEquals(scriptErrno("moca", -Errno.ENOENT, "bind"), -1);
});

const CONSTANTS = MOCA_ERRNOS.map(({ name }) => `print(${name}());`).join("\n");

Deno.test("the constants follow --errno", () => {
  const [stack = "deno"] = STACKS;
  assertEquals(linesOn(stack, CONSTANTS), ["-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8"]);
  assertEquals(
    linesOn(stack, CONSTANTS, { errno: "linux" }),
    ["-9", "-2", "-13", "-111", "-110", "-97", "-94", "-98"],
  );
});

for (const stack of STACKS) {
  Deno.test(`[${stack}] calls return Linux's numbers where they are asked for`, () => {
    const lines = linesOn(
      stack,
      `print(socket(999, 1)); print(socket(2, 999)); print(close(77)); print(open("/no/such", 0));
       print(connect(socket(2, 1), "127.0.0.1", 1)); print(connect(socket(2, 1), "x", 65536));
       let fd = socket(2, 1); bind(fd, "127.0.0.1", 0); set_timeout(fd, 1); print(accept(fd));`,
      { errno: "linux" },
    );
    assertEquals(lines, ["-97", "-94", "-9", "-2", "-111", "-22", "-110"]);
  });
}
