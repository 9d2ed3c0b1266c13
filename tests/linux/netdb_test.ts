import { assertEquals } from "@std/assert";
import * as netdb from "../../lib/linux/netdb.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("netdb.ts has the numbers of netdb.h", () => {
  assertEquals(numbersOf(netdb), {
    AI_PASSIVE: 1,
    AI_CANONNAME: 2,
    AI_NUMERICHOST: 4,
    AI_V4MAPPED: 8,
    AI_ALL: 16,
    AI_ADDRCONFIG: 32,
    AI_IDN: 64,
    AI_CANONIDN: 128,
    AI_NUMERICSERV: 1024,
    EAI_BADFLAGS: -1,
    EAI_NONAME: -2,
    EAI_AGAIN: -3,
    EAI_FAIL: -4,
    EAI_NODATA: -5,
    EAI_FAMILY: -6,
    EAI_SOCKTYPE: -7,
    EAI_SERVICE: -8,
    EAI_ADDRFAMILY: -9,
    EAI_MEMORY: -10,
    EAI_SYSTEM: -11,
    EAI_OVERFLOW: -12,
    EAI_INPROGRESS: -100,
    EAI_CANCELED: -101,
    EAI_NOTCANCELED: -102,
    EAI_ALLDONE: -103,
    EAI_INTR: -104,
    EAI_IDN_ENCODE: -105,
    NI_NUMERICHOST: 1,
    NI_NUMERICSERV: 2,
    NI_NOFQDN: 4,
    NI_NAMEREQD: 8,
    NI_DGRAM: 16,
  });
});

Deno.test("gaiErrorName() names what getaddrinfo() returned", () => {
  assertEquals(netdb.gaiErrorName(-2), "EAI_NONAME");
  assertEquals(netdb.gaiErrorName(-105), "EAI_IDN_ENCODE");
  assertEquals(netdb.gaiErrorName(0), "EAI error 0");
  assertEquals(netdb.gaiErrorName(-999), "EAI error -999");
});

Deno.test("gaiErrorName() names every EAI_ constant", () => {
  for (const [name, code] of Object.entries(numbersOf(netdb))) {
    if (name.startsWith("EAI_")) assertEquals(netdb.gaiErrorName(code), name);
  }
});

Deno.test({
  name: "gaiErrorMessage() agrees with glibc for every number (skipped where there is no glibc)",
  ignore: !Deno.build.target.endsWith("linux-gnu"),
  fn() {
    const libc = Deno.dlopen("libc.so.6", {
      // const char *gai_strerror(int errcode);
      gai_strerror: { parameters: ["i32"], result: "pointer" },
    });
    try {
      for (let code = 1; code >= -110; code--) {
        if (code === netdb.EAI_OVERFLOW) continue; // glibc has no text for it
        const text = libc.symbols.gai_strerror(code);
        if (text === null) throw new Error(`No text for ${code}`);
        assertEquals(netdb.gaiErrorMessage(code), Deno.UnsafePointerView.getCString(text));
      }
      assertEquals(netdb.gaiErrorMessage(netdb.EAI_OVERFLOW), "Argument buffer overflow");
    } finally {
      libc.close();
    }
  },
});
