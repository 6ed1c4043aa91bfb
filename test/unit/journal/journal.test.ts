import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../driver/journal/journal-entry.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { MetadataStore } from '../../../engine/ports/metadata-store.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import { journalFixture } from './journal-fixture.ts';

const app = {
  argv: ['levin', 'run', 'job.ts', '--on', 'local[4]', 'x'],
  args: ['x'],
  cwd: '/work',
  root: '/work',
  main: 'job.ts',
  conf: { master: 'local[4]', quiet: false },
  levin: '0.1.0',
  nodeMajor: 24,
} as const;
const decision = (name: string, value: string | number): JournalEntry => ({ kind: 'decision', name, value });
const file = (path: string) => ({ path, etag: 'e', size: 10 });

describe('the journal', () => {
  test('gives back what was decided, in order and as it was first', async () => {
    const { driver, load } = journalFixture();
    const journal = await driver(1);
    await journal.append({ kind: 'appStarted', ...app });
    await Promise.all([
      journal.append({ kind: 'listing', key: 'text:a', files: [file('/in/a'), file('/in/b')] }),
      journal.append({ kind: 'listing', key: 'text:a', files: [] }),
      journal.append({ kind: 'bounds', stageKey: 's1', base64: 'AQID' }),
      journal.append({
        kind: 'launched',
        stageId: 's1',
        attempts: [
          [0, 0, 'a'],
          [1, 0, 'b'],
        ],
      }),
      journal.append({ kind: 'launched', stageId: 's1', attempts: [[0, 1, 'c']] }),
      journal.append(decision('partitions', 7)),
    ]);
    const replay = await load();
    expect(replay.nextSeq).toBe(7);
    expect(replay.app).toEqual(app);
    expect(replay.listing('text:a')).toEqual([file('/in/a'), file('/in/b')]);
    expect(replay.listing('text:b')).toBe(null);
    expect(replay.bounds('s1')).toEqual(new Uint8Array([1, 2, 3]));
    expect(replay.bounds('s2')).toBe(null);
    expect(replay.launches('s1')).toEqual([
      [0, 0, 'a'],
      [1, 0, 'b'],
      [0, 1, 'c'],
    ]);
    expect(replay.launches('s2')).toEqual([]);
    expect(replay.decision('partitions')).toBe(7);
    expect(replay.decision('other')).toBe(undefined);
  });

  test('of a new application is empty', async () => {
    const replay = await journalFixture().load();
    expect(replay).toMatchObject({ nextSeq: 0, app: null });
    expect(replay.nextAction({ name: 'count', fingerprint: 'f', callSite: null })).toEqual({ kind: 'new', ordinal: 0 });
  });

  test('is one item an entry, whose text is the entry', async () => {
    const { driver, metadata } = journalFixture();
    await (await driver(3)).append(decision('n', 1));
    expect(await metadata.get(metadataKeys.journal('app-1', 0))).toEqual({
      epoch: 3,
      kind: 'decision',
      json: '{"kind":"decision","name":"n","value":1}',
    });
  });

  test('holds a listing of 10,000 files in an object with the epoch in its key', async () => {
    const { driver, metadata, objects, load } = journalFixture();
    const files = Array.from({ length: 10_000 }, (_, i) => file(`/a/rather/long/folder/name/part-${i}.txt`));
    await (await driver(2)).append({ kind: 'listing', key: 'k', files });
    const item = await metadata.get(metadataKeys.journal('app-1', 0));
    expect(item).toEqual({ epoch: 2, kind: 'listing', blob: expect.stringMatching(/^apps\/app-1\/journal\/2-[0-9a-f]{64}$/) });
    expect((await objects.list('')).objects).toHaveLength(1);
    expect((await load()).listing('k')).toEqual(files);
  });

  test.each([0, 1, 230_400, 230_401, 1_000_000])('gives back an answer of %d bytes', async (length) => {
    const { driver, objects, load } = journalFixture();
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const journal = await driver(1);
    const stored = await journal.store(bytes);
    expect(stored.kind).toBe(length <= 230_400 ? 'inline' : 'object');
    await journal.append({ kind: 'actionStarted', ordinal: 0, name: 'collect', fingerprint: 'f', callSite: null });
    await journal.append({ kind: 'actionFinished', ordinal: 0, result: stored });
    const replay = await load();
    const action = replay.nextAction({ name: 'collect', fingerprint: 'f', callSite: null });
    if (action.kind !== 'finished') throw new Error(action.kind);
    expect(await replay.loadResult(action.result)).toEqual(bytes);
    expect((await objects.list('')).objects).toHaveLength(length <= 230_400 ? 0 : 1);
  });

  test('refuses an answer whose object was changed', async () => {
    const { driver, objects, load } = journalFixture();
    const stored = await (await driver(1)).store(new Uint8Array(500_000));
    if (stored.kind !== 'object') throw new Error(stored.kind);
    await objects.put(stored.key, new Uint8Array(1));
    await expect((await load()).loadResult(stored)).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: `The journal of application app-1 cannot be read: object ${stored.key} does not have the checksum that the journal names. Start a new application (without --app).`,
    });
  });

  test('with a hole is refused', async () => {
    const { driver, metadata, load } = journalFixture();
    const journal = await driver(1);
    for (const i of [0, 1, 2]) await journal.append(decision('n', i));
    await metadata.delete(metadataKeys.journal('app-1', 1));
    await expect(load()).rejects.toMatchObject({ message: expect.stringContaining('entry 1 is missing before 0000000002') });
  });
});

