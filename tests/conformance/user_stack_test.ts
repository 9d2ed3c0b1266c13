import { assert, assertEquals } from "@std/assert";
import { LIMITATIONS } from "../../lib/stack/user/limitations.ts";
import { namespaceTest } from "../namespace.ts";
import { readCatalog } from "./catalog.ts";
import { USER_LIMITS, USER_RACES } from "./user_limits.ts";

const NAMES = readCatalog().map(({ name }) => name).filter((name) => !USER_RACES.has(name));

namespaceTest(
  "UserStack runs every scenario as native Linux does, but for its limits",
  async () => {
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
    const last = differing.pop();
    const unexpected = differing.filter((line) => !USER_LIMITS.has(line.split(":")[0] ?? ""));
    assertEquals(unexpected, []);
    const { length } = NAMES;
    const { size } = USER_LIMITS;
    assertEquals(last, `${length} scenarios on user: ${length - size} ok, ${size} differ`);
  },
);

Deno.test("each scenario that the user stack runs otherwise has a limitation's row", () => {
  const known = LIMITATIONS.map(({ call }) => call);
  for (const call of [...USER_LIMITS.values(), ...USER_RACES.values()]) {
    assert(known.includes(call), call);
  }
});
