import { assertEquals } from "@std/assert";
import * as udp from "../../lib/linux/udp.ts";
import { numbersOf } from "./numbers.ts";

Deno.test("udp.ts has the numbers of udp.h", () => {
  assertEquals(numbersOf(udp), {
    UDP_CORK: 1,
    UDP_ENCAP: 100,
    UDP_NO_CHECK6_TX: 101,
    UDP_NO_CHECK6_RX: 102,
    UDP_SEGMENT: 103,
    UDP_GRO: 104,
    UDP_ENCAP_ESPINUDP_NON_IKE: 1,
    UDP_ENCAP_ESPINUDP: 2,
    UDP_ENCAP_L2TPINUDP: 3,
    UDP_ENCAP_GTP0: 4,
    UDP_ENCAP_GTP1U: 5,
    UDP_ENCAP_RXRPC: 6,
  });
});
