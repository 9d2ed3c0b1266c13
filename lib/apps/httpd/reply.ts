/**
 * What is to be sent for a request.
 *
 * @module
 */
import type { MultipartBody } from "./multipart.ts";
import { Persistence, type PreparedResponse } from "./prepared_response.ts";
import type { ServedFile } from "./served_file.ts";

const NO_BYTES = new Uint8Array(0);

/** A response that has been chosen; reusable. */
export class Reply {
  /** What it says about the connection. */
  persistence: Persistence = Persistence.closes;
  /** Whether it goes without its body: HEAD. */
  isHead = false;
  /** The status code. */
  status = 0;
  /** The head, and the body if that is in memory. */
  bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  /** How many of the bytes are to be sent. */
  length = 0;
  /** How many of them are the head. */
  headLength = 0;
  /** A file that follows, or null. */
  file: ServedFile | null = null;
  /** Where in the file to start. */
  fileStart = 0;
  /** Where in the file to end. */
  fileEnd = 0;
  /** Parts that follow instead, or null. */
  parts: MultipartBody | null = null;

  /** Begins another response. */
  begin(persistence: Persistence, isHead: boolean): void {
    this.persistence = persistence;
    this.isHead = isHead;
  }

  /** Chooses a response that is kept. */
  set({ status, bytes, headLength }: PreparedResponse): void {
    this.setBytes(status, bytes, headLength);
  }

  /** Chooses a response made for this once: its head, `headLength` bytes, and its body. */
  setBytes(status: number, bytes: Uint8Array<ArrayBuffer>, headLength: number): void {
    this.status = status;
    this.bytes = bytes;
    this.length = this.isHead ? headLength : bytes.length;
    this.headLength = headLength;
    this.file = null;
    this.parts = null;
  }

  /** Adds a range of a file behind the bytes; an empty one adds nothing. */
  addFile(file: ServedFile, start: number, end: number): void {
    if (start === end) return;
    this.file = file;
    this.fileStart = start;
    this.fileEnd = end;
  }

  /** Adds parts behind the bytes. */
  addParts(parts: MultipartBody): void {
    this.parts = parts;
  }

  /** Bytes of the body. */
  get bodyLength(): number {
    const inMemory = this.length - this.headLength;
    if (this.parts !== null) return inMemory + this.parts.length;
    return this.file === null ? inMemory : inMemory + this.fileEnd - this.fileStart;
  }

  /** Whether all of it is in the bytes. */
  get isInMemory(): boolean {
    return this.file === null && this.parts === null;
  }
}
