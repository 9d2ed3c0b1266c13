/**
 * Transfers in simulated time over a grid of loss and window sizes; the table is kept beside this file.
 * `UPDATE=1 deno test -A tests/tcp/netsim_test.ts` writes it anew.
 */
import { assertEquals } from "@std/assert";
import { Network, transfer } from "./network.ts";
import { octets } from "./bench.ts";

const TABLE = new URL("netsim.golden", import.meta.url);
const SIZE = 500_000;
const LOSSES = [0, 0.001, 0.01, 0.03, 0.05, 0.1];
const BUFFERS = [4096, 16_384, 65_536, 262_144];
/** Octets a millisecond: 10 Mbit/s; 20 ms there and back. */
const LINK = { delay: 10, bandwidth: 1250 };

function rate(loss: number, receiveBuffer: number, selectiveAcknowledgments: boolean): string {
  const settings = { receiveBuffer, selectiveAcknowledgments };
  const network = new Network({ ...LINK, loss, seed: 11, client: settings, server: settings });
  const { client, server } = network.open();
  const start = network.now;
  transfer(network, client, server, octets(SIZE));
  return (SIZE / (network.now - start)).toFixed(1);
}

function table(): string {
  const head = ["loss %", ...BUFFERS.map(String)].map((cell) => cell.padStart(8)).join("");
  const blocks = [true, false].map((sack) => {
    const rows = LOSSES.map((loss) =>
      [`${loss * 100}`, ...BUFFERS.map((buffer) => rate(loss, buffer, sack))]
        .map((cell) => cell.padStart(8)).join("")
    );
    const title = sack ? "with selective acknowledgments" : "without";
    return [title, head, ...rows].join("\n");
  });
  const title = `octets a millisecond by receive buffer, ${SIZE} octets, 10 Mbit/s, 20 ms`;
  return `${title}\n\n${blocks.join("\n\n")}\n`;
}

Deno.test("transfers take as long as the table says, for each loss and window", () => {
  const actual = table();
  if (Deno.env.get("UPDATE") === "1") Deno.writeTextFileSync(TABLE, actual);
  assertEquals(actual, Deno.readTextFileSync(TABLE));
});
