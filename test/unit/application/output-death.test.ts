import { describe, expect, test } from 'vitest';
import { listInputs } from '../../../driver/planner/list-inputs.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { dyingStores } from '../../support/dying-stores.ts';
import { openTestEngine, type TestEngine, type TestStores, testStores } from '../../support/engine.ts';

/** Four outputs in one folder, each committed over the one before: what a reader may see, in turn. */
const STATES = [null, ['0', '1', '2', '3'], ['5', '6', '7'], ['5', '6', '7', '8', '9'], ['5', '6', '7', '8', '9']] as const;

async function job(lv: TestEngine): Promise<void> {
  const numbers = (from: number, to: number, parts: number) =>
    lv.parallelize(
      Array.from({ length: to - from }, (_, i) => from + i),
      parts,
    );
  await numbers(0, 4, 2).saveAsTextFile('/out');
  await numbers(5, 8, 3).saveAsTextFile('/out', { mode: 'overwrite' });
  await numbers(8, 10, 2).saveAsTextFile('/out', { mode: 'append' });
  await numbers(0, 9, 2).saveAsTextFile('/out', { mode: 'ignore' });
}

/** The lines that levin reads; null: it refuses, for nothing is committed. */
async function linesOf({ files }: TestStores): Promise<readonly string[] | null> {
  try {
    const inputs = await listInputs({ paths: ['/out'], files, callSite: null, operation: 'textFile' });
    const texts = await Promise.all(inputs.map(async ({ path }) => new TextDecoder().decode(await files.get(path.slice(1)))));
    return texts.join('').split('\n').slice(0, -1);
  } catch (error) {
    expect(['PATH_NOT_FOUND', 'OUTPUT_NOT_COMMITTED']).toContain(errorCode(error));
    return null;
  }
}

async function namesOf({ files }: TestStores): Promise<readonly string[]> {
  return (await files.list('out/')).objects.map(({ key }) => key.slice('out/'.length).replace(/-[0-9a-f]{32}$/, ''));
}

describe('outputs over and beside each other, of a driver that dies at any of its writes', () => {
  test.each(['before', 'after'] as const)(
    '%s the write: readers see a whole output, and the next driver ends with the last',
    async (when) => {
      const seen = new Set<string>();
      let write = 1;
      for (; ; write++) {
        const stores = testStores();
        const dying = dyingStores(stores, { write, when });
        await openTestEngine({ stores: dying.stores })
          .then(job, () => undefined)
          .catch(() => undefined);
        const between = await linesOf(stores);
        expect(STATES).toContainEqual(between);
        seen.add(JSON.stringify(between));
        if (!dying.died()) break;
        const begun = (await stores.metadata.query('app#app-test', '')).items.length > 0;
        await job(await openTestEngine({ stores, resume: begun }));
        expect([write, await linesOf(stores)]).toEqual([write, ['5', '6', '7', '8', '9']]);
        expect([write, await namesOf(stores)]).toEqual([
          write,
          ['_SUCCESS', '_levin/manifest-0000000003.json', 'part-00000', 'part-00000', 'part-00001', 'part-00001', 'part-00002'],
        ]);
      }
      expect(write).toBeGreaterThan(60);
      expect(seen.size).toBe(4);
    },
  );

  test('whatever was published when the driver died, foreign readers find _SUCCESS only beside a whole output', async () => {
    for (let write = 1; ; write++) {
      const stores = testStores();
      const dying = dyingStores(stores, { write, when: 'after' });
      await openTestEngine({ stores: dying.stores })
        .then(job, () => undefined)
        .catch(() => undefined);
      const names = await namesOf(stores);
      const visible = names.filter((name) => name.startsWith('part-')).length;
      if (names.includes('_SUCCESS')) expect([write, visible, [2, 3, 5].includes(visible)]).toEqual([write, visible, true]);
      if (!dying.died()) break;
    }
  });
});

describe('a driver that is frozen while it publishes, and wakes when another one has finished', () => {
  /** It freezes before it publishes its file; what it does when it wakes is listed. */
  async function frozen(later: (stores: TestStores) => Promise<void>) {
    const stores = testStores();
    const gate = Promise.withResolvers<void>();
    const asleep = Promise.withResolvers<void>();
    let awake = false;
    const changes: string[] = [];
    const noted =
      <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (name === 'publish' && !awake) {
          asleep.resolve();
          await gate.promise;
        }
        if (awake) changes.push(name);
        return await call(...args);
      };
    const first = await openTestEngine({
      stores: {
        ...stores,
        files: { ...stores.files, put: noted('put', stores.files.put), deleteMany: noted('deleteMany', stores.files.deleteMany) },
        staged: { ...stores.staged, publish: noted('publish', stores.staged.publish), mark: noted('mark', stores.staged.mark) },
      },
    });
    const ended = first
      .range(4, 1)
      .saveAsTextFile('/out')
      .then(
        () => 'saved',
        (error: unknown) => errorCode(error),
      );
    await asleep.promise;
    await (await openTestEngine({ stores, resume: true })).range(4, 1).saveAsTextFile('/out');
    await later(stores);
    const before = await namesOf(stores);
    awake = true;
    gate.resolve();
    return { code: await ended, changes, before, after: await namesOf(stores) };
  }

  test('it finds its file published, looks at the lease and stops', async () => {
    const { code, changes, before, after } = await frozen(async () => undefined);
    expect([code, changes]).toEqual(['LEASE_LOST', ['publish']]);
    expect(after).toEqual(before);
    expect(after).toEqual(['_SUCCESS', '_levin/manifest-0000000001.json', 'part-00000']);
  });

  test('also when the output has been replaced meanwhile: nothing of the old one comes back', async () => {
    const { code, before, after } = await frozen(async (stores) => {
      const other = await openTestEngine({ stores: { ...testStores(), files: stores.files, staged: stores.staged }, appId: 'app-other' });
      await other.range(9, 3).saveAsTextFile('/out', { mode: 'overwrite' });
    });
    expect(code).toBe('OUTPUT_LOST');
    expect(after).toEqual(before);
    expect(after).toEqual(['_SUCCESS', '_levin/manifest-0000000002.json', 'part-00000', 'part-00001', 'part-00002']);
  });
});
