import { describe, expect, test } from 'vitest';
import { completed, graph, launch, resolve, resolved, script, spec, started, submitted, succeeded } from './literals.ts';

const twoStages = graph(0, [spec(0, []), spec(1, [0], 'result')]);

describe('stages', () => {
  test('run parents before children, and end the job with the last partition', () => {
    const { send } = script(8);
    expect(send(submitted(twoStages))).toEqual([resolve(0)]);
    expect(send(resolved(0, 2))).toEqual([resolve(1)]);
    expect(send(resolved(1, 2))).toEqual([started(0, 2), launch(0, 0), launch(0, 1)]);
    expect(send(succeeded(0, 1))).toEqual([]);
    expect(send(succeeded(0, 0))).toEqual([completed(0), started(1, 2), launch(1, 0), launch(1, 1)]);
    expect(send(succeeded(1, 0))).toEqual([]);
    expect(send(succeeded(1, 1))).toEqual([completed(1), { kind: 'jobSucceeded', job: 0 }]);
  });

  test('leave nothing behind but what a later job can use', () => {
    const { send, state } = script(8);
    send(submitted(twoStages), resolved(0, 1), resolved(1, 1), succeeded(0, 0), succeeded(1, 0));
    expect(state()).toMatchObject({ inFlight: 0, jobs: {}, needed: [], ready: [] });
    expect(state().stages[0]).toEqual({
      stage: 0,
      name: 'stage 0 at job.ts:1',
      kind: 'map',
      parents: [],
      sideEffects: false,
      copyable: false,
      barrier: false,
      gangs: 0,
      givenUp: 0,
      status: 'done',
      resolving: false,
      stageId: 's0',
      tasks: [
        {
          status: 'done',
          generation: 0,
          checksum: '',
          badRecords: 0,
          leavesOut: false,
          attempts: 1,
          failures: 0,
          size: 0,
          outgrown: [],
          failedOn: [],
          wantedBy: 0,
          flights: [],
        },
      ],
      missing: 0,
      asked: 0,
      users: 0,
      finals: [],
      job: 0,
      pool: 0,
      inFlight: 0,
      fresh: [],
      nextFresh: 0,
      again: [],
      flying: {},
      runtimes: {},
      failedOn: {},
      size: 0,
      launchedWithSize: 1,
      outgrewSize: 0,
      badRecords: 0,
      leavesOut: false,
      places: {},
      digest: null,
      inputs: null,
      delivered: false,
      spoiledBy: null,
      stageAttempts: 0,
      submissions: 1,
      submitted: false,
    });
  });

  test('that do not depend on each other run at once, the first job’s first', () => {
    const { send } = script(3);
    send(submitted(graph(0, [spec(0, []), spec(1, []), spec(2, [0, 1], 'result')])));
    expect(send(resolved(1, 1))).toEqual([]);
    expect(send(resolved(0, 2))).toEqual([resolve(2)]);
    expect(send(resolved(2, 1))).toEqual([started(1, 1), started(0, 2), launch(0, 0), launch(0, 1), launch(1, 0)]);
    send(submitted(graph(1, [spec(3, [], 'result')])), resolved(3, 2));
    expect(send(succeeded(0, 0))).toEqual([launch(3, 0)]);
    expect(send(succeeded(0, 1))).toEqual([completed(0), launch(3, 1)]);
    expect(send(succeeded(1, 0))).toEqual([completed(1), started(2, 1), launch(2, 0)]);
  });

  test('skip committed partitions, and skip a stage whose partitions are all committed', () => {
    const { send } = script(8);
    send(submitted(twoStages));
    expect(send(resolved(0, 3, [0, 1, 2]))).toEqual([started(0, 3, 3), completed(0, 'skipped'), resolve(1)]);
    expect(send(resolved(1, 3, [1]))).toEqual([started(1, 3, 1), launch(1, 0), launch(1, 2)]);
  });

  test('above a committed stage are not run, whatever is missing of them', () => {
    const { send } = script(8);
    send(submitted(graph(0, [spec(0, []), spec(1, [0]), spec(2, [1], 'result')])), resolved(0, 2), resolved(1, 2, [0, 1]));
    expect(send(resolved(2, 1))).toEqual([started(2, 1), launch(2, 0)]);
  });

  test('start at the generation that stands in the store', () => {
    const { send } = script(8);
    send(submitted(graph(0, [spec(0, [], 'result')])));
    const raised = [{ partition: 1, generation: 3 }];
    const committed = [{ partition: 0, generation: 2, checksum: '', inputs: null, badRecords: 0 }];
    expect(send({ kind: 'stageResolved', stage: 0, stageId: 's0', taskCount: 3, committed, raised })).toEqual([
      started(0, 3, 1),
      launch(0, 1, 0, 3),
      launch(0, 2),
    ]);
    expect(send(succeeded(0, 1, 0, 3), succeeded(0, 2))).toEqual([completed(0), { kind: 'jobSucceeded', job: 0 }]);
  });

  test('that need range bounds are resolved when the samples are done', () => {
    const { send } = script(8);
    const stages = [spec(0, [], 'sample'), spec(1, [0]), spec(2, [1], 'result')];
    expect(send(submitted(graph(0, stages)))).toEqual([resolve(0)]);
    expect(send(resolved(0, 1))).toEqual([started(0, 1), launch(0, 0)]);
    expect(send(succeeded(0, 0))).toEqual([completed(0), resolve(1)]);
    expect(send(resolved(1, 1))).toEqual([resolve(2)]);
    expect(send(resolved(2, 1))).toEqual([started(1, 1), launch(1, 0)]);
  });

  test('without tasks are done at once, and so is a job over them', () => {
    const { send } = script(8);
    send(submitted(graph(0, [spec(0, [], 'result')])));
    expect(send(resolved(0, 0))).toEqual([started(0, 0), completed(0, 'skipped'), { kind: 'jobSucceeded', job: 0 }]);
  });

  test('are asked for once, and answered once', () => {
    const { send } = script(8);
    send(submitted(twoStages), resolved(0, 1));
    expect(send(submitted(twoStages), resolved(0, 1))).toEqual([]);
  });

  test('are forgotten when released and out of use', () => {
    const { send, state } = script(8);
    send(submitted(twoStages), resolved(0, 1), resolved(1, 1), { kind: 'stageReleased', stage: 0 });
    expect(Object.keys(state().stages)).toEqual(['0', '1']);
    send(succeeded(0, 0), succeeded(1, 0));
    expect(Object.keys(state().stages)).toEqual(['1']);
    expect(state().byId).toEqual({ s1: 1 });
  });

  test('that cannot be resolved end their jobs, and those only', () => {
    const { send } = script(8);
    send(submitted(twoStages), submitted(graph(1, [spec(2, [], 'result')])));
    const error = { name: 'LevinError', message: 'no such file', stack: null, code: 'PATH_NOT_FOUND', cause: null, fields: {} };
    expect(send({ kind: 'stageResolveFailed', stage: 0, error })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'resolveFailed', stage: 0, name: 'stage 0 at job.ts:1', error } },
    ]);
    expect(send(resolved(2, 1))).toEqual([started(2, 1), launch(2, 0)]);
  });
});