describe('writing the journal', () => {
  test('keeps the order of the calls and writes waiting entries together', async () => {
    const { driver, metadata, load } = journalFixture();
    let transactions = 0;
    const counting: MetadataStore = {
      ...metadata,
      transact: async (...args) => {
        transactions++;
        return await metadata.transact(...args);
      },
    };
    const journal = await driver(1, 0, counting);
    const order: number[] = [];
    const appends = Array.from({ length: 300 }, (_, i) =>
      journal.append({ kind: 'launched', stageId: 's', attempts: [[i, 0, String(i)]] }).then(() => order.push(i)),
    );
    await Promise.all(appends);
    expect(order).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect((await load()).launches('s').map(([partition]) => partition)).toEqual(order);
    expect(transactions).toBe(5);
  });

  test('goes on after what earlier drivers wrote', async () => {
    const { driver, load } = journalFixture();
    await (await driver(1)).append(decision('a', 1));
    await (await driver(2, (await load()).nextSeq)).append(decision('b', 2));
    const replay = await load();
    expect([replay.nextSeq, replay.decision('a'), replay.decision('b')]).toEqual([2, 1, 2]);
  });

  test('is refused to a driver that lost its lease, for ever after', async () => {
    const { driver, load } = journalFixture();
    const first = await driver(1);
    await first.append(decision('a', 1));
    await driver(2);
    const late = [first.append(decision('b', 2)), first.append(decision('c', 3))];
    for (const append of late) await expect(append).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await driver(1);
    await expect(first.append(decision('d', 4))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await load()).nextSeq).toBe(1);
  });

  test('twice in one epoch is noticed', async () => {
    const { driver } = journalFixture();
    await (await driver(1)).append(decision('a', 1));
    await expect((await driver(1)).append(decision('b', 2))).rejects.toMatchObject({
      code: 'JOURNAL_CONFLICT',
      message:
        'Entry 0 of the journal of application app-1 was written by somebody else while this driver holds the lease: {"epoch":1,"kind":"decision","json":"{\\"kind\\":\\"decision\\",\\"name\\":\\"a\\",\\"value\\":1}"}. Two drivers share one epoch.',
    });
  });

  test('survives lost responses and writes that fail for a moment: nothing is lost or doubled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('ok', 'lost', 'failed'), { maxLength: 40 }),
        fc.integer({ min: 1, max: 60 }),
        async (plan, count) => {
          const { driver, metadata, load } = journalFixture();
          let calls = 0;
          let inRow = 0;
          const flaky: MetadataStore = {
            ...metadata,
            async transact(checks, writes) {
              const fate = inRow < 2 ? plan[calls++] : 'ok';
              inRow = fate === 'ok' || fate === undefined ? 0 : inRow + 1;
              const reset = new LevinError({ code: 'CONNECTION_RESET', fault: 'transient', message: 'reset' });
              if (fate === 'failed') throw reset;
              const answer = await metadata.transact(checks, writes);
              if (fate === 'lost') throw reset;
              return answer;
            },
          };
          const journal = await driver(1, 0, flaky);
          for (let i = 0; i < count; i += 3) {
            await Promise.all([i, i + 1, i + 2].map((n) => journal.append({ kind: 'launched', stageId: 's', attempts: [[n, 0, 'x']] })));
          }
          const partitions = (await load()).launches('s').map(([partition]) => partition);
          expect(partitions).toEqual(Array.from({ length: Math.ceil(count / 3) * 3 }, (_, i) => i));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('that fails for good fails everything that waits', async () => {
    const { driver, metadata } = journalFixture();
    const error = new LevinError({ code: 'NO_SPACE', fault: 'resource', message: 'disk full' });
    const journal = await driver(1, 0, { ...metadata, transact: () => Promise.reject(error) });
    const appends = await Promise.allSettled([0, 1, 2].map((i) => journal.append(decision('n', i))));
    expect(appends.map((append) => append.status === 'rejected' && append.reason === error)).toEqual([true, true, true]);
  });
});
