import { describe, expect, test, vi } from 'vitest';
import { readRecords } from '../../../driver/application/app-record.ts';
import type { DriveOptions } from '../../../driver/submission/drive.ts';
import { createDriverHandler, type DriverHandler } from '../../../driver/submission/driver-handler.ts';
import { claimLife } from '../../../driver/submission/driver-lives.ts';
import { encodeJob } from '../../../driver/submission/packed-job.ts';
import { APP, endInOrder, JOB, type SubmissionWorld, submissionWorld } from '../../support/submission.ts';

const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 };

function handlerOf(world: SubmissionWorld, more: Partial<DriveOptions> = {}): DriverHandler {
  const { remainingMs: _, requestId: __, ...options } = world.options(900_000);
  return createDriverHandler({
    ...options,
    ...more,
    stores: { ...world.stores, ...more.stores },
    process: { pid: 1, space: 'test', started: null },
  });
}

const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
const errors = (): string => logged.mock.calls.flat().join('\n');

/** A message of the failure queue. */
const failureOf = (requestPayload: object, errorMessage: string, delivery = 1): object => ({
  Records: [
    {
      body: JSON.stringify({ requestPayload, responsePayload: { errorMessage } }),
      attributes: { ApproximateReceiveCount: String(delivery) },
    },
  ],
});

/** Delivers all that the function invokes, and what fails by its queue; as Lambda does, without an end of its own. */
async function deliverAll(world: SubmissionWorld, handle: DriverHandler): Promise<readonly number[]> {
  const lives: number[] = [];
  for (let i = 0; i < world.invoked.length && i < 100; i++) {
    const event = world.invoked[i];
    if (event?.kind === 'drive') lives.push(event.life);
    const failed = await handle(event, CONTEXT).then(
      () => null,
      (error: unknown) => String(error),
    );
    if (failed !== null && event !== undefined) await handle(failureOf(event, failed), CONTEXT);
  }
  return lives;
}

