import { assert, assertEquals, assertFalse, assertMatch, assertThrows } from "@std/assert";
import { ADDRESS_USES, type AddressUse } from "../../../lib/kernel/policy/address_use.ts";
import { Policy, type PolicyOptions } from "../../../lib/kernel/policy/policy.ts";
import { Errno } from "../../../lib/linux/errno.ts";
import { Random } from "../../linux/random.ts";
import { sockaddrOf } from "../sockaddr_text.ts";

/** What a policy with these rules says; Deno's own permission is as the tests run, unscoped. */
function asker(options: PolicyOptions) {
  const policy = new Policy(options);
  return {
    policy,
    /** Null for allowed, else what was missed. */
    check(use: AddressUse, text: string): string | null {
      const bytes = sockaddrOf(text);
      const result = policy.checkAddress(use, bytes, bytes.length);
      const denial = policy.takeDenial();
      assertEquals(result, denial === null ? 0 : -Errno.EACCES);
      return denial;
    },
    name(name: string): string | null {
      const result = policy.checkName(name);
      const denial = policy.takeDenial();
      assertEquals(result, denial === null ? 0 : -Errno.EACCES);
      return denial;
    },
    learn(name: string, text: string): void {
      policy.learn(name, [sockaddrOf(text)]);
    },
    admits(use: "accept" | "receive", text: string): boolean {
      const bytes = sockaddrOf(text);
      return policy.admitsPeer(use, bytes, bytes.length);
    },
  };
}

Deno.test("checkAddress() without rules allows what Deno allows", () => {
  const { policy, check, name } = asker({});
  assert(policy.isOpen);
  assertFalse(policy.checksPeers);
  assertEquals(check("connect", "10.0.0.1:80"), null);
  assertEquals(check("bind", "unix:@name"), null);
  assertEquals(name("example.com"), null);
});

Deno.test("checkAddress() with allow rules allows what one of them covers", () => {
  const { policy, check } = asker({ allow: ["10.0.0.0/8", "connect@127.0.0.1:80-90", "[::1]:53"] });
  assertFalse(policy.isOpen);
  assertEquals(check("connect", "10.255.0.1:1"), null);
  assertEquals(check("bind", "[::ffff:10.0.0.1]:1"), null);
  assertEquals(check("connect", "127.0.0.1:80"), null);
  assertEquals(check("connect", "127.0.0.1:90"), null);
  assertEquals(check("connect", "127.0.0.1:79"), "no allow rule for connect@127.0.0.1:79");
  assertEquals(check("connect", "127.0.0.1:91"), "no allow rule for connect@127.0.0.1:91");
  assertEquals(check("bind", "127.0.0.1:80"), "no allow rule for bind@127.0.0.1:80");
  assertEquals(check("send", "[::1%2]:53"), null);
  assertEquals(check("send", "[::1]:54"), "no allow rule for send@[::1]:54");
});

Deno.test("checkAddress() with deny rules refuses what one of them touches, allowed or not", () => {
  const { check } = asker({ allow: ["10.0.0.0/8"], deny: ["10.1.0.0/16", "send@*:53"] });
  assertEquals(check("connect", "10.0.0.1:53"), null);
  assertEquals(check("connect", "10.1.0.1:80"), "deny rule 10.1.0.0/16 for connect@10.1.0.1:80");
  assertEquals(
    check("bind", "[::ffff:10.1.0.1]:80"),
    "deny rule 10.1.0.0/16 for bind@10.1.0.1:80",
  );
  assertEquals(check("send", "10.0.0.1:53"), "deny rule send@*:53 for send@10.0.0.1:53");
});

Deno.test("checkAddress() with an empty list of allow rules allows nothing", () => {
  const { check, name } = asker({ allow: [] });
  assertEquals(check("connect", "10.0.0.1:53"), "no allow rule for connect@10.0.0.1:53");
  assertEquals(check("bind", "unix:@x"), "no allow rule for bind@unix:@x");
  assertEquals(name("example.com"), "no allow rule for example.com");
});

