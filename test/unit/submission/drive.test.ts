import { describe, expect, test } from 'vitest';
import { takeOverLease } from '../../../driver/lease/acquire-lease.ts';
import { drive } from '../../../driver/submission/drive.ts';
import { claimLife } from '../../../driver/submission/driver-lives.ts';
import { isElsewhere, LEASE_LOST_EXIT } from '../../../driver/submission/driver-messages.ts';
import { readDriverOutput } from '../../../driver/submission/driver-output.ts';
import { APP, endInOrder, type SubmissionWorld, submissionWorld, takenOver } from '../../support/submission.ts';

const LIMIT_MS = 900_000;

const life = (number: number, after?: string) =>
  ({ kind: 'drive', appId: APP, life: number, ...(after === undefined ? {} : { after }) }) as const;

/** Until a process has been started. */
async function started(world: SubmissionWorld): Promise<void> {
  while (world.processes.length === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('one life of a driver function', () => {
  test('runs what was packed, with what it was started with, and tells of the end', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    const [process] = world.processes;
    expect(process?.started).toMatchObject({
      appId: APP,
      start: { args: ['x'] },
      files: { 'driver.mjs': 'export const load = () => ({});' },
    });
    void process?.started.onOutput('stdout', 'hello\n');
    await endInOrder(world, 'succeeded', null);
    process?.end({ code: 0, signal: null });
    expect(await driving).toEqual({ kind: 'over', appId: APP, life: 1 });
    expect(world.announced).toEqual([{ engine: 'test', appId: APP, name: 'levin', outcome: 'succeeded', message: null, cost: null }]);
    const [output] = await readDriverOutput(world.stores.objects, APP);
    expect(output?.printed.map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', 'hello\n'],
      ['end', ''],
    ]);
  });

  test('has stored all that was printed before it tells of the end: listeners take their time', async () => {
    const world = submissionWorld();
    await world.submit();
    const told: string[] = [];
    const announce = async (): Promise<void> => {
      for (const { printed } of await readDriverOutput(world.stores.objects, APP)) told.push(...printed.map(({ stream }) => stream));
    };
    const driving = drive(life(1), { ...world.options(LIMIT_MS), announce });
    await started(world);
    void world.processes[0]?.started.onOutput('stdout', 'hello\n');
    await endInOrder(world, 'succeeded', null);
    world.processes[0]?.end({ code: 0, signal: null });
    await driving;
    expect(told).toEqual(['stdout', 'end']);
  });

  test('hands over 30 s before its time limit, and leaves the rest to the next one', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    const [process] = world.processes;
    await world.stores.clock.advance(LIMIT_MS - 30_000 - 1);
    expect(process?.askedMs).toBe(null);
    await world.stores.clock.advance(1);
    expect(process?.askedMs).toBe(world.stores.clock.monotonic());
    expect(world.invoked).toEqual([]);
    process?.handedOver();
    expect(await driving).toEqual({ kind: 'handedOver', appId: APP, life: 1 });
    expect(world.invoked).toEqual([life(2)]);
    expect(process?.killed).toBe(true);
  });

  test('with a short time limit, half of it before', async () => {
    const world = submissionWorld();
    await world.submit();
    void drive(life(1), world.options(10_000));
    await started(world);
    await world.stores.clock.advance(4_999);
    expect(world.processes[0]?.askedMs).toBe(null);
    await world.stores.clock.advance(1);
    expect(world.processes[0]?.askedMs).toBe(world.stores.clock.monotonic());
  });

  test('a process that does not react is killed in time, and the next one begins all the same', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    await world.stores.clock.advance(LIMIT_MS - 15_000 - 1);
    expect(world.processes[0]?.killed).toBe(false);
    await world.stores.clock.advance(1);
    expect(await driving).toMatchObject({ kind: 'handedOver' });
    expect([world.processes[0]?.killed, world.invoked]).toEqual([true, [life(2)]]);
  });

  test('leaves no process behind when the next one cannot be invoked', async () => {
    const world = submissionWorld();
    await world.submit();
    const invoke = async (): Promise<void> => {
      throw new Error('no connection');
    };
    const driving = drive(life(1), { ...world.options(LIMIT_MS), invoke });
    await started(world);
    await world.stores.clock.advance(LIMIT_MS - 30_000);
    world.processes[0]?.handedOver();
    await expect(driving).rejects.toThrow('no connection');
    expect(world.processes[0]?.killed).toBe(true);
  });

  test('a process that is killed is a failure of the invocation', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    world.processes[0]?.end({ code: null, signal: 'SIGABRT' });
    await expect(driving).rejects.toThrow(`The driver's process of ${APP} was killed (SIGABRT): out of memory, or a crash of Node.`);
    expect(await world.record()).toMatchObject({ outcome: null });
  });

  test('a process that lost its lease says nothing about the job: the failure queue starts the next life, if there is none', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    world.processes[0]?.end({ code: 75, signal: null });
    await expect(driving).rejects.toThrow(`The driver of ${APP} lost its lease: it was frozen, or could not reach the table for too long.`);
    expect(await world.record()).toMatchObject({ outcome: null });
  });

  test.each([
    [0, 'succeeded', null],
    [3, 'failed', `The job's process ended with exit code 3; levin logs ${APP} has what it printed.`],
  ])('a process that exits with %i without an end of its own: %s', async (code, outcome, message) => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    world.processes[0]?.end({ code, signal: null });
    expect(await driving).toMatchObject({ kind: 'over' });
    expect(await world.record()).toMatchObject({ outcome, message, epoch: 1 });
    expect(world.announced).toMatchObject([{ outcome, message }]);
  });

  test('leaves an application alone that another driver has', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    const other = await takenOver(world);
    const { metadata, clock, random } = world.stores;
    const refused = takeOverLease({ metadata, clock, random, appId: APP, leaseMs: 1000 }).catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(isElsewhere(await refused)).toBe(true);
    world.processes[0]?.end({ code: LEASE_LOST_EXIT, signal: null });
    await clock.advance(10_000);
    expect(await driving).toMatchObject({ kind: 'nothing' });
    expect([await world.record(), world.announced]).toMatchObject([{ outcome: null, epoch: 1 }, []]);
    await other.lease.release();
  });

  test.each([75, 1])('keeps the end that another driver came to while this one waited for the lease: exit code %i', async (code) => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    const other = await takenOver(world);
    world.processes[0]?.end({ code, signal: null });
    await world.stores.clock.advance(200);
    await other.recorder.ended('succeeded', null);
    await other.lease.release();
    await world.stores.clock.advance(1_000);
    expect(await driving).toMatchObject({ kind: 'over' });
    expect([await world.record(), world.announced]).toMatchObject([{ outcome: 'succeeded' }, [{ outcome: 'succeeded' }]]);
  });

  test('does not end what another driver went on with, and left, while this one waited for the lease', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    const first = await takenOver(world);
    world.processes[0]?.end({ code: 1, signal: null });
    await world.stores.clock.advance(200);
    await first.lease.release();
    const second = await takenOver(world);
    await second.lease.release();
    const failed = expect(driving).rejects.toThrow(`Another driver of ${APP} took over meanwhile, and is gone without an end.`);
    await world.stores.clock.advance(1_000);
    await failed;
    expect([await world.record(), world.announced]).toMatchObject([{ outcome: null }, []]);
  });

  test('tells of an end without its price when that cannot be found out', async () => {
    const world = submissionWorld();
    await world.submit();
    await world.stores.objects.put(`history/${APP}/events/1-000000.jsonl`, new TextEncoder().encode('{"kind":'));
    await endInOrder(world, 'succeeded', null);
    expect(await drive(life(2), world.options(LIMIT_MS))).toMatchObject({ kind: 'over' });
    expect(world.announced).toMatchObject([{ outcome: 'succeeded', cost: null }]);
  });

  test('a process that exits with 0 while its Context is open has failed: nobody knows what it had left to do', async () => {
    const world = submissionWorld();
    await world.submit();
    const driving = drive(life(1), world.options(LIMIT_MS));
    await started(world);
    await (await takenOver(world)).lease.release();
    world.processes[0]?.end({ code: 0, signal: null });
    expect(await driving).toMatchObject({ kind: 'over' });
    const message = `The job's process ended with exit code 0 while its Context was open: stop() it before process.exit, or let the file end by itself; levin logs ${APP} has what it printed.`;
    expect(await world.record()).toMatchObject({ outcome: 'failed', message });
    expect(world.announced).toMatchObject([{ outcome: 'failed', message }]);
  });

  test('that has been overtaken, comes twice, or is of an application that nobody knows, does nothing', async () => {
    const world = submissionWorld();
    expect(await drive(life(1), world.options(LIMIT_MS))).toMatchObject({ kind: 'nothing' });
    await world.submit();
    await claimLife(world.stores.metadata, APP, { life: 3, owner: 'another' });
    for (const number of [2, 3]) expect(await drive(life(number), world.options(LIMIT_MS))).toMatchObject({ kind: 'nothing' });
    expect(world.processes).toEqual([]);
  });

  test('of an application that has ended tells it again: the one before died before it could', async () => {
    const world = submissionWorld();
    await world.submit();
    await endInOrder(world, 'failed', 'why');
    expect(await drive(life(2), world.options(LIMIT_MS))).toMatchObject({ kind: 'over' });
    expect(world.announced).toMatchObject([{ outcome: 'failed', message: 'why' }]);
    expect(world.processes).toEqual([]);
  });
});

test('an application is submitted once', async () => {
  const world = submissionWorld();
  expect([await world.submit(), await world.submit()]).toEqual([true, false]);
});
