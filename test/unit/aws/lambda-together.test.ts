import { describe, expect, test } from 'vitest';
import type { AttemptAnswer } from '../../../engine/adapters/aws/lambda-protocol.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { type CommittedOutcome, createCommittedOutcome } from '../../../engine/runtime/committed-outcome.ts';
import { ownDelivery } from '../../../engine/runtime/own-delivery.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskEvent, TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { METRICS } from '../../support/executors/behaviours.ts';
import { electionIn } from '../../support/executors/election-in.ts';
import { specOf } from '../../support/executors/specs.ts';
import { type LambdaTestRunnerOptions, type ScriptedLambda, scriptedLambda } from '../../support/lambda/open-runner.ts';
import { apiError, functionError, type Respond, returned } from '../../support/lambda/scripted-endpoint.ts';
import { answered, answerOf, workIn } from '../../support/lambda/wire.ts';

function done({ attemptId, generation }: TaskSpec): TaskOutcome {
  return {
    kind: 'success',
    lostRace: false,
    result: { attemptId, generation, output: { kind: 'none', checksum: '' }, metrics: {} as never },
  };
}

const quickly = (spec: TaskSpec, outcome = done(spec)): AttemptAnswer => answerOf(spec, outcome, { tookMs: 3 });
const quick: Respond = (response, { body }) =>
  returned(answered(workIn(body).tasks.map((spec) => quickly(spec))))(response, { path: '', body });

function small(partition: number, overrides: Partial<TaskSpec> = {}): TaskSpec {
  return specOf({ do: 'value', value: '' }, { partition, partitionCount: 1000, attemptId: `attempt-${partition}`, ...overrides });
}

const minute = (partition: number): TaskSpec => small(partition, { maxMs: 60_000 });

/** What an attempt came to, in short. */
async function endOf(outcome: Promise<TaskOutcome>): Promise<string> {
  const ended = await outcome;
  return ended.kind === 'success' ? 'done' : ended.failure.kind;
}

interface Together {
  readonly lambda: ScriptedLambda;
  /** Partitions of each request, in the order of requests. */
  readonly requests: readonly (readonly number[])[];
  /** Of the partitions 1 to n. */
  readonly outcomes: readonly Promise<TaskOutcome>[];
  readonly aborts: readonly AbortController[];
  readonly events: readonly (readonly TaskEvent[])[];
  /** Partitions that were sent, in that order. */
  readonly launches: readonly number[];
  /** Partitions that came back. */
  readonly returns: readonly number[];
}

/** Task 0 has taken 3 ms, and then tasks 1 to n ride in one invocation, which is answered as it is told. */
async function ride(n: number, respond: Respond, options: LambdaTestRunnerOptions = {}): Promise<Together> {
  const requests: number[][] = [];
  const first = Promise.withResolvers<void>();
  const lambda = await scriptedLambda(
    (response, request) => {
      requests.push(workIn(request.body).tasks.map(({ partition }) => partition));
      if (requests.length === 1) void first.promise.then(() => quick(response, request));
      else if (requests.length === 2) respond(response, request);
      else quick(response, request);
    },
    { concurrency: 1, clock: createVirtualClock(), ...options },
  );
  const aborts = Array.from({ length: n + 1 }, () => new AbortController());
  const events: TaskEvent[][] = aborts.map(() => []);
  const launches: number[] = [];
  const returns: number[] = [];
  const [begin, ...outcomes] = aborts.map(({ signal }, partition) =>
    lambda.runner.run(minute(partition), {
      signal,
      onEvent: (event) => events[partition]?.push(event),
      onLaunch: async () => void launches.push(partition),
      onReturn: () => void returns.push(partition),
    }),
  );
  first.resolve();
  await begin;
  return { lambda, requests, outcomes, aborts, events, launches, returns };
}

test('a thousand tasks of 3 ms make 24 invocations: four to learn that, and twenty for all others', async () => {
  await using lambda = await scriptedLambda(quick, { concurrency: 10, clock: createVirtualClock() });
  const outcomes = await Promise.all(Array.from({ length: 1000 }, (_, partition) => lambda.run(small(partition))));
  expect(outcomes.every(({ kind }) => kind === 'success')).toBe(true);
  expect(new Set(outcomes.map((outcome) => outcome.kind === 'success' && outcome.result.attemptId)).size).toBe(1000);
  expect(lambda.endpoint.counts().requests).toBe(4 + 20);
});

