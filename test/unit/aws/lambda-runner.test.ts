import { execFile } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decodeRequest } from '../../../engine/adapters/aws/lambda-payload.ts';
import type { InvokedWork } from '../../../engine/adapters/aws/lambda-protocol.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { createCommittedOutcome } from '../../../engine/runtime/committed-outcome.ts';
import { ownDelivery } from '../../../engine/runtime/own-delivery.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskEvent, TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { METRICS } from '../../support/executors/behaviours.ts';
import { electionIn } from '../../support/executors/election-in.ts';
import { specOf } from '../../support/executors/specs.ts';
import { TEST_BUILD } from '../../support/executors/test-build.ts';
import { openLambdaRunner, scriptedLambda } from '../../support/lambda/open-runner.ts';
import { apiError, functionError, type Respond, returned } from '../../support/lambda/scripted-endpoint.ts';
import { answered, answerOf, ENVIRONMENT, workIn } from '../../support/lambda/wire.ts';

const SUCCESS: TaskOutcome = {
  kind: 'success',
  lostRace: false,
  result: { attemptId: 'a', generation: 0, output: { kind: 'none', checksum: '00' }, metrics: {} as never },
};

const answer =
  (events: readonly TaskEvent[] = []): Respond =>
  (response, request) =>
    returned(answered(workIn(request.body).tasks.map((spec) => answerOf(spec, SUCCESS, { events }))))(response, request);

/** The event was read; whether it was acted upon is nobody's to know. */
const hangUp: Respond = (response) => response.socket?.destroy();
const silence: Respond = () => undefined;

function failureOf(outcome: TaskOutcome): readonly unknown[] {
  return outcome.kind === 'failure' ? [outcome.failure.kind, outcome.failure.fault, outcome.failure.error.message] : [outcome];
}

describe('an invocation', () => {
  test('carries the task, and brings its outcome, what it printed and where it ran', async () => {
    const seen: InvokedWork[] = [];
    const log: TaskEvent = { kind: 'log', level: 'warn', text: 'printed' };
    await using lambda = await scriptedLambda((response, request) => {
      expect(request.path).toBe('/2015-03-31/functions/levin-test-executor-1769/invocations');
      seen.push(workIn(request.body));
      answer([log])(response, request);
    });
    const spec = specOf({ do: 'value', value: 'x' }, { bounds: new Uint8Array([1, 2, 3]), maxMs: 5 });
    const events: TaskEvent[] = [];
    const outcome = await lambda.runner.run(spec, { signal: new AbortController().signal, onEvent: (event) => events.push(event) });
    const invocation = { requestId: 'request-1', functionName: 'levin-test-executor-1769', environment: ENVIRONMENT, report: null };
    expect(outcome).toEqual({ ...SUCCESS, invocation });
    const calledOff = seen[0]?.calledOff;
    expect(seen).toEqual([{ tasks: [spec], settings: { env: {}, shuffleCompression: 'none', requesterPays: false }, calledOff }]);
    expect(calledOff).toEqual({ partition: 'app#app#called-off', sort: spec.attemptId });
    expect(events).toEqual([{ kind: 'started', executorId: 'levin-test-executor-1769' }, log]);
  });

  test('is made once, whatever comes of it: the scheduler decides what is tried again', async () => {
    for (const respond of [apiError(503, 'ServiceUnavailableException'), apiError(500, 'ServiceException'), hangUp]) {
      await using lambda = await scriptedLambda(respond);
      await lambda.run();
      expect(lambda.endpoint.counts().requests).toBe(1);
    }
  }, 120_000);

  test('is of the function of the size that the task needs, the smallest by default', async () => {
    const paths: string[] = [];
    await using lambda = await scriptedLambda((response, request) => {
      paths.push(request.path);
      answer()(response, request);
    });
    for (const size of [{}, { memorySizeMb: 3538 }]) {
      const options = { signal: new AbortController().signal, onEvent: () => undefined, ...size };
      expect(await lambda.runner.run(specOf({ do: 'value', value: '' }), options)).toMatchObject(SUCCESS);
    }
    expect(paths).toEqual([1769, 3538].map((mb) => `/2015-03-31/functions/levin-test-executor-${mb}/invocations`));
  });

  test('after another one uses its socket', async () => {
    await using lambda = await scriptedLambda(answer());
    for (let i = 0; i < 20; i++) expect(await lambda.run()).toMatchObject(SUCCESS);
    expect(lambda.endpoint.counts()).toEqual({ requests: 20, connections: 1 });
  });

  test('waits while as many as may be are in flight', async () => {
    let [inFlight, most] = [0, 0];
    let held: (() => void)[] | null = [];
    const full = Promise.withResolvers<void>();
    await using lambda = await scriptedLambda(
      (response, request) => {
        most = Math.max(most, ++inFlight);
        const release = (): void => {
          inFlight--;
          answer()(response, request);
        };
        if (held === null) release();
        else if (held.push(release) === 3) full.resolve();
      },
      { concurrency: 3 },
    );
    const outcomes = Promise.all(Array.from({ length: 12 }, () => lambda.run()));
    await full.promise;
    const first = held;
    held = null;
    for (const release of first) release();
    for (const outcome of await outcomes) expect(outcome).toMatchObject(SUCCESS);
    expect(most).toBe(3);
  });
});

