/**
 * A name server for tests, with a few names: `both.test` has addresses of both families, `alias.test`
 * is another name of it, `circle.test` of itself, `none.test` does not exist, `empty.test` has no
 * address, at `broken.test` the server fails, the answer for `long.test` does not fit, and about any
 * other name it says nothing.
 */

const TYPE_A = 1;
const TYPE_CNAME = 5;
const TYPE_AAAA = 28;
const HEADER_LENGTH = 12;
const RESPONSE = 0x8180;
const TRUNCATED = 0x0200;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;

const ADDRESSES: Readonly<Record<number, readonly (readonly number[])[]>> = {
  [TYPE_A]: [[192, 0, 2, 1], [192, 0, 2, 2]],
  [TYPE_AAAA]: [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
};

function labels(name: string): number[] {
  const encoder = new TextEncoder();
  return [...name.split(".").flatMap((label) => [label.length, ...encoder.encode(label)]), 0];
}

function record(name: string, type: number, data: readonly number[]): number[] {
  return [...labels(name), 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data];
}

function addresses(name: string, type: number): number[][] {
  return (ADDRESSES[type] ?? []).map((address) => record(name, type, address));
}

/** The flags of the answer about a name, and its records; null for none. */
function answerAbout(name: string, type: number): readonly [number, readonly number[][]] | null {
  switch (name) {
    case "both.test":
      return [RESPONSE, addresses(name, type)];
    case "alias.test":
      return [RESPONSE, [
        record(name, TYPE_CNAME, labels("both.test")),
        ...addresses("both.test", type),
      ]];
    case "circle.test":
      return [RESPONSE, [record(name, TYPE_CNAME, labels(name))]];
    case "none.test":
      return [RESPONSE | NAME_ERROR, []];
    case "empty.test":
      return [RESPONSE, []];
    case "broken.test":
      return [RESPONSE | SERVER_FAILURE, []];
    case "long.test":
      return [RESPONSE | TRUNCATED, []];
    default:
      return null;
  }
}

/**
 * Answers a query.
 *
 * @param query A query with one question.
 * @returns Null for silence.
 */
export function answerTo(query: Uint8Array): Uint8Array | null {
  const parts: string[] = [];
  let offset = HEADER_LENGTH;
  for (let size = query[offset] ?? 0; size > 0; size = query[offset] ?? 0) {
    parts.push(new TextDecoder().decode(query.subarray(offset + 1, offset + 1 + size)));
    offset += 1 + size;
  }
  const answer = answerAbout(parts.join("."), query[offset + 2] ?? 0);
  if (answer === null) return null;
  const [flags, records] = answer;
  const head = [query[0] ?? 0, query[1] ?? 0, flags >>> 8, flags & 255, 0, 1, 0, records.length];
  const question = query.subarray(HEADER_LENGTH, offset + 5);
  return Uint8Array.from([...head, 0, 0, 0, 0, ...question, ...records.flat()]);
}
