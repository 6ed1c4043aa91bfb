import { describe, expect, test } from 'vitest';
import { createEarlierAttempts } from '../../../driver/application/earlier-attempts.ts';
import { earlierPaid } from '../../../driver/application/still-paid.ts';
import { loadJournal } from '../../../driver/journal/load-journal.ts';
import type { MayRun } from '../../../driver/journal/replay.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import { endOf } from '../../support/application-end.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

/** Two that share an invocation, one that was handed over, one that costs nothing, two of tasks that are done. */
const MAY_RUN: readonly MayRun[] = [
  { stageId: 's', partition: 0, attemptId: 'a', leftMs: null, memoryMb: 2048, invocation: 'i' },
  { stageId: 's', partition: 1, attemptId: 'b', leftMs: null, memoryMb: 2048, invocation: 'i' },
  { stageId: 's', partition: 2, attemptId: 'c', leftMs: 100_000, memoryMb: 1024 },
  { stageId: 't', partition: 0, attemptId: 'd', leftMs: 100_000 },
  { stageId: 't', partition: 1, attemptId: 'e', leftMs: null, memoryMb: 1024 },
  { stageId: 's', partition: 16, attemptId: 'f', leftMs: null, memoryMb: 1024 },
];

async function world(refuse = false) {
  const { metadata, clock } = testStores();
  await metadata.put(metadataKeys.commit('app', 't', 1), { generation: 0, winner: 'e' });
  await metadata.put(metadataKeys.commit('app', 's', 16), { generation: 0, winner: 'another' });
  // Its output was lost, and nobody has made it again.
  await metadata.put(metadataKeys.commit('app', 's', 0), { generation: 1, winner: null });
  const told: (readonly string[])[] = [];
  const earlier = createEarlierAttempts({
    appId: 'app',
    metadata,
    readOffsets: async () => [],
    clock,
    outliveMs: 600_000,
    mayRun: MAY_RUN,
    tellToStop: async (attemptIds) => {
      if (refuse) throw new Error('refused');
      told.push(attemptIds);
    },
  });
  return { clock, earlier, told };
}

describe('attempts of earlier drivers that are called off', () => {
  test('are those whose tasks are not committed; an invocation costs once, until the time that is left', async () => {
    const { clock, earlier, told } = await world();
    await clock.advance(50_000);
    // 550 s of 2 GB, and 50 s of 1 GB.
    expect(await earlier.callOff()).toEqual({ attempts: 4, gbSeconds: 1150 });
    expect(told).toEqual([['a', 'b', 'c', 'd']]);
  });

  test('are waited for no longer than it takes to stop', async () => {
    const { clock, earlier } = await world();
    const task = { stageId: 's', partition: 1, generation: 0 };
    expect(await earlier.callOff([task])).toEqual({ attempts: 1, gbSeconds: 1200 });
    await clock.advance(9_999);
    expect(earlier.mayRun(task)).toBe(true);
    expect(earlier.left().map(({ attemptId, leftMs }) => [attemptId, leftMs])).toContainEqual(['b', 1]);
    await clock.advance(1);
    expect(earlier.mayRun(task)).toBe(false);
    expect(earlier.mayRun({ stageId: 's', partition: 2, generation: 0 })).toBe(true);
  });

  test('are waited for as before when they cannot be told', async () => {
    const { clock, earlier } = await world(true);
    await expect(earlier.callOff()).rejects.toThrow('refused');
    await clock.advance(20_000);
    expect(earlier.mayRun({ stageId: 's', partition: 1, generation: 0 })).toBe(true);
  });

  test('are none when all are over', async () => {
    const { clock, earlier, told } = await world();
    await clock.advance(600_000);
    expect(await earlier.callOff()).toEqual({ attempts: 0, gbSeconds: 0 });
    expect(told).toEqual([]);
  });
});

test('what they cost is said', () => {
  expect(earlierPaid({ attempts: 0, gbSeconds: 0 })).toBeNull();
  expect(earlierPaid({ attempts: 1, gbSeconds: 10.5 })).toBe(
    '1 attempt of earlier drivers may still run, and is told to stop; until it has, it is paid for, at most 11 GB-seconds ($0.000175).',
  );
  expect(earlierPaid({ attempts: 3, gbSeconds: 3_000 })).toBe(
    '3 attempts of earlier drivers may still run, and are told to stop; until they have, they are paid for, at most 3,000 GB-seconds ($0.0500).',
  );
});