Deno.test("checkAddress() checks both an unspecified destination and loopback", () => {
  const { check } = asker({ deny: ["127.0.0.1", "[::1]:80"] });
  assertEquals(check("connect", "0.0.0.0:80"), "deny rule 127.0.0.1 for connect@127.0.0.1:80");
  assertEquals(check("send", "[::]:80"), "deny rule [::1]:80 for send@[::1]:80");
  assertEquals(check("bind", "0.0.0.0:80"), null);
});

Deno.test("checkAddress() takes IPv4-mapped rules for IPv4 ones", () => {
  const { check } = asker({ deny: ["[::ffff:127.0.0.1]", "[::ffff:10.0.0.0/104]"] });
  assertEquals(
    check("connect", "127.0.0.1:80"),
    "deny rule [::ffff:127.0.0.1] for connect@127.0.0.1:80",
  );
  assertEquals(
    check("connect", "[::ffff:10.9.9.9]:80"),
    "deny rule [::ffff:10.0.0.0/104] for connect@10.9.9.9:80",
  );
  assertEquals(check("connect", "11.0.0.1:80"), null);
});

Deno.test("checkAddress() takes a group without a port for all its ports", () => {
  const allowing = asker({ allow: ["224.0.0.1", "224.0.0.2:5000", "224.0.0.3:0-99"] });
  assertEquals(
    allowing.check("multicast", "224.0.0.3:0"),
    "no allow rule for multicast@224.0.0.3",
  );
  assertEquals(allowing.check("multicast", "224.0.0.1:0"), null);
  assertEquals(
    allowing.check("multicast", "224.0.0.2:0"),
    "no allow rule for multicast@224.0.0.2",
  );
  const denying = asker({ deny: ["224.0.0.2:5000"] });
  assertEquals(
    denying.check("multicast", "224.0.0.2:0"),
    "deny rule 224.0.0.2:5000 for multicast@224.0.0.2",
  );
  assertEquals(denying.check("multicast", "224.0.0.2:5001"), null);
});

Deno.test("rules for names hold for what is resolved, and for its addresses", () => {
  const { check, name, learn } = asker({ allow: ["Example.com.:443", "*.example.org"] });
  assertEquals(name("EXAMPLE.com"), null);
  assertEquals(name("www.example.com"), "no allow rule for www.example.com");
  assertEquals(name("a.b.example.org"), null);
  assertEquals(name("example.org"), null);
  assertEquals(name("badexample.org"), "no allow rule for badexample.org");
  assertEquals(name("10.0.0.1"), null);
  assertEquals(check("connect", "10.0.0.1:443"), "no allow rule for connect@10.0.0.1:443");
  learn("example.com", "10.0.0.1:0");
  assertEquals(check("connect", "10.0.0.1:443"), null);
  assertEquals(check("connect", "[::ffff:10.0.0.1]:443"), null);
  assertEquals(check("connect", "10.0.0.1:80"), "no allow rule for connect@10.0.0.1:80");
});

Deno.test("a deny rule for a name refuses addresses that came from it later than they were used", () => {
  const { check, name, learn } = asker({ deny: ["example.com:443", "connect@example.org"] });
  assertEquals(name("example.com"), null);
  assertEquals(check("connect", "10.0.0.1:443"), null);
  learn("example.com", "10.0.0.1:0");
  assertEquals(
    check("connect", "10.0.0.1:443"),
    "deny rule example.com:443 for connect@10.0.0.1:443",
  );
  assertEquals(check("connect", "10.0.0.1:80"), null);
});

Deno.test("a deny rule for a whole name refuses to resolve it", () => {
  const { name } = asker({ deny: ["example.com", "*.example.org"] });
  assertEquals(name("example.com."), "deny rule example.com for example.com");
  assertEquals(name("www.example.org"), "deny rule *.example.org for www.example.org");
  assertEquals(name("www.example.com"), null);
});

