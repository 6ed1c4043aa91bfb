import { hash } from 'node:crypto';
import { type Context, contextOf } from '../../driver/api/context.ts';
import { type RDD, rddOf } from '../../driver/api/rdd.ts';
import type { Rec } from '../../driver/api/types.ts';
import { type AppJournal, openAppJournal } from '../../driver/application/app-journal.ts';
import { type AppRecord, type AppRecorder, startRecord } from '../../driver/application/app-record.ts';
import type { Application } from '../../driver/application/application.ts';
import { createApplicationEngine } from '../../driver/application/application-engine.ts';
import { createJobControl, type JobControl } from '../../driver/application/job-control.ts';
import type { JobEngine } from '../../driver/application/job-engine.ts';
import { createStatusTracker, type StatusTracker } from '../../driver/application/status-tracker.ts';
import type { LevinConfig } from '../../driver/config/config-input.ts';
import { loadConfig } from '../../driver/config/load-config.ts';
import { createEventBus, type EventBus } from '../../driver/events/event-bus.ts';
import { acquireLease, takeOverLease } from '../../driver/lease/acquire-lease.ts';
import type { Lease } from '../../driver/lease/lease.ts';
import { encodeSlices } from '../../driver/lineage/encode-slices.ts';
import type { LineageShape } from '../../driver/lineage/lineage-node.ts';
import type { Stores } from '../../driver/wiring.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock, type VirtualClock } from '../../engine/adapters/memory/virtual-clock.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';
import type { BlockStore } from '../../engine/runtime/blocks/block-store.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import type { TaskSpec } from '../../engine/types/task.ts';
import { createExchange } from '../../shuffle/exchange.ts';
import { accumulatorsIn } from '../../simulator/function-table.ts';
import { createScriptedRunner, type Script, type ScriptedRunner } from './scripted-runner.ts';
import { AMPLE_MEMORY, memoryScratch } from './task-memory.ts';

/** Stores that outlive a driver: give them to the next one to resume. */
export interface TestStores {
  readonly objects: ObjectStore;
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
  readonly metadata: MetadataStore;
  readonly clock: VirtualClock;
}

export interface TestEngineOptions {
  readonly stores?: TestStores;
  /** Default `app-test`. */
  readonly appId?: string;
  /** Takes over from the driver before. */
  readonly resume?: boolean;
  readonly config?: Partial<LevinConfig>;
  /** What attempts do instead of running, or before. */
  readonly script?: Script;
  readonly queueDepth?: number;
  /** Attempts at once; default `queueDepth`. */
  readonly concurrency?: number;
  /** Attempts go on without their driver, for at most so long. */
  readonly outliveMs?: number;
  /** Sizes of executors. Default: none. */
  readonly memorySizesMb?: readonly number[];
  /** What keeps partitions of persisted RDDs. Default: nothing. */
  readonly blocks?: BlockStore;
  /** They stay where they are, and are no cache of objects. */
  readonly keepsBlocks?: boolean;
}

/** A driver without process, console and configuration: real plans, scheduler, journal, tasks and commits over memory stores. */
export interface TestEngine {
  readonly stores: TestStores;
  readonly journal: AppJournal;
  readonly record: AppRecorder;
  readonly lease: Lease;
  readonly bus: EventBus;
  readonly engine: JobEngine;
  readonly runner: ScriptedRunner;
  readonly jobs: JobControl;
  readonly status: StatusTracker;
  readonly events: readonly AppEvent[];
  /** Attempts handed to the runner, in order. */
  readonly attempts: readonly TaskSpec[];
  /** What a job has. */
  readonly context: Context;
  range(count: number, numSlices: number): RDD<number>;
  parallelize<T extends Rec>(records: readonly T[], numSlices: number): RDD<T>;
  textFile(path: string, minPartitions?: number): RDD<string>;
  step<T extends Rec>(name: string, fn: () => T | Promise<T>): Promise<T>;
  draw(of: 'now' | 'random', line: number): number;
}

const LEASE_MS = 1000;

export function testStores(): TestStores {
  const clock = createVirtualClock();
  const files = createMemoryObjectStore();
  const staged = createMemoryStagedFiles(files);
  return { clock, objects: createMemoryObjectStore(), files, staged, metadata: createMemoryMetadataStore({ clock }) };
}

