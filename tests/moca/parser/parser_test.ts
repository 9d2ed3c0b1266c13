import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Expression } from "../../../lib/moca/ast.ts";
import { MocaCompileError } from "../../../lib/moca/error.ts";
import { parse } from "../../../lib/moca/parser/parser.ts";

function show(node: Expression): string {
  switch (node.kind) {
    case "int":
      return `${node.value}`;
    case "name":
      return node.name;
    case "binary":
    case "logical":
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case "unary":
      return `(${node.operator}${show(node.operand)})`;
    case "call":
      return `${show(node.callee)}<${node.typeArgs.length}>(${node.args.map(show).join(", ")})`;
    case "method":
      return `${show(node.object)}.${node.name}(${node.args.map(show).join(", ")})`;
    case "index":
      return `${show(node.object)}[${show(node.index)}]`;
    default:
      return node.kind;
  }
}

function expression(source: string): string {
  const [statement] = parse(`${source};`, "t.mc").statements;
  return statement?.kind === "expression" ? show(statement.value) : `${statement?.kind}`;
}

for (
  const [source, tree] of [
    ["a || b && c", "(a || (b && c))"],
    ["a | b ^ c & d", "(a | (b ^ (c & d)))"],
    ["a & b == c", "(a & (b == c))"],
    ["a == b < c", "(a == (b < c))"],
    ["a < b << c", "(a < (b << c))"],
    ["a << b + c", "(a << (b + c))"],
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["-a.f()", "(-a.f())"],
    ["!-a[1]", "(!(-a[1]))"],
    ["f<int>(a)", "f<1>(a)"],
    ["f<a>(b)", "f<1>(b)"],
    ["f < a > (b)", "f<1>(b)"],
    ["a < b", "(a < b)"],
    ["a < b >> c", "(a < (b >> c))"],
    ["f<A<B>>(c)", "f<1>(c)"],
    ["a < 1 > (b)", "((a < 1) > b)"],
  ] as const
) {
  Deno.test(`parse() reads \`${source}\` as ${tree}`, () => {
    assertEquals(expression(source), tree);
  });
}

Deno.test("parse() says where the first syntax error is", () => {
  const error = assertThrows(() => parse("let a = 1;\nlet b = ;", "t.mc"), MocaCompileError);
  assertEquals(error.message, "error: expected expression, found Semi\n  --> t.mc:2:9");
});

Deno.test("parse() refuses blocks nested too deeply", () => {
  const source = "if true {".repeat(5000) + "}".repeat(5000);
  assertThrows(() => parse(source, "t.mc"), MocaCompileError, "nesting too deep");
});

for (
  const [what, source] of [
    ["parentheses", `let a = ${"(".repeat(20000)}1${")".repeat(20000)};`],
    ["arrays", `let a = ${"[".repeat(20000)}${"]".repeat(20000)};`],
    ["minus signs", `let a = ${"-".repeat(20000)}1;`],
    ["a chain of operators", `let a = 1${" + 1".repeat(20000)};`],
    ["a chain of calls", `f${"()".repeat(20000)};`],
    ["types", `let a: ${"array<".repeat(20000)}int${">".repeat(20000)} = 1;`],
    ["lambdas", `let a = ${"fun() { return ".repeat(20000)}1${"; }".repeat(20000)};`],
    ["interpolation", `let a = ${'$"{'.repeat(2000)}1${'}"'.repeat(2000)};`],
  ] as const
) {
  Deno.test(`parse() refuses ${what} nested too deeply, with a position`, () => {
    const error = assertThrows(() => parse(source, "t.mc"), MocaCompileError, "too deep");
    assertEquals(error.diagnostics[0]?.at.file, "t.mc");
  });
}

Deno.test("parse() takes a thousand `else if` in a row, and no more", () => {
  const chain = (count: number): string =>
    "if a == 0 { b = 0; }" + " else if a == 1 { b = 1; }".repeat(count) + " else { b = 2; }";
  assertEquals(parse(chain(1000), "a.mc").statements.length, 1);
  const error = assertThrows(() => parse(chain(1001), "a.mc"), MocaCompileError);
  assertStringIncludes(
    error.message,
    "error: too many `else if`: more than 1000 in a row\n  --> a.mc:1:26",
  );
});

Deno.test("parse() takes lists of any length", () => {
  const list = "1, ".repeat(200_000);
  const source = `let a = [${list}]; let v = new Vec<int> {${list}}; f(${list}1);`;
  assertEquals(parse(source, "a.mc").statements.length, 3);
});