test('of attempts that wait for a place the one that came first gets it, whatever size it is of', async () => {
  const sent: number[] = [];
  await using lambda = await scriptedLambda(
    (response, request) => {
      sent.push(...workIn(request.body).tasks.map(({ partition }) => partition));
      answer()(response, request);
    },
    { concurrency: 1, clock: createVirtualClock() },
  );
  const sizes = [1769, 1769, 3538, 1769, 3538, 3538, 1769];
  const outcomes = sizes.map((memorySizeMb, partition) => {
    const options = { signal: new AbortController().signal, onEvent: () => undefined, memorySizeMb };
    return lambda.runner.run(specOf({ do: 'value', value: '' }, { partition }), options);
  });
  for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ kind: 'success' });
  expect(sent).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('of a service that takes few, few are asked for: refused ones wait with the others', async () => {
  const room = 4;
  let [inFlight, refusals] = [0, 0];
  const refuse = apiError(429, 'TooManyRequestsException', { Reason: 'ConcurrentInvocationLimitExceeded' });
  await using lambda = await scriptedLambda(
    (response, request) => {
      if (inFlight >= room) {
        refusals++;
        refuse(response, request);
        return;
      }
      inFlight++;
      // Others come in meanwhile.
      setImmediate(() => {
        inFlight--;
        answer()(response, request);
      });
    },
    { concurrency: 64, clock: createVirtualClock() },
  );
  const untilDone = async (): Promise<number> => {
    for (let tries = 1; ; tries++) {
      const outcome = await lambda.run();
      if (outcome.kind === 'success') return tries;
      expect(outcome.failure).toMatchObject({ kind: 'throttled', error: { code: 'THROTTLED' } });
    }
  };
  const tries = await Promise.all(Array.from({ length: 400 }, untilDone));
  expect(lambda.endpoint.counts().requests).toBe(400 + refusals);
  expect(tries.reduce((sum, n) => sum + n, 0)).toBe(400 + refusals);
  // The first 64 found room for a few. Time stands still, so that nothing grows again: after six halvings nothing is refused.
  expect(refusals).toBeLessThan(64 * 2);
});

