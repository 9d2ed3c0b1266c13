/**
 * The I/O worker: carries out requests of the guest's thread on Deno's asynchronous sockets.
 *
 * @module
 */
import type { WorkerConfiguration, WorkerScope } from "./worker/host.ts";
import { workerHost } from "./worker/host.ts";
import { workerConnections } from "./worker/connections.ts";
import { workerReceivedBytes } from "./worker/received_bytes.ts";
import { workerResolver } from "./worker/resolver.ts";
import { workerTcp } from "./worker/tcp.ts";
import { workerTransports } from "./worker/transports.ts";
import { workerUdp } from "./worker/udp.ts";

/** The worker's program, as functions whose source text is sent to it: they share no scope. */
const PARTS = {
  workerHost,
  workerReceivedBytes,
  workerConnections,
  workerTransports,
  workerTcp,
  workerUdp,
  workerResolver,
} as const;

/**
 * The worker's main function. Its source text is what the worker runs, so that it may use nothing
 * from outside itself but what it is given.
 *
 * @param scope The worker's global scope.
 * @param parts The other functions.
 */
export function ioWorker(scope: WorkerScope, parts: typeof PARTS): void {
  scope.onmessage = (event: MessageEvent<WorkerConfiguration>): void => {
    scope.onmessage = ignore;
    start(event.data);
  };

  function ignore(): void {
    // A listener keeps the worker alive.
  }

  function start(configuration: WorkerConfiguration): void {
    const { control } = configuration.memory;
    const { outbox } = configuration.memory;
    const outboxWords = new Int32Array(outbox.buffer);
    const mask = outbox.length - 1;
    const { Word, RequestState, Operation, CloseMode } = configuration.constants;
    scope.addEventListener("error", (event) => {
      event.preventDefault();
      die();
    });
    scope.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      die();
    });
    const host = parts.workerHost(scope, configuration);
    const connections = parts.workerConnections(host, parts.workerReceivedBytes());
    const transports = parts.workerTransports(host, connections);
    const tcp = parts.workerTcp(host, connections, transports);
    const udp = parts.workerUdp(host);
    const resolver = parts.workerResolver(host);

    const able = host.tcp && host.streams && host.udp && host.uv;
    Atomics.store(control, Word.ready, able ? 2 : 1);
    Atomics.notify(control, Word.ready);
    serve().catch(die);

    /** Nothing can be trusted any more: whoever waits gets EIO. */
    function die(): void {
      Atomics.store(control, Word.dead, 1);
      for (const index of [Word.ready, Word.events]) {
        Atomics.add(control, index, 1);
        Atomics.notify(control, index);
      }
      // Only after that: whoever makes a request looks at the word above once more.
      if (Atomics.load(control, Word.state) === RequestState.requested) {
        reply(-(configuration.errno["EIO"] ?? 5), 0);
      }
      scope.close();
    }

    async function serve(): Promise<void> {
      for (;;) {
        for (;;) {
          const bell = Atomics.load(control, Word.bell);
          takePosted();
          if (Atomics.load(control, Word.state) === RequestState.requested) break;
          const waiting = Atomics.waitAsync(control, Word.bell, bell);
          if (waiting.async) await waiting.value;
        }
        // What was posted before the request comes before it.
        takePosted();
        let result = perform();
        if (typeof result !== "number") result = await result.catch(failure);
        reply(result, host.detail);
      }
    }

    /** Carries out the writes of the outbox. */
    function takePosted(): void {
      for (;;) {
        const taken = Atomics.load(control, Word.taken);
        if (taken === Atomics.load(control, Word.posted)) return;
        const at = taken & mask;
        const slot = outboxWords[at >> 2] ?? 0;
        const word = outboxWords[((at + 4) & mask) >> 2] ?? 0;
        const length = word & 0x7fffffff;
        const start = (at + 8) & mask;
        const bytes = new Uint8Array(length);
        const first = Math.min(length, outbox.length - start);
        bytes.set(outbox.subarray(start, start + first));
        bytes.set(outbox.subarray(0, length - first), first);
        Atomics.store(control, Word.taken, (taken + 8 + ((length + 3) & ~3)) | 0);
        connections.takePosted(slot, bytes, word < 0);
      }
    }

    function reply(result: number, second: number): void {
      Atomics.store(control, Word.result, result);
      Atomics.store(control, Word.detail, second);
      Atomics.store(control, Word.state, RequestState.replied);
      Atomics.notify(control, Word.state);
    }

    function failure(error: unknown): number {
      return -host.errnoOfError(error);
    }

    function perform(): number | Promise<number> {
      const slot = Atomics.load(control, Word.slot);
      const a = Atomics.load(control, Word.argument);
      const b = Atomics.load(control, Word.argument + 1);
      const c = Atomics.load(control, Word.argument + 2);
      const d = Atomics.load(control, Word.argument + 3);
      host.detail = 0;
      try {
        switch (Atomics.load(control, Word.operation)) {
          case Operation.tcpBind:
            return tcp.bind(slot, host.text(0, b), a, c);
          case Operation.tcpConnect:
            return tcp.connect(slot, host.text(0, b), a);
          case Operation.tcpConnectName:
            return tcp.connectByName(slot, host.text(0, b), a);
          case Operation.tcpListen:
            return tcp.listen(slot, a);
          case Operation.tcpAccept:
            return tcp.accept(slot, a);
          case Operation.tcpRead:
            return connections.read(slot, a, b, c, d !== 0);
          case Operation.tcpWrite:
            return connections.write(slot, host.data.slice(0, a), b !== 0);
          case Operation.tcpFinish:
            return connections.finish(slot);
          case Operation.tcpOption:
            return connections.option(slot, a, b, c);
          case Operation.names:
            return names(slot);
          case Operation.udpBind:
            return udp.bind(slot, host.text(0, b), a, c);
          case Operation.udpFilter:
            return udp.filter(slot, host.text(0, b), a);
          case Operation.udpSend:
            return udp.send(slot, host.text(0, b), a, b, c, d !== 0);
          case Operation.udpReceive:
            return udp.receive(slot, a, b);
          case Operation.udpOption:
            return udp.option(slot, a, b, host.text(0, c));
          case Operation.close:
            return close(slot, a);
          case Operation.resolve:
            return resolver.resolve(host.text(0, b), a);
          case Operation.turn:
            return host.turn().then(noticeResets);
          case Operation.drain:
            return drain(a);
          default:
            // The two sides disagree about the protocol: nothing can be trusted.
            die();
            return -host.errnoOf("EIO");
        }
      } catch (error) {
        return failure(error);
      }
    }

    function names(slot: number): number {
      const length = udp.name(slot);
      return length < 0 ? tcp.names(slot) : length;
    }

    function close(slot: number, mode: number): number | Promise<number> {
      host.clear(slot);
      return udp.close(slot) ?? connections.close(slot, mode);
    }

    function noticeResets(): number {
      connections.checkEnded();
      return 0;
    }

    /** Delivers what was accepted for sending; with `end`, ends the worker afterwards. */
    async function drain(end: number): Promise<number> {
      await connections.drain();
      if (end === 0) return 0;
      for (const slot of [...udp.slots(), ...connections.slots()]) close(slot, CloseMode.orderly);
      setTimeout(() => scope.close(), 0);
      return 0;
    }
  }
}

/** The source text that the worker runs. */
export function ioWorkerSource(): string {
  const parts = Object.entries(PARTS).map(([name, part]) => `${name}: ${part.toString()}`);
  return `(${ioWorker.toString()})(globalThis, {${parts.join(",\n")}});`;
}
