import { describe, expect, test } from 'vitest';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskOutcome, TaskSpec } from '../../../engine/types/task.ts';
import { openTestEngine, type TestEngine, testStores } from '../../support/engine.ts';

/** Journal entries of one kind, in order. */
async function journal(lv: Pick<TestEngine, 'stores'>, kind: string): Promise<readonly Record<string, unknown>[]> {
  const { items } = await lv.stores.metadata.query(metadataKeys.journalPartition('app-test'), '');
  return items.map(({ item }) => JSON.parse(item['json'] as string) as Record<string, unknown>).filter((entry) => entry['kind'] === kind);
}

function names(attempts: readonly TaskSpec[]): readonly string[] {
  return attempts.map(({ stageNumber, partition, generation }) => `${stageNumber}: ${partition}/${generation}`);
}

describe('attempts and their commits', () => {
  test('of two attempts that race one wins, and the loser reports what the winner wrote', async () => {
    const outcomes: TaskOutcome[] = [];
    const lv = await openTestEngine({
      script: async (spec, { execute }) => {
        if (spec.stageNumber !== 0 || spec.partition !== 1) return null;
        await execute({ ...spec, attemptId: 'ffffffff' });
        outcomes.push(await execute());
        return outcomes[0] as TaskOutcome;
      },
    });
    const sums = lv
      .range(20, 2)
      .map((x) => [x % 2, x])
      .reduceByKey((a, b) => a + b, 1);
    expect(await sums.collect()).toEqual([
      [0, 90],
      [1, 100],
    ]);
    expect(outcomes).toMatchObject([{ kind: 'success', lostRace: true, result: { attemptId: 'ffffffff' } }]);
    const ended = lv.events.filter((event) => event.kind === 'taskEnded');
    expect(ended.map(({ stage, partition, lostRace }) => `${stage}/${partition} ${lostRace}`).sort()).toEqual([
      '0/0 false',
      '0/1 true',
      '1/0 false',
    ]);
    expect(names(lv.attempts)).toEqual(['0: 0/0', '0: 1/0', '1: 0/0']);
    const reducer = lv.attempts.find(({ stageNumber }) => stageNumber === 1) as TaskSpec;
    const { input } = reducer.inputs[0] as TaskSpec['inputs'][number];
    expect(input.kind === 'shuffle' && input.slices.map(({ key }) => key.endsWith('1-ffffffff'))).toEqual([false, true]);
  });

  test('an attempt that fails has lost no race', async () => {
    let failed = false;
    const lv = await openTestEngine({
      script: async () => {
        if (failed) return null;
        failed = true;
        throw new Error('once');
      },
    });
    expect(await lv.range(3, 1).count()).toBe(3);
    const ended = lv.events.filter((event) => event.kind === 'taskEnded');
    expect(ended.map(({ failure, lostRace }) => [failure === null, lostRace])).toEqual([
      [false, false],
      [true, false],
    ]);
  });

  test('a stream that was read to its end is finished in the journal, once, whoever reads it again', async () => {
    const stores = testStores();
    for (const resume of [false, true]) {
      const lv = await openTestEngine({ stores, resume });
      const seen: number[] = [];
      for await (const record of lv.range(4, 2).toLocalIterator()) seen.push(record);
      expect(seen).toEqual([0, 1, 2, 3]);
      expect(await journal(lv, 'actionFinished')).toMatchObject([{ ordinal: 0 }]);
      await lv.lease.release();
    }
  });

  test('lost map output is made again, that task and no other, and its reader reads the new one', async () => {
    const lv = await openTestEngine();
    const counts = lv
      .range(30, 3)
      .map((x) => [x % 5, 1])
      .reduceByKey((a, b) => a + b, 2);
    expect(await counts.count()).toBe(5);
    const map1 = lv.attempts.find(({ stageNumber, partition }) => stageNumber === 0 && partition === 1) as TaskSpec;
    await lv.stores.objects.deleteMany([`apps/app-test/shuffle/${map1.stageId}/1-${map1.attemptId}`]);
    const before = lv.attempts.length;
    expect((await counts.collect()).map(([, n]) => n)).toEqual([6, 6, 6, 6, 6]);
    const again = names(lv.attempts.slice(before));
    expect(again.filter((name) => name.startsWith('0:'))).toEqual(['0: 1/1']);
    expect(lv.events.filter(({ kind }) => kind === 'outputLost').length).toBe(1);
  });

  test('samples that are lost before the bounds are decided are taken again', async () => {
    const lv = await openTestEngine();
    const { objects } = lv.stores;
    const { getRange } = objects;
    let losses = 2;
    Object.assign(objects, {
      async getRange(key: string, start: number, end: number) {
        if (key.includes('/results/') && losses-- === 2) await objects.deleteMany([key]);
        return await getRange(key, start, end);
      },
    });
    const words = lv.range(60, 3).map((x) => `${'w'.repeat(40)}${String((x * 7) % 60).padStart(2, '0')}`);
    const sorted = words.sortBy((word) => word, { numPartitions: 2 });
    expect((await sorted.collect()).map((word) => Number(word.slice(40)))).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(names(lv.attempts).filter((name) => name.startsWith('0:'))).toEqual(['0: 0/0', '0: 1/0', '0: 2/0', '0: 0/1']);
  });

  test('a stage that cannot be resolved says which, with the fault of its error', async () => {
    const lv = await openTestEngine();
    Object.assign(lv.stores.metadata, {
      async query() {
        throw new LevinError({ code: 'NO_SPACE', fault: 'resource', message: 'The disk is full. Free some space.' });
      },
    });
    await expect(lv.range(4, 2).count()).rejects.toMatchObject({
      code: 'NO_SPACE',
      fault: 'resource',
      message: expect.stringMatching(
        /^count: stage 0 \(count at commits\.test\.ts:\d+\) cannot start: The disk is full\. Free some space\.$/,
      ),
    });
  });

  test('launches are in the journal before a task runs', async () => {
    const unrecorded: string[] = [];
    const lv = await openTestEngine({
      script: async ({ attemptId }) => {
        const recorded = (await journal(lv, 'launched')).flatMap((entry) => entry['attempts'] as [number, number, string][]);
        if (!recorded.some(([, , id]) => id === attemptId)) unrecorded.push(attemptId);
        return null;
      },
    });
    await lv
      .range(40, 8)
      .sortBy((x) => -x, { numPartitions: 3 })
      .collect();
    expect(lv.attempts.length).toBe(8 + 8 + 3);
    expect(unrecorded).toEqual([]);
  });

  test('a shuffle of more than 400 maps gives its reducers an index object, written again when the first write fails', async () => {
    const lv = await openTestEngine({ queueDepth: 16 });
    const { put } = lv.stores.objects;
    let refusals = 1;
    Object.assign(lv.stores.objects, {
      async put(key: string, ...rest: [Uint8Array]) {
        if (key.includes('/shuffle-index/') && refusals-- > 0) throw new Error('the disk hiccups');
        return await put(key, ...rest);
      },
    });
    const counts = lv
      .range(20_000, 500)
      .map((x) => [x % 40, 1])
      .reduceByKey((a, b) => a + b, 3);
    expect(new Set((await counts.collect()).map(([, n]) => n))).toEqual(new Set([500]));
    const reducers = lv.attempts.filter(({ stageNumber }) => stageNumber === 1);
    expect(new Set(reducers.map(({ inputs }) => inputs[0]?.input.kind))).toEqual(new Set(['shuffleIndex']));
    const { objects } = await lv.stores.objects.list('apps/app-test/shuffle-index/');
    expect(objects.length).toBe(1);
  });

  test('an attempt that cannot be made ready fails with the fault of its error: a mistake of the user is not tried four times', async () => {
    const lv = await openTestEngine();
    Object.assign(lv.runner, {
      async run() {
        throw new LevinError({ code: 'BUNDLE_FAILED', fault: 'user', message: 'job.ts imports what is not there. Install it.' });
      },
    });
    await expect(lv.range(4, 2).count()).rejects.toMatchObject({ code: 'BUNDLE_FAILED', fault: 'user', details: { failures: 2 } });
  });

  test('bounds of a sort are decided once, also when another driver goes on', async () => {
    const stores = testStores();
    const descending = (lv: TestEngine) =>
      lv
        .range(40, 4)
        .map((x) => (x * 7) % 40)
        .sortBy((x) => -x, { numPartitions: 3 });
    const first = await openTestEngine({ stores });
    const sorted = descending(first);
    expect(await sorted.count()).toBe(40);
    expect(await sorted.take(2)).toEqual([39, 38]);
    expect((await journal(first, 'bounds')).length).toBe(1);

    const second = await openTestEngine({ stores, resume: true });
    const again = descending(second);
    expect(await again.count()).toBe(40);
    expect(await again.take(2)).toEqual([39, 38]);
    expect((await again.collect()).slice(0, 3)).toEqual([39, 38, 37]);
    expect((await journal(second, 'bounds')).length).toBe(1);
    expect(names(second.attempts)).toEqual(['4: 0/0', '4: 1/0', '4: 2/0']);
  });
});