Deno.test("admitsPeer() admits everybody unless a rule speaks of peers", () => {
  assertFalse(new Policy({ allow: ["127.0.0.1:80", "connect@10.0.0.0/8"] }).checksPeers);
  assertFalse(new Policy({ deny: ["connect@10.0.0.0/8"] }).checksPeers);
  const { admits } = asker({ allow: ["127.0.0.1:80"] });
  assert(admits("accept", "10.0.0.1:50000"));
});

Deno.test("admitsPeer() refuses whom a deny rule touches", () => {
  const { policy, admits } = asker({ deny: ["10.0.0.0/8", "receive@127.0.0.1:53"] });
  assert(policy.checksPeers);
  assertFalse(admits("accept", "10.0.0.1:50000"));
  assertFalse(admits("receive", "[::ffff:10.0.0.1]:50000"));
  assertFalse(admits("receive", "127.0.0.1:53"));
  assert(admits("accept", "127.0.0.1:53"));
  assert(admits("receive", "127.0.0.1:54"));
  assert(admits("accept", "unix:"));
  assert(asker({ allow: ["127.0.0.1:80"], deny: ["10.0.0.0/8"] }).admits("accept", "11.0.0.1:80"));
});

Deno.test("admitsPeer() admits whom an allow rule covers where one names the use", () => {
  const { policy, admits } = asker({ allow: ["127.0.0.1", "accept@[::1]"] });
  assert(policy.checksPeers);
  assert(admits("accept", "127.0.0.1:50000"));
  assert(admits("accept", "[::1]:50000"));
  assertFalse(admits("accept", "127.0.0.2:50000"));
  assert(admits("receive", "127.0.0.2:50000"));
});

Deno.test("admitsPeer() judges sockets of AF_UNIX by their names, if they have one", () => {
  const { policy, admits } = asker({ allow: ["accept@unix:/run/"], deny: ["unix:@bad"] });
  assert(admits("accept", "unix:/run/a.sock"));
  assertFalse(admits("accept", "unix:/tmp/a.sock"));
  assertFalse(admits("receive", "unix:@bad"));
  assert(admits("accept", "unix:"));
  assert(policy.admitsPeer("accept", new Uint8Array(0), 0));
  assertFalse(policy.admitsPeer("accept", new Uint8Array([16, 0, 0, 0]), 4));
  assertFalse(asker({ deny: ["unix:*"] }).admits("accept", "unix:"));
});

Deno.test("nameFor() is null where the address itself is granted", () => {
  const { policy, learn } = asker({ allow: ["example.com"] });
  learn("example.com", "10.0.0.1:0");
  const bytes = sockaddrOf("10.0.0.1:80");
  assertEquals(policy.nameFor(bytes, bytes.length), null);
});

Deno.test("takeDenial() tells a refusal once, and none of an earlier call", () => {
  const policy = new Policy({ deny: ["127.0.0.1"] });
  const denied = sockaddrOf("127.0.0.1:80");
  const allowed = sockaddrOf("127.0.0.2:80");
  assertEquals(policy.takeDenial(), null);
  policy.checkAddress("connect", denied, denied.length);
  assertEquals(policy.takeDenial(), "deny rule 127.0.0.1 for connect@127.0.0.1:80");
  assertEquals(policy.takeDenial(), null);
  policy.checkAddress("connect", denied, denied.length);
  policy.checkAddress("connect", allowed, allowed.length);
  assertEquals(policy.takeDenial(), null);
  policy.checkAddress("connect", denied, denied.length);
  policy.checkName("localhost");
  assertEquals(policy.takeDenial(), null);
});

Deno.test("takeDenial() is one line without control characters, whatever the guest's text", () => {
  const { check } = asker({ allow: [] });
  const denial = check("connect", "unix:/tmp/\x1b[2J\n\u202e\u2028x") ?? "";
  assertMatch(denial, /^[^\p{Cc}\p{Cf}\u2028\u2029]+$/u);
});

