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

const LIFE = new URL("life_program.ts", import.meta.url);

namespaceTest("UserStack gives back every descriptor of 10,000 connections", async () => {
  await runInNamespace(LIFE, "reopen");
});

namespaceTest("UserStack resets what nobody has accepted when a listener ends", async () => {
  await runInNamespace(LIFE, "listener");
});

for (const call of ["recv", "datagram", "accept", "connect", "send"]) {
  namespaceTest(`UserStack ends a blocked ${call} when its device goes away`, async () => {
    await runInNamespace(LIFE, "death", call);
  });
}

namespaceTest("UserStack resolves names and carries datagrams both ways", async () => {
  await runInNamespace(new URL("datagram_program.ts", import.meta.url));
});

namespaceTest("UserStack marks its packets as socket options say", async () => {
  await runInNamespace(new URL("options_program.ts", import.meta.url));
});

namespaceTest(
  "UserStack takes and sends datagrams longer than a packet, as Linux does",
  async () => {
    await runInNamespace(new URL("fragments_program.ts", import.meta.url));
  },
);

/** The long run: `HOSTILE_COUNT=100000 HOSTILE_SEED=7`. */
const HOSTILE_COUNT = Deno.env.get("HOSTILE_COUNT") ?? "3000";
const HOSTILE_SEED = Deno.env.get("HOSTILE_SEED") ?? "1";

namespaceTest(
  `UserStack bears any calls and packets: ${HOSTILE_COUNT}, seed ${HOSTILE_SEED}`,
  async () => {
    const program = new URL("hostile_program.ts", import.meta.url);
    await runInNamespace(program, HOSTILE_SEED, HOSTILE_COUNT);
  },
);