test('those that ride together are recorded with one invocation, one that is alone with none', async () => {
  const sent: unknown[] = [];
  await using lambda = await scriptedLambda(quick, { concurrency: 1, clock: createVirtualClock() });
  const run = (partition: number) =>
    lambda.runner.run(small(partition), {
      signal: new AbortController().signal,
      onEvent: () => undefined,
      onLaunch: async (sentWith) => void sent.push([partition, sentWith]),
    });
  await run(0);
  // The first goes at once, the others when there is room again.
  await Promise.all([1, 2, 3].map(run));
  const alone = { memoryMb: 1769, invocation: null };
  const together = { memoryMb: 1769, invocation: small(2).attemptId.slice(0, 8) };
  expect(sent).toEqual([alone, alone, together, together].map((sentWith, partition) => [partition, sentWith]));
});

test('a thousand that took 300 ms go alone', async () => {
  const slow: Respond = (response, request) =>
    returned(answered(workIn(request.body).tasks.map((spec) => answerOf(spec, done(spec), { tookMs: 300 }))))(response, request);
  await using lambda = await scriptedLambda(slow, { concurrency: 10, clock: createVirtualClock() });
  await Promise.all(Array.from({ length: 1000 }, (_, partition) => lambda.run(small(partition))));
  expect(lambda.endpoint.counts().requests).toBe(1000);
});

test('each rider has its own outcome, events and requests', async () => {
  const failure = { kind: 'user-error', fault: 'user', error: { message: 'own' } as never, lost: [] } as const;
  const together = await ride(3, (response, { body }) => {
    const [one, two, three] = workIn(body).tasks.map((spec) => quickly(spec)) as [AttemptAnswer, AttemptAnswer, AttemptAnswer];
    const log: TaskEvent = { kind: 'log', level: 'log', text: 'of two' };
    returned(answered([one, { ...two, outcome: { kind: 'failure', failure }, events: [log] }, three]))(response, { path: '', body });
  });
  await using _ = together.lambda;
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['done', 'user-error', 'done']);
  expect(together.requests).toEqual([[0], [1, 2, 3]]);
  const started = { kind: 'started', executorId: 'levin-test-executor-1769' };
  expect(together.events.slice(1)).toEqual([[started], [started, { kind: 'log', level: 'log', text: 'of two' }], [started]]);
});

test('attempts that were not begun come back and are sent again; that they started is told once', async () => {
  const together = await ride(5, (response, { body }) => {
    returned(
      answered(
        workIn(body)
          .tasks.slice(0, 2)
          .map((spec) => quickly(spec)),
      ),
    )(response, { path: '', body });
  });
  await using _ = together.lambda;
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(together.requests).toEqual([[0], [1, 2, 3, 4, 5], [3, 4, 5]]);
  expect(together.events.map((events) => events.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(together.launches).toEqual([0, 1, 2, 3, 4, 5, 3, 4, 5]);
  expect(together.returns).toEqual([3, 4, 5]);
});

test('of an environment that dies the committed ones are done, the first that is not has failed, and those after it go alone', async () => {
  const died = functionError({ errorType: 'Runtime.ExitError', errorMessage: 'Error: Runtime exited with error: exit status 3' });
  const asked: number[] = [];
  const committed: CommittedOutcome = async (spec) => {
    asked.push(spec.partition);
    return spec.partition <= 2 ? done(spec) : null;
  };
  const together = await ride(5, died, { committed });
  await using _ = together.lambda;
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['done', 'done', 'executor-lost', 'done', 'done']);
  expect(asked).toEqual([1, 2, 3]);
  expect(together.requests).toEqual([[0], [1, 2, 3, 4, 5], [4], [5]]);
  expect(together.returns).toEqual([4, 5]);
});

test('of an invocation that is refused one is told so, and the others wait', async () => {
  const clock = createVirtualClock();
  const together = await ride(3, apiError(429, 'TooManyRequestsException', { Reason: 'ConcurrentInvocationLimitExceeded' }), { clock });
  await using _ = together.lambda;
  expect(await endOf(together.outcomes[0] as Promise<TaskOutcome>)).toBe('throttled');
  await clock.advance(1_000);
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['throttled', 'done', 'done']);
  expect(together.requests).toEqual([[0], [1, 2, 3], [2, 3]]);
  expect(together.returns).toEqual([2, 3]);
});

test('an invocation that cannot be made fails all of them', async () => {
  const together = await ride(2, apiError(404, 'ResourceNotFoundException'));
  await using _ = together.lambda;
  const [one, two] = await Promise.all(together.outcomes);
  expect(one).toMatchObject({ failure: { kind: 'error', error: { message: expect.stringContaining('task 1 of stage 2') } } });
  expect(two).toMatchObject({ failure: { kind: 'error', error: { message: expect.stringContaining('task 2 of stage 2') } } });
});

