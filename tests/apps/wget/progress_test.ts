import { assert, assertEquals } from "@std/assert";
import {
  covering,
  type Progress,
  progressBar,
  ProgressSteps,
} from "../../../lib/apps/wget/progress.ts";
import { formatDuration, formatSize, formatSpeed } from "../../../lib/apps/wget/size.ts";

const MIB = 1024 * 1024;

function bar(progress: Partial<Progress>, columns: number): string {
  return progressBar({ before: 0, saved: 0, size: null, elapsed: 0, ...progress }, columns);
}

Deno.test("progressBar() shows part, size, speed and the time that is left", () => {
  assertEquals(
    bar({ saved: 5 * MIB, size: 20 * MIB, elapsed: 2000 }, 70),
    " 25% [=======>                         ]  5.0 MiB  2.5 MiB/s  6s left",
  );
  assertEquals(
    bar({ saved: 20 * MIB, size: 20 * MIB, elapsed: 8000 }, 60),
    "100% [===============================]  20.0 MiB  2.5 MiB/s",
  );
});

Deno.test("progressBar() counts no speed for what was there before", () => {
  const shown = bar({ before: 10 * MIB, saved: 11 * MIB, size: 12 * MIB, elapsed: 1000 }, 80);
  assert(shown.endsWith("11.0 MiB  1.0 MiB/s  1s left"), shown);
});

Deno.test("progressBar() has no bar where the size is not known or there is no room", () => {
  assertEquals(bar({ saved: 3 * MIB, elapsed: 1000 }, 80), "3.0 MiB  3.0 MiB/s");
  assertEquals(bar({ saved: 5, size: 10, elapsed: 1000 }, 34), " 50%  5 bytes  5 bytes/s  1s left");
  assertEquals(bar({ saved: 5, size: 10 }, 0), "");
});

Deno.test("progressBar() stays on one line at any width and state", () => {
  for (let columns = 1; columns < 120; columns++) {
    for (const size of [null, 0, 1, 1000, 2 ** 50]) {
      for (const saved of [0, 1, 999, 1000]) {
        const shown = bar({ saved, size, elapsed: 123 }, columns);
        assert(shown.length < columns, `${columns}: ${shown}`);
      }
    }
  }
});

Deno.test("progressBar() leaves out whole figures where there is no room for all", () => {
  const shown = (columns: number) => bar({ saved: 5, size: 10, elapsed: 1000 }, columns);
  assertEquals(shown(33), " 50%  5 bytes  5 bytes/s");
  assertEquals(shown(20), " 50%  5 bytes");
  assertEquals(shown(8), " 50%");
  assertEquals(shown(4), "");
  assertEquals(bar({ saved: 3 * MIB, elapsed: 1000 }, 12), "3.0 MiB");
});

Deno.test("covering() blots out a longer bar, but not beyond a terminal that became narrower", () => {
  assertEquals(covering("50%", 5, 80), "50%  ");
  assertEquals(covering("50%", 60, 20), "50%".padEnd(19));
  assertEquals(covering("100%", 3, 20), "100%");
  assertEquals(covering("", 60, 0), "");
});

Deno.test("ProgressSteps has a line for each tenth, but the last", () => {
  const steps = new ProgressSteps(0, 1000);
  const lines = Array.from({ length: 1001 }, (_, saved) => steps.line(saved));
  assertEquals(
    lines.filter((line) => line !== null),
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((tenth) => ` ${tenth}0%  ${tenth}00 bytes`),
  );
});

Deno.test("ProgressSteps has one line for several tenths that come at once", () => {
  const steps = new ProgressSteps(300, 1000);
  assertEquals([steps.line(350), steps.line(650), steps.line(699), steps.line(1000)], [
    null,
    " 65%  650 bytes",
    null,
    null,
  ]);
});

Deno.test("ProgressSteps has a line whenever the bytes doubled, where there is no size", () => {
  const steps = new ProgressSteps(0, null);
  const lines = Array.from({ length: 100 }, (_, count) => steps.line(count * MIB));
  assertEquals(
    lines.filter((line) => line !== null),
    [1, 2, 4, 8, 16, 32, 64].map((count) => `${count * MIB} bytes`),
  );
});

Deno.test("ProgressSteps has no line for documents of next to nothing", () => {
  assertEquals(new ProgressSteps(0, 0).line(0), null);
  assertEquals(new ProgressSteps(0, 1).line(1), null);
});

Deno.test("sizes, speeds and durations are for people", () => {
  assertEquals([0, 1023, 1024, 1536 * 1024, 2 ** 60].map(formatSize), [
    "0 bytes",
    "1023 bytes",
    "1.0 KiB",
    "1.5 MiB",
    "1024.0 PiB",
  ]);
  assertEquals([formatSpeed(5, 0), formatSpeed(2048, 500)], ["-", "4.0 KiB/s"]);
  assertEquals([0, 1, 59_000, 125_000, 10_920_000].map(formatDuration), [
    "0s",
    "1s",
    "59s",
    "2m05s",
    "3h02m",
  ]);
});
