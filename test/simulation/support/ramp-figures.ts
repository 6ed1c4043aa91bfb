import { createSchedulerLoop } from '../../../driver/application/scheduler-loop.ts';
import { DEFAULT_SCHEDULER_SETTINGS } from '../../../driver/scheduler/settings.ts';
import type { LambdaInvoker } from '../../../engine/adapters/aws/lambda-invoke.ts';
import { createLambdaRunner } from '../../../engine/adapters/aws/lambda-runner.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { AWS_FACTS, latencyAt } from '../../../simulator/facts.ts';
import { createRateLimit } from '../../../simulator/request-rates.ts';
import { specOf } from '../../support/executors/specs.ts';
import { TEST_BUILD } from '../../support/executors/test-build.ts';
import { answered, answerOf, workIn } from '../../support/lambda/wire.ts';

export interface RampCase {
  readonly name: string;
  readonly tasks: number;
  readonly taskMs: number;
  /** Invocations that the driver may have in flight. */
  readonly cap: number;
  /** Environments that the account has for it. */
  readonly account: number;
}

export interface RampFigures extends RampCase {
  readonly invocations: number;
  readonly refused: number;
  readonly most: number;
  readonly seconds: number;
}

/** The scheduler and the Lambda runner as they are, over a Lambda in virtual time that starts environments at its documented rate. */
export async function measureRamp(of: RampCase): Promise<RampFigures> {
  const clock = createVirtualClock();
  const lambda = simulateLambda(clock, of);
  const runner = createLambdaRunner({
    invoker: lambda.invoker,
    functions: [{ name: 'executor', memoryMb: 1769 }],
    timeLimitMs: AWS_FACTS.invocationMs,
    concurrency: of.cap,
    build: TEST_BUILD,
    clock,
    settings: { env: {}, shuffleCompression: 'none', requesterPays: false },
    committed: async () => null,
    metadata: createMemoryMetadataStore({ clock }),
    objects: () => Promise.reject(new Error('no payload is large')),
  });
  const run = async (partition: number, attempt: number): Promise<TaskOutcome> =>
    await runner.run(specOf({ do: 'value', value: '' }, { partition, attempt }), {
      signal: new AbortController().signal,
      onEvent: () => undefined,
    });
  const nothing = (): void => undefined;
  const loop = createSchedulerLoop({
    settings: DEFAULT_SCHEDULER_SETTINGS,
    slots: runner.capabilities.queueDepth,
    onBroken: nothing,
    effects: {
      resolveStage: (stage) => loop.post({ kind: 'stageResolved', stage, stageId: 's', taskCount: of.tasks, committed: [], raised: [] }),
      launch({ stage, partition, attempt, generation }) {
        void run(partition, attempt).then((outcome) => {
          const end = { stage, partition, attempt, generation, nowMs: clock.monotonic() };
          if (outcome.kind === 'failure') loop.post({ kind: 'taskFailed', ...end, failure: outcome.failure });
          else loop.post({ kind: 'taskSucceeded', ...end, checksum: '', inputs: null, badRecords: 0 });
        });
      },
      setTimer({ id, ms }) {
        void clock.sleep(ms).then(() => loop.post({ kind: 'timerFired', id, nowMs: clock.monotonic() }));
      },
      abortAttempt: nothing,
      raiseGeneration: nothing,
      stageSubmitted: nothing,
      stageCompleted: nothing,
      memoryRaised: nothing,
      recordsLeftOut: nothing,
      warn: nothing,
    },
  });
  const job = { job: 0, stages: [{ stage: 0, parents: [], kind: 'result', name: 'it' } as const], final: 0, partitions: null };
  let ended = false;
  const done = loop
    .runJob(job, (failure) => new Error(JSON.stringify(failure)))
    .finally(() => {
      ended = true;
    });
  while (!ended && (await clock.advanceToNext()));
  await done;
  return { ...of, ...lambda.counts(), seconds: clock.monotonic() / 1000 };
}

/** Lambda's side: environments that are warm, new ones at most so many at once and in ten seconds, and refusals. */
function simulateLambda(clock: VirtualClock, { taskMs, account }: RampCase) {
  const starts = createRateLimit(AWS_FACTS.environmentsPer10s, 10_000);
  const { next } = createSeededRandom('lambda');
  let [warm, environments, inFlight, most, invocations, refused] = [0, 0, 0, 0, 0, 0];
  const enter = async (): Promise<void> => {
    if (warm > 0) warm--;
    else if (environments < account && starts.take(clock.monotonic())) environments++;
    else {
      refused++;
      throw Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
    }
  };
  const invoker: LambdaInvoker = {
    async invoke({ payload }) {
      invocations++;
      await clock.sleep(latencyAt(AWS_FACTS.invokeMs, next()));
      await enter();
      most = Math.max(most, ++inFlight);
      await clock.sleep(taskMs * (0.8 + 0.4 * next()));
      inFlight--;
      warm++;
      const answer = answered(workIn(payload).tasks.map((spec) => answerOf(spec, done(spec))));
      return { requestId: 'r', functionError: null, payload: new TextEncoder().encode(JSON.stringify(answer)), logTail: '' };
    },
    close: () => undefined,
  };
  return { invoker, counts: () => ({ invocations, refused, most }) };
}

function done({ attemptId, generation }: TaskSpec): TaskOutcome {
  return {
    kind: 'success',
    lostRace: false,
    result: { attemptId, generation, output: { kind: 'none', checksum: '' }, metrics: {} as never },
  };
}
