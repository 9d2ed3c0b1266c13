import { assert } from "@std/assert";
import { denoArguments } from "./run_guest.ts";
import { testOn } from "./stacks.ts";

testOn("libc", "nothing is kept for each address, name and path that a guest names", async () => {
  const flags = [
    "--no-prompt",
    "--v8-flags=--expose-gc",
    "--allow-ffi",
    "--allow-net=127.0.0.0/8",
    "--deny-net=*.denied.example,10.0.0.0/8",
    "--allow-read=/var",
    "--allow-write=/var",
  ];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArguments("memory_program.ts", flags), "2000"],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const grown = decoder.decode(stdout);
  // Deno itself would keep 425 bytes for each question: 850 kB for one of each.
  assert(grown !== "" && Number(grown) < 600_000, grown + decoder.decode(stderr));
});
