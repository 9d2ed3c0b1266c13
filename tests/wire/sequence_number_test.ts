import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  sequenceAdd,
  sequenceDifference,
  sequenceInWindow,
  sequenceLess,
  sequenceLessOrEqual,
  sequenceMax,
} from "../../lib/wire/sequence_number.ts";

const LAST = 0xffff_ffff;

Deno.test("sequenceAdd() wraps in both directions", () => {
  assertEquals(sequenceAdd(LAST, 1), 0);
  assertEquals(sequenceAdd(LAST - 1, 5), 3);
  assertEquals(sequenceAdd(0, -1), LAST);
});

Deno.test("sequenceDifference() is signed and wraps", () => {
  assertEquals(sequenceDifference(2, LAST), 3);
  assertEquals(sequenceDifference(LAST, 2), -3);
  assertEquals(sequenceDifference(0x7fff_ffff, 0), 0x7fff_ffff);
});

Deno.test("sequenceLess() holds across the wrap", () => {
  assert(sequenceLess(LAST, 0));
  assertFalse(sequenceLess(0, LAST));
  assertFalse(sequenceLess(7, 7));
  assert(sequenceLess(0, 0x7fff_ffff));
});

Deno.test("sequenceLessOrEqual() holds across the wrap", () => {
  assert(sequenceLessOrEqual(LAST, 0));
  assert(sequenceLessOrEqual(7, 7));
  assertFalse(sequenceLessOrEqual(1, LAST));
});

Deno.test("sequenceInWindow() has a first number and none at its end", () => {
  assert(sequenceInWindow(LAST, LAST, 2));
  assert(sequenceInWindow(0, LAST, 2));
  assertFalse(sequenceInWindow(1, LAST, 2));
  assertFalse(sequenceInWindow(LAST - 1, LAST, 2));
  assertFalse(sequenceInWindow(LAST, LAST, 0));
});

Deno.test("sequenceMax() gives the later number", () => {
  assertEquals(sequenceMax(LAST, 0), 0);
  assertEquals(sequenceMax(3, 1), 3);
});