export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const given = options.stores ?? testStores();
  const { appId = 'app-test' } = options;
  const { clock, objects, metadata, files, staged } = given;
  const lease = await leaseOf({ metadata, clock, appId, resume: options.resume ?? false });
  const random = createSeededRandom(`driver ${lease.epoch} of ${appId}`);
  const config = { ...loadConfig([]).config, ...options.config };
  const exchange = createExchange({ objects });
  const stores = {
    objects,
    files,
    staged,
    exchange,
    clock,
    random,
    placeOf: (key) => key,
    metadata: Object.assign(metadata, { close: async () => undefined }),
  } satisfies Stores;
  const journal = await openAppJournal({ stores, appId, lease, start: START });
  const record = await startRecord({ metadata, lease, nowMs: () => clock.now(), record: recordOf(lease) });
  const functions = new Map<string, unknown>();
  const runner = createScriptedRunner({
    deps: {
      objects,
      files,
      staged,
      exchange,
      clock,
      random,
      scratch: memoryScratch(),
      memory: AMPLE_MEMORY,
      ...(options.blocks === undefined ? {} : { blocks: options.blocks }),
    },
    metadata,
    functionOf: (name) => functions.get(name),
    script: options.script ?? (async () => null),
    queueDepth: options.queueDepth ?? 4,
    concurrency: options.concurrency ?? options.queueDepth ?? 4,
    outliveMs: options.outliveMs ?? null,
    memorySizesMb: options.memorySizesMb ?? [],
    keepsBlocks: options.keepsBlocks ?? false,
  });
  const events: AppEvent[] = [];
  const bus = createEventBus(clock);
  bus.subscribe((event) => void events.push(event));
  const engine = createApplicationEngine({ appId, root: '/work', cwd: '/work', config, stores, lease, journal, runner, bus });
  const { actions, steps } = engine;
  const control = createJobControl({ runner, bus });
  const status = createStatusTracker();
  bus.subscribe(status.add);
  let seeds = 0;
  const app: Application = {
    id: appId,
    name: 'test',
    master: 'local',
    defaultParallelism: config.defaultParallelism ?? 4,
    node: engine.node,
    ship(operation, fn, callSite) {
      const fingerprint = hash('sha256', String(fn), 'hex').slice(0, 16);
      functions.set(fingerprint, fn);
      const traits = { indeterminate: false, async: false, uses: [] };
      return { bytes: new TextEncoder().encode(fingerprint), fingerprint, modules: [], operation, callSite, traits, ...accumulatorsIn(fn) };
    },
    broadcast: (value, callSite) => engine.broadcasts.make(value, callSite).broadcast,
    accumulator: (made) => engine.jobs.accumulators.create(made),
    nextSeed: () => seeds++,
    step: steps.run,
    draw: steps.draw,
    version: '0',
    startTime: 0,
    conf: loadConfig([]).effective,
    jobs: control,
    status,
    setLogLevel: () => undefined,
    numPartitions: async (node) => (await engine.factsOf({ name: 'test', node, options: {} })).numPartitions,
    debugString: async (node) => await engine.debugString({ name: 'test', node, options: {} }),
    persist: engine.persist,
    unpersist: engine.unpersist,
    persistedAt: engine.persistedAt,
    runAction: (request, body) => control.run(request, (mine) => actions.run(mine, body)),
    saveAction: (request) => control.run(request, actions.save),
    streamAction: (request, body) => control.stream(request, (mine) => actions.stream(mine, body)),
    defaultSaveMode: engine.defaultSaveMode,
    resolvePath: engine.resolvePath,
    stop: async () => undefined,
    fail: async () => undefined,
    handOver: async () => false,
  };
  const source = <T>(shape: LineageShape): RDD<T> => rddOf<T>(app, app.node(shape, shape.kind, null));
  return {
    stores: given,
    journal,
    record,
    lease,
    bus,
    engine: engine.jobs,
    runner,
    jobs: control,
    status,
    events,
    attempts: runner.attempts,
    context: contextOf(app),
    range: (count, numPartitions) => source({ kind: 'range', start: 0, step: 1, count, numPartitions }),
    parallelize: (records, numSlices) => source({ kind: 'slices', data: encodeSlices(records, numSlices) }),
    step: (name, fn) => steps.run(name, fn, null),
    draw: (of, line) => steps.draw(of, { file: '/work/job.ts', line, column: 1 }),
    textFile: (path, minPartitions = 2) => source({ kind: 'textFile', path, minPartitions }),
  };
}

const START = { argv: [], args: [], cwd: '/work', root: '/work', main: 'job.ts', conf: {}, levin: '0', nodeMajor: 24 };

function recordOf({ appId, epoch }: Lease): AppRecord {
  const process = { pid: 1, space: 'test', started: null };
  return {
    appId,
    name: 'test',
    master: 'local',
    job: '/work/job.ts',
    epoch,
    process,
    leaseMs: LEASE_MS,
    startedAtMs: 0,
    endedAtMs: null,
    outcome: null,
    message: null,
  };
}

/** Drivers in tests die without a word: nobody renews, and virtual time is moved on until the next one may take over. */
async function leaseOf(o: {
  metadata: MetadataStore;
  clock: VirtualClock;
  appId: string;
  resume: boolean;
}): ReturnType<typeof acquireLease> {
  let taken = !o.resume;
  const sleep: Clock['sleep'] = (ms, options) => (taken ? forEver(options?.signal) : o.clock.sleep(ms, options));
  const random = createSeededRandom(`lease/${o.clock.monotonic()}`);
  const options = { metadata: o.metadata, clock: { ...o.clock, sleep }, random, appId: o.appId, leaseMs: LEASE_MS };
  if (!o.resume) return await acquireLease(options);
  const lease = takeOverLease(options).finally(() => {
    taken = true;
  });
  while (!taken) await o.clock.advance(LEASE_MS / 10);
  return await lease;
}

function forEver(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
