import { errorCode } from '../../engine/errors/levin-error.ts';
import { mapBounded } from '../../engine/ports/map-bounded.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { encodeValue } from '../../engine/records/value.ts';
import type { ReadOffsets } from '../../engine/runtime/commit.ts';
import { type CommittedTasks, readCommitted } from '../../engine/runtime/read-committed.ts';
import { wholeResult } from '../../engine/runtime/task-side.ts';
import { failureOf } from '../../engine/runtime/worker/task-failure.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { FilePartition } from '../../engine/types/task.ts';
import { broadcastsOf, type ResolvedStage, resolveStage } from '../planner/resolve-stage.ts';
import { isCounted } from '../planner/stage-spec.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import type { Broadcasts } from './broadcasts.ts';
import { type BoundsJournal, sampledBounds } from './sampled-bounds.ts';
import type { StageEntry, StageTable } from './stage-table.ts';

export interface StageResolverOptions {
  readonly appId: string;
  readonly root: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
  readonly metadata: MetadataStore;
  readonly journal: BoundsJournal;
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  readonly readOffsets: ReadOffsets;
  /** Fenced. Gives the generation under which an attempt can commit now. */
  readonly raiseGeneration: (task: { readonly stageId: string; readonly partition: number; readonly from: number }) => Promise<number>;
  readonly broadcasts: Broadcasts;
}

export interface StageResolver {
  /** Never rejects: a failure is an event. */
  resolve(stage: number): Promise<SchedulerEvent>;
  /** Reads what is committed of a stage of which nothing will run. */
  readBack(stage: number): Promise<void>;
  /** Somebody found what the tasks of a stage share lost or damaged. */
  storeAgain(stage: number): Promise<void>;
  /** The same for one object, which is the value of a broadcast that the stage uses. False: it is none. */
  storeBroadcastAgain(stage: number, key: string): Promise<boolean>;
}

/** Objects read at the same time. */
const SIDES_AT_ONCE = 16;

/** Fixes a stage's identity, stores what its tasks share, and reads what is committed of it. */
export function createStageResolver(options: StageResolverOptions): StageResolver {
  const { appId, table, objects, metadata, splits } = options;
  const stored = new Set<string>();

  const boundsOf = async ({ draft }: StageEntry): Promise<Uint8Array | null> => {
    const partitioner = draft.plan.sink.kind === 'shuffleWrite' ? draft.plan.sink.partitioner : null;
    if (partitioner?.kind !== 'range') return null;
    if (draft.boundsFrom === null) return encodeValue([]);
    return await sampledBounds({ samples: draft.boundsFrom, numPartitions: partitioner.numPartitions, name: draft.name }, options);
  };
  const sharedOf = ({ resolved, draft }: StageEntry): readonly (readonly [key: string, bytes: Uint8Array])[] => [
    ...(resolved === null || resolved.template.inline !== null
      ? []
      : [[objectKeys.template(appId, resolved.template.hash), resolved.templateBytes] as const]),
    ...[...draft.leaves.values()].flatMap((binding) =>
      binding.kind === 'slices' && binding.node.data.bytes.length > 0
        ? [[objectKeys.data(appId, binding.node.data.hash), binding.node.data.bytes] as const]
        : [],
    ),
  ];
  const storeShared = async (entry: StageEntry): Promise<void> => {
    for (const [key, bytes] of sharedOf(entry)) {
      if (stored.has(key)) continue;
      await objects.put(key, bytes, { ifAbsent: true });
      stored.add(key);
    }
  };
  /** A result whose side is lost is lost with it: nobody else would notice. */
  const wholeResults = async (stageId: string, { results, raised }: CommittedTasks): Promise<CommittedTasks> => {
    const lost: CommittedTasks['raised'][number][] = [];
    const whole = await mapBounded([...results], { concurrency: SIDES_AT_ONCE }, async ([partition, result]) => {
      try {
        return [[partition, await wholeResult(objects, result)] as const];
      } catch (error) {
        if (errorCode(error) !== 'SIDE_LOST') throw error;
        lost.push({ partition, generation: await options.raiseGeneration({ stageId, partition, from: result.generation }) });
        return [];
      }
    });
    return { results: new Map(whole.flat()), raised: [...raised, ...lost] };
  };
  const identify = async (entry: StageEntry): Promise<ResolvedStage> => {
    const bounds = await boundsOf(entry);
    entry.resolved = resolveStage(entry.draft, { appId, root: options.root, splits, stageIdOf: table.stageIdOf, bounds });
    return entry.resolved;
  };
  const read = async ({ stageId, draft }: ResolvedStage): Promise<CommittedTasks> => {
    const taskCount = draft.plan.numPartitions;
    const found = await readCommitted({ metadata, appId, stageId, taskCount, readOffsets: options.readOffsets });
    const whole = await wholeResults(stageId, found);
    for (const [partition, result] of whole.results) table.setResult(draft.stage, partition, result);
    return whole;
  };
  const resolve = async (stage: number): Promise<SchedulerEvent> => {
    const entry = table.get(stage);
    const resolved = await identify(entry);
    await storeShared(entry);
    const { results, raised } = await read(resolved);
    // What is committed is not computed again.
    if (results.size < entry.draft.plan.numPartitions) await options.broadcasts.store(broadcastsOf(entry.draft));
    const committed = [...results].map(([partition, { generation, output, metrics, inputDigest = null }]) => ({
      partition,
      generation,
      checksum: output.checksum,
      inputs: inputDigest,
      badRecords: metrics.badRecords,
    }));
    return { kind: 'stageResolved', stage, stageId: resolved.stageId, taskCount: entry.draft.plan.numPartitions, committed, raised };
  };
  return {
    resolve: (stage) =>
      resolve(stage).catch((thrown: unknown) => {
        const { error, lost } = failureOf(thrown, 'internal');
        return { kind: 'stageResolveFailed', stage, error, lost };
      }),
    async readBack(stage) {
      const entry = table.get(stage);
      const resolved = entry.resolved ?? (await identify(entry));
      if (isCounted(entry.draft)) await read(resolved);
    },
    async storeBroadcastAgain(stage, key) {
      const lost = broadcastsOf(table.get(stage).draft).find((each) => objectKeys.broadcast(appId, each.hash) === key);
      if (lost !== undefined) await options.broadcasts.storeAgain(lost);
      return lost !== undefined;
    },
    async storeAgain(stage) {
      for (const [key, bytes] of sharedOf(table.get(stage))) await objects.put(key, bytes);
    },
  };
}
