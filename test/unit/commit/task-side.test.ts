import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { commitAttempt } from '../../../engine/runtime/commit.ts';
import { decodeCommitItem, MAX_COMMIT_ITEM_BYTES } from '../../../engine/runtime/commit-item.ts';
import { readCommitted } from '../../../engine/runtime/read-committed.ts';
import { storeSide, wholeResult } from '../../../engine/runtime/task-side.ts';
import { decodeSide, encodeSide } from '../../../engine/runtime/task-side-codec.ts';
import { metadataKeys, objectKeys } from '../../../engine/types/keys.ts';
import type { TaskOutput, TaskResult, TaskSpec } from '../../../engine/types/task.ts';
import type { TaskSide } from '../../../engine/types/task-side.ts';
import { attemptA, attemptB, metrics, shuffleOutput, task } from './commit-shapes.ts';

const { signal } = new AbortController();
const discard = async (): Promise<void> => undefined;

function specOf(attemptId: string): TaskSpec {
  return {
    ...task,
    stageNumber: 0,
    partitionCount: 8,
    generation: 0,
    attempt: 0,
    attemptId,
    template: { hash: '', inline: null },
    bundleHash: null,
    inputs: [],
    bounds: null,
    maxMs: null,
  };
}

const anySide: fc.Arbitrary<TaskSide> = fc.oneof(
  fc.record({
    accumulators: fc.record({ kind: fc.constant('inline' as const), bytes: fc.uint8Array({ maxLength: 1200, size: 'max' }) }),
  }),
  fc.record({
    accumulators: fc.record({
      kind: fc.constant('object' as const),
      key: fc.string({ maxLength: 120 }),
      length: fc.nat(2 ** 40),
      sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 64, maxLength: 64 }),
    }),
  }),
  fc.record({
    blocks: fc.array(
      fc.record({ rdd: fc.nat(), partition: fc.nat(), print: fc.string({ maxLength: 16 }), key: fc.string(), length: fc.nat(2 ** 40) }),
      { minLength: 1, maxLength: 20 },
    ),
  }),
  fc.constant({}),
);

const anyOutput: fc.Arbitrary<TaskOutput> = fc.oneof(
  fc.constant({ kind: 'none' as const, checksum: '' }),
  fc.uint8Array({ maxLength: 512, size: 'max' }).map((block) => ({ kind: 'inline' as const, block, checksum: '00ff' })),
  fc.nat(1500).map((length) => shuffleOutput(attemptA, [...Array(length + 1).keys()])),
);

test('the side of a task comes back from its encoding', () => {
  fc.assert(
    fc.property(anySide, (side) => {
      expect(decodeSide(encodeSide(side))).toEqual(side);
    }),
  );
});

test('a commit with a side takes at most 1 KB, and winner, loser and later reader get the same side', async () => {
  const places = { item: 0, object: 0 };
  await fc.assert(
    fc.asyncProperty(anySide, anyOutput, async (side, output) => {
      const metadata = createMemoryMetadataStore({ clock: { now: () => 0 } });
      const objects = createMemoryObjectStore();
      const readOffsets = async (): Promise<readonly number[]> => (output.kind === 'shuffle' ? output.offsets : []);
      const prepared = { output, metrics, side };
      await storeSide(specOf(attemptA), prepared, { objects, signal });
      const won = await commitAttempt({ metadata, spec: specOf(attemptA), prepared, readOffsets, discard });
      expect(won).toMatchObject({ kind: 'success', lostRace: false, result: { side: { kind: 'here', side } } });
      const key = metadataKeys.commit(task.appId, task.stageId, task.partition);
      const item = await metadata.get(key);
      expect(new TextEncoder().encode(JSON.stringify(item)).length).toBeLessThanOrEqual(MAX_COMMIT_ITEM_BYTES);
      places[item?.['s'] === null ? 'object' : 'item']++;
      const lost = await commitAttempt({
        metadata,
        spec: specOf(attemptB),
        prepared: { output: { kind: 'none', checksum: '' }, metrics },
        readOffsets,
        discard,
      });
      const { results } = await readCommitted({ metadata, appId: task.appId, stageId: task.stageId, taskCount: 8, readOffsets });
      const read = results.get(task.partition) as TaskResult;
      expect(lost).toEqual({ kind: 'success', lostRace: true, result: read });
      expect(await wholeResult(objects, read)).toEqual({
        attemptId: attemptA,
        generation: 0,
        output,
        metrics,
        side: { kind: 'here', side },
      });
    }),
    { numRuns: 200, endOnFailure: true },
  );
  expect(places.item).toBeGreaterThan(10);
  expect(places.object).toBeGreaterThan(10);
});

describe('a side that was stored', () => {
  const side: TaskSide = { accumulators: { kind: 'inline', bytes: new Uint8Array(5000).fill(7) } };
  const key = objectKeys.side(task.appId, task.stageId, task.partition, attemptA);
  const stored: TaskResult = {
    attemptId: attemptA,
    generation: 0,
    output: { kind: 'none', checksum: '' },
    metrics,
    side: { kind: 'stored', key },
  };

  async function storedIn(objects: ReturnType<typeof createMemoryObjectStore>): Promise<void> {
    await storeSide(specOf(attemptA), { output: stored.output, metrics, side }, { objects, signal });
  }

  test('lies under a key of its attempt', async () => {
    const objects = createMemoryObjectStore();
    await storedIn(objects);
    expect((await objects.list('')).objects.map((object) => object.key)).toEqual([
      'apps/app-1/sides/0123456789abcdef0123456789abcdef/7-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ]);
  });

  test('is lost when its object is gone', async () => {
    await expect(wholeResult(createMemoryObjectStore(), stored)).rejects.toMatchObject({
      code: 'SIDE_LOST',
      message: expect.stringContaining(`The object ${key}, which belongs to a committed task, is lost or damaged: `),
    });
  });

  test('is lost when one of its bytes is another one', async () => {
    const objects = createMemoryObjectStore();
    await storedIn(objects);
    const bytes = (await objects.get(key)).slice();
    bytes[4000] = 8;
    await objects.put(key, bytes);
    await expect(wholeResult(objects, stored)).rejects.toMatchObject({
      code: 'SIDE_LOST',
      message: `The object ${key}, which belongs to a committed task, is lost or damaged: It does not have the SHA-256 that it begins with. Something deletes or changes files in the state folder.`,
    });
  });
});

test('a commit without a side has no field for it', async () => {
  const metadata = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const readOffsets = async (): Promise<readonly number[]> => [];
  await commitAttempt({
    metadata,
    spec: specOf(attemptA),
    prepared: { output: { kind: 'none', checksum: '' }, metrics },
    readOffsets,
    discard,
  });
  const item = await metadata.get(metadataKeys.commit(task.appId, task.stageId, task.partition));
  expect(item).not.toHaveProperty('s');
  expect(decodeCommitItem(task, item as never)).not.toHaveProperty('side');
});
