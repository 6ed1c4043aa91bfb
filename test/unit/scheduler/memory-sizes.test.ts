import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import type { SchedulerSettings } from '../../../driver/scheduler/settings.ts';
import type { TaskFailure } from '../../../engine/types/failure.ts';
import { failed, graph, launch, resolved, type Script, script, spec, submitted, succeeded, taskFailed } from './literals.ts';

const SIZES = [442, 885, 1769, 3538];
const outOfMemory = failed('out-of-memory');
const tooLong: TaskFailure = { ...failed('timeout'), cpuBound: true };
const groupTooLarge: TaskFailure = {
  ...failed('user-error'),
  error: { ...failed('user-error').error, name: 'LevinError', code: 'GROUP_TOO_LARGE' },
};

const launchWith = (memorySizeMb: number, partition: number, attempt = 0): SchedulerCommand => ({
  ...(launch(0, partition, attempt) as Extract<SchedulerCommand, { kind: 'launch' }>),
  memorySizeMb,
});

const raised = (partition: number | null, fromMb: number, toMb: number, reason: 'out-of-memory' | 'timeout' = 'out-of-memory') =>
  ({ kind: 'memoryRaised', stage: 0, partition, reason, fromMb, toMb }) as const;

function running(tasks: number, slots: number, more: Partial<SchedulerSettings> = {}): Script {
  const it = script(slots, { memory: { sizesMb: SIZES, mbPerVcpu: 1769 }, ...more });
  it.send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, tasks));
  return it;
}

/** What a task was launched with, again and again. */
function sizesOf(commands: readonly SchedulerCommand[], partition: number): readonly (number | null)[] {
  return commands.flatMap((command) => (command.kind === 'launch' && command.partition === partition ? [command.memorySizeMb] : []));
}

describe('a task that runs out of memory', () => {
  test('runs again with the next size, and that does not count as a failure', () => {
    const { send } = running(8, 8, { maxTaskFailures: 1 });
    expect(send(taskFailed(0, 3, 0, outOfMemory))).toEqual([raised(3, 442, 885), launchWith(885, 3, 1)]);
    expect(send(taskFailed(0, 3, 1, outOfMemory))).toEqual([raised(3, 885, 1769), launchWith(1769, 3, 2)]);
    expect(send(taskFailed(0, 3, 2, outOfMemory))).toEqual([raised(3, 1769, 3538), launchWith(3538, 3, 3)]);
    expect(send(taskFailed(0, 3, 3, outOfMemory))[0]).toEqual({
      kind: 'jobFailed',
      job: 0,
      failure: {
        kind: 'taskFailed',
        stage: 0,
        name: 'stage 0 at job.ts:1',
        partition: 3,
        taskCount: 8,
        triedMb: SIZES,
        failures: 1,
        repeated: false,
        failure: outOfMemory,
      },
    });
  });

  test('with the largest size fails as often as others', () => {
    const { send } = running(8, 8);
    send(taskFailed(0, 0, 0, outOfMemory), taskFailed(0, 0, 1, outOfMemory), taskFailed(0, 0, 2, outOfMemory));
    for (const attempt of [3, 4, 5]) expect(send(taskFailed(0, 0, attempt, outOfMemory))).toEqual([launchWith(3538, 0, attempt + 1)]);
    expect(send(taskFailed(0, 0, 6, outOfMemory))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4, triedMb: SIZES } });
  });

  test('keeps its failures and its size when it fails for another reason', () => {
    const { send } = running(8, 8, { maxTaskFailures: 2 });
    expect(send(taskFailed(0, 0, 0, failed('error')))).toEqual([launchWith(442, 0, 1)]);
    expect(send(taskFailed(0, 0, 1, outOfMemory))).toEqual([raised(0, 442, 885), launchWith(885, 0, 2)]);
    expect(send(taskFailed(0, 0, 2, failed('throttled')))).toMatchObject([{ kind: 'setTimer' }, { kind: 'warn' }]);
    expect(send({ kind: 'timerFired', id: 0, nowMs: 100 })).toEqual([launchWith(885, 0, 3)]);
    expect(send(taskFailed(0, 0, 3, failed('error')))[0]).toMatchObject({
      kind: 'jobFailed',
      failure: { failures: 2, triedMb: [442, 885] },
    });
  });

  test('because of one group is no mistake of the code as long as there is a larger size', () => {
    const { send } = running(8, 8);
    expect(send(taskFailed(0, 0, 0, groupTooLarge))).toEqual([raised(0, 442, 885), launchWith(885, 0, 1)]);
    send(taskFailed(0, 0, 1, groupTooLarge), taskFailed(0, 0, 2, groupTooLarge));
    expect(send(taskFailed(0, 0, 3, groupTooLarge))).toEqual([launchWith(3538, 0, 4)]);
    expect(send(taskFailed(0, 0, 4, groupTooLarge))[0]).toMatchObject({ kind: 'jobFailed', failure: { repeated: true, failures: 2 } });
  });

  test('keeps its size when its output is lost and made again', () => {
    const it = script(8, { memory: { sizesMb: SIZES, mbPerVcpu: null } });
    it.send(submitted(graph(0, [spec(0, []), spec(1, [0], 'result')])), resolved(0, 1), resolved(1, 1));
    it.send(taskFailed(0, 0, 0, outOfMemory), succeeded(0, 0, 1));
    it.send(taskFailed(1, 0, 0, failed('fetch-failed', { lost: [{ stageId: 's0', partition: 0, generation: 0 }] })));
    const commands = it.send({ kind: 'generationRaised', stage: 0, partition: 0, generation: 1 });
    expect(commands).toMatchObject([{ kind: 'launch', stage: 0, generation: 1, memorySizeMb: 885 }]);
  });

  test('is known to need more when the attempt was called off before it ran out: the next job that asks for it begins with enough', () => {
    const it = running(8, 16);
    it.send({ kind: 'jobCancelled', job: 0, reason: 'signal' });
    expect(it.send(...[0, 1, 3].map((partition) => taskFailed(0, partition, 0, outOfMemory)))).toEqual([]);
    const commands = it.send(submitted(graph(1, [spec(0, [], 'result')])));
    expect(sizesOf(commands, 3)).toEqual([885]);
    expect(sizesOf(commands, 7)).toEqual([442]);
  });

  test('where the runner has one size, or none that anybody knows, fails as before', () => {
    for (const sizesMb of [[512], []]) {
      const { send } = running(2, 2, { memory: { sizesMb, mbPerVcpu: 1769 } });
      for (const attempt of [0, 1, 2]) {
        expect(send(taskFailed(0, 0, attempt, outOfMemory))).toMatchObject([{ kind: 'launch', memorySizeMb: sizesMb[0] ?? null }]);
      }
      expect(send(taskFailed(0, 0, 3, outOfMemory))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4, triedMb: sizesMb } });
    }
  });
});

