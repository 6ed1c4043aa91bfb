import { launchedId } from '../../../engine/types/attempt-id.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import type { OnAttempt, SimAttempt } from '../../../simulator/watch-attempts.ts';
import type { CommitWatch } from './watch-commits.ts';
import type { JournalWatch } from './watch-journal.ts';

export interface AttemptWatchOptions {
  readonly commits: CommitWatch;
  readonly journal: JournalWatch;
  /** Attempts that a driver may have in flight. */
  readonly slots: number;
  /** Slow tasks get a second attempt. */
  readonly copies: boolean;
  /** How long attempts go on without their driver; null: not at all. */
  readonly outliveMs: number | null;
  /** True time. */
  readonly nowMs: () => number;
  readonly driverSinceMs: (driver: string) => number;
}

/** What one driver has in flight and knows. */
interface Seen {
  readonly flying: Set<SimAttempt>;
  /** Generation of each task's success that it was told of. */
  readonly done: Map<string, number>;
  /** Where attempts of a task failed. */
  readonly failedOn: Map<string, Set<string>>;
}

/** A failure that says something about where it happened. */
const COUNTS: ReadonlySet<string> = new Set(['error', 'user-error']);

/** Part of what a clock may be wrong. */
const CLOCKS = 0.99;

/**
 * Holds drivers to what is promised of launches: recorded before they are made, for the generation that stands, of committed input, never of what is
 * done or may still run, one at a time of a task (and one copy), no more than there are slots, and not where the task has failed. Holds attempts to it
 * that a success is committed and names its winner.
 */
export function watchAttempts(options: AttemptWatchOptions): OnAttempt {
  const { commits } = options;
  const drivers = new Map<string, Seen>();
  const seenBy = (driver: string): Seen => {
    const seen = drivers.get(driver) ?? { flying: new Set(), done: new Map(), failedOn: new Map() };
    drivers.set(driver, seen);
    return seen;
  };
  return (attempt) => {
    const { spec } = attempt;
    const seen = seenBy(attempt.driver);
    commits.launched(spec);
    judgeLaunch(attempt, seen, options);
    seen.flying.add(attempt);
    return (outcome) => {
      seen.flying.delete(attempt);
      if (outcome.kind === 'success') seen.done.set(nameOf(spec), outcome.result.generation);
      const executorId = attempt.executorId();
      if (outcome.kind === 'failure' && executorId !== null && !attempt.signal.aborted && COUNTS.has(outcome.failure.kind)) {
        const failedOn = seen.failedOn.get(nameOf(spec)) ?? new Set();
        seen.failedOn.set(nameOf(spec), failedOn.add(executorId));
      }
      judgeOutcome(spec, outcome, commits);
    };
  };
}

function nameOf({ stageId, partition }: TaskSpec): string {
  return `task ${partition} of ${stageId}`;
}

function judgeLaunch(attempt: SimAttempt, seen: Seen, options: AttemptWatchOptions): void {
  const { spec, driver } = attempt;
  const name = nameOf(spec);
  const refuse = (why: string): never => {
    throw new Error(`${driver} launched ${name}, generation ${spec.generation}, attempt ${spec.attempt}, ${why}`);
  };
  const { commits, journal, outliveMs } = options;
  if (!journal.launches.has(spec.attemptId)) refuse('before it was recorded');
  if (seen.done.get(name) === spec.generation) refuse('which it knew to be done');
  if (seen.flying.size >= options.slots) refuse(`while ${seen.flying.size} attempts were in flight`);
  const beside = [...seen.flying].filter((other) => nameOf(other.spec) === name && !other.signal.aborted).length;
  if (beside >= (options.copies ? 2 : 1)) refuse(`beside ${beside} others`);
  const standing = commits.of(spec);
  const sinceMs = options.driverSinceMs(driver);
  if (spec.generation > (standing?.generation ?? 0)) refuse(`while generation ${standing?.generation ?? 0} stood`);
  if (standing !== undefined && spec.generation < standing.generation && standing.sinceMs < sinceMs)
    refuse(`while generation ${standing.generation} stood before it began`);
  if (standing?.winner != null && standing.generation === spec.generation && standing.sinceMs < sinceMs)
    refuse('which was committed before it began');
  // A copy may have been decided on before.
  for (const executor of options.copies ? [] : (seen.failedOn.get(name) ?? []))
    if (!attempt.avoid.includes(executor)) refuse(`but not away from ${executor}, where it has failed`);
  for (const input of spec.inputs) {
    if (input.input.kind !== 'shuffle') continue;
    for (const { stageId, mapPartition, generation, key } of input.input.slices) {
      const writer = key.slice(key.lastIndexOf('/') + 1).replace(/^\d+-/, '');
      if (!commits.hasWon({ appId: spec.appId, stageId, partition: mapPartition }, generation, writer))
        refuse(`to read ${key}, which is not what was committed`);
    }
  }
  if (outliveMs === null || spec.generation > 0) return;
  const waitedMs = options.nowMs() - sinceMs;
  const epoch = journal.epochOf(driver);
  for (const launch of journal.launches.values())
    if (
      launch.epoch < epoch &&
      launch.stageId === spec.stageId &&
      launch.partition === spec.partition &&
      waitedMs <= Math.min(outliveMs, launch.withinMs) * CLOCKS
    )
      refuse('of which an earlier driver’s attempt may still run');
}

function judgeOutcome(spec: TaskSpec, outcome: TaskOutcome, commits: CommitWatch): void {
  if (outcome.kind === 'failure') {
    if (outcome.failure.kind === 'superseded' && (commits.of(spec)?.generation ?? 0) <= spec.generation)
      throw new Error(`${nameOf(spec)} was called superseded at generation ${spec.generation}`);
    return;
  }
  const { attemptId, generation } = outcome.result;
  if (!commits.hasWon(spec, generation, attemptId))
    throw new Error(`${nameOf(spec)} was reported as done by ${attemptId}, which has not won generation ${generation}`);
  if (generation !== spec.generation) throw new Error(`${nameOf(spec)}, generation ${spec.generation}, was answered with ${generation}`);
  if (launchedId(attemptId) !== spec.attemptId && !outcome.lostRace)
    throw new Error(`${nameOf(spec)} was won by another attempt than it says`);
}
