import { assertEquals, assertMatch } from "@std/assert";
import { Kernel } from "../../../lib/kernel/kernel.ts";
import { openStack } from "../../../lib/stack/open.ts";
import { openDescriptors, whyNoDescriptors } from "../../kernel/open_descriptors.ts";
import { whyMissing } from "../../kernel/guest.ts";
import { runGuest, testEachStack } from "./component_guest.ts";

testEachStack("a component that makes sockets without end gets new-socket-limit", async (stack) => {
  const { stdout, status } = await runGuest(stack, "limits", ["sockets"]);
  assertEquals(stdout, "some sockets, then new-socket-limit\n");
  assertEquals(status, 0);
});

testEachStack("a component that makes resources without end traps", async (stack) => {
  const { trap } = await runGuest(stack, "limits", ["pollables"]);
  assertMatch(trap, /cannot hold more than 1048576 handles/);
});

testEachStack("poll takes more pollables than descriptors may be open", async (stack) => {
  const { stdout } = await runGuest(stack, "limits", ["poll"]);
  assertEquals(stdout, "5000 of 5000 ready\n");
});

testEachStack("a time that is never reached does not keep poll from another one", async (stack) => {
  const { stdout } = await runGuest(stack, "limits", ["time"]);
  assertEquals(stdout, "1 ready: 1\n");
});

testEachStack("reads of 2⁶⁴ − 1 bytes give what is there", async (stack) => {
  const { stdout } = await runGuest(stack, "limits", ["read"]);
  assertEquals(stdout, "3 bytes\n0 skipped\n");
});

const missing = whyMissing("libc") ?? whyNoDescriptors();
Deno.test({
  name: `components leave none of the process's descriptors open${
    missing === null ? "" : ` (skipped: ${missing})`
  }`,
  ignore: missing !== null,
  fn: async () => {
    const run = async () => {
      for (const family of ["4", "6"]) {
        await runGuest("libc", "tcp_streams", [family]);
        await runGuest("libc", "udp", [family]);
        await runGuest("libc", "misuse", ["drop_socket_first", family]);
      }
      await runGuest("libc", "limits", ["sockets"]);
    };
    // What is loaded on first use stays.
    await run();
    new Kernel(openStack("libc")).exit();
    const before = openDescriptors();
    await run();
    assertEquals(openDescriptors(), before);
  },
});
