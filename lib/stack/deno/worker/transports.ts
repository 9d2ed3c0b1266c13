/**
 * What moves a connection's bytes in the I/O worker.
 *
 * @module
 */
import type { TcpHandle } from "../node_bindings.ts";
import type { Connection, Transport } from "./connection.ts";
import type { WorkerConnections } from "./connections.ts";
import type { HostName, WorkerHost } from "./host.ts";

/** See {@link workerTransports}. */
export interface WorkerTransports {
  /** Over a handle of tcp_wrap, which can be bound, reset and shut down. */
  ofHandle(connection: Connection, handle: TcpHandle): Transport;
  /** Over what Deno.connect gives, for peers that may be reached by name only. */
  ofConn(connection: Connection, conn: Deno.TcpConn): Transport;
}

/**
 * Makes transports. Self-contained: its source text runs in the worker.
 *
 * @param host What the worker's parts share.
 * @param connections Where what arrives goes.
 */
export function workerTransports(
  host: WorkerHost,
  connections: WorkerConnections,
): WorkerTransports {
  const { streams, uv } = host;
  const { arrived, ended, fail } = connections;

  return { ofHandle, ofConn };

  function ignore(): void {
    // What comes now is nobody's.
  }

  function ofHandle(connection: Connection, handle: TcpHandle): Transport {
    let hasWritten = false;
    const self: Transport = {
      handle,
      write(bytes, done): void {
        if (!streams) return done(host.errnoOf("EIO"));
        hasWritten = true;
        const request = new streams.WriteWrap();
        request.oncomplete = (status: number): void =>
          done(status === 0 ? 0 : host.errnoOfStatus(status));
        const status = handle.writeBuffer(request, bytes);
        if (status !== 0) done(host.errnoOfStatus(status));
        // What the host took at once is not reported again.
        else if (streams.streamBaseState[streams.kLastWriteWasAsync] === 0) done(0);
      },
      finish(done): void {
        if (!streams) return done(host.errnoOf("EIO"));
        const request = new streams.ShutdownWrap();
        request.oncomplete = (status: number): void =>
          done(status === 0 ? 0 : host.errnoOfStatus(status));
        const status = handle.shutdown(request);
        if (status !== 0) done(host.errnoOfStatus(status));
      },
      resume(): void {
        handle.readStart();
      },
      pause(): void {
        handle.readStop();
      },
      close(): void {
        handle.onread = ignore;
        handle.close();
      },
      reset(): void {
        handle.onread = ignore;
        // A reset closes as well where it is a connection's, but not where there has been none yet.
        // Deno 2.9 panics if a handle is closed after a reset while writes are under way.
        if (handle.reset() !== 0 || !hasWritten) handle.close();
      },
      alive(): boolean {
        return handle.getpeername({}) === 0;
      },
      names(): [HostName, HostName] | null {
        const local = host.nameOf((out) => handle.getsockname(out));
        const peer = host.nameOf((out) => handle.getpeername(out));
        return local === null || peer === null ? null : [local, peer];
      },
      setNoDelay(on): void {
        handle.setNoDelay(on);
      },
      setKeepAlive(on, delay): void {
        handle.setKeepAlive(on, delay);
      },
    };
    handle.onread = (buffer: ArrayBuffer | undefined): void => {
      if (!streams || connection.transport !== self) return;
      const count = streams.streamBaseState[streams.kReadBytesOrError] ?? 0;
      if (count > 0 && buffer !== undefined) {
        const offset = streams.streamBaseState[streams.kArrayBufferOffset] ?? 0;
        arrived(connection, new Uint8Array(buffer, offset, count));
      } else if (count < 0) {
        if (uv?.errname(count) === "EOF") ended(connection);
        else fail(connection, host.errnoOfStatus(count));
      }
    };
    return self;
  }

  function ofConn(connection: Connection, conn: Deno.TcpConn): Transport {
    let reading = false;
    let wanted = false;
    let tail = Promise.resolve();
    const self: Transport = {
      handle: null,
      write(bytes, done): void {
        tail = tail.then(async () => {
          for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
        }).then(() => done(0), (error) => done(host.errnoOfError(error)));
      },
      finish(done): void {
        tail = tail.then(() => conn.closeWrite()).then(
          () => done(0),
          (error) => done(host.errnoOfError(error)),
        );
      },
      resume(): void {
        wanted = true;
        if (!reading) read();
      },
      pause(): void {
        wanted = false;
      },
      close(): void {
        conn.close();
      },
      reset(): void {
        conn.close();
      },
      alive(): boolean {
        return true;
      },
      names(): [HostName, HostName] | null {
        const { localAddr, remoteAddr } = conn;
        return [
          { host: localAddr.hostname, port: localAddr.port },
          { host: remoteAddr.hostname, port: remoteAddr.port },
        ];
      },
      setNoDelay(on): void {
        conn.setNoDelay(on);
      },
      setKeepAlive(on): void {
        conn.setKeepAlive(on);
      },
    };
    async function read(): Promise<void> {
      reading = true;
      const buffer = new Uint8Array(65536);
      try {
        while (wanted && connection.transport === self) {
          const count = await conn.read(buffer);
          if (connection.transport !== self) return;
          if (count === null) {
            ended(connection);
            return;
          }
          if (count > 0) arrived(connection, buffer.slice(0, count));
        }
      } catch (error) {
        if (connection.transport === self) fail(connection, host.errnoOfError(error));
      } finally {
        reading = false;
      }
    }
    return self;
  }
}
