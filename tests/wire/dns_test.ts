import { assert, assertEquals } from "@std/assert";
import {
  decodeDnsResponse,
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  encodeDnsQuery,
} from "../../lib/wire/dns.ts";

/** www.example.com with its type and class, from offset 12. */
const QUESTION = [
  ...[3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 3, 99, 111, 109, 0],
  ...[0, 1, 0, 1],
];

function response(answers: number, ...octets: number[]): Uint8Array {
  const header = [0x12, 0x34, 0x81, 0x80, 0, 1, answers >> 8, answers & 255, 0, 0, 0, 0];
  return new Uint8Array([...header, ...QUESTION, ...octets]);
}

const ADDRESS = [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 7];

Deno.test("encodeDnsQuery() writes a question", () => {
  for (const name of ["www.example.com", "www.example.com."]) {
    assertEquals(
      encodeDnsQuery(0x1234, name, DNS_TYPE_A),
      new Uint8Array([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...QUESTION]),
    );
  }
  assertEquals(encodeDnsQuery(1, "a", DNS_TYPE_AAAA)?.at(-3), DNS_TYPE_AAAA);
});

Deno.test("encodeDnsQuery() refuses a name that cannot be asked about", () => {
  const long = "a".repeat(64);
  const many = Array(128).fill("a").join(".");
  for (const name of ["", ".", "a..b", ".a", long, many, "a b", "a\0b", "ü.example"]) {
    assertEquals(encodeDnsQuery(1, name, DNS_TYPE_A), null, name);
  }
  assert(encodeDnsQuery(1, "a".repeat(63), DNS_TYPE_A) !== null);
  assert(encodeDnsQuery(1, Array(127).fill("a").join("."), DNS_TYPE_A) !== null);
});

Deno.test("decodeDnsResponse() reads an address", () => {
  assertEquals(decodeDnsResponse(response(1, ...ADDRESS)), {
    id: 0x1234,
    code: 0,
    truncated: false,
    questionName: "www.example.com",
    questionType: DNS_TYPE_A,
    answers: [{
      name: "www.example.com",
      type: DNS_TYPE_A,
      timeToLive: 256,
      address: new Uint8Array([192, 0, 2, 7]),
      canonicalName: "",
    }],
  });
});

Deno.test("decodeDnsResponse() reads an alias whose name leads back", () => {
  const alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, 65, 0xc0, 16];
  const answers = decodeDnsResponse(response(1, ...alias))?.answers;
  assertEquals(answers?.[0]?.type, DNS_TYPE_CNAME);
  assertEquals(answers?.[0]?.canonicalName, "a.example.com");
});

Deno.test("decodeDnsResponse() leaves out records of other classes", () => {
  const chaos = ADDRESS.with(5, 3);
  assertEquals(decodeDnsResponse(response(1, ...chaos))?.answers, []);
});

Deno.test("decodeDnsResponse() refuses pointers in circles and to what comes later", () => {
  const here = 12 + QUESTION.length;
  for (const target of [here, here + 1, here + 40]) {
    const octets = ADDRESS.with(1, target);
    assertEquals(decodeDnsResponse(response(1, ...octets)), null, `${target}`);
  }
});

Deno.test("decodeDnsResponse() refuses what was cut off or does not fit", () => {
  const whole = response(1, ...ADDRESS);
  for (let length = 0; length < whole.length; length++) {
    assertEquals(decodeDnsResponse(whole.subarray(0, length)), null, `${length}`);
  }
  assertEquals(decodeDnsResponse(response(1, ...ADDRESS.with(11, 3))), null);
  assertEquals(decodeDnsResponse(response(2, ...ADDRESS)), null);
});

Deno.test("decodeDnsResponse() refuses a query and a response to several questions", () => {
  const query = response(0);
  query[2] = 1;
  assertEquals(decodeDnsResponse(query), null);
  const several = response(0);
  several[5] = 2;
  assertEquals(decodeDnsResponse(several), null);
});

Deno.test("decodeDnsResponse() tells what went wrong", () => {
  const missing = response(0);
  missing[2] = 0x83;
  missing[3] = 0x83;
  assertEquals(decodeDnsResponse(missing)?.code, 3);
  assertEquals(decodeDnsResponse(missing)?.truncated, true);
});
