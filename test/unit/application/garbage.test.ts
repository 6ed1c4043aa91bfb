import { describe, expect, test } from 'vitest';
import { type AppRecord, recordItem } from '../../../driver/application/app-record.ts';
import { appStateOf } from '../../../driver/application/app-state.ts';
import { cancelApplication } from '../../../driver/application/cancel-application.ts';
import { onCancelRequest, requestCancel } from '../../../driver/application/cancel-request.ts';
import { findGarbage, type Garbage, removeGarbage } from '../../../driver/application/collect-garbage.ts';
import { deleteApplicationData } from '../../../driver/application/delete-application-data.ts';
import { acquireLease } from '../../../driver/lease/acquire-lease.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import type { MetadataItem } from '../../../engine/ports/metadata-store.ts';
import { expireMetadataStore } from '../../../engine/ports/wrappers/expire-metadata-store.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import { testStores } from '../../support/engine.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const record = (appId: string, more: Partial<AppRecord> = {}): AppRecord => ({
  appId,
  name: 'job.ts',
  master: 'local',
  job: '/work/job.ts',
  epoch: 1,
  process: { pid: 1, space: 'here', started: 'then' },
  leaseMs: 1000,
  startedAtMs: 0,
  endedAtMs: null,
  outcome: null,
  message: null,
  ...more,
});

/** Applications as their drivers left them; `alive` are the identifiers whose process lives. */
function world(alive: readonly string[] = []) {
  const stores = testStores();
  const { metadata, objects, clock } = stores;
  const records = new Map<string, AppRecord>();
  const options = {
    metadata,
    objects,
    clock,
    random: createSeededRandom('gc'),
    processState: (process: AppRecord['process']) => (alive.includes(process.started ?? '') ? 'alive' : 'dead') as 'alive' | 'dead',
  };
  const put = async (appId: string, more: Partial<AppRecord> = {}, lease: MetadataItem = {}): Promise<AppRecord> => {
    const made = record(appId, { process: { pid: 1, space: 'here', started: appId }, ...more });
    records.set(appId, made);
    await metadata.put(metadataKeys.apps(appId), { json: JSON.stringify(made) });
    await metadata.put(metadataKeys.lease(appId), {
      epoch: 1,
      version: 1,
      owner: 'o',
      released: made.outcome !== null,
      seenAtMs: 0,
      ...lease,
    });
    await objects.put(`apps/${appId}/results/0`, new Uint8Array(10));
    await objects.put(`history/${appId}/events/1-000000.jsonl`, new Uint8Array(5));
    return made;
  };
  const find = (more: Partial<Parameters<typeof findGarbage>[0]> = {}): Promise<readonly Garbage[]> =>
    findGarbage({ ...options, olderThanMs: HOUR_MS, appIds: null, history: false, ...more });
  return { ...stores, options, put, find };
}

/** Stores that forget, as those of an engine do. */
function forgetful() {
  const { find, ...stores } = world();
  const metadata = expireMetadataStore(stores.metadata, stores);
  return { stores: { ...stores, metadata }, find: () => find({ metadata, olderThanMs: 40 * DAY_MS }) };
}

const names = (garbage: readonly Garbage[]): readonly string[] =>
  garbage.map((each) => `${each.kind} ${'record' in each ? each.record.appId : each.appId} ${each.bytes}`);

/** Lets virtual time run until the promise has settled. */
async function inTime<T>(clock: ReturnType<typeof testStores>['clock'], promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  promise.then(done, done);
  while (!settled) await clock.advance(100);
  return await promise;
}

