// What one access to a guest's memory costs: deno bench -A bench/guest_memory_bench.ts
import { GuestMemory } from "../lib/guest/memory.ts";

const memory = new GuestMemory(new WebAssembly.Memory({ initial: 16 }));
const PLACES = [1024, 1088, 4096, 8192];
const BIG_PLACES = PLACES.map(BigInt);
const ROUNDS = 1000;

function rounds(use: (round: number) => unknown): () => void {
  return () => {
    for (let round = 0; round < ROUNDS; round++) use(round);
  };
}

Deno.bench(
  "1000 × bytes(): four buffers in turn",
  rounds((n) => memory.bytes(PLACES[n & 3] ?? 0, 64)),
);
Deno.bench(
  "1000 × bytes(): four buffers in turn, addresses as BigInt",
  rounds((n) => memory.bytes(BIG_PLACES[n & 3] ?? 0n, 64)),
);
Deno.bench("1000 × bytes(): a new place each time", rounds((n) => memory.bytes(n * 64, 64)));
Deno.bench("1000 × load32()", rounds((n) => memory.load32(n * 4)));
Deno.bench("1000 × store32()", rounds((n) => memory.store32(n * 4, n)));