test('of an invocation that is not heard of again each one’s commit is watched', async () => {
  const together = await ride(3, (response) => response.socket?.destroy(), {
    committed: async (spec) => (spec.partition === 2 ? null : done(spec)),
  });
  await using _ = together.lambda;
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['done', 'executor-lost', 'done']);
});

test('those behind one that takes long run elsewhere after 20 s, each alone', async () => {
  const clock = createVirtualClock();
  const requests: number[][] = [];
  const [begin, together] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const end = Promise.withResolvers<void>();
  await using lambda = await scriptedLambda(
    (response, request) => {
      const { tasks } = workIn(request.body);
      const partitions = tasks.map(({ partition }) => partition);
      requests.push(partitions);
      if (partitions.length === 4) {
        together.resolve();
        // Two are committed by then, and two were not begun.
        void end.promise.then(() => returned(answered(tasks.slice(0, 2).map((spec) => quickly(spec))))(response, request));
      } else if (partitions[0] === 0 || partitions[0] === 9) void begin.promise.then(() => quick(response, request));
      else quick(response, request);
    },
    { clock, concurrency: 2, committed: async (spec) => (spec.partition === 1 ? done(spec) : null) },
  );
  const outcomes = [small(0), small(9, { stageId: 'other' }), ...[1, 2, 3, 4].map((partition) => small(partition))].map((spec) =>
    lambda.run(spec),
  );
  begin.resolve();
  await together.promise;
  await clock.advance(19_000);
  expect(requests.length).toBe(3);
  await clock.advance(1_000);
  const [zero, nine, one, two, three, four] = outcomes.map(endOf);
  expect(await Promise.all([zero, nine, one, three, four])).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(requests.slice(2)).toEqual([[1, 2, 3, 4], [3], [4]]);
  end.resolve();
  expect(await two).toBe('done');
});

