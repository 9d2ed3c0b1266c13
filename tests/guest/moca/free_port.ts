/**
 * A port for threads of a script, which share nothing by which one could tell another its own.
 *
 * @module
 */

/** Ports below those that Linux picks by itself, which begin at 32768 (ip_local_port_range). */
const FIRST = 20_000;
const COUNT = 12_000;

/**
 * A TCP port of 127.0.0.1 that was free a moment ago.
 *
 * Not one that the system picks: a client that tries such a port again and again before anybody listens
 * there gets it as its own port at last, and is connected to itself.
 */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** A script in which a spawned function accepts while the main one connects; it prints 3 lines. */
export const ACCEPTING_THREAD = `
fun serve() -> int {
  let listener = socket(2, 1);
  if bind(listener, "127.0.0.1", parse_int(argv(1))) != 0 { return 0 - 1; }
  let peer = accept(listener);
  let text = read(peer, 99);
  write_str(peer, text + text, 99);
  close(peer);
  return len(text);
}
let thread = spawn(serve);
let fd = socket(2, 1);
while connect(fd, "127.0.0.1", parse_int(argv(1))) != 0 {
  poll(new Vec<PollFd> {}, 5);
  fd = socket(2, 1);
}
write_str(fd, "abc", 3);
print(read(fd, 99));
print(len(read(fd, 99)));
print(join(thread));
`;
