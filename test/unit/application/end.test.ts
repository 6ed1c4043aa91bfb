import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../driver/application/app-record.ts';
import { loadJournal } from '../../../driver/journal/load-journal.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { cancelledFailure } from '../../../engine/runtime/worker/task-failure.ts';
import { endOf } from '../../support/application-end.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

function statusOf(lv: TestEngine): string | undefined {
  return lv.events.find((event) => event.kind === 'appEnded')?.status;
}

describe('the end of an application', () => {
  test('after success nothing of it is left but lease, event log and the names of its stages', async () => {
    const lv = await openTestEngine();
    const { end } = endOf(lv);
    await end.track(
      lv
        .range(10, 2)
        .map((x) => [x, 'x'.repeat(900)])
        .reduceByKey((a) => a, 2)
        .collect(),
    );
    expect((await lv.stores.objects.list('apps/')).objects.length).toBeGreaterThan(2);
    await end.stop();
    expect(statusOf(lv)).toBe('succeeded');
    expect((await lv.stores.objects.list('apps/')).objects).toEqual([]);
    expect((await lv.stores.metadata.query('app#app-test#journal', '')).items).toEqual([]);
    const stageIds = lv.events.flatMap((event) => (event.kind === 'stageSubmitted' ? [event.stageId] : []));
    expect(stageIds.length).toBe(2);
    expect(await lv.stores.metadata.get({ partition: 'app#app-test', sort: 'stages#0000' })).toEqual({ stageIds });
  });

  test('the letters of an attempt that ended after its stage are no dead letters', async () => {
    const lv = await openTestEngine({ config: { maxBadRecords: 1 } });
    const { end } = endOf(lv);
    const even = (x: number): number => {
      if (x === 3) throw new RangeError('odd');
      return x;
    };
    expect(await end.track(lv.range(4, 1).map(even).count())).toBe(3);
    const { objects } = lv.stores;
    const [letters] = (await objects.list('history/app-test/dead-letters/')).objects.map(({ key }) => key);
    await objects.put(String(letters).replace(/[^/]*$/, '0-late.jsonl'), await objects.get(String(letters)));
    await end.stop();
    expect((await objects.list('history/app-test/dead-letters/')).objects.map(({ key }) => key)).toEqual([letters]);
  });

  test('a driver whose application was taken over deletes nothing', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const { end } = endOf(first);
    expect(await end.track(first.range(10, 2).count())).toBe(10);
    const second = await openTestEngine({ stores, resume: true });
    await end.stop();
    expect(first.events.filter((event) => event.kind === 'warning')).toMatchObject([
      { code: 'CLEAN_UP', message: expect.stringContaining('app-test') },
    ]);
    expect(await second.range(10, 2).count()).toBe(10);
    expect(second.attempts).toEqual([]);
  });

  test('whoever asks for more is told why it has ended', async () => {
    const lv = await openTestEngine();
    const { end } = endOf(lv);
    const reason = new LevinError({ code: 'LEASE_LOST', fault: 'user', message: 'another driver has taken over', details: {} });
    await end.fail(reason);
    expect(() => end.checkOpen('range')).toThrow(reason);

    const stopped = endOf(await openTestEngine()).end;
    await stopped.stop();
    expect(() => stopped.checkOpen('range')).toThrow('range: the Context was stopped. Create a new one with Context.create().');
  });

  test('an action that the job itself cancelled is no failure; one that failed is', async () => {
    const lv = await openTestEngine();
    const { end } = endOf(lv);
    const cancelled = end.track(lv.range(10, 2).count({ signal: AbortSignal.abort() }));
    await expect(cancelled).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    await end.stop();
    expect(statusOf(lv)).toBe('succeeded');

    const other = await openTestEngine();
    const otherEnd = endOf(other).end;
    await expect(otherEnd.track(other.range(0, 1).first())).rejects.toMatchObject({ code: 'EMPTY_RDD' });
    await otherEnd.stop();
    expect(statusOf(other)).toBe('failed');
  });

  test('what runs is cancelled and said to be; nothing can be asked for afterwards', async () => {
    const lv = await openTestEngine({
      script: (_, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(null))),
    });
    const { end } = endOf(lv);
    const running = end.track(lv.range(10, 2).count());
    await Promise.all([
      expect(running).rejects.toMatchObject({ message: 'count: cancelled: the Context was stopped while it ran (is an `await` missing?)' }),
      end.stop(),
      end.stop(),
    ]);
    expect(statusOf(lv)).toBe('cancelled');
    expect(() => end.checkOpen('count')).toThrow('count: the Context was stopped. Create a new one with Context.create().');
  });

  test('a driver that lost its lease ends nothing: who takes over, soon or later, waits for what runs', async () => {
    const calls: string[] = [];
    const launched = Promise.withResolvers<void>();
    const lv = await openTestEngine({
      outliveMs: 900_000,
      script: (spec, { signal }) =>
        new Promise((resolve) => {
          launched.resolve();
          signal.addEventListener('abort', () => {
            calls.push('aborted');
            resolve({ kind: 'failure', failure: cancelledFailure(spec) });
          });
        }),
    });
    lv.runner.leave = () => void calls.push('left');
    const lost = new AbortController();
    const { end } = endOf({ ...lv, lease: { ...lv.lease, lost: lost.signal } });
    const running = end.track(lv.range(10, 1).count());
    await launched.promise;
    // It could not reach the table for too long; nobody has taken over yet.
    lost.abort(new LevinError({ code: 'LEASE_LOST', fault: 'internal', message: 'the lease could not be renewed' }));
    await expect(running).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await end.stop();
    expect(calls).toEqual(['left', 'aborted']);
    expect(await readRecord(lv.stores.metadata, 'app-test')).toMatchObject({ outcome: null });
    const { metadata, objects } = lv.stores;
    const journal = await loadJournal({ metadata, objects, appId: 'app-test' });
    expect(journal.mayRun()).toMatchObject([{ partition: 0, leftMs: null }]);
  });

  test('a job that failed has failed, and its attempts are called off', async () => {
    const calls: string[] = [];
    const lv = await openTestEngine({ outliveMs: 900_000 });
    lv.runner.leave = () => void calls.push('left');
    const { end } = endOf(lv);
    await expect(end.track(lv.range(0, 1).first())).rejects.toMatchObject({ code: 'EMPTY_RDD' });
    await end.stop();
    expect(calls).toEqual([]);
    expect(await readRecord(lv.stores.metadata, 'app-test')).toMatchObject({ outcome: 'failed' });
    const { metadata, objects } = lv.stores;
    const journal = await loadJournal({ metadata, objects, appId: 'app-test' });
    expect(journal.mayRun()).toMatchObject([{ partition: 0, leftMs: 10_000 }]);
  });

  test('one part that cannot be closed does not keep the others open', async () => {
    const lv = await openTestEngine();
    const { end, closed } = endOf(lv, { closeRunner: () => Promise.reject(new Error('a worker hangs')) });
    await expect(end.stop()).rejects.toThrow('a worker hangs');
    expect(closed).toEqual(['log', 'console', 'metadata', 'place']);
  });
});
