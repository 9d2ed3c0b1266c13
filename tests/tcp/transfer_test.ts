import { assert, assertEquals } from "@std/assert";
import { Random } from "../linux/random.ts";
import { Network, transfer } from "./network.ts";

const CONDITIONS = [
  { loss: 0 },
  { loss: 0.05 },
  { loss: 0.05, duplication: 0.05, reordering: 0.1 },
  { loss: 0.2, duplication: 0.2, reordering: 0.5 },
];

for (const conditions of CONDITIONS) {
  for (const selectiveAcknowledgments of [true, false]) {
    for (const timestamps of [true, false]) {
      const options = { selectiveAcknowledgments, timestamps };
      const name = JSON.stringify({ ...conditions, ...options });
      Deno.test(`a connection carries data both ways: ${name}`, () => {
        const network = new Network({ ...conditions, client: options, server: options, seed: 7 });
        const { client, server } = network.open();
        const data = new Random(3).bytes(300_000);
        assertEquals(transfer(network, client, server, data), data);
        assertEquals(transfer(network, server, client, data), data);
        client.finish();
        network.runUntil(() => server.isReceiveEnded);
        assertEquals(server.state, "CLOSE-WAIT");
        server.close(network.now);
        network.runUntil(() => client.isReceiveEnded);
        assertEquals(client.error, 0);
        client.close(network.now);
        network.runUntil(() => network.hosts.client.connectionCount === 0);
        network.runUntil(() => network.hosts.server.connectionCount === 0);
        assertEquals(client.error, 0);
        assertEquals(server.error, 0);
        assert(client.isOver && server.isOver);
      });
    }
  }
}