Deno.test("checkAddress() takes an address without a family for IPv4, and in connect for none", () => {
  const policy = new Policy({ deny: ["127.0.0.1"] });
  const bytes = sockaddrOf("127.0.0.1:80");
  bytes[0] = 0;
  assertEquals(policy.checkAddress("send", bytes, 16), -Errno.EACCES);
  assertEquals(policy.checkAddress("bind", bytes, 16), -Errno.EACCES);
  assertEquals(policy.checkAddress("connect", bytes, 16), 0);
  assertEquals(policy.checkAddress("connect", bytes, 2), 0);
});

Deno.test("checkAddress() refuses what is too short or of another family", () => {
  const policy = new Policy({ deny: ["127.0.0.1"] });
  const check = (bytes: Uint8Array, length: number) =>
    policy.checkAddress("connect", bytes, length);
  assertEquals(check(sockaddrOf("127.0.0.2:80"), 15), -Errno.EACCES);
  assertEquals(check(sockaddrOf("[::2]:80"), 23), -Errno.EACCES);
  assertEquals(check(sockaddrOf("[::2]:80"), 24), 0);
  assertEquals(check(new Uint8Array([16, 0, 0, 0]), 4), -Errno.EACCES);
  assertEquals(check(new Uint8Array([2, 1, 0, 80, 127, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]), 16), -13);
  assertEquals(check(new Uint8Array(0), 0), -Errno.EACCES);
  assertEquals(check(new Uint8Array(0), 16), -Errno.EACCES);
  assertEquals(check(new Uint8Array([2]), 1), -Errno.EACCES);
});

Deno.test("no bytes make a policy throw", () => {
  const policies = [
    new Policy(),
    new Policy({ deny: ["127.0.0.1", "example.com", "unix:@x"] }),
    new Policy({ allow: ["accept@10.0.0.0/8", "unix:/tmp/"] }),
  ];
  const random = new Random(1);
  for (let i = 0; i < 3000; i++) {
    const bytes = random.bytes(2 + i % 140);
    // Half of them of a family that is looked into.
    if (i % 2 === 0) bytes.set([[1, 0], [2, 0], [10, 0], [0, 0]][(i >> 1) % 4] ?? []);
    const length = i % 3 === 0 ? 128 : bytes.length;
    for (const policy of policies) {
      for (const use of ADDRESS_USES) {
        const result = policy.checkAddress(use, bytes, length);
        assert(result === 0 || result === -Errno.EACCES);
      }
      assertEquals(typeof policy.admitsPeer("accept", bytes, length), "boolean");
      policy.learn("example.org", [bytes]);
      policy.nameFor(bytes, length);
      policy.checkName(new TextDecoder().decode(bytes));
      const target = policy.openUnixTarget("connect", bytes, length);
      if (typeof target !== "number") target.close();
      else assert(target <= 0);
    }
  }
});

Deno.test("new Policy() refuses rules that are none", () => {
  assertThrows(() => new Policy({ allow: ["127.0.0.1:http"] }), SyntaxError);
  assertThrows(() => new Policy({ deny: [{ host: "a b" }] }), TypeError, "neither an IP address");
  assertThrows(() => new Policy({ deny: [{ host: "*", port: 65536 }] }), TypeError, "range");
  assertThrows(() => new Policy({ deny: [{ host: "*", port: [2, 1] }] }), TypeError, "range");
  assertThrows(() => new Policy({ deny: [{ host: "*", uses: [] }] }), TypeError, "no use");
  assertThrows(
    () => new Policy({ deny: [{ host: "*", uses: ["dial" as AddressUse] }] }),
    TypeError,
    "dial",
  );
  assertThrows(() => new Policy({ deny: [{ host: "unix:*", port: 1 }] }), TypeError, "no port");
});

Deno.test("new Policy() takes rules as values", () => {
  const { check } = asker({ allow: [{ host: "::1", port: [80, 81], uses: ["connect"] }] });
  assertEquals(check("connect", "[::1]:81"), null);
  assertEquals(check("connect", "[::1]:82"), "no allow rule for connect@[::1]:82");
});
