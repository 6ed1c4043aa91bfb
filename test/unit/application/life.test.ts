import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../driver/application/app-record.ts';
import type { Application } from '../../../driver/application/application.ts';
import { openDriver } from '../../../driver/application/open-driver.ts';
import type { ProcessEndOptions } from '../../../driver/application/process-end.ts';
import { readStart } from '../../../driver/application/read-start.ts';
import { loadConfig } from '../../../driver/config/load-config.ts';
import type { Stores } from '../../../driver/wiring.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { LevinError } from '../../../engine/errors/levin-error.ts';
import { expireMetadataStore } from '../../../engine/ports/wrappers/expire-metadata-store.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { openTestEngine, type TestStores, testStores } from '../../support/engine.ts';

const DAY_MS = 86_400_000;
const LIFE_MS = 13 * DAY_MS;

interface Driver {
  readonly app: Application;
  /** Why it must not go on; null: it may. */
  readonly ended: () => LevinError | null;
}

/** A driver over stores that forget (`lifeMs`: in time) or do not (null), without a process; what would end that ends the application in the same way. */
async function openWith(base: TestStores, resumed: boolean, lifeMs: number | null = LIFE_MS): Promise<Driver> {
  const { objects, files, staged, clock } = base;
  const stores: Stores = {
    objects,
    files,
    staged,
    clock,
    metadata: { ...(lifeMs === null ? base.metadata : expireMetadataStore(base.metadata, { clock })), close: async () => undefined },
    exchange: createExchange({ objects }),
    random: createSeededRandom('life'),
    placeOf: (key) => key,
    ...(lifeMs === null ? {} : { lifeMs }),
  };
  const silent = { write: () => true };
  const { runner } = await openTestEngine();
  let why: LevinError | null = null;
  const app = await openDriver({
    ...loadConfig([{ name: 'test', values: { quiet: true, logLevel: 'off', progress: 'none', leaseMs: 3_600_000 } }]),
    appId: 'app',
    name: 'test',
    start: { argv: [], args: [], cwd: '/work', root: '/work', main: null, conf: {}, levin: '0', nodeMajor: 24 },
    stores,
    resumed,
    process: { pid: 1, space: 'here', started: null },
    host: {
      cwd: '/work',
      stdout: silent,
      stderr: silent,
      ship: () => {
        throw new Error('this job has no functions');
      },
      onProcessEnd: ({ interrupt }: ProcessEndOptions) => ({
        release: () => undefined,
        interrupt(by) {
          if (typeof by === 'string') throw new Error(`${by} is not expected`);
          why = by;
          void interrupt(by);
        },
      }),
    },
    runnerOf: () => ({ ...runner, prewarm: () => undefined }),
    onEnd: () => undefined,
  });
  return { app, ended: () => why };
}

const TOO_OLD = {
  code: 'APP_TOO_OLD',
  fault: 'user',
  message:
    'Application app was started at 1970-01-01T00:00:00.000Z, and may live for 13 days: an engine forgets what applications have written after 14. ' +
    'It cannot go on; start a new one (without --app), and split work that takes longer into several.',
  details: { appId: 'app', startedAtMs: 0 },
};

describe('an application of an engine', () => {
  test('lives for 13 days: then its driver ends it as failed', async () => {
    const stores = testStores();
    const { app, ended } = await openWith(stores, false);
    stores.clock.skewWall(LIFE_MS - 5_000);
    await stores.clock.advance(4_000);
    expect(ended()).toBeNull();
    app.resolvePath('x');
    await stores.clock.advance(1_000);
    expect(ended()).toMatchObject(TOO_OLD);
    await stores.clock.advance(20_000);
    expect(await readRecord(stores.metadata, 'app')).toMatchObject({ outcome: 'failed', message: TOO_OLD.message });
    expect(await stores.metadata.get({ partition: 'app#app', sort: 'lease' })).toMatchObject({ epoch: 1, released: true });
    await expect(app.step('more', () => 1, null)).rejects.toMatchObject(TOO_OLD);
  });

  test('counts from its first start, whoever drives it', async () => {
    const stores = testStores();
    const first = await openWith(stores, false);
    stores.clock.skewWall(7 * DAY_MS);
    const handing = first.app.handOver();
    await stores.clock.advance(2_000);
    expect(await handing).toBe(true);
    const second = await openWith(stores, true);
    stores.clock.skewWall(6 * DAY_MS - 10_000);
    await stores.clock.advance(7_000);
    expect([first.ended(), second.ended()]).toEqual([null, null]);
    await stores.clock.advance(1_000);
    expect([first.ended(), second.ended()]).toEqual([null, expect.objectContaining(TOO_OLD)]);
  });

  test('is not resumed after that, and has failed then, whatever became of its driver', async () => {
    const stores = testStores();
    const first = await openWith(stores, false);
    stores.clock.skewWall(2 * DAY_MS);
    const handing = first.app.handOver();
    await stores.clock.advance(2_000);
    await handing;
    stores.clock.skewWall(11 * DAY_MS);
    await expect(openWith(stores, true)).rejects.toMatchObject(TOO_OLD);
    expect(await readRecord(stores.metadata, 'app')).toMatchObject({ outcome: 'failed', message: TOO_OLD.message });
    expect(await stores.metadata.get({ partition: 'app#app', sort: 'lease' })).toMatchObject({ released: true });
  });

  test('is unknown when its record is forgotten, though some of its items may not be', async () => {
    const stores = testStores();
    await openWith(stores, false);
    stores.clock.skewWall(14 * DAY_MS);
    await stores.metadata.put({ partition: 'app#app#journal', sort: '0000000000' }, { epoch: 1, kind: 'appStarted', json: '{}' });
    const place = { where: 'in the engine "test"', list: 'levin apps --on aws:test', elsewhere: '--on names another engine' };
    await expect(
      readStart('app', { ...stores, metadata: { ...stores.metadata, close: async () => undefined } }, place),
    ).rejects.toMatchObject({ code: 'APP_NOT_FOUND' });
  });
});

test('an application of this machine lives for as long as it likes', async () => {
  const stores = testStores();
  const { app, ended } = await openWith(stores, false, null);
  stores.clock.skewWall(100 * DAY_MS);
  await stores.clock.advance(10_000);
  expect(ended()).toBeNull();
  expect(await app.step('more', () => 1, null)).toBe(1);
});
