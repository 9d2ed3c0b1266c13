import { assertEquals } from "@std/assert";
import { encodeSockaddr, parseIpAddress, SocketAddress, UnixAddress } from "../../lib/linux/mod.ts";
import { formatSockaddr } from "../../lib/trace/format_sockaddr.ts";

function sockaddr6(text: string): Uint8Array {
  const ip = parseIpAddress(text);
  if (ip === null) throw new TypeError(`Cannot parse ${text}`);
  return encodeSockaddr(new SocketAddress(ip, 80, 5));
}

Deno.test("formatSockaddr() prints IPv6 addresses as inet_ntop does", () => {
  // Expected texts were printed by strace 6.1.
  const texts = ["::", "::1", "fe80::1", "::ffff:1.2.3.4", "1:0:0:2::3", "1:0:2:3:4:5:6:7"];
  for (const text of texts) {
    assertEquals(
      formatSockaddr(sockaddr6(text)),
      "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(5), " +
        `inet_pton(AF_INET6, "${text}", &sin6_addr), sin6_scope_id=0}`,
    );
  }
});

Deno.test("formatSockaddr() prints IPv4-compatible IPv6 addresses with dots", () => {
  assertEquals(
    formatSockaddr(sockaddr6("::102:304%7")),
    "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(5), " +
      'inet_pton(AF_INET6, "::1.2.3.4", &sin6_addr), sin6_scope_id=7}',
  );
});

Deno.test("formatSockaddr() leaves out a scope id that is not there", () => {
  assertEquals(
    formatSockaddr(sockaddr6("::1").subarray(0, 24)),
    "{sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(5), " +
      'inet_pton(AF_INET6, "::1", &sin6_addr)}',
  );
});

Deno.test("formatSockaddr() prints the bytes of an address that is too short", () => {
  const bytes = new Uint8Array([2, 0, 0x1f, 0x91, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(
    formatSockaddr(bytes),
    '{sa_family=AF_INET, sa_data="\\37\\221\\177\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0"}',
  );
  assertEquals(formatSockaddr(bytes.subarray(0, 2)), "{sa_family=AF_INET}");
  assertEquals(formatSockaddr(bytes.subarray(0, 1)), "0x...");
});

Deno.test("formatSockaddr() prints the three kinds of local addresses", () => {
  const path = encodeSockaddr(new UnixAddress("pathname", "/tmp/x"));
  assertEquals(formatSockaddr(path), '{sa_family=AF_UNIX, sun_path="/tmp/x"}');
  const abstract = encodeSockaddr(new UnixAddress("abstract", "tmp\0x"));
  assertEquals(formatSockaddr(abstract), '{sa_family=AF_UNIX, sun_path=@"tmp\\0x"}');
  assertEquals(
    formatSockaddr(encodeSockaddr(new UnixAddress("unnamed"))),
    "{sa_family=AF_UNIX}",
  );
  const longest = encodeSockaddr(new UnixAddress("pathname", "a".repeat(108)));
  assertEquals(formatSockaddr(longest), `{sa_family=AF_UNIX, sun_path="${"a".repeat(108)}"}`);
  const tooLong = new Uint8Array([...longest, 97, 97]);
  assertEquals(formatSockaddr(tooLong), formatSockaddr(longest));
});

Deno.test("formatSockaddr() prints the bytes of other families", () => {
  assertEquals(
    formatSockaddr(new Uint8Array([77, 0, 97, 98, 99])),
    '{sa_family=0x4d /* AF_??? */, sa_data="abc"}',
  );
});

Deno.test("formatSockaddr() reads inside a larger buffer", () => {
  const memory = new Uint8Array(64).fill(0xff);
  memory.set([2, 0, 0, 80, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], 21);
  assertEquals(
    formatSockaddr(memory.subarray(21, 37)),
    '{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")}',
  );
});
