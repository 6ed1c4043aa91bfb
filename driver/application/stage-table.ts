import { LevinError } from '../../engine/errors/levin-error.ts';
import type { TaskOutput, TaskResult } from '../../engine/types/task.ts';
import type { TaskSide } from '../../engine/types/task-side.ts';
import type { ResolvedStage } from '../planner/resolve-stage.ts';
import type { StageDraft } from '../planner/stage-draft.ts';

/** What a map task made, as the driver keeps it: 50,000 tasks with 1,000 reducers are 50 million offsets, which no list of numbers should hold. */
export type KeptOutput =
  | Exclude<TaskOutput, { kind: 'shuffle' }>
  | { readonly kind: 'shuffle'; readonly key: string; readonly offsets: Uint32Array | Float64Array; readonly checksum: string };

export type KeptResult = Omit<TaskResult, 'output' | 'side'> & {
  readonly output: KeptOutput;
  /** Absent: there is nothing beside the output. */
  readonly side?: TaskSide;
};

/** Everything the driver knows of one stage besides the scheduler's own state. */
export interface StageEntry {
  readonly draft: StageDraft;
  resolved: ResolvedStage | null;
  /** Committed results by partition. */
  readonly results: (KeptResult | undefined)[];
  /** Changes with every result that comes or goes: derived data of an older version is stale. */
  version: number;
}

/** Stages by number, and what is committed of them. */
export interface StageTable {
  add(draft: StageDraft): void;
  get(stage: number): StageEntry;
  stageIdOf(stage: number): string;
  /** Of a whole result: what was stored beside it is read. Nothing happens when it came too late: for a stage that was removed, or of a generation that was lost since. */
  setResult(stage: number, partition: number, result: TaskResult): void;
  /** All results of a stage that is done, in partition order. */
  resultsOf(stage: number): readonly KeptResult[];
  remove(stage: number): void;
}

/** `onResult`: a result has become the task's, perhaps the one that it had. */
export function createStageTable(
  onResult: (draft: StageDraft, partition: number, result: KeptResult) => void = () => undefined,
): StageTable {
  const entries = new Map<number, StageEntry>();
  const get = (stage: number): StageEntry => {
    const entry = entries.get(stage);
    if (entry !== undefined) return entry;
    throw internal(`stage ${stage} is not known to the driver`);
  };
  return {
    add(draft) {
      if (!entries.has(draft.stage)) entries.set(draft.stage, { draft, resolved: null, results: [], version: 0 });
    },
    get,
    stageIdOf(stage) {
      const { resolved } = get(stage);
      if (resolved === null) throw internal(`stage ${stage} is used before it was resolved`);
      return resolved.stageId;
    },
    setResult(stage, partition, result) {
      const entry = entries.get(stage);
      if (entry === undefined || (entry.results[partition]?.generation ?? 0) > result.generation) return;
      const keeping = keptResult(result);
      entry.results[partition] = keeping;
      entry.version++;
      onResult(entry.draft, partition, keeping);
    },
    resultsOf(stage) {
      const { results, draft } = get(stage);
      for (let partition = 0; partition < draft.plan.numPartitions; partition++) {
        if (results[partition] === undefined) throw internal(`partition ${partition} of stage ${stage} is read before it is committed`);
      }
      return results as readonly KeptResult[];
    },
    remove: (stage) => void entries.delete(stage),
  };
}

function keptResult({ side, output, ...result }: TaskResult): KeptResult {
  if (side === undefined) return { ...result, output: kept(output) };
  if (side.kind === 'here') return { ...result, output: kept(output), side: side.side };
  throw internal(`what stands in ${side.key} was not read with its result`);
}

function kept(output: TaskOutput): KeptOutput {
  if (output.kind !== 'shuffle') return output;
  const { offsets } = output;
  const end = offsets.at(-1) ?? 0;
  return { ...output, offsets: end < 2 ** 32 ? Uint32Array.from(offsets) : Float64Array.from(offsets) };
}

function internal(what: string): LevinError {
  return new LevinError({ code: 'INTERNAL', fault: 'internal', message: `levin's driver is inconsistent: ${what}. Please report this.` });
}
