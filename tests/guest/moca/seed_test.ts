/**
 * The first seed's acceptance criteria and scenarios, by number, with no permission but --allow-net.
 * Its example.com is a server of this test.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  type ScriptedServer,
  startServer as startScriptedServer,
} from "../../apps/scripted_server.ts";
import { type Outcome, STACK_FLAGS, vmsock } from "../../apps/vmsock.ts";

const PAGE = "<!doctype html><title>Example</title>";

function startServer(): ScriptedServer {
  return startScriptedServer(async (exchange) => {
    await exchange.request();
    await exchange.send(`HTTP/1.0 200 OK\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`);
  });
}

const REQUEST = String.raw`"GET / HTTP/1.0\r\nHost: example.com\r\n\r\n"`;

for (const { stack, flags } of STACK_FLAGS) {
  const run = (code: string, ...args: string[]): Promise<Outcome> =>
    vmsock([`--stack=${stack}`, "run", "-c", code, ...args], { flags });

  const prints = async (code: string, expected: string, ...args: string[]): Promise<void> => {
    const { code: status, text, stderr } = await run(code, ...args);
    assertEquals([text, stderr, status], [expected, "", 0]);
  };

  const criterion = (number: number, text: string, test: () => Promise<void>): void =>
    Deno.test(`[${stack}] criterion ${number}: ${text}`, test);

  criterion(1, "socket(AF_INET, SOCK_STREAM) gives a positive descriptor", async () => {
    await prints("print(socket(AF_INET(), SOCK_STREAM())); print(socket(2, 1));", "3\n4\n");
  });

  criterion(2, "socket(999, 1) gives EAFNOSUPPORT", async () => {
    await prints("print(socket(999, 1)); print(EAFNOSUPPORT());", "-6\n-6\n");
  });

  criterion(3, "socket(2, 999) gives ESOCKTNOSUPPORT", async () => {
    await prints("print(socket(2, 999)); print(ESOCKTNOSUPPORT());", "-7\n-7\n");
  });

  criterion(4, "connect gives 0 for a host by name", async () => {
    await using server = startServer();
    const code = `print(connect(socket(2, 1), "localhost", parse_int(argv(1))));`;
    await prints(code, "0\n", String(server.port));
  });

  criterion(5, "connect on an invalid descriptor gives EBADF", async () => {
    const code = `print(connect(42, "example.com", 80)); print(connect(0 - 1, "example.com", 80));
      print(connect(1, "example.com", 80)); print(EBADF());`;
    await prints(code, "-1\n-1\n-1\n-1\n");
  });

  criterion(6, "write writes to a socket", async () => {
    await using server = startServer();
    const code = `let fd = socket(2, 1); connect(fd, "127.0.0.1", parse_int(argv(1)));
      let request = ${REQUEST}; print(write(fd, request, len(request))); read(fd, 100);`;
    await prints(code, "37\n", String(server.port));
    assertEquals(server.requests, ["GET / HTTP/1.0\r\nHost: example.com\r\n\r\n"]);
  });

  criterion(7, "read reads from a socket", async () => {
    await using server = startServer();
    const code = `let fd = socket(2, 1); connect(fd, "127.0.0.1", parse_int(argv(1)));
      let request = ${REQUEST}; write_str(fd, request, len(request)); print(read(fd, 15));`;
    await prints(code, "HTTP/1.0 200 OK\n", String(server.port));
  });

  criterion(8, "close closes the socket", async () => {
    const ended: string[] = [];
    await using server = startScriptedServer(async (exchange) => {
      await exchange.closed();
      ended.push("closed");
    });
    const code = `let fd = socket(2, 1); connect(fd, "127.0.0.1", parse_int(argv(1)));
      print(close(fd)); print(close(fd)); print(__value_to_string(read(fd, 1))); print(write_str(fd, "x", 1));`;
    await prints(code, "0\n-1\n-1\n-1\n", String(server.port));
    assertEquals(ended, ["closed"]);
  });

  const get = `
    let fd = syscall_socket(AF_INET(), SOCK_STREAM());
    print(syscall_connect(fd, "localhost", parse_int(argv(1))));
    let request = ${REQUEST};
    __syscall(1, fd, request, len(request));
    let text = "";
    let part = read(fd, 4096);
    while len(part) > 0 { text = text + part; part = read(fd, 4096); }
    print(close(fd));
    print(text);`;

  criterion(9, "an HTTP GET gets its response", async () => {
    await using server = startServer();
    const expected = `0\n0\nHTTP/1.0 200 OK\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}\n`;
    await prints(get, expected, String(server.port));
  });

  Deno.test(`[${stack}] scenario 1: HTTP GET`, async () => {
    await using server = startServer();
    const { text, stderr, code } = await run(get, String(server.port));
    assertEquals([stderr, code], ["", 0]);
    assertStringIncludes(text, "<!doctype html>");
    assertMatch(text, /HTTP\/1/);
  });

  Deno.test(`[${stack}] scenario 2: connect(999, …) gives EBADF`, async () => {
    await prints(`print(connect(999, "example.com", 80));`, "-1\n");
  });

  Deno.test(`[${stack}] scenario 3: socket(999, 1) gives EAFNOSUPPORT`, async () => {
    await prints("print(socket(999, 1));", "-6\n");
  });
}
