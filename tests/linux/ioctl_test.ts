import { assertEquals } from "@std/assert";
import * as ioctl from "../../lib/linux/ioctl.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("ioctl.ts has the numbers of ioctls.h and sockios.h", () => {
  assertEquals(numbersOf(ioctl), {
    FIONREAD: 21531,
    FIONBIO: 21537,
    FIOCLEX: 21585,
    FIONCLEX: 21584,
    FIOASYNC: 21586,
    SIOCINQ: 21531,
    SIOCOUTQ: 21521,
    SIOCATMARK: 35077,
    SIOCOUTQNSD: 35147,
    SIOCGIFCONF: 35090,
    SIOCGIFINDEX: 35123,
    SIOCGIFNAME: 35088,
    TCGETS: 21505,
    TCSETS: 21506,
    TIOCGPGRP: 21519,
    TIOCOUTQ: 21521,
    TIOCGWINSZ: 21523,
    TIOCSWINSZ: 21524,
    TIOCINQ: 21531,
  });
});
