import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RDD } from '../../../driver/api/rdd.ts';
import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import { type BlockStore, createBlockStore } from '../../../engine/runtime/blocks/block-store.ts';
import { failureWith } from '../../../engine/runtime/worker/task-failure.ts';
import { StorageLevel } from '../../../engine/types/storage-level.ts';
import { openTestEngine } from '../../support/engine.ts';

interface Step {
  readonly rdd: (rdd: RDD<number>) => RDD<number>;
  readonly array: (values: readonly number[]) => readonly number[];
}

const STEPS: Readonly<Record<string, Step>> = {
  map: { rdd: (rdd) => rdd.map((x) => x + 1), array: (values) => values.map((x) => x + 1) },
  filter: { rdd: (rdd) => rdd.filter((x) => x % 3 !== 0), array: (values) => values.filter((x) => x % 3 !== 0) },
  flatMap: { rdd: (rdd) => rdd.flatMap((x) => [x, x + 1000]), array: (values) => values.flatMap((x) => [x, x + 1000]) },
  distinct: { rdd: (rdd) => rdd.map((x) => x % 50).distinct(3), array: (values) => [...new Set(values.map((x) => x % 50))] },
  union: { rdd: (rdd) => rdd.union(rdd), array: (values) => [...values, ...values] },
  repartition: { rdd: (rdd) => rdd.repartition(3), array: (values) => values },
  coalesce: { rdd: (rdd) => rdd.coalesce(2), array: (values) => values },
};
const LEVELS = Object.entries(StorageLevel).filter(([name]) => name !== 'NONE');

const aLink = fc.record({
  step: fc.constantFrom(...Object.keys(STEPS)),
  level: fc.option(fc.constantFrom(...LEVELS.map(([name]) => name))),
  /** What becomes of it after the first action. */
  unpersisted: fc.boolean(),
});

/** Room for a few of the blocks: a record takes some 12 bytes, a partition hundreds. */
const aMemory = fc.constantFrom(0, 1000, 4000, 20_000, 1_000_000);