describe('what may go', () => {
  test('is what was not heard of for long enough, and does not run', async () => {
    const { put, find, clock } = world(['running']);
    await clock.advance(5 * HOUR_MS);
    const now = clock.now();
    await put('a-failed', { outcome: 'failed', endedAtMs: now - HOUR_MS });
    await put('b-failed', { outcome: 'failed', endedAtMs: now - HOUR_MS + 1 });
    await put('c-dead', {}, { seenAtMs: now - HOUR_MS });
    await put('d-dead', {}, { seenAtMs: now - HOUR_MS + 1 });
    await put('running', {}, { seenAtMs: 0 });
    await put('s-half-removed', { outcome: 'removed', endedAtMs: now });
    await put('t-finished', { outcome: 'succeeded', endedAtMs: now });
    expect(names(await find())).toEqual([
      'application a-failed 10',
      'application c-dead 10',
      'application s-half-removed 10',
      'left data t-finished 10',
    ]);
    expect(names(await find({ history: true }))).toEqual([
      'application a-failed 10',
      'application c-dead 10',
      'application s-half-removed 10',
      'left data t-finished 10',
      'event log a-failed 5',
      'event log c-dead 5',
      'event log s-half-removed 5',
    ]);
    expect(names(await find({ appIds: ['b-failed', 'running'] }))).toEqual(['application b-failed 10']);
  });

  test('is data of no application, unless one has its lease and begins just now', async () => {
    const { find, objects, metadata } = world();
    await objects.put('apps/begins/x', new Uint8Array(3));
    await metadata.put(metadataKeys.lease('begins'), { epoch: 1, version: 0, owner: 'o', released: false, seenAtMs: 0 });
    await objects.put('apps/gone/x', new Uint8Array(3));
    await objects.put('apps/gone/y/z', new Uint8Array(4));
    await objects.put('apps/gone-too/x', new Uint8Array(1));
    await objects.put('history/gone/events/1-000000.jsonl', new Uint8Array(1));
    expect(names(await find())).toEqual(['orphan gone-too 1', 'orphan gone 7']);
    expect(names(await find({ history: true }))).toContain('event log gone 1');
  });

  test('is data of an application whose items are forgotten, its lease the last of them', async () => {
    const { stores, find } = forgetful();
    const { metadata, objects, clock } = stores;
    await metadata.put(metadataKeys.apps('app'), recordItem(record('app')));
    await metadata.put(metadataKeys.journal('app', 0), { epoch: 1, kind: 'appStarted', json: '{}' });
    await objects.put('apps/app/code/x', new Uint8Array(3));
    clock.skewWall(13 * DAY_MS);
    await metadata.put(metadataKeys.lease('app'), { epoch: 1, version: 9, owner: 'o', released: false, seenAtMs: clock.now() });
    clock.skewWall(DAY_MS - 1);
    expect(names(await find())).toEqual([]);
    clock.skewWall(1);
    expect(await metadata.get(metadataKeys.apps('app'))).toBeNull();
    expect(await metadata.get(metadataKeys.lease('app'))).not.toBeNull();
    expect(names(await find())).toEqual(['orphan app 3']);
    clock.skewWall(13 * DAY_MS);
    expect(await metadata.get(metadataKeys.lease('app'))).toBeNull();
    expect(names(await find())).toEqual(['orphan app 3']);
  });
});

describe('removing', () => {
  test('takes everything but the event log, also commits', async () => {
    const { put, find, options, metadata, objects, clock } = world();
    await put('app', { outcome: 'failed', endedAtMs: 0 });
    await metadata.put(metadataKeys.journal('app', 0), {
      epoch: 1,
      kind: 'launched',
      json: JSON.stringify({ kind: 'launched', stageId: 's', attempts: [] }),
    });
    await metadata.put(metadataKeys.journal('app', 1), { epoch: 1, kind: 'launched', json: '{ damaged' });
    await metadata.put(metadataKeys.commit('app', 's', 17), { winner: 'w' });
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    expect(await inTime(clock, removeGarbage(garbage, options))).toBe(true);
    for (const key of [
      metadataKeys.apps('app'),
      metadataKeys.lease('app'),
      metadataKeys.journal('app', 1),
      metadataKeys.commit('app', 's', 17),
    ]) {
      expect(await metadata.get(key)).toBeNull();
    }
    expect((await objects.list('')).objects.map(({ key }) => key)).toEqual(['history/app/events/1-000000.jsonl']);
  });

  test('is left when the driver lives after all', async () => {
    const { put, find, options, objects, metadata, clock } = world();
    await put('app');
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    await metadata.delete(metadataKeys.lease('app'));
    const lease = await acquireLease({ ...options, appId: 'app', leaseMs: 1000 });
    expect(await inTime(clock, removeGarbage(garbage, options))).toBe(false);
    expect((await objects.list('apps/')).objects.length).toBe(1);
    expect(lease.lost.aborted).toBe(false);
  });

  test('that was cut short leaves nothing that could be resumed, and is repeated', async () => {
    const { put, find, options, objects, metadata, clock } = world();
    await put('app', { outcome: 'failed', endedAtMs: 0 });
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    const dying = { ...options, objects: { ...objects, deleteMany: () => Promise.reject(new Error('killed')) } };
    await expect(inTime(clock, removeGarbage(garbage, dying))).rejects.toThrow('killed');
    expect(JSON.parse((await metadata.get(metadataKeys.apps('app')))?.['json'] as string).outcome).toBe('removed');
    const [again] = (await find()) as [Garbage];
    expect(await inTime(clock, removeGarbage(again, options))).toBe(true);
    expect(await find()).toEqual([]);
  });
});

