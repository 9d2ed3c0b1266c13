/**
 * What the demo does: a moca script GETs from a loopback server, its calls traced.
 *
 * @module
 */
import { ScriptProcess } from "../guest/moca/process.ts";
import { compileScript } from "../guest/moca/script.ts";
import { trace } from "../trace/mod.ts";
import { CommandError, type Invocation } from "./command.ts";
import { startLoopbackServer } from "./loopback_server.ts";
import { bold, print } from "./output.ts";

const BODY = "Hello from the other thread.\n";

/** The guest. It is text, since reading a file would need another permission. */
const SOURCE = String.raw`let fd = socket(AF_INET(), SOCK_STREAM());
if connect(fd, "127.0.0.1", parse_int(argv(1))) != 0 { throw "cannot connect"; }

let request = "GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
write(fd, request, len(request));

let part = read(fd, 4096);
while len(part) > 0 {
    print_str(part);
    part = read(fd, 4096);
}
close(fd);
`;

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "    ").replaceAll("\r", "");
}

/** Runs the demo. */
export async function runDemo(invocation: Invocation): Promise<number> {
  using server = await startLoopbackServer(BODY);
  using session = await invocation.openSession();
  const say = (text: string) => print("stdout", text);
  const heading = (text: string) => say(`\n${bold("stdout", text)}\n\n`);

  say(`vmsock gives guests hosted in Deno true blocking sockets.
A web server listens on 127.0.0.1:${server.port}, in a thread of its own. The guest is a moca script
that asks it for / with calls that wait, as a program on Linux would.
`);
  heading("The script:");
  say(indent(SOURCE));

  let calls = "";
  let response = "";
  const decoder = new TextDecoder();
  const { error } = new ScriptProcess(compileScript(SOURCE, { path: "demo.mc" }), {
    system: trace(session.system, (text) => calls += text),
    output: (_fd, bytes) => void (response += decoder.decode(bytes, { stream: true })),
    args: ["demo.mc", String(server.port)],
  }).run();
  heading(`The guest's system calls, over the ${session.stack} stack:`);
  say(indent(calls));
  if (error !== null) throw new CommandError(`The demo's script failed: ${error}`);
  heading("The response it read:");
  say(indent(response));
  heading("From here, where vmsock stands for deno run --allow-net cli.ts:");
  say(`    vmsock run FILE.mc                 a script of your own (deno run --allow-read)
    vmsock get http://example.com/     HTTP GET by a TypeScript program, with the same calls
    vmsock --stack=libc                this demo over Linux's own sockets (deno run --allow-ffi)
    vmsock --help                      everything else
`);
  return 0;
}
