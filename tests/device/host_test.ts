import { assertEquals } from "@std/assert";
import { isInterfaceName } from "../../lib/device/interface_request.ts";
import { namespaceTest, runInNamespace } from "../namespace.ts";

namespaceTest("TunDevice carries packets to Linux and back", async () => {
  await runInNamespace(new URL("tun_program.ts", import.meta.url));
});

namespaceTest("PortGuard keeps Linux from resetting what a raw socket begins", async () => {
  await runInNamespace(new URL("raw_program.ts", import.meta.url));
});

Deno.test("isInterfaceName() takes what Linux takes", () => {
  for (const name of ["tun0", "a", "fifteen-letters", "tun.1"]) {
    assertEquals(isInterfaceName(name), true, name);
  }
  for (const name of ["", ".", "..", "sixteen-letters0", "a/b", "a b", "a:b", "a\0", "üüüüüüüü"]) {
    assertEquals(isInterfaceName(name), false, name);
  }
});