describe('tasks of the same stage that have not begun', () => {
  test('start with the next size once two, and a quarter of those launched, have run out', () => {
    const { send } = running(20, 4);
    send(taskFailed(0, 0, 0, outOfMemory));
    expect(send(succeeded(0, 1))).toEqual([launchWith(442, 4)]);
    expect(send(taskFailed(0, 2, 0, outOfMemory))).toEqual([raised(2, 442, 885), raised(null, 442, 885), launchWith(885, 2, 1)]);
    expect(send(succeeded(0, 3), succeeded(0, 4))).toEqual([launchWith(885, 5), launchWith(885, 6)]);
  });

  test('do not, for two large ones among many', () => {
    const { send } = running(40, 12);
    const commands = [0, 1].flatMap((partition) => send(taskFailed(0, partition, 0, outOfMemory)));
    expect(commands).toEqual([raised(0, 442, 885), launchWith(885, 0, 1), raised(1, 442, 885), launchWith(885, 1, 1)]);
    expect(send(succeeded(0, 2))).toEqual([launchWith(442, 12)]);
  });

  test('are judged anew with each size', () => {
    const { send } = running(20, 4);
    send(taskFailed(0, 0, 0, outOfMemory), taskFailed(0, 1, 0, outOfMemory));
    // These two began before the others were known to need more, and say nothing about the size that all have now.
    expect(send(taskFailed(0, 2, 0, outOfMemory), taskFailed(0, 3, 0, outOfMemory))).toEqual([
      raised(2, 442, 885),
      launchWith(885, 2, 1),
      raised(3, 442, 885),
      launchWith(885, 3, 1),
    ]);
    send(taskFailed(0, 0, 1, outOfMemory));
    expect(send(taskFailed(0, 1, 1, outOfMemory))).toEqual([raised(1, 885, 1769), raised(null, 885, 1769), launchWith(1769, 1, 2)]);
  });

  test('are judged by those launched with the size of now', () => {
    const { send } = running(40, 8);
    for (const partition of [0, 1, 2, 3, 4, 5]) send(succeeded(0, partition));
    send(...[6, 7, 8, 9].map((partition) => taskFailed(0, partition, 0, outOfMemory)));
    // Fourteen began with 442 MB, four of them in vain; four with 885 MB.
    send(taskFailed(0, 6, 1, outOfMemory));
    expect(send(taskFailed(0, 7, 1, outOfMemory))).toContainEqual(raised(null, 885, 1769));
  });

  test('hear nothing of it when all have begun', () => {
    const { send } = running(2, 2);
    send(taskFailed(0, 0, 0, outOfMemory));
    expect(send(taskFailed(0, 1, 0, outOfMemory))).toEqual([raised(1, 442, 885), launchWith(885, 1, 1)]);
  });
});

