import { assert, assertEquals, assertFalse } from "@std/assert";
import { NameGrants } from "../../../lib/kernel/policy/name_grants.ts";
import type { PermissionAnswer } from "../../../lib/kernel/policy/permissions.ts";

/** Grants as Deno has them, which count how often they are asked. */
function grantsOf(granted: readonly string[], denied: readonly string[] = []) {
  const net = {
    state: "prompt" as PermissionAnswer,
    asked: 0,
    host(host: string): PermissionAnswer {
      net.asked++;
      return denied.includes(host) ? "denied" : granted.includes(host) ? "granted" : "prompt";
    },
  };
  return { net, grants: new NameGrants(net) };
}

Deno.test("isResolvable() asks once for a name that is granted or denied as a whole", () => {
  const { net, grants } = grantsOf(["a.example"], ["b.example"]);
  assert(grants.isResolvable("a.example"));
  assertFalse(grants.isResolvable("b.example"));
  assertEquals(net.asked, 2);
});

Deno.test("isResolvable() finds a grant for the first and the last port", () => {
  const { grants } = grantsOf(["a.example:0", "b.example:65535"]);
  assert(grants.isResolvable("a.example"));
  assert(grants.isResolvable("b.example"));
});

Deno.test("isResolvable() asks for common ports first", () => {
  const { net, grants } = grantsOf(["a.example:443"]);
  assert(grants.isResolvable("a.example"));
  assert(net.asked < 10);
});

Deno.test("isResolvable() remembers names until permissions change", () => {
  const { net, grants } = grantsOf(["a.example:4711"]);
  assert(grants.isResolvable("a.example"));
  assertFalse(grants.isResolvable("b.example"));
  const { asked } = net;
  assert(grants.isResolvable("a.example"));
  assertFalse(grants.isResolvable("b.example"));
  assertEquals(net.asked, asked);
  grants.refresh();
  assert(grants.isResolvable("a.example"));
  assert(net.asked > asked);
});

Deno.test("isResolvable() asks for common ports only after 32 names without them", () => {
  const { net, grants } = grantsOf(["late.example:4711", "late.example:1", "other.example:80"]);
  for (let i = 0; i < 32; i++) assertFalse(grants.isResolvable(`stranger${i}.example`));
  const { asked } = net;
  assertFalse(grants.isResolvable("late.example"));
  assert(grants.isResolvable("other.example"));
  // Names that push the others out of memory buy no new questions.
  for (let i = 0; i < 3000; i++) assertFalse(grants.isResolvable(`stranger${i}.example`));
  assert(net.asked - asked < 3100 * 20);
  grants.refresh();
  assert(grants.isResolvable("late.example"));
});

Deno.test("covers() asks for the port, and for the name where the port is not known", () => {
  const { grants } = grantsOf(["a.example:80", "b.example"]);
  assert(grants.covers("a.example", 80));
  assertFalse(grants.covers("a.example", 81));
  assertFalse(grants.covers("a.example", null));
  assert(grants.covers("b.example", null));
});

Deno.test("covers() is false for a name that is denied as a whole", () => {
  const { grants } = grantsOf(["a.example:80"], ["a.example"]);
  assertFalse(grants.covers("a.example", 80));
});
