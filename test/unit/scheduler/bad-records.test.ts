import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../../driver/scheduler/commands.ts';
import type { SchedulerEvent } from '../../../driver/scheduler/events.ts';
import { completed, failed, graph, launch, resolved, type Script, script, spec, submitted, succeeded, taskFailed } from './literals.ts';

const mistake = failed('user-error', { name: 'TypeError', stack: 'TypeError: x\n    at f (file:///work/job.ts:3:5)' });
const flaky = failed('user-error', { name: 'FlakyError' });
const tooMany = { ...mistake, error: { ...mistake.error, name: 'LevinError', code: 'TOO_MANY_BAD_RECORDS' } };
const leaving = (partition: number, attempt: number, maxBadRecords: number, generation = 0): SchedulerCommand => ({
  ...(launch(0, partition, attempt, generation) as Extract<SchedulerCommand, { kind: 'launch' }>),
  maxBadRecords,
});
const done = (partition: number, attempt: number, badRecords: number, generation = 0): SchedulerEvent =>
  ({ ...succeeded(0, partition, attempt, generation), badRecords }) as SchedulerEvent;

function running(slots: number, tasks: number, maxBadRecords = 5): Script {
  const it = script(slots, { maxBadRecords });
  it.send(submitted(graph(0, [spec(0, []), spec(1, [0], 'result')])), resolved(0, tasks), resolved(1, 1));
  return it;
}

describe('records that functions fail on', () => {
  test('are left out where the same mistake at the same place would fail the job, by the whole stage', () => {
    const { send } = running(2, 3);
    expect(send(taskFailed(0, 0, 0, mistake))).toEqual([launch(0, 0, 1)]);
    expect(send(taskFailed(0, 1, 0, mistake))).toEqual([leaving(1, 1, 5)]);
    expect(send(taskFailed(0, 0, 1, mistake))).toEqual([leaving(0, 2, 5)]);
    expect(send(done(0, 2, 2))).toEqual([leaving(2, 0, 3)]);
    expect(send(done(1, 1, 3))).toEqual([]);
    expect(send(done(2, 0, 0))).toEqual([
      completed(0),
      { kind: 'recordsLeftOut', stage: 0, badRecords: 5 },
      expect.anything(),
      launch(1, 0),
    ]);
  });

  test('of an error that may pass are left out at the last attempt only, by that task alone', () => {
    const { send } = running(2, 3);
    for (const attempt of [0, 1, 2]) expect(send(taskFailed(0, 0, attempt, flaky))).toEqual([launch(0, 0, attempt + 1)]);
    expect(send(taskFailed(0, 0, 3, flaky))).toEqual([leaving(0, 4, 5)]);
    expect(send(done(1, 0, 0))).toEqual([launch(0, 2)]);
  });

  test('above the limit fail the job: told by a task, or by the sum of them', () => {
    const one = running(2, 2);
    one.send(taskFailed(0, 0, 0, mistake), taskFailed(0, 1, 0, mistake), taskFailed(0, 0, 1, mistake));
    expect(one.send(taskFailed(0, 0, 2, tooMany))[0]).toMatchObject({ kind: 'jobFailed', failure: { kind: 'taskFailed', failures: 1 } });
    const all = running(2, 2);
    all.send(taskFailed(0, 0, 0, mistake), taskFailed(0, 1, 0, mistake), taskFailed(0, 0, 1, mistake), done(0, 2, 3));
    expect(all.send(done(1, 1, 3))[0]).toEqual({
      kind: 'jobFailed',
      job: 0,
      failure: { kind: 'badRecords', stage: 0, name: 'stage 0 at job.ts:1', badRecords: 6, maxBadRecords: 5 },
    });
  });

  test('are counted once for each task, however often its output is made again', () => {
    const { send, state } = running(2, 2);
    send(taskFailed(0, 0, 0, mistake), taskFailed(0, 1, 0, mistake), taskFailed(0, 0, 1, mistake), done(0, 2, 3), done(1, 1, 1));
    expect(state().stages[0]?.badRecords).toBe(4);
    send(taskFailed(1, 0, 0, failed('fetch-failed', { lost: [{ stageId: 's0', partition: 0, generation: 0 }] })));
    expect(state().stages[0]?.badRecords).toBe(1);
    expect(send({ kind: 'generationRaised', stage: 0, partition: 0, generation: 1 })).toEqual([leaving(0, 3, 4, 1)]);
    send(done(0, 3, 3, 1), done(0, 3, 3, 1));
    expect(state().stages[0]?.badRecords).toBe(4);
  });

  test('found committed by a later driver count', () => {
    const { send } = script(2, { maxBadRecords: 5 });
    send(submitted(graph(0, [spec(0, [], 'result')])));
    const committed = [{ partition: 0, generation: 0, checksum: '', inputs: null, badRecords: 4 }];
    send({ kind: 'stageResolved', stage: 0, stageId: 's0', taskCount: 2, committed, raised: [] });
    expect(send(done(1, 0, 2))[0]).toMatchObject({ kind: 'jobFailed', failure: { badRecords: 6 } });
  });

  test('found committed, but made of old records, do not count', () => {
    const { send, state } = script(2, { maxBadRecords: 5 });
    send(submitted(graph(0, [spec(0, [], 'result')])));
    const committed = [
      { partition: 0, generation: 0, checksum: '', inputs: null, badRecords: 2 },
      { partition: 1, generation: 0, checksum: '', inputs: 'digest of old records', badRecords: 1 },
    ];
    send({ kind: 'stageResolved', stage: 0, stageId: 's0', taskCount: 2, committed, raised: [] });
    expect(state().stages[0]?.badRecords).toBe(2);
  });

  test('above the limit fail the job also where all is committed: by a driver that died before it could say so, or for a job before this one', () => {
    const { send } = script(2, { maxBadRecords: 5 });
    send(submitted(graph(0, [spec(0, []), spec(1, [0], 'result')])));
    const committed = [0, 1].map((partition) => ({ partition, generation: 0, checksum: '', inputs: null, badRecords: 3 }));
    const failure = { kind: 'badRecords', stage: 0, name: 'stage 0 at job.ts:1', badRecords: 6, maxBadRecords: 5 };
    const commands = send({ kind: 'stageResolved', stage: 0, stageId: 's0', taskCount: 2, committed, raised: [] });
    expect(commands).toContainEqual({ kind: 'jobFailed', job: 0, failure });
    const later = send(submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])));
    expect(later).toEqual([{ kind: 'jobFailed', job: 1, failure }]);
  });

  test('of output that was made of old records do not count, however often it comes', () => {
    const { send, state } = running(2, 2);
    const outdated = (attempt: number, generation: number): SchedulerEvent =>
      ({ ...done(0, attempt, 2, generation), inputs: 'digest of old records' }) as SchedulerEvent;
    send(outdated(0, 0), { kind: 'generationRaised', stage: 0, partition: 0, generation: 1 }, outdated(1, 1));
    expect(state().stages[0]?.badRecords).toBe(0);
    send({ kind: 'generationRaised', stage: 0, partition: 0, generation: 2 }, done(0, 2, 3, 2));
    expect(state().stages[0]?.badRecords).toBe(3);
  });

  test('are not what a failure without a record is about: it fails the job as ever', () => {
    const { send } = running(2, 2);
    for (const attempt of [0, 1, 2]) send(taskFailed(0, 0, attempt, failed('out-of-memory')));
    expect(send(taskFailed(0, 0, 3, failed('out-of-memory')))[0]).toMatchObject({ kind: 'jobFailed', failure: { failures: 4 } });
  });
});
