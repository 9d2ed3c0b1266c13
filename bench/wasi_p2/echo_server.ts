/**
 * An echo server for one client after the other; prints its port.
 *
 * @module
 */
import { TcpListener } from "../../lib/net/mod.ts";

const listener = TcpListener.bind("127.0.0.1:0");
// deno-lint-ignore no-console -- what it is for
console.log(listener.localAddr().port);
const buffer = new Uint8Array(1 << 17);
for (;;) {
  using connection = listener.accept().stream;
  try {
    for (let count = -1; count !== 0;) {
      count = connection.read(buffer);
      connection.writeAll(buffer.subarray(0, count));
    }
  } catch {
    // A client that is gone has had enough.
  }
}
