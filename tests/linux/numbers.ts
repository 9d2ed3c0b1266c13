/**
 * Returns a module's exported numbers, so that one comparison with a literal table notices a wrong
 * number as well as one that the table lacks.
 */
export function numbersOf(module: object): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(module)) {
    if (typeof value === "number") numbers[name] = value;
  }
  return numbers;
}
