/**
 * The time, read once for each turn of the server.
 *
 * @module
 */
import { formatHttpDate } from "../http/http_date.ts";
import { latin1Bytes } from "./characters.ts";

/** The time. */
export class Clock {
  /** Milliseconds since some moment, whole and never decreasing: for time-outs. */
  ticks = 0;
  /** Milliseconds since 1970. */
  now = 0;
  /** Seconds since 1970. */
  second = 0;
  /** The Date field's value: 29 characters. */
  date = "";
  /** The same as bytes. */
  dateBytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Changes whenever what was known of a file may be out of date. */
  turn = 0;

  constructor() {
    this.read();
  }

  /** Reads the time. */
  read(): void {
    this.ticks = Math.trunc(performance.now());
    this.now = Date.now();
    this.turn++;
    const second = Math.floor(this.now / 1000);
    if (second === this.second) return;
    this.second = second;
    this.date = formatHttpDate(this.now);
    this.dateBytes = latin1Bytes(this.date);
  }
}
