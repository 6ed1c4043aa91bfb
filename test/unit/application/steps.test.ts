import { describe, expect, test } from 'vitest';
import { metadataKeys } from '../../../engine/types/keys.ts';
import { openTestEngine, type TestEngine, type TestStores, testStores } from '../../support/engine.ts';

/** A driver that goes on where the one before was left. */
const resumed = (stores: TestStores): Promise<TestEngine> => openTestEngine({ stores, resume: true });

async function entryKinds({ stores }: TestEngine): Promise<readonly string[]> {
  const { items } = await stores.metadata.query(metadataKeys.journalPartition('app-test'), '');
  return items.map(({ item }) => item['kind'] as string);
}

describe('a step', () => {
  test('runs once in the life of an application; every kind of result comes back as it was', async () => {
    const stores = testStores();
    const results = [7, 'seven', null, undefined, [1, 'x'], { at: new Date(0), n: 10n }, new Uint8Array([1, 2]), Number.NaN, -0];
    const first = await openTestEngine({ stores });
    for (const [i, result] of results.entries()) expect(await first.step(`s${i}`, () => result)).toStrictEqual(result);
    const second = await resumed(stores);
    for (const [i, result] of results.entries()) {
      expect(await second.step(`s${i}`, () => Promise.reject(new Error('ran again')))).toStrictEqual(result);
    }
  });

  test('is found by its name and how often that was asked for before', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const names = ['a', 'b', 'a', 'a', 'b'];
    for (const [i, name] of names.entries()) await first.step(name, () => i);
    const second = await resumed(stores);
    const found: number[] = [];
    for (const name of ['b', 'b', 'a', 'a', 'a', 'c']) found.push(await second.step(name, () => 99));
    expect(found).toEqual([1, 4, 0, 2, 3, 99]);
  });

  test('gives a copy: what is done to the value afterwards is in no journal', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const kept = [1];
    const given = await first.step('list', () => kept);
    given.push(2);
    expect(kept).toEqual([1]);
    expect(await (await resumed(stores)).step('list', () => [0])).toEqual([1]);
  });

  test('that throws is not recorded; the try that succeeds is what a resumed driver finds at the first', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    await expect(first.step('fetch', () => Promise.reject(new Error('503')))).rejects.toThrow(/^503$/);
    await expect(first.step('fetch', () => Promise.reject(new Error('504')))).rejects.toThrow(/^504$/);
    expect(await first.step('fetch', () => 'page')).toBe('page');
    expect(await first.step('fetch', () => 'next page')).toBe('next page');
    const second = await resumed(stores);
    expect([await second.step('fetch', () => '?'), await second.step('fetch', () => '?')]).toEqual(['page', 'next page']);
  });

  test('several run at once; what the dead driver had finished of them is found, in any order', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const never = new Promise<number>(() => undefined);
    const all = [first.step('a', () => 1), first.step('b', () => never), first.step('a', async () => 2), first.step('c', () => 3)];
    expect(await Promise.all([all[0], all[2], all[3]])).toEqual([1, 2, 3]);
    const second = await resumed(stores);
    const again: string[] = [];
    const ask = (name: string): Promise<number> =>
      second.step(name, () => {
        again.push(name);
        return 9;
      });
    expect(await Promise.all([ask('new'), ask('c'), ask('a'), ask('b'), ask('a')])).toEqual([9, 3, 1, 9, 2]);
    expect(again).toEqual(['new', 'b']);
  });

  test('runs within another: of one that was cut short, what was finished within is not run again', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const ran: string[] = [];
    const outer = (lv: TestEngine, end: () => number | Promise<number>): Promise<number> =>
      lv.step('load', async () => {
        const page = await lv.step('fetch', () => {
          ran.push('fetch');
          return 20;
        });
        return page + (await end());
      });
    let inner = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      inner = resolve;
    });
    void outer(first, () => {
      inner();
      return new Promise<number>(() => undefined);
    });
    await reached;
    const second = await resumed(stores);
    expect(await outer(second, () => 3)).toBe(23);
    expect(await second.step('fetch', () => 5)).toBe(5);
    const third = await resumed(stores);
    expect([await outer(third, () => 4), await third.step('fetch', () => 6)]).toEqual([23, 5]);
    expect(ran).toEqual(['fetch']);
  });

  test('that is tried again by the same driver runs what is in it again, and that is what counts', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    let tries = 0;
    const poll = (lv: TestEngine): Promise<string> =>
      lv.step('poll', async () => {
        const seen = await lv.step('look', () => ++tries);
        if (seen < 3) throw new Error('not yet');
        return `after ${seen}`;
      });
    await expect(poll(first)).rejects.toThrow('not yet');
    await expect(poll(first)).rejects.toThrow('not yet');
    expect(await poll(first)).toBe('after 3');
    expect(await poll(await resumed(stores))).toBe('after 3');
    expect(tries).toBe(3);
  });

  test('that a resumed driver tries again does not meet what was journaled within it for ever', async () => {
    const stores = testStores();
    let looks = 0;
    const poll = (lv: TestEngine, until: number): Promise<number> =>
      lv.step('poll', async () => {
        const seen = await lv.step('look', () => ++looks);
        return seen < until ? Promise.reject(new Error(`saw ${seen}`)) : seen;
      });
    const first = await openTestEngine({ stores });
    await expect(poll(first, 9)).rejects.toThrow('saw 1');
    await expect(poll(first, 9)).rejects.toThrow('saw 2');
    const second = await resumed(stores);
    await expect(poll(second, 9)).rejects.toThrow('saw 2');
    expect(await poll(second, 3)).toBe(3);
  });

  test('whose result cannot be kept says where', async () => {
    const lv = await openTestEngine();
    await expect(lv.step('make', () => ({ list: [() => 1] }))).rejects.toThrow(
      /^lv\.step: the result of step "make" cannot be journaled: .*list.*0/s,
    );
    expect((await entryKinds(lv)).slice(1)).toEqual(['stepStarted', 'stepFailed']);
  });

  test('whose result is larger than an item lies in an object', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const large = 'x'.repeat(1_000_000);
    await first.step('large', () => large);
    expect(await (await resumed(stores)).step('large', () => '')).toBe(large);
  });
});

