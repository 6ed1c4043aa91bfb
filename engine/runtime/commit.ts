import { LevinError } from '../errors/levin-error.ts';
import type { Condition, MetadataItem, MetadataStore } from '../ports/metadata-store.ts';
import { launchedId } from '../types/attempt-id.ts';
import type { TaskFailure } from '../types/failure.ts';
import { metadataKeys } from '../types/keys.ts';
import type { TaskMetrics, TaskOutcome, TaskOutput, TaskResult, TaskSpec } from '../types/task.ts';
import type { TaskSide } from '../types/task-side.ts';
import { type CommitRecord, type CommitTask, decodeCommitItem, encodeCommitItem } from './commit-item.ts';
import { repeatWrite } from './repeat-write.ts';

/** Reads a shuffle object's offsets out of its tail: `Exchange.readOffsets`. */
export type ReadOffsets = (key: string) => Promise<readonly number[]>;

export interface CommitAttempt {
  readonly metadata: MetadataStore;
  readonly spec: Pick<TaskSpec, 'appId' | 'stageId' | 'partition' | 'generation' | 'attemptId' | 'inputDigest'>;
  /** What the attempt wrote under keys of its own. */
  readonly prepared: { readonly output: TaskOutput; readonly metrics: TaskMetrics; readonly side?: TaskSide };
  /** Asked only when the race is lost to a winner with too many partitions for its item. */
  readonly readOffsets: ReadOffsets;
  /** Takes the attempt's output away, which nobody will ever read: it has lost, and was never the winner. */
  readonly discard: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Makes an attempt's output real by one conditional write, or gives the output of the attempt that was first.
 *
 * ```
 *  generation 0:  no item                                ──put──▶ { generation: 0, winner: me, … }
 *  generation g:  { generation: g, winner: null }         ──put──▶ { generation: g, winner: me, … }
 *  refused:       { generation: g, winner: other, … }     the race is lost: other's result is returned
 *                 { generation: > g }                     `superseded`: the output of generation g was lost meanwhile
 * ```
 * An attempt that finds itself the winner has won: so the write is repeated when its outcome is unknown, and the call may be too.
 */
export async function commitAttempt(commit: CommitAttempt): Promise<TaskOutcome> {
  const { metadata, spec, prepared, signal } = commit;
  const result = preparedResult(spec, prepared);
  const key = metadataKeys.commit(spec.appId, spec.stageId, spec.partition);
  const item = encodeCommitItem(spec, result);
  const options = { condition: electionOf(spec.generation), ...(signal === undefined ? {} : { signal }) };
  let mayHaveWon = false;
  const put = await repeatWrite((maybeDone) => {
    mayHaveWon = maybeDone;
    return metadata.put(key, item, options);
  });
  if (put.written) return { kind: 'success', result, lostRace: false };
  return await refused(commit, result, { current: put.current, mayHaveWon });
}

/** What an attempt has made, as the result that it is when the attempt wins. */
export function preparedResult(spec: CommitAttempt['spec'], { output, metrics, side }: CommitAttempt['prepared']): TaskResult {
  const { attemptId, generation, inputDigest } = spec;
  const optional = {
    ...(inputDigest === undefined ? {} : { inputDigest }),
    ...(side === undefined ? {} : { side: { kind: 'here', side } as const }),
  };
  return { attemptId, generation, output, metrics, ...optional };
}

/** The record's result; null when its generation has no winner. */
export async function resultOf(record: CommitRecord, readOffsets: ReadOffsets): Promise<TaskResult | null> {
  if (record.winner === null) return null;
  const { winner: attemptId, output, ...rest } = record;
  if (output.kind !== 'shuffle') return { attemptId, output, ...rest };
  const offsets = output.offsets ?? (await readOffsets(output.key));
  return { attemptId, output: { ...output, offsets }, ...rest };
}

function electionOf(generation: number): Condition {
  return generation === 0 ? { kind: 'absent' } : { kind: 'equals', fields: { generation, winner: null } };
}

interface Refusal {
  readonly current: MetadataItem | null;
  /** The answer to an earlier try was lost. */
  readonly mayHaveWon: boolean;
}

async function refused(commit: CommitAttempt, mine: TaskResult, { current, mayHaveWon }: Refusal): Promise<TaskOutcome> {
  const { spec } = commit;
  const record = current === null ? null : decodeCommitItem(spec, current);
  if (record?.generation === spec.generation && record.winner === spec.attemptId) return { kind: 'success', result: mine, lostRace: false };
  // Whoever won a generation that is over may stand in a publication that was decided before.
  if (!mayHaveWon || record === null || record.generation <= spec.generation) await commit.discard();
  if (record === null) throw inconsistent(spec, 'its commit item was deleted while it ran: the application was stopped or cleaned up');
  return await decidedOutcome(record, spec, commit.readOffsets);
}

/** What an item that has decided about an attempt's generation means for the attempt. */
export async function decidedOutcome(record: CommitRecord, spec: CommitAttempt['spec'], readOffsets: ReadOffsets): Promise<TaskOutcome> {
  if (record.generation > spec.generation) return { kind: 'failure', failure: superseded(spec, record.generation) };
  const result = record.generation < spec.generation ? null : await resultOf(record, readOffsets);
  if (result === null) throw inconsistent(spec, `its commit item is of generation ${record.generation}, winner ${record.winner ?? 'none'}`);
  const mine = [result.attemptId, launchedId(result.attemptId)].includes(spec.attemptId);
  return { kind: 'success', result, lostRace: !mine };
}

function superseded(spec: CommitAttempt['spec'], generation: number): TaskFailure {
  const message = `Partition ${spec.partition} of stage ${spec.stageId} is at generation ${generation} now; this attempt ran for generation ${spec.generation} and its output is not used.`;
  return {
    kind: 'superseded',
    fault: 'transient',
    error: { name: 'LevinError', message, stack: null, code: 'ATTEMPT_SUPERSEDED', cause: null, fields: {} },
    lost: [],
  };
}

function inconsistent(spec: CommitTask & { readonly generation: number }, what: string): LevinError {
  return new LevinError({
    code: 'COMMIT_INCONSISTENT',
    fault: 'internal',
    message: `Partition ${spec.partition} of stage ${spec.stageId}, generation ${spec.generation}, cannot commit: ${what}. An attempt is only launched for the generation that stands in the metadata store.`,
  });
}