test('what is too large for an invocation is stored among the application’s objects and named in the event', async () => {
  const objects = createMemoryObjectStore();
  const sizes: number[] = [];
  await using lambda = await scriptedLambda(
    (response, request) => {
      sizes.push(request.body.length);
      void decodeRequest(TEST_BUILD, JSON.parse(new TextDecoder().decode(request.body)), async () => objects).then(({ tasks }) =>
        returned(answered(tasks.map((spec) => answerOf(spec, SUCCESS))))(response, request),
      );
    },
    { objects: async () => objects },
  );
  expect(await lambda.run(specOf({ do: 'value', value: '' }, { bounds: new Uint8Array(7_000_000) }))).toMatchObject(SUCCESS);
  expect(sizes).toEqual([expect.any(Number)]);
  expect(sizes[0]).toBeLessThan(400);
  expect((await objects.list('')).objects.map(({ key }) => key)).toEqual([expect.stringMatching(/^apps\/app\/payloads\/[0-9a-f]{64}$/)]);
});

describe('nothing is sent', () => {
  test('where nobody listens: refused for now', async () => {
    const gone = await scriptedLambda(answer());
    await gone[Symbol.asyncDispose]();
    const runner = openLambdaRunner(gone.endpoint.url);
    const outcome = await runner.run(specOf({ do: 'value', value: '' }), {
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
    expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'throttled', error: { code: 'NO_CONNECTION' } } });
    await runner.close();
  });

  test('where no file descriptor is left: refused for now', async () => {
    await using lambda = await scriptedLambda(answer());
    const script = fileURLToPath(new URL('../../support/lambda/out-of-descriptors.ts', import.meta.url));
    const limited = ['-c', 'ulimit -n 100; exec "$0" "$@"', process.execPath, script, lambda.endpoint.url];
    const { stdout } = await promisify(execFile)('/bin/sh', limited);
    const [without, then] = JSON.parse(stdout) as readonly TaskOutcome[];
    expect(without).toMatchObject({
      kind: 'failure',
      failure: { kind: 'throttled', fault: 'transient', error: { code: 'NO_CONNECTION' } },
    });
    expect(then).toMatchObject({ kind: 'success' });
  });

  test('without credentials', async () => {
    const credentials = async (): Promise<never> => {
      throw Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' });
    };
    await using lambda = await scriptedLambda(answer(), { credentials });
    expect(failureOf(await lambda.run())).toEqual([
      'error',
      'user',
      'Cannot run task 7 of stage 2 in the function levin-test-executor-1769: there are no AWS credentials. Log in (aws sso login), choose a profile (AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. [CredentialsProviderError: Could not load credentials from any providers]',
    ]);
    expect(lambda.endpoint.counts().requests).toBe(0);
  });
});

