import { assert, assertEquals } from "@std/assert";
import { parseIpAddress } from "../../lib/ip.ts";
import { joinFragments, parseFragment, splitPacket } from "../../lib/wire/fragment.ts";
import { emitIpv4, Ipv4Packet } from "../../lib/wire/ipv4.ts";
import { emitIpv6, Ipv6Packet } from "../../lib/wire/ipv6.ts";
import { Random } from "../linux/random.ts";

/** A packet of UDP with as many octets after the IP header. */
function datagram(family: 4 | 6, length: number): Uint8Array<ArrayBuffer> {
  const headerLength = family === 4 ? 20 : 40;
  const packet = new Random(length).bytes(headerLength + length);
  const [source, destination] = (family === 4 ? ["10.0.0.1", "10.0.0.2"] : ["fd00::1", "fd00::2"])
    .map((text) => parseIpAddress(text));
  assert(source && destination);
  const repr = { source, destination, protocol: 17, payloadLength: length };
  if (family === 4) {
    const marks = { timeToLive: 9, typeOfService: 4, identification: 0, dontFragment: false };
    emitIpv4({ ...repr, ...marks }, packet);
  } else emitIpv6({ ...repr, hopLimit: 9, trafficClass: 4 }, packet);
  return packet;
}

function view(bytes: Uint8Array): Ipv4Packet | Ipv6Packet {
  const packet = Ipv4Packet.check(bytes) ?? Ipv6Packet.check(bytes);
  assert(packet !== null);
  return packet;
}

for (const family of [4, 6] as const) {
  Deno.test(`splitPacket() makes parts that make the IPv${family} packet again`, () => {
    for (const length of [1481, 3000, 65_515]) {
      const packet = datagram(family, length);
      const parts = splitPacket(packet, 1500, 0x1234);
      const payload = new Uint8Array(length);
      let header: Uint8Array | null = null;
      for (const [index, bytes] of parts.entries()) {
        assert(bytes.length <= 1500);
        const part = view(bytes);
        assert(part.isFragment);
        assertEquals([part.protocol, part.identification], [17, 0x1234]);
        if (part instanceof Ipv4Packet) assert(part.hasValidChecksum());
        const fragment = parseFragment(part);
        assert(fragment !== null);
        assertEquals(fragment.isLast, index === parts.length - 1);
        payload.set(fragment.payload, fragment.offset);
        if (fragment.offset === 0) header = fragment.header;
      }
      assert(header !== null);
      const joined = joinFragments(header, payload);
      assert(joined !== null);
      if (family === 4) joined.set(packet.subarray(4, 6), 4);
      const whole = view(joined);
      assertEquals(joined.subarray(0, 8), packet.subarray(0, 8));
      assertEquals(whole.payload, packet.subarray(family === 4 ? 20 : 40));
    }
  });

  Deno.test(`parseFragment() refuses what no part of an IPv${family} datagram can be`, () => {
    const [first, last] = splitPacket(datagram(family, 2000), 1500, 1);
    assert(first !== undefined && last !== undefined);
    const odd = first.slice(0, first.length - 3);
    const at = family === 4 ? 2 : 4;
    const view16 = new DataView(odd.buffer);
    view16.setUint16(at, view16.getUint16(at) - 3);
    assertEquals(parseFragment(view(odd)), null);
    // Beyond 65,535 octets.
    const far = last.slice();
    new DataView(far.buffer).setUint16(family === 4 ? 6 : 42, family === 4 ? 0x1fff : 0xfff8);
    assertEquals(parseFragment(view(far)), null);
    assert(parseFragment(view(first)) !== null && parseFragment(view(last)) !== null);
  });
}

Deno.test("joinFragments() refuses what is longer than a datagram can be", () => {
  assertEquals(joinFragments(datagram(4, 0), new Uint8Array(65_516)), null);
  assertEquals(joinFragments(datagram(6, 0), new Uint8Array(65_536)), null);
});

Deno.test("parts of two datagrams have different keys", () => {
  const key = (bytes: Uint8Array | undefined) => {
    assert(bytes !== undefined);
    return parseFragment(view(bytes))?.key;
  };
  const packet = datagram(4, 2000);
  const [first] = splitPacket(packet, 1500, 1);
  assertEquals(key(splitPacket(packet, 1500, 1)[1]), key(first));
  for (const offset of [5, 9, 12, 19]) {
    const other = first?.slice();
    if (other !== undefined) other[offset] = (other[offset] ?? 0) ^ 1;
    assert(key(other) !== key(first), `${offset}`);
  }
});
