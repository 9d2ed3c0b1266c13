import { assertEquals } from "@std/assert";
import {
  allowsRange,
  evaluateConditions,
  type Validators,
} from "../../../lib/apps/httpd/conditions.ts";
import { Request } from "../../../lib/apps/httpd/request.ts";

const FILE: Validators = {
  etag: '"v1"',
  lastModified: "Sun, 06 Nov 1994 08:49:37 GMT",
  modified: Date.UTC(1994, 10, 6, 8, 49, 37),
};

const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";

type Fields = Partial<
  Pick<Request, "ifMatch" | "ifNoneMatch" | "ifModifiedSince" | "ifUnmodifiedSince">
>;

function evaluate(fields: Fields, file: Validators = FILE): number {
  return evaluateConditions(Object.assign(new Request(), fields), file);
}

Deno.test("evaluateConditions() goes by If-None-Match, comparing weakly", () => {
  for (
    const list of [
      '"v1"',
      'W/"v1"',
      '"a", "v1"',
      '"v1","b"',
      ' "a" ,, W/"v1" , "b"',
      "*",
      '"a",\t"v1",',
    ]
  ) assertEquals(evaluate({ ifNoneMatch: list }), 304, list);
  for (
    const list of ['"v2"', "v1", '"v1', 'w/"v1"', '"a" "v1"', "", "**", '"V1"', '"v1"x', "*, *"]
  ) assertEquals(evaluate({ ifNoneMatch: list }), 0, list);
});

Deno.test("evaluateConditions() goes by If-Match, comparing strongly", () => {
  for (const list of ['"v1"', "*", '"a", "v1"']) assertEquals(evaluate({ ifMatch: list }), 0, list);
  for (const list of ['W/"v1"', '"v2"', "", "v1", '"a" "v1"']) {
    assertEquals(evaluate({ ifMatch: list }), 412, list);
  }
});

Deno.test("evaluateConditions() compares dates in all three formats", () => {
  for (
    const date of [
      FILE.lastModified,
      AFTER,
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ]
  ) {
    assertEquals(evaluate({ ifModifiedSince: date }), 304, date);
    assertEquals(evaluate({ ifUnmodifiedSince: date }), 0, date);
  }
  assertEquals(evaluate({ ifModifiedSince: BEFORE }), 0);
  assertEquals(evaluate({ ifUnmodifiedSince: BEFORE }), 412);
});

Deno.test("evaluateConditions() ignores what is no date, and files from the future", () => {
  for (const text of ["", "yesterday", `${BEFORE}, ${AFTER}`, "784111777"]) {
    assertEquals(evaluate({ ifModifiedSince: text }), 0);
    assertEquals(evaluate({ ifUnmodifiedSince: text }), 0);
  }
  const future = { ...FILE, lastModified: "" };
  assertEquals(evaluate({ ifModifiedSince: AFTER }, future), 0);
  assertEquals(evaluate({ ifUnmodifiedSince: BEFORE }, future), 0);
});

Deno.test("evaluateConditions() prefers tags to dates, and the conditions that refuse", () => {
  assertEquals(evaluate({ ifNoneMatch: '"v2"', ifModifiedSince: AFTER }), 0);
  assertEquals(evaluate({ ifNoneMatch: '"v1"', ifModifiedSince: BEFORE }), 304);
  assertEquals(evaluate({ ifMatch: '"v1"', ifUnmodifiedSince: BEFORE }), 0);
  assertEquals(evaluate({ ifMatch: '"v2"', ifNoneMatch: '"v1"' }), 412);
  assertEquals(evaluate({ ifMatch: '"v1"', ifNoneMatch: '"v1"' }), 304);
  assertEquals(evaluate({ ifUnmodifiedSince: BEFORE, ifNoneMatch: '"v1"' }), 412);
});

Deno.test("allowsRange() wants exactly this version", () => {
  const now = FILE.modified + 1000;
  assertEquals(allowsRange(null, FILE, now), true);
  assertEquals(allowsRange('"v1"', FILE, now), true);
  for (const text of ['"v2"', 'W/"v1"', "v1", "*", '"v1", "v2"', "", BEFORE, AFTER]) {
    assertEquals(allowsRange(text, FILE, now), false, text);
  }
  assertEquals(allowsRange(FILE.lastModified, FILE, now), true);
  assertEquals(allowsRange("Sunday, 06-Nov-94 08:49:37 GMT", FILE, now), true);
  // Within the same second it may change once more.
  assertEquals(allowsRange(FILE.lastModified, FILE, now - 1), false);
  assertEquals(allowsRange("", { ...FILE, lastModified: "" }, now), false);
});