describe('an invocation that is not heard of again', () => {
  test('has the outcome that its task commits, whenever it does until the deadline', async () => {
    const clock = createVirtualClock();
    const metadata = createMemoryMetadataStore({ clock });
    const spec = specOf({ do: 'value', value: '' }, { partition: 7 });
    const lost = Promise.withResolvers<void>();
    const committed = createCommittedOutcome({ metadata, clock, readOffsets: async () => [] });
    await using lambda = await scriptedLambda(hangUp, {
      clock,
      committed: (...asked) => {
        lost.resolve();
        return committed(...asked);
      },
    });
    const outcome = lambda.run(spec);
    await lost.promise;
    await clock.advance(600_000);
    await electionIn(metadata).commit(ownDelivery(spec, createSeededRandom('executor')), {
      output: { kind: 'none', checksum: '00' },
      metrics: METRICS,
    });
    await clock.advance(10_000);
    expect(await outcome).toMatchObject({ kind: 'success', lostRace: false, result: { generation: 0, output: { kind: 'none' } } });
  });

  test('is superseded when its task was made again', async () => {
    const clock = createVirtualClock();
    const metadata = createMemoryMetadataStore({ clock });
    const spec = specOf({ do: 'value', value: '' }, { partition: 7 });
    await metadata.put(metadataKeys.commit(spec.appId, spec.stageId, 7), { generation: 1, winner: null });
    const committed = createCommittedOutcome({ metadata, clock, readOffsets: async () => [] });
    await using lambda = await scriptedLambda(hangUp, { clock, committed });
    expect(failureOf(await lambda.run(spec))[0]).toBe('superseded');
  });

  test('is lost when its task commits nothing until its deadline', async () => {
    const asked: number[] = [];
    await using lambda = await scriptedLambda(hangUp, {
      clock: createVirtualClock(),
      committed: async (_, endMs) => {
        asked.push(endMs);
        return null;
      },
    });
    const spec = specOf({ do: 'value', value: '' }, { partition: 7, maxMs: 60_000 });
    expect(failureOf(await lambda.run(spec))).toEqual([
      'executor-lost',
      'transient',
      'The invocation of levin-test-executor-1769 that ran task 7 of stage 2 was not heard of again, and it committed nothing until its deadline (Cannot run task 7 of stage 2 in the function levin-test-executor-1769: the connection broke or took too long. Whether it was done is unknown. [ECONNRESET: socket hang up]).',
    ]);
    expect(asked).toEqual([75_000]);
  });

  test('is given up when no answer comes until its deadline, and its commit looked for', async () => {
    const clock = createVirtualClock();
    const arrived = Promise.withResolvers<void>();
    await using lambda = await scriptedLambda(() => arrived.resolve(), { clock });
    const outcome = lambda.run(specOf({ do: 'value', value: '' }, { partition: 7, maxMs: 60_000 }));
    await arrived.promise;
    await clock.advance(75_000);
    expect(failureOf(await outcome)).toEqual([
      'executor-lost',
      'transient',
      'The invocation of levin-test-executor-1769 that ran task 7 of stage 2 was not heard of again, and it committed nothing until its deadline (no answer came).',
    ]);
  });

  test('has its time from when it is sent, however long it took to record its launch', async () => {
    const clock = createVirtualClock();
    const arrived = Promise.withResolvers<ServerResponse>();
    await using lambda = await scriptedLambda((response) => arrived.resolve(response), { clock });
    const spec = specOf({ do: 'value', value: '' }, { maxMs: 10_000 });
    const recorded = Promise.withResolvers<void>();
    const options = { signal: new AbortController().signal, onEvent: () => undefined, onLaunch: () => recorded.promise };
    const outcome = lambda.runner.run(spec, options);
    await clock.advance(60_000);
    recorded.resolve();
    const response = await arrived.promise;
    await clock.advance(20_000);
    expect(lambda.runner.paid?.('running')).toEqual({ invocations: 1, gbSeconds: 880 * (1769 / 1024) });
    returned(answered([answerOf(spec, SUCCESS)]))(response, { path: '', body: new Uint8Array() });
    expect(await outcome).toMatchObject(SUCCESS);
  });

  test('with an answer that breaks off is unknown, too', async () => {
    await using lambda = await scriptedLambda(
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"levin":', () => response.socket?.destroy());
      },
      { committed: async () => SUCCESS },
    );
    expect(await lambda.run()).toMatchObject(SUCCESS);
  });
});