describe('a task that computes for too long', () => {
  test('runs again with a whole CPU where memory brings one, then as before', () => {
    const { send } = running(8, 8);
    expect(send(taskFailed(0, 0, 0, tooLong))).toEqual([raised(0, 442, 1769, 'timeout'), launchWith(1769, 0, 1)]);
    expect(send(taskFailed(0, 0, 1, tooLong))).toEqual([launchWith(1769, 0, 2)]);
    expect(send(taskFailed(0, 0, 2, tooLong))[0]).toMatchObject({
      kind: 'jobFailed',
      failure: { repeated: true, failures: 2, triedMb: [442, 1769] },
    });
  });

  test('runs with the largest size where none has a whole CPU', () => {
    const { send } = running(8, 8, { memory: { sizesMb: [128, 256, 512], mbPerVcpu: 1769 } });
    expect(send(taskFailed(0, 0, 0, tooLong))).toEqual([raised(0, 128, 512, 'timeout'), launchWith(512, 0, 1)]);
    expect(send(taskFailed(0, 0, 1, tooLong))).toEqual([launchWith(512, 0, 2)]);
  });

  test('gets no other size where CPU does not come with memory, or when it waited', () => {
    const fixed = running(8, 8, { memory: { sizesMb: SIZES, mbPerVcpu: null } });
    expect(fixed.send(taskFailed(0, 0, 0, tooLong))).toEqual([launchWith(442, 0, 1)]);
    const waiting = running(8, 8);
    const waited = { ...tooLong, cpuBound: false };
    for (const attempt of [0, 1, 2]) expect(waiting.send(taskFailed(0, 0, attempt, waited))).toEqual([launchWith(442, 0, attempt + 1)]);
    expect(waiting.send(taskFailed(0, 0, 3, waited))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4, triedMb: [442] } });
  });
});

test('a copy has the memory that its task needs now, and what runs out second changes nothing', () => {
  const speculation = { quantile: 0, multiplier: 1, minRuntimeMs: 10, intervalMs: 10, concurrency: 4 };
  const it = script(4, { memory: { sizesMb: SIZES, mbPerVcpu: null }, speculation });
  it.send(submitted(graph(0, [{ ...spec(0, [], 'result'), copyable: true }])), resolved(0, 2));
  const begins = (attempt: number, partition: number, nowMs: number): SchedulerEvent => ({
    kind: 'taskStarted',
    stage: 0,
    partition,
    attempt,
    executorId: `e${attempt}`,
    nowMs,
  });
  it.send(begins(0, 0, 0), begins(0, 1, 0), { ...succeeded(0, 1), nowMs: 5 } as SchedulerEvent);
  expect(it.send({ kind: 'timerFired', id: 0, nowMs: 40 })).toMatchObject([
    { kind: 'launch', partition: 0, attempt: 1, copy: true, memorySizeMb: 442 },
    { kind: 'setTimer' },
  ]);
  expect(it.send(taskFailed(0, 0, 0, outOfMemory))).toEqual([raised(0, 442, 885)]);
  expect(it.send(taskFailed(0, 0, 1, outOfMemory))).toEqual([launchWith(885, 0, 2)]);
});

