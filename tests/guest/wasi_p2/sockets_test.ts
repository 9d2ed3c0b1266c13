import { assertEquals } from "@std/assert";
import { NO_IPV6 } from "../../ipv6.ts";
import type { TestedStack } from "../../kernel/guest.ts";
import { expectedText, runGuest, testEachStack } from "./component_guest.ts";

const FAMILIES = ["4", "6"] as const;

/** A guest's output in lines, to be compared with what is expected of that stack and family. */
async function check(
  stack: TestedStack,
  guest: string,
  family: string,
  expected: string,
): Promise<void> {
  const { status, trap, stdout } = await runGuest(stack, guest, [family]);
  assertEquals(trap, "");
  assertEquals(stdout.split("\n"), expectedText(expected).split("\n"));
  assertEquals(status, 0);
}

for (const family of FAMILIES) {
  const reason = family === "6" ? NO_IPV6 : null;
  testEachStack(
    `tcp-socket's methods answer as wasmtime's in every state, IPv${family}`,
    (stack) => check(stack, "tcp_states", family, "tcp_states"),
    reason,
  );

  testEachStack(
    `tcp-socket binds and connects to the addresses that WASI allows, IPv${family}`,
    (stack) => check(stack, "tcp_addresses", family, `tcp_addresses.${family}`),
    reason,
  );

  testEachStack(
    `tcp-socket applies its options or refuses them, and accepted sockets have them, IPv${family}`,
    (stack) => check(stack, "tcp_options", family, `tcp_options${stack === "deno" ? ".deno" : ""}`),
    reason,
  );

  testEachStack(
    `streams of a connection read, write, splice, end and reset, IPv${family}`,
    (stack) => check(stack, "tcp_streams", family, "tcp_streams"),
    reason,
  );

  testEachStack(
    `udp-socket has WASI's states, addresses, options, peers and traffic, IPv${family}`,
    (stack) =>
      check(
        stack,
        "udp",
        family,
        `udp.${family}${stack === "deno" && family === "6" ? ".deno" : ""}`,
      ),
    reason,
  );
}

testEachStack(
  "resolve-addresses tells names from what is none, and resolves them",
  async (stack) => {
    const { status, stdout } = await runGuest(stack, "lookup");
    assertEquals(stdout.split("\n"), expectedText("lookup").split("\n"));
    assertEquals(status, 0);
  },
);

testEachStack("resolve-next-address fails for a name that does not exist", async (stack) => {
  const { stdout } = await runGuest(stack, "lookup", ["nothing.invalid"]);
  // Without a resolver in reach it is a failure that may pass.
  const isEither = stdout === "nothing.invalid: name-unresolvable\n" ||
    stdout === "nothing.invalid: temporary-resolver-failure\n";
  assertEquals(isEither, true, stdout);
});
