import { assertEquals } from "@std/assert";
import { IPV4_ANY, IPV4_LOOPBACK, IPV6_ANY, IPV6_LOOPBACK } from "../../lib/ip.ts";
import { SOCK_DGRAM, SOCK_STREAM } from "../../lib/linux/socket.ts";
import { type PortClaim, PortTable } from "../../lib/stack/port_table.ts";
import { Placeholders } from "../../lib/stack/deno/placeholders.ts";

const CLAIM: PortClaim = {
  type: SOCK_STREAM,
  ip: IPV4_LOOPBACK,
  port: 80,
  v6Only: false,
  reuseAddress: false,
  reusePort: false,
};

Deno.test("PortTable.conflicts() knows addresses, families and types", () => {
  const table = new PortTable();
  const entry = table.add(CLAIM);
  assertEquals(table.conflicts(CLAIM), true);
  assertEquals(table.conflicts(CLAIM, entry), false);
  assertEquals(table.conflicts({ ...CLAIM, port: 81 }), false);
  assertEquals(table.conflicts({ ...CLAIM, type: SOCK_DGRAM }), false);
  assertEquals(table.conflicts({ ...CLAIM, ip: IPV4_ANY }), true);
  assertEquals(table.conflicts({ ...CLAIM, ip: IPV6_LOOPBACK }), false);
  assertEquals(table.conflicts({ ...CLAIM, ip: IPV6_ANY }), true);
  assertEquals(table.conflicts({ ...CLAIM, ip: IPV6_ANY, v6Only: true }), false);
  table.remove(entry);
  assertEquals(table.conflicts(CLAIM), false);
});

Deno.test("PortTable.conflicts() shares by SO_REUSEADDR except with listeners, by SO_REUSEPORT with all", () => {
  const table = new PortTable();
  const reuse = { ...CLAIM, reuseAddress: true };
  const entry = table.add(reuse);
  assertEquals(table.conflicts(CLAIM), true);
  assertEquals(table.conflicts(reuse), false);
  entry.listening = true;
  assertEquals(table.conflicts(reuse), true);
  entry.reusePort = true;
  assertEquals(table.conflicts({ ...CLAIM, reusePort: true }), false);
  table.linger(entry);
  assertEquals(table.conflicts(CLAIM), true);
  entry.expires = 0;
  assertEquals(table.conflicts(CLAIM), false);
});

Deno.test("Placeholders.addressFor() gives each name one address of 198.18.0.0/15", () => {
  const placeholders = new Placeholders();
  const first = placeholders.addressFor("a.example");
  assertEquals(first.subarray(0, 6), Uint8Array.of(2, 0, 0, 0, 198, 18));
  assertEquals(placeholders.addressFor("a.example"), first);
  const seen = new Set<string>();
  for (let i = 0; i < 3000; i++) seen.add(placeholders.addressFor(`${i}.example`).join("."));
  assertEquals(seen.size, 3000);
});

Deno.test("PortTable.linger() keeps a bounded number of ports, the latest", () => {
  const table = new PortTable();
  for (let i = 0; i < 5000; i++) table.linger(table.add({ ...CLAIM, port: 1 + (i % 50_000) }));
  assertEquals(table.conflicts({ ...CLAIM, port: 1 }), false);
  assertEquals(table.conflicts({ ...CLAIM, port: 904 }), false);
  assertEquals(table.conflicts({ ...CLAIM, port: 905 }), true);
  assertEquals(table.conflicts({ ...CLAIM, port: 5000 }), true);
});