describe('time and random numbers', () => {
  test('are the same for a resumed driver, place by place, and new beyond the journal', async () => {
    const stores = testStores();
    const draw = async (lv: TestEngine): Promise<readonly number[]> => {
      const drawn = [lv.draw('now', 3)];
      for (let i = 0; i < 3; i++) drawn.push(lv.draw('random', 5));
      await lv.range(2, 1).count();
      drawn.push(lv.draw('now', 9), lv.draw('random', 10));
      await lv.range(3, 1).count();
      return drawn;
    };
    const first = await openTestEngine({ stores });
    const before = await draw(first);
    expect(new Set(before.slice(1, 4)).size).toBe(3);
    await stores.clock.advance(5000);
    const second = await resumed(stores);
    expect(await draw(second)).toEqual(before);
    expect(second.draw('now', 3)).toBeGreaterThanOrEqual((before[0] as number) + 5000);
    expect(before).not.toContain(second.draw('random', 5));
  });

  test('drawn in one turn take one entry, written before what is asked for next', async () => {
    const lv = await openTestEngine();
    for (let i = 0; i < 10_000; i++) lv.draw('random', 1);
    await lv.step('s', () => 1);
    expect(await entryKinds(lv)).toEqual(['appStarted', 'draws', 'stepStarted', 'stepFinished']);
  });

  test('may come from two places in another order', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    const [a, b] = [first.draw('random', 1), first.draw('random', 2)];
    await first.step('s', () => 0);
    const second = await resumed(stores);
    expect([second.draw('random', 2), second.draw('random', 1)]).toEqual([b, a]);
  });

  test('within a step are of the present, and in no journal', async () => {
    const lv = await openTestEngine();
    await lv.step('s', () => [lv.draw('now', 1), lv.draw('random', 1)]);
    expect((await entryKinds(lv)).slice(1)).toEqual(['stepStarted', 'stepFinished']);
  });
});

describe('a job that takes another way than before is told so, with both places', () => {
  test('a step of another name', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    await first.step('pick', () => 1);
    const second = await resumed(stores);
    await expect(second.step('choose', () => 1)).rejects.toMatchObject({
      code: 'DRIVER_NOT_DETERMINISTIC',
      fault: 'user',
      message:
        'Application app-test cannot be resumed: it comes to step "choose" now, where it came to step "pick" when it ran first. A resumed job must take the same way: take the time, random numbers and whatever comes from outside by lv.now(), lv.random() and lv.step(), keep unordered work out of what decides, do not change the job file, or start a new application (without --app).',
    });
  });

  test('a number at another place', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    first.draw('now', 4);
    await first.step('s', () => 0);
    const second = await resumed(stores);
    expect(() => second.draw('random', 7)).toThrow(
      'Application app-test cannot be resumed: it comes to lv.random() at /work/job.ts:7:1 now, where it came to lv.now() at /work/job.ts:4:1 when it ran first.',
    );
  });

  test('but not behind steps or actions that ran at the same time, nor behind a step that failed', async () => {
    for (const loosen of [
      (lv: TestEngine) => Promise.all([lv.step('x', () => 1), lv.step('y', () => 2)]),
      (lv: TestEngine) => Promise.all([lv.step('x', () => 1), lv.range(2, 1).count()]),
      (lv: TestEngine) => lv.step('x', () => Promise.reject(new Error('no'))).catch(() => 0),
    ]) {
      const stores = testStores();
      const first = await openTestEngine({ stores });
      await first.step('before', () => 0);
      await loosen(first);
      first.draw('now', 4);
      await first.step('pick', () => 1);
      const second = await resumed(stores);
      await expect(second.step('choose', () => 2)).rejects.toMatchObject({ code: 'DRIVER_NOT_DETERMINISTIC' });
      const third = await resumed(stores);
      await third.step('before', () => 9);
      await third.step('x', () => 1);
      expect(await third.step('choose', () => 2)).toBe(2);
      third.draw('now', 99);
    }
  });

  test('what was not asked for again can be named', async () => {
    const stores = testStores();
    const first = await openTestEngine({ stores });
    await first.step('pick', () => 1);
    await first.range(2, 1).count();
    const second = await resumed(stores);
    expect(second.journal.unclaimed()).toEqual([expect.stringMatching(/^count at /), 'step "pick"']);
  });
});
