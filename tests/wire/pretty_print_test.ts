import { assertEquals } from "@std/assert";
import { formatPacket } from "../../lib/wire/pretty_print.ts";
import { ICMP_V4, SYN_V4, SYN_V6, UDP_V6 } from "./packets.ts";

Deno.test("formatPacket() describes Linux's packets", () => {
  assertEquals(
    formatPacket(SYN_V4),
    "IPv4 TCP 10.77.0.1.44178 > 10.77.0.2.80 [SYN] seq 1316093470 window 64240 mss 1460, " +
      "sack permitted, timestamp 3593245647 echo 0, window scale 10",
  );
  assertEquals(formatPacket(UDP_V6), "IPv6 UDP fd77::1.44876 > fd77::2.53 data 6");
  assertEquals(formatPacket(ICMP_V4), "IPv4 ICMP 10.77.0.1 > 10.77.0.2 type 3 code 3");
});

Deno.test("formatPacket() says what is wrong with a packet", () => {
  const broken = SYN_V6.slice();
  broken[70] = 1;
  assertEquals(formatPacket(broken).endsWith("(wrong checksum)"), true);
  const header = SYN_V4.slice();
  header[8] = 1;
  assertEquals(formatPacket(header).endsWith("(wrong header checksum)"), true);
  assertEquals(formatPacket(new Uint8Array(3)), "3 octets, no IP packet");
});