describe('the driver function', () => {
  test.each([
    [null, 1],
    [1, 1],
  ])('starts the next life when one failed: claimed %s, failed %i', async (claimed, failed) => {
    const world = submissionWorld();
    if (claimed !== null) await claimLife(world.stores.metadata, APP, { life: claimed, owner: 'me' });
    await handlerOf(world)(failureOf({ kind: 'drive', appId: APP, life: failed }, 'Task timed out'), CONTEXT);
    expect(world.invoked).toEqual([{ kind: 'drive', appId: APP, life: 2, after: 'Task timed out' }]);
  });

  test('leaves alone what a later life goes on with', async () => {
    const world = submissionWorld();
    await claimLife(world.stores.metadata, APP, { life: 2, owner: 'me' });
    await handlerOf(world)(failureOf({ kind: 'drive', appId: APP, life: 1 }, 'Task timed out'), CONTEXT);
    expect(world.invoked).toEqual([]);
  });

  test('tries to tell of an end again, and gives up when nobody takes it', async () => {
    const world = submissionWorld();
    await world.submit();
    await endInOrder(world, 'failed', 'why');
    let refusals = 3;
    const announce: DriveOptions['announce'] = async (ended) => {
      if (refusals-- > 0) throw new Error('no right to put events');
      await world.options(0).announce(ended);
    };
    await world.options(0).invoke({ kind: 'drive', appId: APP, life: 2 });
    expect(await deliverAll(world, handlerOf(world, { announce }))).toEqual([2, 3, 4, 5]);
    expect(world.announced).toMatchObject([{ outcome: 'failed', message: 'why' }]);
    refusals = 1_000;
    await world.options(0).invoke({ kind: 'drive', appId: APP, life: 6 });
    await deliverAll(world, handlerOf(world, { announce }));
    expect([world.announced.length, 1_000 - refusals]).toEqual([1, 8]);
    expect(errors()).toMatch(`The end of ${APP} (failed) cannot be told: Error: no right to put events`);
  });

  test('does not start for ever what cannot begin', async () => {
    const world = submissionWorld();
    await world.submit();
    const put = async (): Promise<never> => Promise.reject(new Error('no right to write'));
    await world.options(0).invoke({ kind: 'drive', appId: APP, life: 1 });
    const lives = await deliverAll(world, handlerOf(world, { stores: { ...world.stores, metadata: { ...world.stores.metadata, put } } }));
    expect(lives).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([
    ['an event that it never knew', JSON.stringify({ requestPayload: { hello: 1 }, responsePayload: null }), '{"hello":1}'],
    ['no JSON', 'hello', 'Unexpected token'],
  ])('drops a message of its failure queue that is %s: it would come back for days', async (_, body, why) => {
    const world = submissionWorld();
    expect(await handlerOf(world)({ Records: [{ body, attributes: { ApproximateReceiveCount: '1' } }] }, CONTEXT)).toBe(null);
    expect(world.invoked).toEqual([]);
    expect(errors()).toMatch(why);
  });

  test('cuts the reason of a failure to what an invocation can carry', async () => {
    const world = submissionWorld();
    await handlerOf(world)(failureOf({ kind: 'drive', appId: APP, life: 1 }, 'x'.repeat(400_000)), CONTEXT);
    expect(world.invoked).toMatchObject([{ after: 'x'.repeat(1_000) }]);
  });

  test('submits what a schedule starts: once, however often it is delivered', async () => {
    const world = submissionWorld();
    await world.stores.objects.put('jobs/nightly.json', encodeJob(JOB).bytes);
    const event = { kind: 'start', job: 'jobs/nightly.json', at: '2026-11-23T03:00:00Z', token: 'execution-1' };
    const handle = handlerOf(world);
    for (const delivered of [event, event, { ...event, token: 'execution-2' }]) await handle(delivered, CONTEXT);
    const records = await readRecords(world.stores.metadata);
    expect(records.map(({ appId }) => appId.replace(/[0-9a-f]{8}$/, ''))).toEqual(['app-20261123-030000-', 'app-20261123-030000-']);
    expect(records).toMatchObject([{ epoch: 0, master: 'aws:test', leaseMs: 1000, job: '/work/job.ts' }, {}]);
    // A copy of their own: what a schedule starts may be deployed anew meanwhile.
    await world.stores.objects.deleteMany(['jobs/nightly.json']);
    for (const { appId, submitted } of records) {
      expect(submitted?.key).toMatch(`apps/${appId}/job/`);
      expect(await world.stores.objects.get(submitted?.key ?? '')).toEqual(encodeJob(JOB).bytes);
    }
    expect(new Set(world.invoked.map((each) => JSON.stringify(each))).size).toBe(2);
    expect(world.invoked).toMatchObject([{ kind: 'drive', life: 1 }, { life: 1 }, { life: 1 }]);
  });

  test('tries a schedule’s start again when its queue brings it again, the fifth time the application has failed', async () => {
    const world = submissionWorld();
    const start = { kind: 'start', job: 'jobs/gone.json', at: '2026-11-23T03:00:00Z', token: 'levin-test/nightly' };
    const handle = handlerOf(world);
    await expect(handle(start, CONTEXT)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    for (const delivery of [1, 2, 3, 4])
      await expect(handle(failureOf(start, 'no such object', delivery), CONTEXT)).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    expect([await readRecords(world.stores.metadata), world.announced]).toEqual([[], []]);
    await handle(failureOf(start, 'no such object', 5), CONTEXT);
    const told = {
      name: 'nightly',
      outcome: 'failed',
      message: expect.stringMatching(/^It could not be started at 2026-11-23T03:00:00Z: .*jobs\/gone\.json/),
    };
    expect(await readRecords(world.stores.metadata)).toMatchObject([{ ...told, master: 'aws:test' }]);
    expect([world.announced, world.invoked]).toMatchObject([[told], []]);
    // The announcement was refused, so the message comes again; the job is there meanwhile, and is not started behind its failure.
    await world.stores.objects.put('jobs/gone.json', encodeJob(JOB).bytes);
    for (const delivery of [6, 11]) await handle(failureOf(start, 'refused', delivery), CONTEXT);
    expect([world.announced, world.invoked]).toMatchObject([[told, told], []]);
  });

  test('starts what a schedule wants when its queue brings it again and it can be', async () => {
    const world = submissionWorld();
    await world.stores.objects.put('jobs/nightly.json', encodeJob(JOB).bytes);
    const start = { kind: 'start', job: 'jobs/nightly.json', at: '2026-11-23T03:00:00Z', token: 'levin-test/nightly' };
    await handlerOf(world)(failureOf(start, 'throttled', 2), CONTEXT);
    expect([world.invoked, world.announced]).toMatchObject([[{ kind: 'drive', life: 1 }], []]);
  });

  test('a schedule’s start that was submitted and could not be invoked has failed, too', async () => {
    const world = submissionWorld();
    await world.stores.objects.put('jobs/nightly.json', encodeJob(JOB).bytes);
    const start = { kind: 'start', job: 'jobs/nightly.json', at: '2026-11-23T03:00:00Z', token: 'levin-test/nightly' };
    const handle = handlerOf(world, { invoke: async () => Promise.reject(new Error('no right to invoke')) });
    await handle(failureOf(start, 'no right', 5), CONTEXT);
    expect(world.announced).toMatchObject([
      { outcome: 'failed', message: 'It could not be started at 2026-11-23T03:00:00Z: no right to invoke' },
    ]);
  });

  test.each([[null], [{}], [{ kind: 'drive', appId: APP }], [{ kind: 'start', job: 'a', at: 'never', token: 'b' }]])(
    'does not guess: %j',
    async (event) => {
      await expect(handlerOf(submissionWorld())(event, CONTEXT)).rejects.toMatchObject({
        code: 'DRIVER_EVENT',
        message: `The driver function does not know the event ${JSON.stringify(event)}. Start jobs with levin submit, or with the engine's schedules.`,
      });
    },
  );
});
