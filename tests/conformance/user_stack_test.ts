import { assertEquals } from "@std/assert";
import { namespaceTest } from "../namespace.ts";

/**
 * A few of each kind; all of them take minutes: in a network namespace of its own,
 * `unshare -n deno run -A tests/conformance/check.ts --stack=user`.
 */
const NAMES: readonly string[] = [
  "nonblocking-connect-ok",
  "nonblocking-partial-send",
  "poll-data",
  "shutdown-write",
  "tcp-accept-after-reset",
  "tcp-any-listener",
  "tcp-echo",
  "tcp-linger-reset",
  "udp-connect-filters",
  "udp-timeout",
];

namespaceTest("UserStack runs scenarios as native Linux does", async () => {
  const { stdout } = await new Deno.Command("unshare", {
    args: [
      "-n",
      Deno.execPath(),
      "run",
      "-A",
      new URL("check.ts", import.meta.url).pathname,
      "--stack=user",
      ...NAMES,
    ],
  }).output();
  const differing = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line !== "" && !line.endsWith(": ok"));
  assertEquals(differing, [
    `${NAMES.length} scenarios on user: ${NAMES.length} ok, 0 differ`,
  ]);
});
