import { errorCode, LevinError } from '../../errors/levin-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyPage } from '../../ports/every-page.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { BarrierCall, BarrierRounds } from '../../types/barrier-rounds.ts';
import { objectKeys } from '../../types/keys.ts';
import type { BarrierGang, TaskSpec } from '../../types/task.ts';
import { markSettled } from '../record-path/user-error.ts';
import { taskName } from './task-failure.ts';

/** Longest that a task waits for all of its gang to begin: they were launched together. */
const BEGIN_MS = 30_000;
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [5, 250];
/** Partition 0 says what is wrong; the others wait so much longer for its word. */
const WORD_MS = 5_000;

export interface BarrierDeps {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Rounds of a task of a barrier stage, which is over when `end` is called. */
export interface OwnRounds extends BarrierRounds {
  /** Tells those who wait for this task that it will make no call any more. */
  end(): Promise<void>;
}

/** How a task takes part in a round: by a call, or by having ended. */
type Part = BarrierCall | 'begin' | 'ended';

/** What partition 0 makes known to all. */
type Word = { readonly messages: readonly string[] } | { readonly code: 'BARRIER_TIMEOUT' | 'BARRIER_UNEQUAL'; readonly problem: string };

/**
 * Tasks that run together meet in the object store, which all of them have, on every master. `p` is a partition, `r` counts rounds; round 0 is that all have begun.
 * ```
 *   each p:       put  <gang>/r/p.<call>  its message
 *   partition 0:  list <gang>/r/ until all are there, read them, put <gang>/r-all
 *   the others:   look for <gang>/r-all
 * ```
 * So a round costs two requests a task, and looks. A gang has an id of its own: attempts of an earlier one meet nobody of this one. The driver takes the objects
 * away when the stage has ended.
 */
export async function openBarrier(spec: TaskSpec & { readonly barrier: BarrierGang }, deps: BarrierDeps): Promise<OwnRounds> {
  const { objects, clock, signal } = deps;
  const { partition, partitionCount, barrier } = spec;
  const folder = objectKeys.barrier(spec.appId, spec.stageId, barrier.id);
  const roundFolder = (round: number): string => `${folder}${round}/`;
  const wordOf = (round: number): string => `${folder}${round}-all`;
  let rounds = 0;

  /** Until `look` finds something; null when the time is over. */
  const lookFor = async <R>(timeoutMs: number, look: () => Promise<R | null>): Promise<R | null> => {
    const endMs = clock.monotonic() + timeoutMs;
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LAST_LOOK_MS)) {
      const found = await look();
      if (found !== null || clock.monotonic() >= endMs) return found;
      await clock.sleep(waitMs, { signal });
    }
  };
  const partsOf = async (
    round: number,
  ): Promise<ReadonlyMap<number, { readonly part: Part; readonly key: string; readonly size: number }>> => {
    const found = await everyPage((options) => objects.list(roundFolder(round), { ...options, signal }));
    return new Map(
      found.map(({ key, size }) => {
        const [number, part] = key.slice(roundFolder(round).length).split('.') as [string, Part];
        return [Number(number), { part, key, size }];
      }),
    );
  };
  /** Of partition 0: waits for the others, and says what came of it. */
  const conclude = async (round: number, call: Part, timeoutMs: number): Promise<Word> => {
    const wanted = roundName(round, call);
    let parts = await partsOf(round);
    const settled = (): boolean => parts.size === partitionCount || [...parts.values()].some(({ part }) => part !== call);
    await lookFor(timeoutMs, async () => {
      parts = await partsOf(round);
      return settled() ? true : null;
    });
    const other = [...parts].find(([, { part }]) => part !== call);
    if (other !== undefined) {
      const [number, { part }] = other;
      const did = part === 'ended' ? `has ended after ${countOf(round - 1)}` : `made its call ${round} to ${part}()`;
      return {
        code: 'BARRIER_UNEQUAL',
        problem: `partition ${number} ${did}, while others wait in ${wanted}. All tasks must make the same calls in the same order.`,
      };
    }
    const missing = Array.from({ length: partitionCount }, (_, p) => p).filter((p) => !parts.has(p));
    if (missing.length > 0) {
      const where = round === 0 ? 'have not begun' : `have made ${countOf(round - 1)} and still run`;
      return { code: 'BARRIER_TIMEOUT', problem: `after ${timeoutMs} ms in ${wanted}, partitions ${missing.join(', ')} ${where}.` };
    }
    const read = async (p: number): Promise<string> => {
      const { key, size } = parts.get(p) as { readonly key: string; readonly size: number };
      return size === 0 ? '' : new TextDecoder().decode(await objects.get(key, { signal }));
    };
    return { messages: await Promise.all(Array.from({ length: partitionCount }, (_, p) => read(p))) };
  };
  const say = async (round: number, word: Word): Promise<Word> => {
    await objects.put(wordOf(round), new TextEncoder().encode(JSON.stringify(word)), { signal });
    return word;
  };
  /** Partition 0 says no word any more then. */
  const hasEnded = async (round: number): Promise<boolean> => {
    try {
      return (await objects.head(`${roundFolder(round)}0.ended`, { signal })).size === 0;
    } catch (error) {
      if (errorCode(error) !== 'OBJECT_NOT_FOUND') throw error;
      return false;
    }
  };
  const hear = async (round: number): Promise<Word | null> => {
    try {
      return JSON.parse(new TextDecoder().decode(await objects.get(wordOf(round), { signal }))) as Word;
    } catch (error) {
      if (errorCode(error) !== 'OBJECT_NOT_FOUND') throw error;
    }
    if (!(await hasEnded(round))) return null;
    return {
      code: 'BARRIER_UNEQUAL',
      problem: `partition 0 has ended after ${countOf(round - 1)}, while others wait. All tasks must make the same calls in the same order.`,
    };
  };
  const meet = async (call: Part, message: string): Promise<readonly string[]> => {
    const round = rounds++;
    const timeoutMs = round === 0 ? BEGIN_MS : barrier.timeoutMs;
    await objects.put(`${roundFolder(round)}${partition}.${call}`, new TextEncoder().encode(message), { signal });
    const word =
      partition === 0 ? await say(round, await conclude(round, call, timeoutMs)) : await lookFor(timeoutMs + WORD_MS, () => hear(round));
    if (word !== null && 'messages' in word) return word.messages;
    const { code, problem } = word ?? {
      code: 'BARRIER_TIMEOUT',
      problem: `after ${timeoutMs + WORD_MS} ms in ${roundName(round, call)}, partition 0 has said nothing.`,
    };
    const fault = code === 'BARRIER_UNEQUAL' ? 'user' : 'transient';
    const text = `${taskName(spec)} did not meet the other tasks of its barrier stage: ${problem}`;
    // Not the error of the user's function that passes it on.
    throw markSettled(new LevinError({ code, fault, message: text }));
  };
  const members = await meet('begin', spec.attemptId);
  return {
    members,
    meet,
    async end() {
      await objects.put(`${roundFolder(rounds)}${partition}.ended`, new Uint8Array(), { signal });
    },
  };
}

function roundName(round: number, call: Part): string {
  return call === 'begin' ? 'the beginning' : `${call}(), call ${round} of each task`;
}

function countOf(calls: number): string {
  return calls === 1 ? '1 call' : `${Math.max(0, calls)} calls`;
}
