import { assert, assertEquals, assertMatch } from "@std/assert";
import { pattern, startServer } from "../scripted_server.ts";
import { HOME, onTerminal, whyNoTerminal } from "../terminal.ts";
import { emptyFolder } from "./wget.ts";

const SIZE = 5_000_000;
const why = await whyNoTerminal();

Deno.test({
  name: `wget draws a bar on a terminal, within its width${why}`,
  ignore: why !== "",
  fn: async () => {
    await using folder = await emptyFolder();
    await using server = startServer(async ({ request, send }) => {
      await request();
      await send(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`, pattern(SIZE));
    });
    const flags = ["--allow-net", `--allow-write=${folder.path}`, `--allow-read=${folder.path}`];
    const args = ["wget", "-O", `${folder.path}/f`, server.origin];
    for (const columns of [60, 30]) {
      const text = await onTerminal(args, flags, HOME, `stty cols ${columns};`) ?? "";
      const drawn = text.split(/[\r\n]+/).filter((line) => /^ *[0-9]+%/.test(line));
      assert(drawn.every((line) => line.trimEnd().length < columns), text);
      const last = columns === 60 ? /^100% \[=+\] {2}4\.8 MiB {2}/ : /^100% {2}4\.8 MiB {2}/;
      assertMatch(drawn.at(-1) ?? "", last);
      assertEquals(folder.read("f").length, SIZE);
    }
    const quiet = await onTerminal(["wget", "-q", ...args.slice(1)], flags, HOME);
    assertEquals(quiet, "");
  },
});

Deno.test({
  name: `wget never prompts on a terminal, whatever is missing${why}`,
  ignore: why !== "",
  fn: async () => {
    await using folder = await emptyFolder();
    await using server = startServer(async ({ request, send }) => {
      await request();
      await send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const file = `${folder.path}/f`;
    const writing = ["--allow-net", `--allow-write=${folder.path}`];
    const rows: readonly (readonly [string[], string[], RegExp])[] = [
      [[server.origin], [], /add --allow-net=127\.0\.0\.1/],
      [["https://localhost:1/"], [], /add --allow-net=localhost:1\b/],
      [["https://localhost:1/"], ["--allow-net=127.0.0.1:1"], /add --allow-net=localhost:1\b/],
      [["-O", file, server.origin], ["--allow-net"], /add --allow-write=/],
      [[server.origin], ["--allow-net"], /add --allow-write=index\.html/],
      [[server.origin], writing, /to index\.html\r/],
      [[server.origin], writing, /to index\.html\.1\r/],
      [["-O", file, server.origin], writing, /Saved/],
      [["-O", file, server.origin], writing, /add --allow-read=/],
      [["-c", server.origin], writing, /add --allow-read=index\.html/],
    ];
    for (const [args, flags, expected] of rows) {
      const text = await onTerminal(["wget", ...args], flags, HOME, `cd '${folder.path}';`) ?? "";
      assertMatch(text, expected);
      assert(!/requests|Allow\?/.test(text), text);
    }
  },
});
