import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  formatPolicyRule,
  parsePolicyRule,
  type PolicyRule,
} from "../../../lib/kernel/policy/policy_rule.ts";

const RULES: readonly (readonly [text: string, rule: PolicyRule])[] = [
  ["*", { host: "*" }],
  ["*:25", { host: "*", port: 25 }],
  ["10.0.0.7", { host: "10.0.0.7" }],
  ["10.0.0.0/8", { host: "10.0.0.0/8" }],
  ["10.0.0.0/8:80", { host: "10.0.0.0/8", port: 80 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["127.0.0.1:8000-8999", { host: "127.0.0.1", port: [8000, 8999] }],
  ["127.0.0.1:0-65535", { host: "127.0.0.1", port: [0, 65535] }],
  ["[::1]", { host: "::1" }],
  ["[::1]:80-90", { host: "::1", port: [80, 90] }],
  ["[fe80::/10]:443", { host: "fe80::/10", port: 443 }],
  ["example.com:443", { host: "example.com", port: 443 }],
  ["*.example.com", { host: "*.example.com" }],
  ["a_b-c.example:1", { host: "a_b-c.example", port: 1 }],
  ["connect@example.com", { host: "example.com", uses: ["connect"] }],
  ["connect,bind@127.0.0.1", { host: "127.0.0.1", uses: ["connect", "bind"] }],
  ["accept,receive,send,multicast,listen@*", {
    host: "*",
    uses: ["accept", "receive", "send", "multicast", "listen"],
  }],
  ["unix:*", { host: "unix:*" }],
  ["unix:/run/x.sock", { host: "unix:/run/x.sock" }],
  ["unix:/run/x/", { host: "unix:/run/x/" }],
  ["unix:/run/a b:80@c[", { host: "unix:/run/a b:80@c[" }],
  ["unix:@name", { host: "unix:@name" }],
  ["bind@unix:@a@b", { host: "unix:@a@b", uses: ["bind"] }],
];

Deno.test("parsePolicyRule() reads every form, formatPolicyRule() writes it", () => {
  for (const [text, rule] of RULES) {
    assertEquals(parsePolicyRule(text), rule, text);
    assertEquals(formatPolicyRule(rule), text);
  }
});

Deno.test("parsePolicyRule() takes * for all ports", () => {
  assertEquals(parsePolicyRule("connect,bind@127.0.0.1:*"), {
    host: "127.0.0.1",
    uses: ["connect", "bind"],
  });
});

const MALFORMED = [
  "",
  " ",
  " 127.0.0.1",
  "127.0.0.1 ",
  "127.0.0.1:",
  "127.0.0.1:080",
  "127.0.0.1:65536",
  "127.0.0.1:-1",
  "127.0.0.1:90-80",
  "127.0.0.1:80-",
  "127.0.0.1:80-90-100",
  "127.0.0.1:http",
  "127.0.0.1:80:90",
  "127.1",
  "0x7f.1",
  "2130706433",
  "127.0.0.256",
  "10.0.0.1/8",
  "10.0.0.0/33",
  "::1",
  "::1:80",
  "[::1",
  "[::1]80",
  "[::1%2]",
  "[127.0.0.1]",
  "[example.com]:80",
  "[]:80",
  "fe80::/10",
  "exa mple.com",
  "münchen.de",
  "a..b",
  ".example.com",
  "*example.com",
  "*.*",
  "www.*.com",
  "http://example.com",
  "@127.0.0.1",
  "dial@127.0.0.1",
  "connect@",
  "connect,@127.0.0.1",
  "connect@bind@127.0.0.1",
  "Connect@127.0.0.1",
  "unix:",
  "unix:relative",
  "unix:/run//x",
  "unix:/run/../x",
  "unix:/run/.",
  "unix:/run/\0x",
  "127.0.0.1\n",
  "127.0.0.1:80\n",
];

Deno.test("parsePolicyRule() refuses what is not a rule, in one line", () => {
  for (const text of MALFORMED) {
    const error = assertThrows(() => parsePolicyRule(text), SyntaxError, "Cannot parse rule", text);
    assertMatch(error.message, /^[\x20-\x7e\u00a0-\uffff]+$/, text);
  }
});

Deno.test("parsePolicyRule() says which part is wrong", () => {
  const messageOf = (text: string) => assertThrows(() => parsePolicyRule(text)).message;
  assertEquals(
    messageOf("::1:80"),
    'Cannot parse rule "::1:80": an IPv6 address stands in brackets',
  );
  assertEquals(
    messageOf("127.0.0.1:http"),
    'Cannot parse rule "127.0.0.1:http": "http" is neither a port, nor a range, nor *',
  );
  assert(
    messageOf("dial@127.0.0.1").startsWith(
      'Cannot parse rule "dial@127.0.0.1": "dial" is not one of connect, bind, listen,',
    ),
  );
  assertEquals(
    messageOf("10.0.0.1/8"),
    'Cannot parse rule "10.0.0.1/8": "10.0.0.1/8" is neither an IP address, nor a block of them, ' +
      "nor a host name",
  );
});
