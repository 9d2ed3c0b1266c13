/**
 * What a connection of the I/O worker has received and the guest has not read yet.
 *
 * @module
 */
import type { Connection } from "./connection.ts";

/** See {@link workerReceivedBytes}. */
export interface WorkerReceivedBytes {
  /** Adds what has arrived. */
  append(connection: Connection, bytes: Uint8Array): void;
  /**
   * Takes bytes from the front.
   *
   * @param target Where they go; null to throw them away.
   * @param length How many at most.
   * @param offset How many to pass over first.
   * @param peek Whether they stay.
   * @returns How many there were.
   */
  take(
    connection: Connection,
    target: Uint8Array | null,
    length: number,
    offset: number,
    peek: boolean,
  ): number;
}

/** Makes the keeper of received bytes. Self-contained: its source text runs in the worker. */
export function workerReceivedBytes(): WorkerReceivedBytes {
  /** Pieces shorter than this are gathered, so that each byte of a slow peer costs a byte. */
  const SMALL = 2048;

  return { append, take };

  function append(connection: Connection, bytes: Uint8Array): void {
    gather(connection, bytes);
    connection.received += bytes.length;
  }

  /** Appends bytes, short ones to what is there. */
  function gather(connection: Connection, bytes: Uint8Array): void {
    const { chunks } = connection;
    const last = chunks.at(-1);
    if (bytes.length >= SMALL || last === undefined || last.length >= SMALL) {
      chunks.push(bytes);
      return;
    }
    const length = last.length + bytes.length;
    const end = last.byteOffset + length;
    let joined: Uint8Array;
    if (last.buffer === connection.gathered && end <= last.buffer.byteLength) {
      joined = new Uint8Array(last.buffer, last.byteOffset, length);
    } else {
      joined = new Uint8Array(new ArrayBuffer(2 * SMALL), 0, length);
      joined.set(last);
      connection.gathered = joined.buffer;
    }
    joined.set(bytes, last.length);
    chunks[chunks.length - 1] = joined;
  }

  function take(
    connection: Connection,
    target: Uint8Array | null,
    length: number,
    offset: number,
    peek: boolean,
  ): number {
    const { chunks } = connection;
    const result = Math.max(0, Math.min(length, connection.received - offset));
    let wanted = result;
    let skip = offset;
    let filled = 0;
    let index = 0;
    while (wanted > 0) {
      const chunk = chunks[index];
      if (chunk === undefined) break;
      if (skip >= chunk.length) {
        skip -= chunk.length;
        index++;
        continue;
      }
      const piece = chunk.subarray(skip, skip + wanted);
      target?.set(piece, filled);
      filled += piece.length;
      wanted -= piece.length;
      if (peek) {
        index++;
        skip = 0;
      } else if (piece.length === chunk.length) chunks.shift();
      else chunks[index] = chunk.subarray(piece.length);
    }
    if (!peek) connection.received -= result;
    return result;
  }
}
