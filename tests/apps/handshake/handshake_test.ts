import { assertEquals } from "@std/assert";
import { namespaceTest, runInNamespace } from "../../namespace.ts";

namespaceTest("vmsock handshake tells in each way in which it ends", async () => {
  await runInNamespace(new URL("command_program.ts", import.meta.url));
});

namespaceTest("explainFailure() names the kernel that resets what it does not know", async () => {
  assertEquals(
    await runInNamespace(new URL("kernel_reset_program.ts", import.meta.url)),
    "PEER was connected and then reset: by the server, or by a kernel that has no socket for " +
      "this side's port and answered for it\n",
  );
});

for (const via of ["raw", "tun"]) {
  namespaceTest(
    `300 of 300 connections by ${via} reach Linux's accept with their data`,
    async () => {
      const program = new URL("many_program.ts", import.meta.url);
      assertEquals(await runInNamespace(program, via, "300"), "300 of 300\n");
    },
  );
}
