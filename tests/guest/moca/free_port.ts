/**
 * A port for threads of a script, which share nothing by which one could tell another its own.
 *
 * @module
 */

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
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
while connect(fd, "127.0.0.1", parse_int(argv(1))) != 0 { fd = socket(2, 1); }
write_str(fd, "abc", 3);
print(read(fd, 99));
print(len(read(fd, 99)));
print(join(thread));
`;