function smallStore(memoryBytes: number, diskBytes: number): BlockStore {
  const openScratch = () => createMemoryScratch({ limitBytes: diskBytes });
  return createBlockStore({ id: 'store', memoryBytes, protectedBytes: memoryBytes / 2, openScratch });
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

test.each([true, false])(
  'whatever is persisted, at whatever level, in however little memory: answers are those of plain arrays (kept by workers: %s)',
  async (keepsBlocks) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aLink, { minLength: 1, maxLength: 5 }),
        aMemory,
        fc.constantFrom(3000, 1_000_000),
        async (links, memoryBytes, diskBytes) => {
          const blocks = smallStore(memoryBytes, diskBytes);
          const engine = await openTestEngine({ blocks, keepsBlocks, queueDepth: 1 });
          let rdd: RDD<number> = engine.range(300, 4);
          let values: readonly number[] = Array.from({ length: 300 }, (_, i) => i);
          const all: { rdd: RDD<number>; values: readonly number[]; unpersisted: boolean }[] = [];
          for (const { step, level, unpersisted } of links) {
            const { rdd: apply, array } = STEPS[step] as Step;
            rdd = apply(rdd);
            values = array(values);
            if (level !== null) rdd.persist(StorageLevel[level as keyof typeof StorageLevel]);
            all.push({ rdd, values, unpersisted });
          }
          const check = async (): Promise<void> => {
            for (const each of all.toReversed()) expect(ascending(await each.rdd.collect())).toEqual(ascending(each.values));
          };
          await check();
          for (const each of all) if (each.unpersisted) each.rdd.unpersist();
          await check();
          expect(blocks.usedBytes).toBeLessThanOrEqual(memoryBytes);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test.each([true, false])('partitions that stand in the store are not computed again (kept by workers: %s)', async (keepsBlocks) => {
  const engine = await openTestEngine({ blocks: smallStore(1_000_000, 0), keepsBlocks, queueDepth: 1 });
  const rdd = engine.range(300, 4).map((x) => x + 1);
  rdd.cache();
  for (let pass = 0; pass < 3; pass++) expect(await rdd.count()).toBe(300);
  const read = engine.events.flatMap((event) => (event.kind === 'taskEnded' ? [event.metrics?.recordsRead] : []));
  expect(read).toEqual([75, 75, 75, 75, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('an object that is gone or damaged is computed again', async () => {
  const engine = await openTestEngine({ blocks: smallStore(0, 0), queueDepth: 1 });
  const { objects } = engine.stores;
  const rdd = engine.range(300, 3).map((x) => x + 1);
  rdd.cache();
  const sum = 45_150;
  expect(await rdd.reduce((a, b) => a + b)).toBe(sum);
  const keys = (await objects.list('apps/app-test/blocks/')).objects.map(({ key }) => key);
  expect(keys.length).toBe(3);
  await objects.deleteMany([keys[0] as string]);
  const damaged = await objects.get(keys[1] as string);
  damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
  await objects.put(keys[1] as string, damaged);
  expect(await rdd.reduce((a, b) => a + b)).toBe(sum);
  const read = engine.events.flatMap((event) => (event.kind === 'taskEnded' ? [event.metrics?.recordsRead] : []));
  expect(read).toEqual([100, 100, 100, 100, 100, 0]);
  rdd.unpersist();
  await new Promise((resolve) => setImmediate(resolve));
  expect((await objects.list('apps/app-test/blocks/')).objects.length).toBeLessThan(3);
});

test('stages are the same ones whether something in them is persisted or not', async () => {
  const stagesOf = async (persists: boolean): Promise<readonly string[]> => {
    const engine = await openTestEngine({ blocks: smallStore(1_000_000, 0), keepsBlocks: true, queueDepth: 1 });
    const mapped = engine.range(300, 4).map((x) => x % 50);
    const unique = mapped.distinct(3);
    const both = unique.union(mapped).filter((x) => x > 1);
    const fewer = mapped.distinct(6).map((x) => x + 1);
    const spread = mapped.repartition(6);
    const coalesced = spread.coalesce(2).zipWithIndex();
    if (persists) for (const rdd of [mapped, unique, both, fewer, spread]) rdd.cache();
    await both.count();
    await fewer.coalesce(2).count();
    await coalesced.count();
    return engine.events.flatMap((event) => (event.kind === 'stageSubmitted' ? [event.stageId] : []));
  };
  const stages = await stagesOf(false);
  expect(stages.length).toBe(7);
  expect(await stagesOf(true)).toEqual(stages);
});

test.each([
  ['MEMORY_ONLY', false],
  ['MEMORY_AND_DISK', true],
] as const)('after an attempt that ran out of memory %s fills none again', async (level, onDisk) => {
  const blocks = smallStore(1_000_000, 1_000_000);
  const engine = await openTestEngine({
    blocks,
    keepsBlocks: true,
    queueDepth: 1,
    script: async ({ attempt }) =>
      attempt > 0
        ? null
        : { kind: 'failure', failure: failureWith('out-of-memory', 'resource', { code: 'OUT_OF_MEMORY', message: 'the heap was full' }) },
  });
  const rdd = engine.range(300, 4).map((x) => x + 1);
  rdd.persist(StorageLevel[level]);
  expect(await rdd.reduce((a, b) => a + b)).toBe(45_150);
  expect(engine.attempts.toSorted((a, b) => a.attempt - b.attempt).map(({ attempt, keepsNothing }) => [attempt, keepsNothing])).toEqual([
    ...Array.from({ length: 4 }, () => [0, undefined]),
    ...Array.from({ length: 4 }, () => [1, true]),
  ]);
  expect([blocks.usedBytes, blocks.scratch().usedBytes() > 0]).toEqual([0, onDisk]);
});
