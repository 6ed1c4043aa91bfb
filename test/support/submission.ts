import { type AppRecord, type AppRecorder, readRecord, startRecord } from '../../driver/application/app-record.ts';
import { takeOverLease } from '../../driver/lease/acquire-lease.ts';
import type { Lease } from '../../driver/lease/lease.ts';
import { createSubmission } from '../../driver/submission/create-submission.ts';
import type { DriveOptions } from '../../driver/submission/drive.ts';
import type { DriverProcess, ProcessEnd, StartDriverProcess } from '../../driver/submission/driver-process.ts';
import { encodeJob, type PackedJob } from '../../driver/submission/packed-job.ts';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import type { ApplicationEnded, DriverEvent } from '../../engine/types/driver-event.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import { type TestStores, testStores } from './engine.ts';

export const APP = 'app-20261123-030000-0123abcd';

export const JOB: PackedJob = {
  name: null,
  start: {
    argv: [],
    args: ['x'],
    cwd: '/work',
    root: '/work',
    main: 'job.ts',
    conf: { master: 'aws:test', leaseMs: 1000 },
    levin: '0',
    nodeMajor: 24,
  },
  files: { 'driver.mjs': 'export const load = () => ({});' },
};

/** Where drivers of submitted applications run, without Lambda and without processes. */
export interface SubmissionWorld {
  readonly stores: TestStores & DriveOptions['stores'];
  readonly invoked: readonly DriverEvent[];
  readonly announced: readonly ApplicationEnded[];
  /** Processes that were started, in order. */
  readonly processes: readonly FakeProcess[];
  record(): Promise<AppRecord | null>;
  /** For a function that may run so long from now on. */
  options(limitMs: number): DriveOptions;
  submit(job?: PackedJob): Promise<boolean>;
}

/** A driver's process that does as it is told. */
export interface FakeProcess {
  readonly started: StartDriverProcess;
  /** When it was asked to hand over, on the clock; null: it was not. */
  readonly askedMs: number | null;
  readonly killed: boolean;
  end(end: ProcessEnd): void;
  handedOver(): void;
}

export function submissionWorld(): SubmissionWorld {
  const base = testStores();
  const stores = {
    ...base,
    random: createSeededRandom('submission'),
    metadata: { ...base.metadata, close: async () => undefined },
  };
  const invoked: DriverEvent[] = [];
  const announced: ApplicationEnded[] = [];
  const processes: FakeProcess[] = [];
  return {
    stores,
    invoked,
    announced,
    processes,
    record: () => readRecord(stores.metadata, APP),
    options(limitMs) {
      const endMs = stores.clock.monotonic() + limitMs;
      return {
        engine: 'test',
        stores,
        startProcess: (started) => fakeProcess(started, { stores, processes }),
        invoke: async (event) => void invoked.push(event),
        announce: async (ended) => void announced.push(ended),
        remainingMs: () => endMs - stores.clock.monotonic(),
        requestId: `request-${processes.length}`,
      };
    },
    async submit(job = JOB) {
      const { bytes, hash } = encodeJob(job);
      const key = objectKeys.job(APP, hash);
      await stores.objects.put(key, bytes);
      const submitter = { pid: 1, space: 'test', started: null };
      return await createSubmission({ appId: APP, job, submitted: { key, hash }, leaseMs: 1000, process: submitter, stores });
    },
  };
}

/** Another driver has the application. */
export async function takenOver(world: SubmissionWorld): Promise<{ readonly lease: Lease; readonly recorder: AppRecorder }> {
  const { metadata, clock, random } = world.stores;
  const lease = await takeOverLease({ metadata, clock, random, appId: APP, leaseMs: 1000 });
  const record = await world.record();
  if (record === null) throw new Error('there is no record');
  return { lease, recorder: await startRecord({ metadata, lease, nowMs: () => 5, record: { ...record, epoch: lease.epoch } }) };
}

/** As a driver that has ended in order leaves it. */
export async function endInOrder(world: SubmissionWorld, outcome: 'succeeded' | 'failed', message: string | null): Promise<void> {
  const { lease, recorder } = await takenOver(world);
  await recorder.ended(outcome, message);
  await lease.release();
}

function fakeProcess(
  started: StartDriverProcess,
  { stores, processes }: { readonly stores: TestStores; readonly processes: FakeProcess[] },
): DriverProcess {
  const ended = Promise.withResolvers<ProcessEnd>();
  const handedOver = Promise.withResolvers<void>();
  let askedMs: number | null = null;
  let killed = false;
  processes.push({
    started,
    get askedMs() {
      return askedMs;
    },
    get killed() {
      return killed;
    },
    end: ended.resolve,
    handedOver: handedOver.resolve,
  });
  return {
    ended: ended.promise,
    async handOver() {
      askedMs = stores.clock.monotonic();
      await handedOver.promise;
    },
    async kill() {
      killed = true;
      ended.resolve({ code: null, signal: 'SIGKILL' });
    },
  };
}
