import { namespaceTest, runInNamespace } from "../../namespace.ts";

namespaceTest("UserStack carries 10 MB each way, byte for byte", async () => {
  await runInNamespace(new URL("transfer_program.ts", import.meta.url), "plain");
});

namespaceTest(
  "UserStack carries 10 MB each way under loss, duplication and reordering",
  async () => {
    await runInNamespace(new URL("transfer_program.ts", import.meta.url), "faulty");
  },
);

namespaceTest("UserStack serves httpd, get and scripts unchanged", async () => {
  await runInNamespace(new URL("guests_program.ts", import.meta.url));
});
