/** The client speaks RESP2 with a server of Deno's. */
import { assertEquals } from "@std/assert";
import { startServer } from "../apps/scripted_server.ts";
import { STACK_FLAGS } from "../apps/vmsock.ts";
import { runExample } from "./run_example.ts";

const UTF_8 = new TextEncoder();

for (const { stack, flags } of STACK_FLAGS) {
  Deno.test(`[${stack}] redis_client.ts sends a command and prints the answer`, async () => {
    let command = "";
    await using server = startServer(async (exchange) => {
      for await (const piece of exchange.received()) {
        command += new TextDecoder().decode(piece);
        if (!command.endsWith("\r\nö\r\n")) continue;
        // In pieces that end in the middle of a line and of a text.
        await exchange.send("*4\r\n+OK\r\n:-7\r", UTF_8.encode("\n$-1\r\n$10\r\na\r\nb: "));
        await exchange.send(UTF_8.encode("üöx\r\n"));
        break;
      }
    });
    const args = [`127.0.0.1:${server.port}`, "GET", "ö"];
    const outcome = await runExample("redis_client.ts", args, flags);
    assertEquals(outcome, { code: 0, text: '["OK",-7,null,"a\\r\\nb: üö"]\n', errors: "" });
    assertEquals(command, "*2\r\n$3\r\nGET\r\n$2\r\nö\r\n");
  });

  Deno.test(`[${stack}] redis_client.ts says in one line what went wrong`, async () => {
    await using server = startServer(async (exchange) => await exchange.send("-ERR no\r\n"));
    const address = `127.0.0.1:${server.port}`;
    const refused = await runExample("redis_client.ts", [address, "X"], flags);
    assertEquals(refused, { code: 1, text: "", errors: "Error: The server says -ERR no\n" });
    const denied = await runExample("redis_client.ts", [address], []);
    const errors = `Cannot connect to ${address}: Permission denied (EACCES), ` +
      `add --allow-net=${address}\n`;
    assertEquals(denied, { code: 1, text: "", errors });
  });
}