describe('an application that ends without success', () => {
  /** What its journal says of attempts when it was ended like this. */
  async function ended(how: (lv: TestEngine) => Promise<void>): Promise<readonly unknown[]> {
    const lv = await openTestEngine({ outliveMs: 900_000 });
    await lv.range(4, 2).count();
    await how(lv);
    const { metadata, objects } = lv.stores;
    return [...new Set((await loadJournal({ metadata, objects, appId: 'app-test' })).mayRun().map(({ leftMs }) => leftMs))];
  }
  const cancelled = new LevinError({ code: 'JOB_CANCELLED', fault: 'user', message: 'cancelled by SIGINT' });
  /** Cancelled as by Ctrl-C, with so many attempts of earlier drivers. */
  const cancel = (attempts: number) => async (lv: TestEngine) => {
    let interrupt: (error: LevinError) => Promise<void> = async () => undefined;
    const engine = { ...lv.engine, callOffEarlier: async () => ({ attempts, gbSeconds: attempts * 100 }) };
    endOf(lv, {
      engine,
      onProcessEnd(options) {
        interrupt = options.interrupt;
        return { release: () => undefined, interrupt: () => undefined };
      },
    });
    await interrupt(cancelled);
    expect(lv.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))).toEqual([
      'Cancelling what runs. Press Ctrl-C again to leave at once.',
      ...(attempts === 0
        ? []
        : [
            `${attempts} attempts of earlier drivers may still run, and are told to stop; until they have, they are paid for, at most ${attempts * 100} GB-seconds ($0.003333).`,
          ]),
    ]);
  };

  test('says what attempts of earlier drivers may cost, and lets its successor wait until they have stopped', async () => {
    expect(await ended(cancel(2))).toEqual([10_000]);
  });

  test('lets it wait for nothing where there are none', async () => {
    expect(await ended(cancel(0))).toEqual([0]);
  });

  test('lets it wait for as long as they may run when they could not be told', async () => {
    const left = await ended(async (lv) => {
      const engine = { ...lv.engine, callOffEarlier: () => Promise.reject(new Error('refused')) };
      await endOf(lv, { engine }).end.fail(new Error('the job is wrong'));
    });
    expect(left).toEqual([null]);
  });

  test('calls nothing off when it has lost its lease, or has succeeded', async () => {
    let calls = 0;
    const callOffEarlier = async () => {
      calls++;
      return { attempts: 1, gbSeconds: 1 };
    };
    const lost = new LevinError({ code: 'LEASE_LOST', fault: 'transient', message: 'another driver has taken over' });
    await ended((lv) => endOf(lv, { engine: { ...lv.engine, callOffEarlier } }).end.fail(lost));
    await ended((lv) => endOf(lv, { engine: { ...lv.engine, callOffEarlier } }).end.stop());
    expect(calls).toBe(0);
  });
});

test('the journal knows what attempts cost that a dead driver has launched', async () => {
  const lv = await openTestEngine();
  const launch = (partition: number) => ({ stageId: 's', partition, attempt: 0, attemptId: `a${partition}` });
  await lv.journal.recordLaunches([
    { ...launch(0), sentWith: null },
    { ...launch(1), sentWith: { memoryMb: 1769, invocation: null } },
    { ...launch(2), sentWith: { memoryMb: 3538, invocation: 'i' } },
  ]);
  const { metadata, objects } = lv.stores;
  expect((await loadJournal({ metadata, objects, appId: 'app-test' })).mayRun()).toEqual([
    { stageId: 's', partition: 0, attemptId: 'a0', leftMs: null },
    { stageId: 's', partition: 1, attemptId: 'a1', leftMs: null, memoryMb: 1769 },
    { stageId: 's', partition: 2, attemptId: 'a2', leftMs: null, memoryMb: 3538, invocation: 'i' },
  ]);
});
