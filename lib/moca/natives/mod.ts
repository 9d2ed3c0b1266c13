/**
 * All natives: functions that the machine itself provides.
 *
 * @module
 */
import { CONTAINER_NATIVES } from "./container.ts";
import { MEMORY_NATIVES } from "./memory.ts";
import type { NativeRow } from "./native.ts";
import { NUMBER_NATIVES } from "./number.ts";
import { TEXT_NATIVES } from "./text.ts";

/** Natives by name. */
export const NATIVES: ReadonlyMap<string, NativeRow> = new Map([
  ...TEXT_NATIVES,
  ...NUMBER_NATIVES,
  ...CONTAINER_NATIVES,
  ...MEMORY_NATIVES,
]);