test('a first attempt that runs out after its larger copy did, does not make the task small again', () => {
  const speculation = { quantile: 0, multiplier: 1, minRuntimeMs: 10, intervalMs: 10, concurrency: 8 };
  const it = script(4, { memory: { sizesMb: SIZES, mbPerVcpu: null }, speculation, maxTaskFailures: 1 });
  it.send(submitted(graph(0, [{ ...spec(0, [], 'result'), copyable: true }])), resolved(0, 4));
  it.send(
    { kind: 'taskStarted', stage: 0, partition: 1, attempt: 0, executorId: 'e', nowMs: 0 },
    { ...succeeded(0, 1), nowMs: 5 } as SchedulerEvent,
    taskFailed(0, 2, 0, outOfMemory),
    taskFailed(0, 3, 0, outOfMemory),
  );
  const copied = it.send({ kind: 'timerFired', id: 0, nowMs: 40 });
  expect(copied).toContainEqual(expect.objectContaining({ kind: 'launch', partition: 0, attempt: 1, copy: true, memorySizeMb: 885 }));
  expect(it.send(taskFailed(0, 0, 1, outOfMemory))).toEqual([raised(0, 885, 1769)]);
  expect(it.send(taskFailed(0, 0, 0, outOfMemory))).toEqual([raised(0, 442, 1769), launchWith(1769, 0, 2)]);
  expect(it.send(taskFailed(0, 0, 2, outOfMemory))).toEqual([raised(0, 1769, 3538), launchWith(3538, 0, 3)]);
  expect(it.send(taskFailed(0, 0, 3, outOfMemory))[0]).toMatchObject({ kind: 'jobFailed', failure: { triedMb: SIZES } });
});

test('a stage that asks for memory begins with the first size that has it, and grows from there', () => {
  const asking = (memoryMb: number): Script => {
    const it = script(2, { memory: { sizesMb: SIZES, mbPerVcpu: null }, maxTaskFailures: 1 });
    it.send(submitted(graph(0, [{ ...spec(0, [], 'result'), memoryMb }])));
    return it;
  };
  for (const [memoryMb, size] of [
    [1, 442],
    [442, 442],
    [443, 885],
    [1000, 1769],
    [3538, 3538],
    [9999, 3538],
  ] as const)
    expect(asking(memoryMb).send(resolved(0, 2))).toMatchObject([{ kind: 'stageSubmitted' }, launchWith(size, 0), launchWith(size, 1)]);
  const { send } = asking(800);
  send(resolved(0, 4));
  expect(send(taskFailed(0, 0, 0, outOfMemory))).toEqual([raised(0, 885, 1769), launchWith(1769, 0, 1)]);
  expect(send(taskFailed(0, 1, 0, outOfMemory))).toContainEqual(raised(null, 885, 1769));
  expect(send(succeeded(0, 1, 1), succeeded(0, 0, 1))).toMatchObject([launchWith(1769, 2), launchWith(1769, 3)]);
});

test('whatever tasks need, each size is given in vain at most once, and with the largest one a task has its usual attempts', () => {
  const anyCase = fc.record({
    sizesMb: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 5 }).map((sizes) => sizes.sort((a, b) => a - b)),
    needs: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 }),
    order: fc.array(fc.nat(100), { minLength: 1, maxLength: 40 }),
    slots: fc.integer({ min: 1, max: 12 }),
    maxTaskFailures: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(anyCase, ({ sizesMb, needs, order, slots, maxTaskFailures }) => {
      const it = script(slots, { memory: { sizesMb, mbPerVcpu: null }, maxTaskFailures });
      const all: SchedulerCommand[] = [];
      const open: Extract<SchedulerCommand, { kind: 'launch' }>[] = [];
      const hear = (commands: readonly SchedulerCommand[]): void => {
        all.push(...commands);
        for (const command of commands) if (command.kind === 'launch') open.push(command);
      };
      hear(it.send(submitted(graph(0, [spec(0, [], 'result')])), resolved(0, needs.length)));
      const ended = (): SchedulerCommand | undefined => all.find(({ kind }) => kind === 'jobSucceeded' || kind === 'jobFailed');
      for (let i = 0; open.length > 0 && ended() === undefined; i++) {
        if (i > 500) throw new Error('it never ends');
        const [next] = open.splice((order[i % order.length] as number) % open.length, 1);
        const { partition, attempt, memorySizeMb } = next as Extract<SchedulerCommand, { kind: 'launch' }>;
        const fits = (needs[partition] as number) <= (memorySizeMb as number);
        hear(it.send(fits ? succeeded(0, partition, attempt) : taskFailed(0, partition, attempt, outOfMemory)));
      }
      const largest = sizesMb.at(-1) as number;
      expect(ended()?.kind).toBe(needs.every((need) => need <= largest) ? 'jobSucceeded' : 'jobFailed');
      for (const [partition, need] of needs.entries()) {
        const sizes = sizesOf(all, partition).map(Number);
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
        for (const size of sizesMb.slice(0, -1)) expect(sizes.filter((each) => each === size).length).toBeLessThanOrEqual(1);
        expect(sizes.filter((size) => size === largest).length).toBeLessThanOrEqual(need <= largest ? 1 : maxTaskFailures);
      }
    }),
    { numRuns: 1000 },
  );
});