describe('jobs', () => {
  test('find the shuffle of an earlier job made', () => {
    const { send } = script(8);
    send(submitted(twoStages), resolved(0, 2), resolved(1, 1), succeeded(0, 0), succeeded(0, 1), succeeded(1, 0));
    expect(send(submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])))).toEqual([resolve(2)]);
    expect(send(resolved(2, 1))).toEqual([started(2, 1), launch(2, 0)]);
  });

  test('share a stage: it goes on when one of them is cancelled', () => {
    const { send } = script(8);
    send(submitted(twoStages), resolved(0, 2), resolved(1, 1), submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])), resolved(2, 1));
    expect(send({ kind: 'jobCancelled', job: 0, reason: 'Ctrl-C' })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'cancelled', reason: 'Ctrl-C' } },
    ]);
    expect(send(succeeded(0, 0), succeeded(0, 1))).toEqual([completed(0), started(2, 1), launch(2, 0)]);
  });

  test('share a result: what another one asks for goes on when one of them is cancelled', () => {
    const { send } = script(8);
    const result = [spec(0, [], 'result')];
    send(submitted(graph(0, result)), resolved(0, 2), submitted(graph(1, result, [1])));
    expect(send({ kind: 'jobCancelled', job: 0, reason: 'Ctrl-C' })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'cancelled', reason: 'Ctrl-C' } },
      { kind: 'abortAttempt', stage: 0, partition: 0, attempt: 0 },
    ]);
    expect(send(succeeded(0, 1))).toEqual([completed(0), { kind: 'jobSucceeded', job: 1 }]);
  });

  test('that are cancelled abort what runs for them alone, and hold its slots until it has ended', () => {
    const { send, state } = script(2);
    send(submitted(twoStages), resolved(0, 3), resolved(1, 1));
    expect(send({ kind: 'jobCancelled', job: 0, reason: 'signal' })).toEqual([
      { kind: 'jobFailed', job: 0, failure: { kind: 'cancelled', reason: 'signal' } },
      completed(0, 'cancelled'),
      { kind: 'abortAttempt', stage: 0, partition: 0, attempt: 0 },
      { kind: 'abortAttempt', stage: 0, partition: 1, attempt: 0 },
    ]);
    expect(send({ kind: 'jobCancelled', job: 0, reason: 'signal' })).toEqual([]);
    expect(send(submitted(graph(1, [spec(3, [], 'result')])), resolved(3, 1))).toEqual([resolve(3), started(3, 1)]);
    const cancelled = {
      kind: 'cancelled',
      fault: 'transient',
      error: { name: 'Error', message: '', stack: null, code: null, cause: null, fields: {} },
      lost: [],
    } as const;
    expect(send({ kind: 'taskFailed', stage: 0, partition: 0, attempt: 0, generation: 0, failure: cancelled, nowMs: 0 })).toEqual([
      launch(3, 0),
    ]);
    expect(state().inFlight).toBe(2);
  });

  test('take up what an aborted attempt committed all the same', () => {
    const { send } = script(2);
    send(submitted(twoStages), resolved(0, 2), resolved(1, 1), { kind: 'jobCancelled', job: 0, reason: 'signal' }, succeeded(0, 0));
    send(submitted(graph(1, [spec(0, []), spec(2, [0], 'result')])));
    expect(send(resolved(2, 1))).toEqual([started(0, 2, 1, 1), launch(0, 1, 1)]);
  });

  test('ask for some partitions of a result, then for more of the same', () => {
    const { send } = script(8);
    const ask = (job: number, partitions: readonly number[]) => submitted(graph(job, [spec(0, [], 'result')], partitions));
    send(ask(0, [0]));
    expect(send(resolved(0, 4))).toEqual([started(0, 1), launch(0, 0)]);
    expect(send(succeeded(0, 0))).toEqual([completed(0), { kind: 'jobSucceeded', job: 0 }]);
    expect(send(ask(1, [3, 1, 0, 1]))).toEqual([started(0, 3, 1, 1), launch(0, 1), launch(0, 3)]);
    expect(send(ask(2, [1, 2]))).toEqual([launch(0, 2)]);
    expect(send(succeeded(0, 3), succeeded(0, 1))).toEqual([{ kind: 'jobSucceeded', job: 1 }]);
    expect(send({ kind: 'jobCancelled', job: 2, reason: 'break' })).toEqual([
      { kind: 'jobFailed', job: 2, failure: { kind: 'cancelled', reason: 'break' } },
      { kind: 'abortAttempt', stage: 0, partition: 2, attempt: 0 },
      completed(0, 'cancelled'),
    ]);
  });

  test('of no partitions are done at once', () => {
    expect(script(1).send(submitted(graph(0, [spec(0, [], 'result')], [])))).toEqual([{ kind: 'jobSucceeded', job: 0 }]);
  });

  test('that ask for a partition that is not there fail', () => {
    const { send } = script(1);
    send(submitted(graph(0, [spec(0, [], 'result')], [0, 7])));
    expect(send(resolved(0, 2))).toEqual([
      {
        kind: 'jobFailed',
        job: 0,
        failure: { kind: 'badPartition', stage: 0, name: 'stage 0 at job.ts:1', partition: 7, taskCount: 2 },
      },
    ]);
  });
});
