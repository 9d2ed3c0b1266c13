/**
 * What `vmsock` does without a command: a guest GETs from a loopback server, its calls traced.
 *
 * @module
 */
import type { System } from "../kernel/system.ts";
import { TcpStream } from "../net/tcp_stream.ts";
import { trace } from "../trace/mod.ts";
import type { Command, Invocation } from "./command.ts";
import { startLoopbackServer } from "./loopback_server.ts";
import { bold, print } from "./output.ts";

/** The row for the demo. */
export const demoCommand: Command = {
  name: "",
  summary: "a demo: a guest GETs from a loopback server, its system calls traced",
  operands: "",
  description: "",
  options: [],
  examples: [["vmsock", "the demo"]],
  run: runDemo,
};

const BODY = "Hello from the other thread.\n";

/** The guest: it knows a system's calls and an address, nothing of promises or of Deno. */
function guest(system: System, address: string): string {
  using stream = TcpStream.connect(address, { system });
  const request = `GET / HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n\r\n`;
  stream.writeAll(new TextEncoder().encode(request));
  return new TextDecoder().decode(stream.readToEnd());
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "    ").replaceAll("\r", "");
}

async function runDemo(invocation: Invocation): Promise<number> {
  using server = await startLoopbackServer(BODY);
  using session = invocation.openSession();
  const address = `127.0.0.1:${server.port}`;
  const say = (text: string) => print("stdout", text);
  const heading = (text: string) => say(`\n${bold("stdout", text)}\n\n`);

  say(`vmsock gives guests hosted in Deno true blocking sockets.
A web server listens on ${address}, in a thread of its own. The guest is a TypeScript program
that asks it for / with calls that wait, as a program on Linux would.
`);
  heading(`The guest's system calls, over the ${session.stack} stack:`);
  let calls = "";
  const response = guest(trace(session.system, (text) => calls += text), address);
  say(indent(calls));
  heading("The response it read:");
  say(indent(response));
  heading("From here:");
  say(`    vmsock get http://example.com/     HTTP GET with the same calls
    vmsock --stack=libc                this demo over Linux's own sockets (deno run --allow-ffi)
    vmsock --help                      everything else
`);
  return 0;
}
