import { expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { encodeBlock } from '../../../engine/records/block.ts';
import { commitAttempt } from '../../../engine/runtime/commit.ts';
import { ownDelivery } from '../../../engine/runtime/own-delivery.ts';
import { launchedId } from '../../../engine/types/attempt-id.ts';
import { objectKeys } from '../../../engine/types/keys.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import { attemptA, metrics, task } from './commit-shapes.ts';

const invocation: TaskSpec = {
  ...task,
  stageNumber: 1,
  partitionCount: 8,
  generation: 0,
  attempt: 0,
  attemptId: attemptA,
  template: { hash: '', inline: null },
  bundleHash: null,
  inputs: [],
  bounds: null,
  maxMs: null,
};

test('an invocation that is delivered twice and gives other records each time: what the first has committed stays as it was', async () => {
  const metadata = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const objects = createMemoryObjectStore();
  const random = createSeededRandom('executor');
  const deliver = async (records: readonly unknown[]) => {
    const spec = ownDelivery(invocation, random);
    const key = objectKeys.result(spec.appId, spec.stageId, spec.partition, spec.attemptId);
    const block = encodeBlock(records);
    await objects.put(key, block);
    const output = { kind: 'object', key, length: block.length, checksum: String(records[0]) } as const;
    return await commitAttempt({
      metadata,
      spec,
      prepared: { output, metrics },
      readOffsets: async () => [],
      discard: async () => undefined,
    });
  };
  const first = await deliver(['once']);
  const second = await deliver(['another time']);

  if (first.kind !== 'success' || first.result.output.kind !== 'object' || second.kind !== 'success') throw new Error('no success');
  expect(second).toEqual({ kind: 'success', result: first.result, lostRace: true });
  expect(await objects.get(first.result.output.key)).toEqual(encodeBlock(['once']));
});

test('a delivery is known as the attempt that was launched', () => {
  const delivered = ownDelivery(invocation, createSeededRandom('executor')).attemptId;
  expect(delivered).toMatch(/^a{32}_[0-9a-f]{8}$/);
  expect(launchedId(delivered)).toBe(attemptA);
  expect(launchedId(attemptA)).toBe(attemptA);
});
