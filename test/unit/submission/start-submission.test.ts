import { describe, expect, test } from 'vitest';
import { readRecord } from '../../../driver/application/app-record.ts';
import { appStateOf } from '../../../driver/application/app-state.ts';
import { cancelApplication } from '../../../driver/application/cancel-application.ts';
import { toItem } from '../../../driver/lease/lease-item.ts';
import { startSubmission } from '../../../driver/submission/start-submission.ts';
import { awaitEnd } from '../../../driver/submission/submission-result.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import { APP, endInOrder, type SubmissionWorld, submissionWorld, takenOver } from '../../support/submission.ts';

const refused = async (): Promise<never> => Promise.reject(new Error('no right to invoke'));
const MINUTE_MS = 60_000;

describe('a submitted application', () => {
  test('whose driver cannot be invoked has failed', async () => {
    const world = submissionWorld();
    await world.submit();
    const starting = startSubmission({ appId: APP, engine: 'test', stores: world.stores, invoke: refused });
    await expect(starting).rejects.toThrow('no right to invoke');
    expect(await world.record()).toMatchObject({
      outcome: 'failed',
      message: 'Its driver function could not be invoked: no right to invoke',
    });
  });

  test('whose driver has begun though the answer was lost goes on', async () => {
    const world = submissionWorld();
    await world.submit();
    const { lease } = await takenOver(world);
    const starting = startSubmission({ appId: APP, engine: 'test', stores: world.stores, invoke: refused });
    await world.stores.clock.advance(10_000);
    await starting;
    expect(await world.record()).toMatchObject({ outcome: null });
    await lease.release();
  });
});

/** A driver took over and was killed: its lease stands still. */
async function driverKilled(world: SubmissionWorld): Promise<void> {
  await world.submit();
  const { metadata, clock } = world.stores;
  const lease = { epoch: 1, version: 3, owner: 'killed', released: false };
  await metadata.put(metadataKeys.lease(APP), toItem(lease, clock.now()));
}

describe('a submitted application whose driver was killed', () => {
  const optionsOf = ({ stores }: SubmissionWorld) => ({ ...stores, processState: () => 'unknown' as const });

  async function stateOf(world: SubmissionWorld): Promise<string> {
    const record = await readRecord(world.stores.metadata, APP);
    if (record === null) throw new Error('there is no record');
    const state = appStateOf(record, optionsOf(world));
    await world.stores.clock.advance(2_000);
    return await state;
  }

  test('waits for the next one, until that is not to be expected any more', async () => {
    const world = submissionWorld();
    await driverKilled(world);
    expect(await stateOf(world)).toBe('submitted');
    await world.stores.clock.advance(19 * MINUTE_MS);
    expect(await stateOf(world)).toBe('submitted');
    await world.stores.clock.advance(MINUTE_MS);
    expect(await stateOf(world)).toBe('dead');
  });

  test('can be cancelled: the next driver is asked', async () => {
    const world = submissionWorld();
    await driverKilled(world);
    const record = await world.record();
    if (record === null) throw new Error('there is no record');
    const cancelled = cancelApplication(record, optionsOf(world));
    await world.stores.clock.advance(5_000);
    expect(await world.stores.metadata.get(metadataKeys.cancel(APP))).toEqual({ epoch: 1 });
    const taking = takenOver(world);
    await world.stores.clock.advance(2_000);
    const { lease, recorder } = await taking;
    expect(await world.stores.metadata.get(metadataKeys.cancel(APP))).toEqual({ epoch: 2 });
    await recorder.ended('cancelled', null);
    await lease.release();
    await world.stores.clock.advance(200);
    expect(await cancelled).toBe('cancelled');
  });

  test.each([
    ['ends', 5],
    ['never comes', 21],
  ])('is waited for until the next one %s', async (what, minutes) => {
    const world = submissionWorld();
    await driverKilled(world);
    let waiting = true;
    const waited = awaitEnd(APP, world.stores).then(() => {
      waiting = false;
    });
    await world.stores.clock.advance(4 * MINUTE_MS);
    expect(waiting).toBe(true);
    const ending = what === 'ends' ? endInOrder(world, 'failed', 'why') : null;
    await world.stores.clock.advance((minutes - 4) * MINUTE_MS);
    await Promise.all([waited, ending]);
  });
});
