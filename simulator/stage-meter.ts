import { addUsage, NO_USAGE, type Usage } from '../driver/cost/prices.ts';
import type { StageMeasure } from '../driver/whatif/predicted-run.ts';
import type { Effect } from './sim-world.ts';

/** One attempt that was made. */
export interface TaskMeasure {
  readonly beginMs: number;
  readonly endMs: number;
  readonly gbSeconds: number;
  readonly computeMs: number;
  readonly fileBytes: number;
  readonly shuffleReadBytes: number;
  readonly shuffleWriteBytes: number;
  readonly writeBytes: number;
}

/** Counts requests and time by stage. */
export interface StageMeter {
  /** The process runs a task of this stage from now on. */
  enter(process: string, stage: number): void;
  /** Requests that are simulated together. */
  requests(stage: number, some: Partial<Usage>): void;
  task(stage: number, task: TaskMeasure): void;
  /** A request that was simulated by itself. */
  effect(effect: Effect): void;
  stages(): ReadonlyMap<number, StageMeasure>;
  /** What no task asked for. */
  driver(): Usage;
}

interface Counted {
  usage: Usage;
  readonly seconds: number[];
  beginMs: number;
  endMs: number;
  computeMs: number;
  fileBytes: number;
  shuffleReadBytes: number;
  shuffleWriteBytes: number;
  writeBytes: number;
}

export function createStageMeter(): StageMeter {
  const stages = new Map<number, Counted>();
  const stageOf = new Map<string, number>();
  let driver = NO_USAGE;
  const counted = (stage: number): Counted => {
    let found = stages.get(stage);
    if (found === undefined) {
      const none = { computeMs: 0, fileBytes: 0, shuffleReadBytes: 0, shuffleWriteBytes: 0, writeBytes: 0 };
      found = { usage: NO_USAGE, seconds: [], beginMs: Number.POSITIVE_INFINITY, endMs: 0, ...none };
      stages.set(stage, found);
    }
    return found;
  };
  const add = (stage: number, some: Partial<Usage>): void => {
    const of = counted(stage);
    of.usage = addUsage(of.usage, { ...NO_USAGE, ...some });
  };
  return {
    enter: (process, stage) => void stageOf.set(process, stage),
    requests: add,
    task(stage, task) {
      const of = counted(stage);
      add(stage, { invocations: 1, gbSeconds: task.gbSeconds });
      of.seconds.push((task.endMs - task.beginMs) / 1000);
      of.beginMs = Math.min(of.beginMs, task.beginMs);
      of.endMs = Math.max(of.endMs, task.endMs);
      of.computeMs += task.computeMs;
      of.fileBytes += task.fileBytes;
      of.shuffleReadBytes += task.shuffleReadBytes;
      of.shuffleWriteBytes += task.shuffleWriteBytes;
      of.writeBytes += task.writeBytes;
    },
    effect(effect) {
      const stage = stageOf.get(effect.process);
      if (stage === undefined) driver = addUsage(driver, billed(effect));
      else add(stage, billed(effect));
    },
    stages: () =>
      new Map(
        [...stages].map(([stage, { seconds, beginMs, endMs, ...of }]) => [
          stage,
          {
            ...of,
            tasks: seconds.length,
            seconds: (endMs - beginMs) / 1000,
            beginsAt: beginMs / 1000,
            taskSeconds: seconds.toSorted((a, b) => a - b),
          },
        ]),
      ),
    driver: () => driver,
  };
}

/** What a call is billed as; items are taken for one unit, and count twice in a transaction. */
function billed({ name, keys }: Effect): Usage {
  switch (name.slice(name.indexOf('.') + 1)) {
    case 'transact':
      return { ...NO_USAGE, itemWrites: 2 * Math.max(1, keys.length) };
    case 'query':
      return { ...NO_USAGE, itemReads: 1 };
    case 'get':
    case 'getRange':
    case 'head':
      return name.startsWith('items.') ? { ...NO_USAGE, itemReads: 1 } : { ...NO_USAGE, gets: 1 };
    case 'list':
      return { ...NO_USAGE, lists: 1 };
    case 'put':
    case 'delete':
      return name.startsWith('items.') ? { ...NO_USAGE, itemWrites: 1 } : { ...NO_USAGE, puts: 1 };
    case 'mark':
    case 'stage':
    case 'publish':
      return { ...NO_USAGE, puts: 1 };
    default:
      return NO_USAGE;
  }
}
