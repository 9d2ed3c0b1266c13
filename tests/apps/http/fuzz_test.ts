import { assert, assertEquals } from "@std/assert";
import { bodyFraming, decodeBody } from "../../../lib/apps/http/body.ts";
import { HttpError } from "../../../lib/apps/http/error.ts";
import { MessageReader } from "../../../lib/apps/http/message_reader.ts";
import { readResponseHead } from "../../../lib/apps/http/response_head.ts";
import { latin1, sourceOf } from "./byte_source.ts";

const SEED = 20_240_229;
const ROUNDS = 4000;

/** Numbers below a bound, the same for a seed: mulberry32. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const RESPONSES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n",
  "HTTP/1.0 301 Moved\r\nLocation: /x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n folded\r\n\r\nmore",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0, 0\r\n\r\n",
].map(latin1);

const PIECES = ["\r\n", "\n", "\r", "\0", ":", " ", "0", "f", ";", "\xff", "-", "9".repeat(20)]
  .map(latin1);

/** Replaces a few spans by pieces of protocol, random bytes, or nothing. */
function mutate(bytes: Uint8Array, random: (bound: number) => number): Uint8Array {
  let mutated = [...bytes];
  for (let count = 1 + random(4); count > 0; count--) {
    const start = random(mutated.length + 1);
    const end = Math.min(mutated.length, start + random(4));
    const insert = [
      () => PIECES[random(PIECES.length)] ?? [],
      () => [random(256)],
      () => [],
    ][random(3)]?.() ?? [];
    mutated = [...mutated.slice(0, start), ...insert, ...mutated.slice(end)];
  }
  return Uint8Array.from(mutated);
}

/** Reads a whole response: its body, or the clause that says what is wrong. */
function outcome(bytes: Uint8Array, piece: number, size: number): string {
  const reader = new MessageReader(sourceOf(bytes, piece), size);
  let body = "";
  try {
    const head = readResponseHead(reader);
    for (const part of decodeBody(reader, bodyFraming(head, "GET"))) {
      body += String.fromCharCode(...part);
    }
    return `${head.status} ${body}`;
  } catch (error) {
    if (error instanceof HttpError) return `${body} ${error.message}`;
    throw error;
  }
}

Deno.test(`a response with random edits is read or refused, in one line (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = mutate(RESPONSES[random(RESPONSES.length)] ?? latin1(""), random);
    const whole = outcome(bytes, Infinity, 65536);
    assertEquals(outcome(bytes, 1, 1 + random(9)), whole, `round ${round}: ${bytes}`);
  }
});

Deno.test(`random bytes are no response (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Uint8Array.from({ length: random(300) }, () => random(256));
    assert(!/^[0-9]/.test(outcome(bytes, 1 + random(50), 1 + random(50)).trim()), `round ${round}`);
  }
});