describe('what ends a job', () => {
  test('its signal: attempts are told, and the action says why', async () => {
    const abort = new AbortController();
    const told: number[] = [];
    const lv = await openTestEngine({
      script: async ({ partition }, { signal }) => {
        if (partition === 1) queueMicrotask(() => abort.abort('enough'));
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        told.push(partition);
        return null;
      },
    });
    await expect(lv.range(8, 8).collect({ signal: abort.signal })).rejects.toMatchObject({
      code: 'JOB_CANCELLED',
      message: 'collect: cancelled: enough',
    });
    expect(told).toEqual([0, 1, 2, 3]);
    await expect(lv.range(8, 8).count({ signal: abort.signal })).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    expect(lv.attempts.length).toBe(4);
  });

  test('a journal that cannot be written: nothing is launched, every action fails with that error', async () => {
    const lv = await openTestEngine();
    const { transact } = lv.stores.metadata;
    let broken = false;
    Object.assign(lv.stores.metadata, {
      async transact(...all: Parameters<typeof transact>) {
        if (broken) throw new Error('the disk is gone');
        return await transact(...all);
      },
    });
    expect(await lv.range(4, 2).count()).toBe(4);
    broken = true;
    await expect(lv.range(4, 2).count()).rejects.toThrow('the disk is gone');
    broken = false;
    await expect(lv.range(4, 2).count()).rejects.toThrow('the disk is gone');
    expect(lv.attempts.length).toBe(2);
  });
});
