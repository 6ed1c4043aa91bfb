import { describe, expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { Check, MetadataStore } from '../../../engine/ports/metadata-store.ts';
import { commitAttempt } from '../../../engine/runtime/commit.ts';
import { raiseGeneration } from '../../../engine/runtime/raise-generation.ts';
import { readCommitted } from '../../../engine/runtime/read-committed.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskOutcome } from '../../../engine/types/task.ts';
import { attemptA, attemptB, metrics, shuffleOutput, task } from './commit-shapes.ts';

const noTail = (): never => {
  throw new Error('no tail should be read');
};
const store = (): MetadataStore => createMemoryMetadataStore({ clock: { now: () => 0 } });
const fence: Check = { key: metadataKeys.lease('app-1'), condition: { kind: 'equals', fields: { epoch: 1 } } };

async function withLease(epoch: number): Promise<MetadataStore> {
  const metadata = store();
  await metadata.put(fence.key, { epoch });
  return metadata;
}

function attempt(
  metadata: MetadataStore,
  attemptId: string,
  generation = 0,
  offsets: readonly number[] = [0, 10, 30],
): Promise<TaskOutcome> {
  const output = shuffleOutput(attemptId, offsets);
  return commitAttempt({
    metadata,
    spec: { ...task, generation, attemptId },
    prepared: { output, metrics },
    readOffsets: noTail,
    discard: async () => undefined,
  });
}

describe('committing', () => {
  test('of two attempts of one task the first wins and the second returns its locations', async () => {
    const metadata = store();
    const first = { attemptId: attemptA, generation: 0, output: shuffleOutput(attemptA, [0, 10, 30]), metrics };
    expect(await attempt(metadata, attemptA)).toEqual({ kind: 'success', result: first, lostRace: false });
    expect(await attempt(metadata, attemptB, 0, [0, 11, 31])).toEqual({ kind: 'success', result: first, lostRace: true });
  });

  test('of many attempts at once exactly one wins, and all return the same result', async () => {
    const metadata = store();
    const ids = Array.from({ length: 20 }, (_, i) => String(i).padStart(32, '0'));
    const outcomes = await Promise.all(ids.map((id) => attempt(metadata, id)));
    expect(outcomes.filter((outcome) => outcome.kind === 'success' && !outcome.lostRace)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome.kind === 'success' && outcome.result.attemptId)).size).toBe(1);
  });

  test('an attempt that commits again has still won', async () => {
    const metadata = store();
    const first = await attempt(metadata, attemptA);
    expect(await attempt(metadata, attemptA)).toEqual(first);
  });

  test('the loser takes offsets that did not fit into the item from the winner’s object', async () => {
    const metadata = store();
    const offsets = Array.from({ length: 2001 }, (_, i) => i * 1000);
    await attempt(metadata, attemptA, 0, offsets);
    const asked: string[] = [];
    const outcome = await commitAttempt({
      metadata,
      spec: { ...task, generation: 0, attemptId: attemptB },
      prepared: { output: shuffleOutput(attemptB, [0]), metrics },
      readOffsets: async (key) => {
        asked.push(key);
        return offsets;
      },
      discard: async () => undefined,
    });
    expect(asked).toEqual([`apps/app-1/shuffle/0123456789abcdef0123456789abcdef/7-${attemptA}`]);
    const winner = { attemptId: attemptA, generation: 0, output: shuffleOutput(attemptA, offsets), metrics };
    expect(outcome).toEqual({ kind: 'success', result: winner, lostRace: true });
  });

  test('a lost response is no lost race', async () => {
    const metadata = store();
    let calls = 0;
    const losing: MetadataStore = {
      ...metadata,
      async put(key, item, options) {
        const answer = await metadata.put(key, item, options);
        if (calls++ === 0) throw new LevinError({ code: 'CONNECTION_RESET', fault: 'transient', message: 'reset' });
        return answer;
      },
    };
    expect(await attempt(losing, attemptA)).toMatchObject({ kind: 'success', result: { attemptId: attemptA }, lostRace: false });
    expect(calls).toBe(2);
  });

  test('a failure that is not transient is not tried again', async () => {
    let calls = 0;
    const broken: MetadataStore = {
      ...store(),
      async put() {
        calls++;
        throw new LevinError({ code: 'PERMISSION_DENIED', fault: 'user', message: 'no' });
      },
    };
    await expect(attempt(broken, attemptA)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(calls).toBe(1);
  });

  test('a deleted commit item is an error, not a success', async () => {
    await expect(attempt(store(), attemptA, 1)).rejects.toMatchObject({
      code: 'COMMIT_INCONSISTENT',
      message:
        'Partition 7 of stage 0123456789abcdef0123456789abcdef, generation 1, cannot commit: its commit item was deleted while it ran: the application was stopped or cleaned up. An attempt is only launched for the generation that stands in the metadata store.',
    });
  });
});

