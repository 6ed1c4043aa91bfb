import { expect, test } from 'vitest';
import { createSchedulerLoop, type SchedulerEffects, type SchedulerLoop } from '../../driver/application/scheduler-loop.ts';
import type { SchedulerCommand } from '../../driver/scheduler/commands.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../driver/scheduler/settings.ts';
import type { Behaviour } from '../support/executors/behaviours.ts';
import { makeSizedClusterRunner } from '../support/executors/runners.ts';
import { specOf } from '../support/executors/specs.ts';
import { type RunnerUnderTest, textOf } from './task-runner-case.ts';

const SIZES = [256, 768];
/** More than the heap of an executor of 256 MB, less than that of one of 768. */
const BEHAVIOURS: readonly Behaviour[] = [
  { do: 'value', value: 'small' },
  { do: 'hold-heap', mb: 160 },
  { do: 'value', value: 'small, too' },
];

type Command<K extends SchedulerCommand['kind']> = Extract<SchedulerCommand, { kind: K }>;

/** The real scheduler over executors of two sizes; gives what it did. */
async function schedule(executors: ReadonlyMap<number, RunnerUnderTest>) {
  const launched: string[] = [];
  const raised: Command<'memoryRaised'>[] = [];
  const answers: string[] = [];
  const launch = async (command: Command<'launch'>): Promise<void> => {
    const { stage, partition, attempt, generation, inputs, memorySizeMb } = command;
    launched.push(`${partition}#${attempt} ${memorySizeMb}`);
    const { runner } = executors.get(memorySizeMb ?? 0) as RunnerUnderTest;
    const spec = specOf(BEHAVIOURS[partition] as Behaviour, { partition, attempt });
    const outcome = await runner.run(spec, { signal: new AbortController().signal, onEvent: () => undefined });
    const at = { stage, partition, attempt, generation, nowMs: 0 };
    if (outcome.kind === 'failure') return loop.post({ kind: 'taskFailed', ...at, failure: outcome.failure });
    answers[partition] = textOf(outcome.result);
    loop.post({ kind: 'taskSucceeded', ...at, checksum: '', inputs, badRecords: 0 });
  };
  const nothing = (): void => undefined;
  const effects: SchedulerEffects = {
    resolveStage: (stage) =>
      queueMicrotask(() =>
        loop.post({ kind: 'stageResolved', stage, stageId: 'stage', taskCount: BEHAVIOURS.length, committed: [], raised: [] }),
      ),
    launch: (command) => void launch(command),
    memoryRaised: (command) => void raised.push(command),
    abortAttempt: nothing,
    raiseGeneration: nothing,
    setTimer: nothing,
    stageSubmitted: nothing,
    stageCompleted: nothing,
    recordsLeftOut: nothing,
    warn: nothing,
  };
  const settings = { ...DEFAULT_SCHEDULER_SETTINGS, maxTaskFailures: 1, memory: { sizesMb: SIZES, mbPerVcpu: null } };
  const loop: SchedulerLoop = createSchedulerLoop({ settings, slots: 3, effects, onBroken: nothing });
  const stages = [{ stage: 0, parents: [], kind: 'result', name: 'collect' }] as const;
  await loop.runJob({ job: 0, final: 0, partitions: null, stages }, (failure) => new Error(JSON.stringify(failure)));
  return { launched, raised, answers };
}

test('a task that fills the heap of a small executor runs again in a larger one, and no other does', { timeout: 120_000 }, async () => {
  const executors = new Map<number, RunnerUnderTest>();
  try {
    for (const mb of SIZES) executors.set(mb, await makeSizedClusterRunner(mb)(1));
    const { launched, raised, answers } = await schedule(executors);
    expect(answers).toEqual(['small', 'held 160 MB', 'small, too']);
    expect(launched).toEqual(['0#0 256', '1#0 256', '2#0 256', '1#1 768']);
    expect(raised).toEqual([{ kind: 'memoryRaised', stage: 0, partition: 1, reason: 'out-of-memory', fromMb: 256, toMb: 768 }]);
  } finally {
    for (const { end } of executors.values()) await end();
  }
});
