import { assertEquals, assertThrows } from "@std/assert";
import { compiledOnLoad } from "../../tools/eager.ts";

async function load(code: string): Promise<Record<string, unknown>> {
  return await import(`data:text/javascript,${encodeURIComponent(code)}`);
}

const MODULE = `
class Base { #x = 1; #twice() { return this.#x * 2; } get() { return this.#twice(); } }
var Derived = class extends Base {
  #x = 10;
  static made = 0;
  static make() { Derived.made++; return new Derived(); }
  get() { return super.get() + this.#x; }
  set(x) { this.#x = x; return this; }
  *each() { yield this.#x; }
  async later() { return this.#x; }
  ["na" + "me"]() { return "computed"; }
  other(that) { return that.#x + early; }
};
var early = first();
function first() { return 100; }
async function* generate() { yield first(); }
export { Derived, generate };
`;

Deno.test("compiledOnLoad() leaves a module doing what it did", async () => {
  for (const code of [MODULE, compiledOnLoad(MODULE)]) {
    // deno-lint-ignore no-explicit-any
    const { Derived, generate } = await load(code) as any;
    const derived = Derived.make().set(20);
    assertEquals([derived.get(), Derived.made, [...derived.each()]], [22, 1, [20]]);
    assertEquals([await derived.later(), derived.name()], [20, "computed"]);
    assertEquals(derived.other(Derived.make()), 110);
    assertEquals((await generate().next()).value, 100);
  }
});

Deno.test("compiledOnLoad() puts functions and methods into parentheses", () => {
  const code = compiledOnLoad("class A { #a() { return 1; } b() { return this.#a(); } }");
  assertEquals(code.includes("a$0:(function() { return 1; })"), true);
  assertEquals(code.includes("b:(function() { return this.a$0(); })"), true);
  assertEquals(compiledOnLoad("function f(){}").endsWith("var f=(function f(){});"), true);
});

Deno.test("compiledOnLoad() refuses a question for a private name, which it would change", () => {
  assertThrows(() => compiledOnLoad("class A { #a; is(o) { return #a in o; } }"), Error, "#a");
});
