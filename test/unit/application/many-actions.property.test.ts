import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import type { TaskFailure } from '../../../engine/types/failure.ts';
import { openTestEngine } from '../../support/engine.ts';

const LOST: TaskFailure = {
  kind: 'executor-lost',
  fault: 'transient',
  error: { name: 'LevinError', message: 'the executor is gone', stack: null, code: 'EXECUTOR_LOST', cause: null, fields: {} },
  lost: [],
};

/** Literal answers of the actions below. */
const ANSWERS: Readonly<Record<string, unknown>> = { count: 7, sorted: [29, 28, 27], sum: 435, joined: 7, first: 0, streamed: 30 };

/** Many actions at once over shared shuffles: executors die, committed objects vanish, signals cancel. */
test('every action ends: with its answer, or as cancelled by its own signal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 4, maxLength: 8 }), async (seed) => {
      const random = seededNumbers(seed);
      const lv = await openTestEngine({
        queueDepth: 1 + Math.floor(random() * 6),
        config: { maxTaskFailures: 1000, maxStageAttempts: 1000 },
        script: async (_, { execute }) => {
          for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
          if (random() < 0.1) return { kind: 'failure', failure: LOST };
          const outcome = await execute();
          // Committed, and the executor dies before it can say so.
          if (random() < 0.1) return { kind: 'failure', failure: LOST };
          if (random() < 0.1) await loseSomething(lv.stores.objects, random);
          return outcome;
        },
      });
      const numbers = lv.range(30, 4);
      const counts = numbers.map((x) => [x % 7, 'v'.repeat(400)]).reduceByKey((a) => a, 3);
      const sorted = numbers.map((x) => x).sortBy((x) => -x, { numPartitions: 3 });
      const actions: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
        count: (signal) => counts.count({ signal }),
        sorted: async (signal) => (await sorted.collect({ signal })).slice(0, 3),
        sum: (signal) => numbers.reduce((a, b) => a + b, { signal }),
        joined: (signal) => counts.join(counts).count({ signal }),
        first: (signal) => numbers.first({ signal }),
        streamed: async (signal) => {
          let n = 0;
          for await (const _ of sorted.toLocalIterator({ signal })) n++;
          return n;
        },
      };
      const runs = Array.from({ length: 8 }, async () => {
        const name = Object.keys(actions)[Math.floor(random() * 6)] as string;
        const abort = new AbortController();
        const cancelAfter = random() < 0.3 ? Math.floor(random() * 40) : -1;
        if (cancelAfter >= 0) void cancelLater(abort, cancelAfter);
        const answer = await (actions[name] as (signal: AbortSignal) => Promise<unknown>)(abort.signal).catch(
          (error: { code?: string }) => error,
        );
        if (cancelAfter >= 0 && (answer as { code?: string }).code === 'JOB_CANCELLED') return;
        expect([name, answer]).toEqual([name, ANSWERS[name]]);
      });
      await Promise.all(runs);
      // Attempts that nobody needs any more end on their own.
      for (let turns = 0; turns < 30; turns++) await new Promise((resolve) => setImmediate(resolve));
      const of = (kind: AppEvent['kind']): number => lv.events.filter((event) => event.kind === kind).length;
      expect([of('jobEnded'), of('stageCompleted'), of('taskEnded')]).toEqual([of('jobStarted'), of('stageSubmitted'), of('taskStarted')]);
    }),
    { numRuns: 60 },
  );
});

async function cancelLater(abort: AbortController, turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
}

async function loseSomething(
  objects: Awaited<ReturnType<typeof openTestEngine>>['stores']['objects'],
  random: () => number,
): Promise<void> {
  const found = (await objects.list('apps/app-test/')).objects.map(({ key }) => key).filter((key) => /\/(shuffle|results)\//.test(key));
  const key = found[Math.floor(random() * found.length)];
  if (key !== undefined) await objects.deleteMany([key]);
}