test('those whose launch takes long to record are not behind one that takes long', async () => {
  const clock = createVirtualClock();
  const requests: number[][] = [];
  const [begin, recorded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using lambda = await scriptedLambda(
    (response, request) => {
      requests.push(workIn(request.body).tasks.map(({ partition }) => partition));
      void begin.promise.then(() => quick(response, request));
    },
    { clock, concurrency: 1 },
  );
  const [zero, ...others] = [0, 1, 2].map((partition) => {
    const onLaunch = (): Promise<void> => (partition === 0 ? Promise.resolve() : recorded.promise);
    return lambda.runner.run(small(partition), { signal: new AbortController().signal, onEvent: () => undefined, onLaunch });
  });
  begin.resolve();
  await zero;
  await clock.advance(60_000);
  recorded.resolve();
  expect(await Promise.all(others.map(endOf))).toEqual(['done', 'done']);
  expect(requests).toEqual([[0], [1, 2]]);
});

test('one that runs elsewhere stays called off when the invocation that it was taken from ends', async () => {
  const clock = createVirtualClock();
  const metadata = createMemoryMetadataStore({ clock });
  const [begin, together, elsewhere] = [Promise.withResolvers<void>(), Promise.withResolvers<() => void>(), Promise.withResolvers<void>()];
  const requests: number[][] = [];
  await using lambda = await scriptedLambda(
    (response, request) => {
      const { tasks } = workIn(request.body);
      const [first] = tasks as [TaskSpec];
      if (first.stageId !== 'other') requests.push(tasks.map(({ partition }) => partition));
      if (requests.length === 4) elsewhere.resolve();
      if (first.partition === 0) void begin.promise.then(() => quick(response, request));
      else if (tasks.length === 3) together.resolve(() => returned(answered([quickly(first)]))(response, request));
      else if (first.stageId === 'other') void together.promise.then(() => quick(response, request));
    },
    { clock, metadata, concurrency: 3 },
  );
  const aborts = [0, 1, 2, 3].map(() => new AbortController());
  const before = [small(0), small(8, { stageId: 'other' }), small(9, { stageId: 'other' })].map((spec) => lambda.run(spec));
  const [one, two, three] = [1, 2, 3].map((partition) => lambda.run(small(partition), aborts[partition]?.signal));
  begin.resolve();
  await Promise.all(before);
  const answerFirst = await together.promise;
  await clock.advance(21_000);
  await elsewhere.promise;
  aborts[2]?.abort();
  answerFirst();
  expect(await one).toMatchObject({ kind: 'success' });
  // By then its invocation has ended, too.
  await clock.advance(0);
  aborts[3]?.abort();
  expect([await two, await three]).toMatchObject([{ kind: 'failure' }, { kind: 'failure' }]);
  await clock.advance(0);
  expect([...requests.slice(0, 2), new Set(requests.slice(2).flat())]).toEqual([[0], [1, 2, 3], new Set([2, 3])]);
  expect(await metadata.get(metadataKeys.calledOff('app', 'attempt-0'))).toEqual({ attempts: ['attempt-2', 'attempt-3'] });
});

describe('those behind one that is not heard of again', () => {
  /** Tasks 1 to 3, of one minute each at most, ride together; their connection breaks, and for 20 s none is committed. */
  async function lost(): Promise<Together & { readonly clock: VirtualClock; readonly commit: (partition: number) => Promise<unknown> }> {
    const clock = createVirtualClock();
    const metadata = createMemoryMetadataStore({ clock });
    const watching = Promise.withResolvers<void>();
    const committed = createCommittedOutcome({ metadata, clock, readOffsets: async () => [] });
    const together = await ride(3, (response) => response.socket?.destroy(), {
      clock,
      metadata,
      committed(...asked) {
        watching.resolve();
        return committed(...asked);
      },
    });
    await watching.promise;
    await clock.advance(21_000);
    const commit = (partition: number): Promise<unknown> =>
      electionIn(metadata).commit(ownDelivery(minute(partition), createSeededRandom('executor')), {
        output: { kind: 'none', checksum: '00' },
        metrics: METRICS,
      });
    return { ...together, clock, commit };
  }

  test('run elsewhere, and are not lost with it', async () => {
    const { lambda, requests, outcomes, clock } = await lost();
    await using _ = lambda;
    await clock.advance(3 * 60_000);
    expect(await Promise.all(outcomes.map(endOf))).toEqual(['executor-lost', 'done', 'done']);
    expect(requests).toEqual([[0], [1, 2, 3], [2], [3]]);
  });

  test('are not sent when it commits them while they wait', async () => {
    const { lambda, requests, outcomes, clock, commit } = await lost();
    await using _ = lambda;
    await commit(2);
    await clock.advance(10_000);
    expect(await endOf(outcomes[1] as Promise<TaskOutcome>)).toBe('done');
    await clock.advance(3 * 60_000);
    expect(await Promise.all(outcomes.map(endOf))).toEqual(['executor-lost', 'done', 'done']);
    expect(requests).toEqual([[0], [1, 2, 3], [3]]);
  });
});

test('those that are to go alone do, however little they take', async () => {
  const requests: number[] = [];
  await using lambda = await scriptedLambda(
    (response, request) => {
      requests.push(workIn(request.body).tasks.length);
      quick(response, request);
    },
    { concurrency: 1, clock: createVirtualClock() },
  );
  const options = { signal: new AbortController().signal, onEvent: () => undefined, alone: true };
  await Promise.all(Array.from({ length: 40 }, (_, partition) => lambda.runner.run(small(partition), options)));
  expect(requests).toEqual(Array.from({ length: 40 }, () => 1));
});

test('one that is cancelled leaves the others where they are', async () => {
  const arrived = Promise.withResolvers<void>();
  let answerNow: () => void = () => undefined;
  const together = await ride(3, (response, request) => {
    answerNow = () => quick(response, request);
    arrived.resolve();
  });
  await using _ = together.lambda;
  await arrived.promise;
  together.aborts[2]?.abort();
  expect(await endOf(together.outcomes[1] as Promise<TaskOutcome>)).toBe('cancelled');
  answerNow();
  expect(await Promise.all(together.outcomes.map(endOf))).toEqual(['done', 'cancelled', 'done']);
});

test('a launch is told right before the attempt is sent', async () => {
  const recorded: number[] = [];
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using lambda = await scriptedLambda(
    (response, request) => {
      arrived.resolve();
      void held.promise.then(() => quick(response, request));
    },
    { concurrency: 1 },
  );
  const outcomes = [1, 2].map((partition) =>
    lambda.runner.run(small(partition), {
      signal: new AbortController().signal,
      onEvent: () => undefined,
      onLaunch: async () => void recorded.push(partition),
    }),
  );
  await arrived.promise;
  expect(recorded).toEqual([1]);
  held.resolve();
  await Promise.all(outcomes);
  expect(recorded).toEqual([1, 2]);
});

test('what cannot be recorded is not sent', async () => {
  await using lambda = await scriptedLambda(quick);
  const outcome = lambda.runner.run(small(1), {
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onLaunch: () => Promise.reject(new Error('the journal is gone')),
  });
  expect(await outcome).toMatchObject({ kind: 'failure', failure: { error: { message: 'the journal is gone' } } });
  expect(lambda.endpoint.counts().requests).toBe(0);
});
