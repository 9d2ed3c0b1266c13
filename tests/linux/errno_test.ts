import { assertEquals } from "@std/assert";
import { Errno, errnoMessage, errnoName } from "../../lib/linux/errno.ts";

Deno.test("Errno has the numbers that programs meet most", () => {
  const { EPERM, ENOENT, EINTR, EBADF, EAGAIN, EACCES, EFAULT, EINVAL, EMFILE, EPIPE } = Errno;
  assertEquals([EPERM, ENOENT, EINTR, EBADF, EAGAIN, EACCES, EFAULT, EINVAL, EMFILE, EPIPE], [
    1,
    2,
    4,
    9,
    11,
    13,
    14,
    22,
    24,
    32,
  ]);
  const { ENOSYS, ENOTSOCK, EAFNOSUPPORT, EADDRINUSE, ECONNRESET, ETIMEDOUT } = Errno;
  assertEquals([ENOSYS, ENOTSOCK, EAFNOSUPPORT, EADDRINUSE, ECONNRESET, ETIMEDOUT], [
    38,
    88,
    97,
    98,
    104,
    110,
  ]);
  assertEquals([Errno.ECONNREFUSED, Errno.EINPROGRESS, Errno.EHWPOISON], [111, 115, 133]);
});

Deno.test("Errno has three names for numbers that have another", () => {
  assertEquals([Errno.EWOULDBLOCK, Errno.EDEADLOCK, Errno.ENOTSUP], [11, 35, 95]);
});

Deno.test("errnoName() gives the first name of a number when it has two", () => {
  assertEquals(errnoName(11), "EAGAIN");
  assertEquals(errnoName(35), "EDEADLK");
  assertEquals(errnoName(95), "EOPNOTSUPP");
});

Deno.test("errnoName() and errnoMessage() take a number of either sign", () => {
  assertEquals(errnoName(111), "ECONNREFUSED");
  assertEquals(errnoName(-111), "ECONNREFUSED");
  assertEquals(errnoMessage(111), "Connection refused");
  assertEquals(errnoMessage(-111), "Connection refused");
});

Deno.test("errnoName() and errnoMessage() say the number when it has no name", () => {
  assertEquals(errnoName(-999), "errno 999");
  assertEquals(errnoName(41), "errno 41");
  assertEquals(errnoName(0), "errno 0");
  assertEquals(errnoMessage(-999), "Unknown error 999");
  assertEquals(errnoMessage(58), "Unknown error 58");
  assertEquals(errnoMessage(0), "Success");
});

Deno.test({
  name:
    "errnoName() and errnoMessage() agree with glibc for every number (skipped where there is no glibc)",
  ignore: !Deno.build.target.endsWith("linux-gnu"),
  fn() {
    const libc = Deno.dlopen("libc.so.6", {
      // const char *strerrorname_np(int errnum);
      strerrorname_np: { parameters: ["i32"], result: "pointer" },
      // const char *strerrordesc_np(int errnum);
      strerrordesc_np: { parameters: ["i32"], result: "pointer" },
    });
    try {
      let compared = 0;
      for (let errno = 1; errno <= 140; errno++) {
        const name = libc.symbols.strerrorname_np(errno);
        const message = libc.symbols.strerrordesc_np(errno);
        if (name === null || message === null) {
          assertEquals(errnoName(errno), `errno ${errno}`);
          assertEquals(errnoMessage(errno), `Unknown error ${errno}`);
          continue;
        }
        assertEquals(errnoName(errno), Deno.UnsafePointerView.getCString(name));
        assertEquals(errnoMessage(errno), Deno.UnsafePointerView.getCString(message));
        compared++;
      }
      assertEquals(compared, 131);
    } finally {
      libc.close();
    }
  },
});