test('an attempt of a generation that nobody has raised to cannot commit', async () => {
  const metadata = await withLease(1);
  await attempt(metadata, attemptA);
  await raiseGeneration({ metadata, ...task, fence, from: 0 });
  await expect(attempt(metadata, attemptB, 2)).rejects.toMatchObject({
    code: 'COMMIT_INCONSISTENT',
    message: expect.stringContaining('generation 2, cannot commit: its commit item is of generation 1, winner none.'),
  });
});

describe('raising a generation', () => {
  const raise = { ...task, fence, from: 0 };

  test('lets the next generation commit and supersedes zombies of the old one', async () => {
    const metadata = await withLease(1);
    await attempt(metadata, attemptA);
    expect(await raiseGeneration({ metadata, ...raise })).toBe(1);
    expect(await attempt(metadata, attemptA)).toMatchObject({ kind: 'failure', failure: { kind: 'superseded', lost: [] } });
    expect(await attempt(metadata, attemptB, 1)).toMatchObject({
      kind: 'success',
      result: { attemptId: attemptB, generation: 1 },
      lostRace: false,
    });
    expect(await attempt(metadata, attemptA, 1)).toMatchObject({
      kind: 'success',
      result: { attemptId: attemptB, generation: 1 },
      lostRace: true,
    });
  });

  test('is idempotent, also when two do it at once', async () => {
    const metadata = await withLease(1);
    await attempt(metadata, attemptA);
    expect(await Promise.all([raiseGeneration({ metadata, ...raise }), raiseGeneration({ metadata, ...raise })])).toEqual([1, 1]);
    expect(await raiseGeneration({ metadata, ...raise })).toBe(1);
    await attempt(metadata, attemptB, 1);
    expect(await raiseGeneration({ metadata, ...raise })).toBe(1);
    expect(await raiseGeneration({ metadata, ...raise, from: 1 })).toBe(2);
  });

  test('of output that was never committed is an error, and writes nothing', async () => {
    const metadata = await withLease(1);
    await expect(raiseGeneration({ metadata, ...raise })).rejects.toMatchObject({
      code: 'COMMIT_INCONSISTENT',
      message:
        "The output of partition 7 of stage 0123456789abcdef0123456789abcdef, generation 0, was reported lost but never committed: it has no commit item. The application's metadata was changed by something else; start a new application.",
    });
    expect(await metadata.get(metadataKeys.commit('app-1', task.stageId, 7))).toBe(null);
    await attempt(metadata, attemptA);
    await raiseGeneration({ metadata, ...raise });
    await expect(raiseGeneration({ metadata, ...raise, from: 1 })).rejects.toMatchObject({ code: 'COMMIT_INCONSISTENT' });
  });

  test('of what may not be committed keeps whatever runs from committing, whether it has or not', async () => {
    const metadata = await withLease(1);
    const passOver = (from: number): Promise<number> => raiseGeneration({ metadata, ...raise, from, uncommitted: true });
    expect(await Promise.all([passOver(0), passOver(0)])).toEqual([1, 1]);
    expect(await attempt(metadata, attemptA)).toMatchObject({ kind: 'failure', failure: { kind: 'superseded' } });
    expect(await passOver(1)).toBe(2);
    await attempt(metadata, attemptB, 2);
    expect([await passOver(2), await passOver(2)]).toEqual([3, 3]);
    await expect(raiseGeneration({ metadata: await withLease(2), ...raise, uncommitted: true })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  test('of what is committed in that moment gives up what was committed', async () => {
    const metadata = await withLease(1);
    let first = true;
    const late: typeof metadata = {
      ...metadata,
      async transact(...call) {
        if (first) await attempt(metadata, attemptA);
        first = false;
        return await metadata.transact(...call);
      },
    };
    expect(await raiseGeneration({ metadata: late, ...raise, uncommitted: true })).toBe(1);
    expect(await attempt(metadata, attemptB, 1)).toMatchObject({ kind: 'success', result: { attemptId: attemptB }, lostRace: false });
  });

  test('is refused to a driver that lost its lease', async () => {
    const metadata = await withLease(2);
    await attempt(metadata, attemptA);
    await expect(raiseGeneration({ metadata, ...raise })).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message:
        'Another driver has taken over application app-1: this one may not write any more and stops. The other one continues the work.',
    });
    expect(await attempt(metadata, attemptB)).toMatchObject({ result: { attemptId: attemptA }, lostRace: true });
  });

  test('is refused as to any driver that lost its lease when its successor has ended the application, and nothing stands any more', async () => {
    for (const metadata of [await withLease(2), store()])
      await expect(raiseGeneration({ metadata, ...raise })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const metadata = await withLease(2);
    await attempt(metadata, attemptA);
    await expect(raiseGeneration({ metadata, ...raise, from: 1 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });
});

describe('reading what is committed', () => {
  test('finds results and raised generations over all shards and pages', async () => {
    const metadata = await withLease(1);
    const commit = (partition: number, generation: number): Promise<TaskOutcome> =>
      commitAttempt({
        metadata,
        spec: { ...task, partition, generation, attemptId: String(partition).padStart(32, '0') },
        prepared: { output: { kind: 'none', checksum: '0' }, metrics },
        readOffsets: noTail,
        discard: async () => undefined,
      });
    for (let partition = 0; partition < 100; partition++) if (partition % 3 !== 0) await commit(partition, 0);
    for (const partition of [1, 50]) await raiseGeneration({ metadata, ...task, fence, partition, from: 0 });
    await commit(50, 1);
    const paged: MetadataStore = {
      ...metadata,
      query: (partition, prefix, options) => metadata.query(partition, prefix, { ...options, limit: 2 }),
    };
    const found = await readCommitted({
      metadata: paged,
      appId: 'app-1',
      stageId: task.stageId,
      taskCount: 100,
      readOffsets: noTail,
    });
    expect(found.raised).toEqual([{ partition: 1, generation: 1 }]);
    expect([...found.results.keys()]).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 !== 0 && i !== 1));
    expect(found.results.get(50)).toMatchObject({ generation: 1 });
    expect(found.results.get(2)).toEqual({
      attemptId: '2'.padStart(32, '0'),
      generation: 0,
      output: { kind: 'none', checksum: '0' },
      metrics,
    });
  });

  test('of an empty stage asks nothing', async () => {
    const found = await readCommitted({
      metadata: store(),
      appId: 'a',
      stageId: 's',
      taskCount: 0,
      readOffsets: noTail,
    });
    expect(found).toEqual({ results: new Map(), raised: [] });
  });

  test('a partition that the stage does not have is an error', async () => {
    const metadata = store();
    await metadata.put(metadataKeys.commit('app-1', 's', 16), { generation: 1, winner: null });
    await expect(readCommitted({ metadata, appId: 'app-1', stageId: 's', taskCount: 1, readOffsets: noTail })).rejects.toMatchObject({
      message: 'Stage s has 1 tasks, but a commit for partition 0000000016 stands in the metadata store. Two stages share one identity.',
    });
  });
});
