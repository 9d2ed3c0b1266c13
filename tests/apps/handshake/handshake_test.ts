import { assertEquals } from "@std/assert";
import { namespaceTest, runInNamespace } from "../../namespace.ts";

namespaceTest("vmsock handshake tells in each way in which it ends", async () => {
  await runInNamespace(new URL("command_program.ts", import.meta.url));
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
