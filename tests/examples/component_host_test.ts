/** The host runs a component of the tests, against a server of Deno's. */
import { assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../apps/scripted_server.ts";
import { STACK_FLAGS } from "../apps/vmsock.ts";
import { runExample } from "./run_example.ts";

const GUEST = "tests/guests/wasi_p2/echo_client.component.wasm";

for (const { stack, flags } of STACK_FLAGS) {
  const granted = [...flags, `--allow-read=${GUEST}`];

  Deno.test(`[${stack}] component_host.ts lets a component reach one address only`, async () => {
    await using server = startServer(async (exchange) => {
      for await (const piece of exchange.received()) await exchange.send(piece.slice());
    });
    const port = String(server.port);
    const guest = [GUEST, "4", port, "hello"];
    const allowed = await runExample("component_host.ts", [`127.0.0.1:${port}`, ...guest], granted);
    assertEquals([allowed.code, allowed.text], [0, "hello\n"]);
    assertMatch(allowed.errors, /^connect\(.*sin_port=htons\([0-9]+\).*\) = /m);
    const refused = await runExample("component_host.ts", ["127.0.0.1:1", ...guest], granted);
    assertEquals(refused.code, 1);
    assertMatch(refused.errors, /^connect\(.* = -1 EACCES \(Permission denied\)/m);
  });
}
