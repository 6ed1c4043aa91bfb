import { openAppJournal } from '../../driver/application/app-journal.ts';
import { createApplicationEngine } from '../../driver/application/application-engine.ts';
import { loadConfig } from '../../driver/config/load-config.ts';
import { createEventBus } from '../../driver/events/event-bus.ts';
import { createEventLog } from '../../driver/events/event-log.ts';
import { acquireLease } from '../../driver/lease/acquire-lease.ts';
import { type LineageNode, type LineageShape, lineageNode } from '../../driver/lineage/lineage-node.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../engine/adapters/memory/virtual-clock.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import { encodeValue } from '../../engine/records/value.ts';
import { commitAttempt } from '../../engine/runtime/commit.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { TaskOutput, TaskSpec } from '../../engine/types/task.ts';
import { createExchange } from '../../shuffle/exchange.ts';
import { METRICS } from './made-up.ts';

const APP_ID = 'app-instant';
const SPLIT_BYTES = 128 * 1024 * 1024;

export interface InstantJob {
  readonly maps: number;
  readonly reducers: number;
  /** Bytes that a map task has for a reducer. */
  readonly sizeOf: (map: number, reducer: number) => number;
  /** What the driver gave an attempt of the second stage, before it "runs". */
  readonly onReducer?: (spec: TaskSpec, objects: ObjectStore) => Promise<void>;
  /** Where attempts go. Default: they succeed at once. */
  readonly runner?: TaskRunner;
}

export interface InstantAnswer {
  readonly count: number;
  /** Attempts that ran. */
  readonly attempts: number;
  /** Index objects that were written. */
  readonly indexObjects: number;
  /** Calls of the stores by name. */
  readonly calls: Readonly<Record<string, number>>;
  readonly ms: number;
}

/**
 * The whole driver side of `textFile → reduceByKey → count` over memory stores: listing, planning, resolving, journal, scheduler, launches,
 * task inputs with their index objects, commits, events and their log. Attempts are not run: they commit sizes that were made up.
 */
export async function runInstantDriver(job: InstantJob): Promise<InstantAnswer> {
  const startMs = performance.now();
  const calls: Record<string, number> = {};
  const clock = createVirtualClock();
  const objects = counted(createMemoryObjectStore(), calls);
  const metadata = counted(createMemoryMetadataStore({ clock }), calls);
  const files = oneFile('work/in.txt', job.maps * SPLIT_BYTES);
  const random = createSeededRandom('instant');
  const exchange = createExchange({ objects });
  const lease = await acquireLease({ metadata, clock, random, appId: APP_ID, leaseMs: 1000 });
  const staged = createMemoryStagedFiles(files);
  const placeOf = (key: string): string => key;
  const stores = { objects, files, staged, exchange, clock, random, placeOf, metadata: { ...metadata, close: async () => undefined } };
  const journal = await openAppJournal({ stores, appId: APP_ID, lease, start: START });
  const config = { ...loadConfig([]).config, maxPartitionBytes: SPLIT_BYTES };
  const bus = createEventBus(clock);
  const log = createEventLog({
    objects,
    appId: APP_ID,
    epoch: 1,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  bus.subscribe(log.write);
  let attempts = 0;
  const runner = job.runner ?? instantRunner(job, { metadata, objects, onAttempt: () => attempts++ });
  const engine = createApplicationEngine({
    appId: APP_ID,
    root: '/work',
    cwd: '/work',
    config,
    stores,
    lease,
    journal,
    runner,
    bus,
  });
  const count = { name: 'count', node: lineage(job), sink: { kind: 'count' }, callSite: null, options: {} } as const;
  const counts = await engine.actions.run(count, (stage) => stage.run(Array.from({ length: stage.numPartitions }, (_, p) => p)));
  await log.close();
  const { objects: indexes } = await objects.list(`apps/${APP_ID}/shuffle-index/`);
  return {
    count: counts.reduce((sum, [n]) => sum + (n as number), 0),
    attempts,
    indexObjects: indexes.length,
    calls: { ...calls },
    ms: performance.now() - startMs,
  };
}

const START = { argv: [], args: [], cwd: '/work', root: '/work', main: 'job.ts', conf: {}, levin: '0', nodeMajor: 24 };

function lineage({ maps, reducers }: InstantJob): LineageNode {
  let id = 0;
  const node = (shape: LineageShape): LineageNode => lineageNode(shape, { id: id++, operation: shape.kind, callSite: null });
  const parent = node({ kind: 'textFile', path: 'in.txt', minPartitions: maps });
  return node({
    kind: 'shuffled',
    parent,
    partitioning: { kind: 'hash', numPartitions: reducers },
    aggregator: { kind: 'group' },
    mapSideCombine: false,
    sort: null,
  });
}

function oneFile(key: string, size: number): ObjectStore {
  const info = { key, size, etag: 'e' };
  const none = async (): Promise<never> => {
    throw new Error('nothing reads or writes it');
  };
  return {
    head: async () => info,
    list: async () => ({ objects: [info], next: null }),
    put: none,
    get: none,
    getRange: none,
    deleteMany: none,
  };
}

function instantRunner(job: InstantJob, to: { metadata: MetadataStore; objects: ObjectStore; onAttempt: () => void }): TaskRunner {
  const outputOf = async (spec: TaskSpec): Promise<TaskOutput> => {
    if (spec.stageNumber === 0) {
      const offsets = [0];
      for (let r = 0; r < job.reducers; r++) offsets.push((offsets[r] as number) + job.sizeOf(spec.partition, r));
      return { kind: 'shuffle', key: objectKeys.shuffle(APP_ID, spec.stageId, spec.partition, spec.attemptId), offsets, checksum: '00' };
    }
    await job.onReducer?.(spec, to.objects);
    return { kind: 'inline', block: encodeValue(1), checksum: '00' };
  };
  return {
    capabilities: {
      addressable: false,
      isolated: false,
      concurrency: 1000,
      queueDepth: 1000,
      maxPayloadBytes: Number.MAX_SAFE_INTEGER,
      maxTaskMs: null,
      memorySizesMb: [],
      needsBundle: false,
    },
    async run(spec, { onEvent }) {
      to.onAttempt();
      onEvent({ kind: 'started', executorId: 'instant' });
      const readOffsets = (): never => {
        throw new Error('nobody else commits');
      };
      return await commitAttempt({
        metadata: to.metadata,
        spec,
        prepared: { output: await outputOf(spec), metrics: METRICS },
        readOffsets,
        discard: async () => undefined,
      });
    },
    close: async () => undefined,
  };
}

function counted<S extends object>(store: S, calls: Record<string, number>): S {
  return Object.fromEntries(
    Object.entries(store).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return (call as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as S;
}