describe('an environment that ended', () => {
  const died = functionError({ errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: 1 Error: Task timed out after 3.00 seconds' });

  test('may have committed before', async () => {
    await using lambda = await scriptedLambda(died, { committed: async () => SUCCESS });
    expect(await lambda.run()).toMatchObject(SUCCESS);
  });

  test('is looked for at once and not waited for', async () => {
    const asked: number[] = [];
    const committed = async (_: TaskSpec, endMs: number): Promise<null> => {
      asked.push(endMs);
      return null;
    };
    await using lambda = await scriptedLambda(died, { clock: createVirtualClock(), committed });
    expect(failureOf(await lambda.run())).toMatchObject(['timeout', 'resource', expect.anything()]);
    expect(asked).toEqual([0]);
  });
});

describe('a cancelled attempt', () => {
  test('ends at once; its function is told, and has its place until it answers', async () => {
    const clock = createVirtualClock();
    const metadata = createMemoryMetadataStore({ clock });
    const requests: ServerResponse[] = [];
    const arrived = Promise.withResolvers<void>();
    await using lambda = await scriptedLambda(
      (response, request) => {
        requests.push(response);
        if (requests.length === 1) arrived.resolve();
        else answer()(response, request);
      },
      { clock, metadata, concurrency: 1 },
    );
    const abort = new AbortController();
    const spec = specOf({ do: 'value', value: '' }, { partition: 7 });
    const outcome = lambda.run(spec, abort.signal);
    await arrived.promise;
    const key = metadataKeys.calledOff(spec.appId, spec.attemptId);
    expect(await metadata.get(key)).toEqual({ attempts: [] });
    expect(lambda.runner.paid?.('running')).toEqual({ invocations: 1, gbSeconds: 900 * (1769 / 1024) });
    expect(lambda.runner.paid?.('stopping')).toEqual({ invocations: 0, gbSeconds: 0 });
    abort.abort();
    expect(lambda.runner.paid?.('stopping')).toEqual({ invocations: 1, gbSeconds: 900 * (1769 / 1024) });
    expect(failureOf(await outcome)).toEqual(['cancelled', 'transient', 'task 7 of stage 2 was stopped: its job was cancelled.']);
    const next = lambda.run();
    const left = lambda.runner.drain?.();
    expect(await metadata.get(key)).toEqual({ attempts: [spec.attemptId] });
    expect(requests.length).toBe(1);
    returned(answered([]))(requests[0] as ServerResponse, { path: '', body: new Uint8Array() });
    expect(await left).toEqual({ invocations: 0, gbSeconds: 0 });
    expect(await next).toMatchObject(SUCCESS);
  });

  test('that belongs to another driver goes on: nobody is told, neither by its end nor by that of the runner', async () => {
    const clock = createVirtualClock();
    const metadata = createMemoryMetadataStore({ clock });
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let requests = 0;
    const lambda = await scriptedLambda(() => arrived[requests++]?.resolve(), { clock, metadata });
    const specs = ['first', 'second'].map((attemptId, partition) => specOf({ do: 'value', value: '' }, { partition, attemptId }));
    const abort = new AbortController();
    const [first, second] = specs.map((spec, at) => lambda.run(spec, at === 0 ? abort.signal : undefined));
    await Promise.all(arrived.map(({ promise }) => promise));
    lambda.runner.leave?.();
    abort.abort();
    expect(failureOf((await first) as TaskOutcome)[0]).toBe('cancelled');
    await lambda[Symbol.asyncDispose]();
    expect(failureOf((await second) as TaskOutcome)[0]).toBe('cancelled');
    expect(await metadata.get(metadataKeys.calledOff('app', 'first'))).toEqual({ attempts: [] });
  });

  test('whose function does not answer is waited for ten seconds, and then may go on', async () => {
    const clock = createVirtualClock();
    const arrived = Promise.withResolvers<void>();
    await using lambda = await scriptedLambda(() => arrived.resolve(), { clock });
    const abort = new AbortController();
    const outcome = lambda.run(undefined, abort.signal);
    await arrived.promise;
    abort.abort();
    await outcome;
    let drained: unknown = null;
    const left = lambda.runner.drain?.().then((work) => {
      drained = work;
    });
    await clock.advance(9_000);
    expect(drained).toBe(null);
    await clock.advance(2_000);
    await left;
    expect(drained).toEqual({ invocations: 1, gbSeconds: expect.closeTo(889 * (1769 / 1024), -1) });
  });

  test('that waits is never sent', async () => {
    await using lambda = await scriptedLambda(silence, { concurrency: 1 });
    const first = lambda.run();
    const abort = new AbortController();
    const second = lambda.run(undefined, abort.signal);
    abort.abort();
    expect(failureOf(await second)[0]).toBe('cancelled');
    await lambda.runner.close();
    expect(failureOf(await first)[0]).toBe('cancelled');
    expect(lambda.endpoint.counts().requests).toBeLessThanOrEqual(1);
  });
});
