import { assertEquals } from "@std/assert";
import { serve } from "../../../lib/apps/httpd/serve.ts";
import { type HttpServer, Turn } from "../../../lib/apps/httpd/server.ts";
import type { StopSignal } from "../../../lib/apps/httpd/stop_signal.ts";

/** A signal that has arrived, and counts how often it is asked for another. */
class ArrivedSignal {
  looks = 0;

  async look(): Promise<number> {
    this.looks++;
    return await Promise.resolve(130);
  }
}

for (const turn of [Turn.idled, Turn.interrupted]) {
  Deno.test(`serve() looks for a second signal while responses end (turn ${turn})`, async () => {
    const signal = new ArrivedSignal();
    const server: Partial<HttpServer> = {
      turn: () => turn,
      stop: () => {},
      // The last connection ends when the second signal would have been noticed.
      get connections() {
        return signal.looks < 3 ? 1 : 0;
      },
    };
    const status = await serve(server as HttpServer, signal as Partial<StopSignal> as StopSignal);
    assertEquals([status, signal.looks], [130, 3]);
  });
}
