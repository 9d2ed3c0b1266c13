/**
 * The end of a process that several threads share.
 *
 * Linux kills the threads. Workers cannot be killed inside of a call, so that their calls are
 * interrupted until none of them is in one; what they call afterwards finds no descriptor open.
 *
 * @module
 */
import type { JoinedProcess } from "./joined_process.ts";
import { Header, ProcessMemory, ProcessState, type SharedProcess } from "./process_memory.ts";
import type { SharedTable } from "./shared_table.ts";

/** Milliseconds after which a thread that no signal reaches is left to close what it uses itself. */
const PATIENCE = 2000;

/** Milliseconds between two attempts to interrupt a thread. */
const PAUSE = 1;

/** Interrupts the other threads until none is inside of a call; returns whether that came about. */
function interruptOthers({ block, stack }: JoinedProcess): boolean {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
    const busy = block.others().filter((index) => block.isBusy(index) && block.isAlive(index));
    const ids = busy.map((index) => block.idOf(index)).filter((id) => id !== stack.threadId);
    if (ids.length === 0) return true;
    for (const id of ids) stack.interrupt(id);
    Atomics.wait(pause, 0, 0, PAUSE);
  }
  return false;
}

/**
 * Ends a process for all of its threads: exit_group(2). Every descriptor is closed when it returns,
 * those aside that a thread is using which cannot be interrupted.
 *
 * @returns Whether this thread has ended it; if not, another one has, or is doing so.
 */
export function endProcess(joined: JoinedProcess, table: SharedTable, status: number): boolean {
  // A call may have been cut short with a lock, which nobody else gives back.
  joined.locks.abandon();
  if (!beginEnd(joined, status)) return false;
  finishEnd(joined, table);
  return true;
}

/** Says that the process ends; returns whether it ran. */
function beginEnd({ memory: { header } }: JoinedProcess, status: number): boolean {
  const { running, ending } = ProcessState;
  if (Atomics.compareExchange(header, Header.state, running, ending) !== running) return false;
  Atomics.store(header, Header.status, status);
  return true;
}

function finishEnd(joined: JoinedProcess, table: SharedTable): void {
  const { header } = joined.memory;
  table.clear();
  if (interruptOthers(joined)) table.endAll();
  Atomics.store(header, Header.state, ProcessState.ended);
  Atomics.notify(header, Header.state);
}

/** Waits until the thread that ends the process has done so, or has not done so in time. */
export function awaitEnd({ memory }: JoinedProcess): void {
  Atomics.wait(memory.header, Header.state, ProcessState.ending, 2 * PATIENCE);
}

/** Leaves a process; the last thread to leave ends it. */
export function leaveProcess(joined: JoinedProcess, table: SharedTable): void {
  const { block, locks } = joined;
  locks.abandon();
  locks.threads.acquire();
  block.setLeaving();
  const isLast = !block.others().some((index) => !block.isLeaving(index) && block.isAlive(index));
  // Under the lock: who joins now finds that the process ends, and is not one of its threads.
  const ends = isLast && beginEnd(joined, 0);
  locks.threads.release();
  if (ends) finishEnd(joined, table);
  table.leave();
  block.free(block.index);
  joined.stack.close();
}

/** Frees what threads have left that ended without leaving: their workers were terminated. */
export function reclaimEnded({ block, locks }: JoinedProcess, table: SharedTable): void {
  for (const index of block.others()) {
    if (!block.take(index)) continue;
    locks.sweep();
    table.reclaim(index);
    block.free(index);
  }
}

/**
 * Waits for the end of a process that threads share.
 *
 * @param shared The process, as `Kernel.share` gave it.
 * @returns What it exited with.
 */
export async function processEnd(shared: SharedProcess): Promise<number> {
  const { header } = new ProcessMemory(shared.memory, shared.numbers);
  for (;;) {
    const state = Atomics.load(header, Header.state);
    if (state === ProcessState.ended) return Atomics.load(header, Header.status);
    const { async, value } = Atomics.waitAsync(header, Header.state, state);
    if (async) await value;
  }
}
