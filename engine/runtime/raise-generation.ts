import { LevinError } from '../errors/levin-error.ts';
import { conditionHolds } from '../ports/metadata-condition.ts';
import type { Check, Condition, MetadataStore } from '../ports/metadata-store.ts';
import { metadataKeys } from '../types/keys.ts';
import { type CommitRecord, type CommitTask, decodeCommitItem } from './commit-item.ts';
import { leaseLost } from './lease-lost.ts';
import { repeatWrite } from './repeat-write.ts';

export interface RaiseGeneration extends CommitTask {
  readonly metadata: MetadataStore;
  /** The driver's lease: a driver that lost it raises nothing. */
  readonly fence: Check;
  /** The generation whose committed output is lost. */
  readonly from: number;
  /** It may not have been committed: then no attempt of it can be any more. */
  readonly uncommitted?: true;
}

/**
 * Declares the committed output of one task lost, so that a new attempt can commit and readers stop using the old one.
 *
 * ```
 *  { generation: from, winner: w, … }  ──fenced──▶  { generation: from + 1, winner: null }
 * ```
 * Gives the generation under which an attempt can commit now. Nothing is written when the item is past `from` already: so it is
 * safe to call again. Fails with `COMMIT_INCONSISTENT` when generation `from` was never committed, unless that is expected (`uncommitted`),
 * and with `LEASE_LOST` for a driver that was replaced.
 */
export async function raiseGeneration(raise: RaiseGeneration): Promise<number> {
  const key = metadataKeys.commit(raise.appId, raise.stageId, raise.partition);
  const item = await raise.metadata.get(key);
  if (raise.uncommitted === true) return await passOver(raise, item === null ? null : decodeCommitItem(raise, item));
  if (item === null) throw await refused(raise, 'it has no commit item');
  const { generation, winner } = decodeCommitItem(raise, item);
  if (generation > raise.from) return generation;
  if (generation < raise.from || winner === null)
    throw await refused(raise, `it stands at generation ${generation}, winner ${winner ?? 'none'}`);
  const raised = generation + 1;
  const condition = { kind: 'equals', fields: { generation, winner } } as const;
  const put = { kind: 'put', key, item: { generation: raised, winner: null }, condition } as const;
  const written = await repeatWrite(() => raise.metadata.transact([raise.fence], [put]));
  if (written.written) return raised;
  if (written.failed.partition === key.partition && written.failed.sort === key.sort && written.current !== null) {
    return decodeCommitItem(raise, written.current).generation;
  }
  throw leaseLost(raise.appId, written.current);
}

/** Whoever was replaced long ago may find the work of its successor gone, too: that says nothing about its own. */
async function refused(raise: RaiseGeneration, what: string): Promise<LevinError> {
  const lease = await raise.metadata.get(raise.fence.key);
  return conditionHolds(raise.fence.condition, lease) ? neverCommitted(raise, what) : leaseLost(raise.appId, lease);
}

/** The same whether generation `from` has a winner or not, or gets one meanwhile. */
async function passOver(raise: RaiseGeneration, record: CommitRecord | null): Promise<number> {
  if (record !== null && record.generation > raise.from) return record.generation;
  const key = metadataKeys.commit(raise.appId, raise.stageId, raise.partition);
  const raised = raise.from + 1;
  const condition: Condition =
    record === null ? { kind: 'absent' } : { kind: 'equals', fields: { generation: record.generation, winner: record.winner } };
  const put = { kind: 'put', key, item: { generation: raised, winner: null }, condition } as const;
  const written = await repeatWrite(() => raise.metadata.transact([raise.fence], [put]));
  if (written.written) return raised;
  if (written.failed.partition !== key.partition || written.failed.sort !== key.sort) throw leaseLost(raise.appId, written.current);
  return await passOver(raise, written.current === null ? null : decodeCommitItem(raise, written.current));
}

function neverCommitted(raise: RaiseGeneration, what: string): LevinError {
  return new LevinError({
    code: 'COMMIT_INCONSISTENT',
    fault: 'internal',
    message: `The output of partition ${raise.partition} of stage ${raise.stageId}, generation ${raise.from}, was reported lost but never committed: ${what}. The application's metadata was changed by something else; start a new application.`,
  });
}