describe('what attempts write after the end of their application', () => {
  const commit = metadataKeys.commit('app', 's', 3);
  const stages = metadataKeys.stages('app', 0);

  test('is found by the names of its stages, also when its journal is long gone', async () => {
    const { put, find, options, metadata, objects, clock } = world();
    await put('app', { outcome: 'succeeded', endedAtMs: 0 });
    await deleteApplicationData(options, 'app', ['r', 's']);
    expect(await find()).toEqual([]);
    await metadata.put(commit, { winner: 'late' });
    await objects.put('apps/app/shuffle/s/3-late', new Uint8Array(7));
    const found = await find();
    expect(names(found)).toEqual(['left data app 7']);
    expect(await inTime(clock, removeGarbage(found[0] as Garbage, options))).toBe(true);
    expect([await metadata.get(commit), await find()]).toEqual([null, []]);
    expect(await metadata.get(stages)).toEqual({ stageIds: ['r', 's'] });
  });

  test('without an object goes with the record', async () => {
    const { put, find, options, metadata, clock } = world();
    await put('app', { outcome: 'succeeded', endedAtMs: 0 });
    await deleteApplicationData(options, 'app', ['r', 's']);
    await metadata.put(commit, { winner: 'late' });
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    expect(await inTime(clock, removeGarbage(garbage, options))).toBe(true);
    expect([await metadata.get(commit), await metadata.get(stages), await metadata.get(metadataKeys.apps('app'))]).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('is found of thousands of stages', async () => {
    const { put, find, options, metadata, clock } = world();
    await put('app', { outcome: 'succeeded', endedAtMs: 0 });
    await deleteApplicationData(
      options,
      'app',
      Array.from({ length: 4_001 }, (_, i) => `stage-${i}`),
    );
    for (const i of [0, 1_999, 2_000, 4_000]) await metadata.put(metadataKeys.commit('app', `stage-${i}`, 0), { winner: 'late' });
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    expect(await inTime(clock, removeGarbage(garbage, options))).toBe(true);
    for (const i of [0, 1_999, 2_000, 4_000]) expect(await metadata.get(metadataKeys.commit('app', `stage-${i}`, 0))).toBeNull();
    for (const part of [0, 1, 2]) expect(await metadata.get(metadataKeys.stages('app', part))).toBeNull();
  });

  test('and what stood before is found when the clean-up dies with its objects deleted, those of long journal entries too', async () => {
    const { put, find, options, metadata, objects, clock } = world();
    await put('app', { outcome: 'succeeded', endedAtMs: 0 });
    const launched = { kind: 'launched', stageId: 's', attempts: [] };
    await objects.put('apps/app/journal/1-b', new TextEncoder().encode(JSON.stringify(launched)));
    await metadata.put(metadataKeys.journal('app', 0), { epoch: 1, kind: 'launched', blob: 'b' });
    await metadata.put(commit, { winner: 'w' });
    const dying = { ...options, metadata: { ...metadata, query: () => Promise.reject(new Error('killed')) } };
    await expect(deleteApplicationData(dying, 'app', ['s'])).rejects.toThrow('killed');
    expect((await objects.list('apps/')).objects).toEqual([]);
    const [garbage] = (await find({ olderThanMs: 0 })) as [Garbage];
    expect(await inTime(clock, removeGarbage(garbage, options))).toBe(true);
    expect(await metadata.get(commit)).toBeNull();
  });
});

describe('whether an application runs', () => {
  test('is seen by its lease where its process cannot be looked up; the wall clock does not matter', async () => {
    const { put, options, clock } = world();
    const unknown = { ...options, processState: () => 'unknown' as const };
    const dead = await put('dead');
    const state = appStateOf(dead, unknown);
    clock.skewWall(10 * HOUR_MS);
    expect(await inTime(clock, state)).toBe('dead');
    expect(clock.monotonic()).toBeLessThan(1500);

    await options.metadata.delete(metadataKeys.lease('dead'));
    await acquireLease({ ...options, appId: 'dead', leaseMs: 1000 });
    expect(await inTime(clock, appStateOf(dead, unknown))).toBe('running');
  });

  test('is not known by the process of the driver before the last', async () => {
    const { put, options, clock } = world(['app']);
    const app = await put('app', {}, { epoch: 2 });
    expect(await inTime(clock, appStateOf(app, { ...options, processState: () => 'alive' }))).toBe('dead');
  });
});

describe('a request to cancel', () => {
  test('reaches the driver of its epoch, and no other', async () => {
    const { metadata, clock } = testStores();
    const reached: number[] = [];
    const watch = (epoch: number): void =>
      onCancelRequest({ metadata, clock, appId: 'app', epoch, signal: new AbortController().signal }, () => reached.push(epoch));
    watch(1);
    watch(2);
    await requestCancel(metadata, 'app', 2);
    await clock.advance(2000);
    expect(reached).toEqual([2]);
  });

  test('that is not answered says how to end the process', async () => {
    const { put, options, clock } = world(['app']);
    const app = await put('app', { process: { pid: 4711, space: 'here', started: 'app' } });
    await expect(inTime(clock, cancelApplication(app, options))).rejects.toThrow(
      'The driver of application app (process 4711) was asked to stop and has not done so for 30 s: it is frozen, or busy in code of its own. It stops when it comes to it; to end it now: kill -9 4711. Nothing that is committed is lost by that.',
    );
  });
});
