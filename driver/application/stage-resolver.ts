import { LevinError } from '../../engine/errors/levin-error.ts';
import type { MetadataStore } from '../../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { encodeValue } from '../../engine/records/value.ts';
import type { ReadOffsets } from '../../engine/runtime/commit.ts';
import { readCommitted } from '../../engine/runtime/read-committed.ts';
import { failureOf } from '../../engine/runtime/worker/task-failure.ts';
import type { LostOutput } from '../../engine/types/failure.ts';
import { objectKeys } from '../../engine/types/keys.ts';
import type { FilePartition } from '../../engine/types/task.ts';
import { computeBounds } from '../../shuffle/range-bounds.ts';
import { resolveStage } from '../planner/resolve-stage.ts';
import type { SchedulerEvent } from '../scheduler/events.ts';
import { createResultReader } from './result-reader.ts';
import type { StageEntry, StageTable } from './stage-table.ts';

/** Decisions that must be the same when the job file runs again. */
export interface BoundsJournal {
  bounds(stageKey: string): Uint8Array | null;
  recordBounds(stageKey: string, bounds: Uint8Array): Promise<void>;
}

export interface StageResolverOptions {
  readonly appId: string;
  readonly root: string;
  readonly table: StageTable;
  readonly objects: ObjectStore;
  readonly metadata: MetadataStore;
  readonly journal: BoundsJournal;
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  readonly readOffsets: ReadOffsets;
}

/** Fixes a stage's identity, stores what its tasks share, and reads what is committed of it. Never rejects: a failure is an event. */
export function createStageResolver(options: StageResolverOptions): (stage: number) => Promise<SchedulerEvent> {
  const { appId, table, objects, metadata, splits } = options;
  const stored = new Set<string>();

  const storeOnce = async (key: string, bytes: Uint8Array): Promise<void> => {
    if (stored.has(key)) return;
    await objects.put(key, bytes, { ifAbsent: true });
    stored.add(key);
  };
  const storeShared = async (entry: StageEntry): Promise<void> => {
    const { resolved, draft } = entry;
    if (resolved !== null && resolved.template.inline === null) {
      await storeOnce(objectKeys.template(appId, resolved.template.hash), resolved.templateBytes);
    }
    for (const binding of draft.leaves.values()) {
      if (binding.kind === 'slices' && binding.node.data.bytes.length > 0) {
        await storeOnce(objectKeys.data(appId, binding.node.data.hash), binding.node.data.bytes);
      }
    }
  };
  const resolve = async (stage: number): Promise<SchedulerEvent> => {
    const entry = table.get(stage);
    const bounds = await boundsOf(entry, options);
    entry.resolved = resolveStage(entry.draft, { appId, root: options.root, splits, stageIdOf: table.stageIdOf, bounds });
    await storeShared(entry);
    const { stageId } = entry.resolved;
    const taskCount = entry.draft.plan.numPartitions;
    const { results, raised } = await readCommitted({ metadata, appId, stageId, taskCount, readOffsets: options.readOffsets });
    for (const [partition, result] of results) table.setResult(stage, partition, result);
    const committed = [...results].map(([partition, { generation, output, inputDigest = null }]) => ({
      partition,
      generation,
      checksum: output.checksum,
      inputs: inputDigest,
    }));
    return { kind: 'stageResolved', stage, stageId, taskCount, committed, raised };
  };
  return (stage) =>
    resolve(stage).catch((thrown: unknown) => {
      const { error, lost } = failureOf(thrown, 'internal');
      return { kind: 'stageResolveFailed', stage, error, lost };
    });
}

/** Range bounds: those in the journal, else computed from the sample stage's results and journaled before they are used. */
async function boundsOf(entry: StageEntry, options: StageResolverOptions): Promise<Uint8Array | null> {
  const { boundsFrom, plan } = entry.draft;
  const partitioner = plan.sink.kind === 'shuffleWrite' ? plan.sink.partitioner : null;
  if (partitioner?.kind !== 'range') return null;
  if (boundsFrom === null) return encodeValue([]);
  const key = options.table.stageIdOf(boundsFrom);
  const known = options.journal.bounds(key);
  if (known !== null) return known;
  const reader = createResultReader(entry.draft.name, { objects: options.objects, maxResultBytes: 0 });
  const samples: [number, readonly unknown[]][] = [];
  const lost: LostOutput[] = [];
  for (const [partition, { output, generation }] of options.table.resultsOf(boundsFrom).entries()) {
    const read = await reader.read(output);
    if (read.kind === 'lost') lost.push({ stageId: key, partition, generation });
    else samples.push(...(read.records as [number, readonly unknown[]][]));
  }
  if (lost.length > 0) throw samplesLost(entry.draft.name, lost);
  const bounds = encodeValue(computeBounds(samples, partitioner.numPartitions));
  await options.journal.recordBounds(key, bounds);
  return bounds;
}

function samplesLost(stage: string, lost: readonly LostOutput[]): LevinError {
  return new LevinError({
    code: 'FETCH_FAILED',
    fault: 'transient',
    message: `The samples that give ${stage} its bounds were committed but cannot be read (${lost.length} of them). Something deletes or damages files in the state folder.`,
    details: { lost },
  });
}
