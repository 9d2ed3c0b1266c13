import { assertEquals } from "@std/assert";
import { formatFloat } from "../../lib/moca/format.ts";

for (
  const [value, text] of [
    [1, "1.0"],
    [-0, "-0.0"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e16, "10000000000000000.0"],
    [1e21, "1000000000000000000000.0"],
    [1.25e-7, "0.000000125"],
    [-1e-7, "-0.0000001"],
    [1.7976931348623157e308, `17976931348623157${"0".repeat(292)}.0`],
    [NaN, "NaN"],
    [-Infinity, "-inf"],
  ] as const
) {
  Deno.test(`formatFloat() writes ${value} without exponent`, () => {
    assertEquals(formatFloat(value), text);
    if (!Number.isNaN(value) && Number.isFinite(value)) {
      assertEquals(Object.is(Number(text), value), true);
    }
  });
}
