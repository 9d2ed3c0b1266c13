import { assertEquals } from "@std/assert";
import { unify } from "../../../lib/moca/checker/unify.ts";
import {
  ANY,
  BYTE,
  FLOAT,
  fresh,
  generic,
  INT,
  NIL,
  prune,
  STRING,
  type Type,
  typeName,
} from "../../../lib/moca/types.ts";

function nullable(of: Type): Type {
  return { kind: "nullable", of };
}

function mismatch(given: Type, wanted: Type): string | null {
  return unify(given, wanted)?.map(typeName).join(" for ") ?? null;
}

for (
  const [given, wanted] of [
    [INT, BYTE],
    [ANY, STRING],
    [STRING, ANY],
    [NIL, nullable(INT)],
    [INT, nullable(INT)],
    [nullable(INT), INT],
    [generic("array", INT), generic("array", ANY)],
  ] as const
) {
  Deno.test(`unify() lets ${typeName(given)} be ${typeName(wanted)}`, () => {
    assertEquals(mismatch(given, wanted), null);
  });
}

Deno.test("unify() tells the innermost types that do not agree", () => {
  const vec = (of: Type): Type => generic("Vec", generic("Vec", of));
  assertEquals(mismatch(vec(INT), vec(FLOAT)), "int for float");
  assertEquals(mismatch(generic("Vec", INT), generic("array", INT)), "Vec<int> for array<int>");
});

Deno.test("unify() gives a variable its meaning on either side", () => {
  const left = fresh();
  const right = fresh();
  assertEquals(mismatch(left, INT), null);
  assertEquals(mismatch(STRING, right), null);
  assertEquals([prune(left), prune(right)], [INT, STRING]);
});

Deno.test("unify() lets what is nil now hold a value later", () => {
  const variable = fresh();
  assertEquals(mismatch(variable, NIL), null);
  assertEquals(mismatch(INT, variable), null);
  assertEquals(typeName(variable), "int?");
});

Deno.test("unify() refuses a type that would contain itself", () => {
  const variable = fresh();
  assertEquals(mismatch(variable, generic("array", variable)), "_ for array<_>");
});
