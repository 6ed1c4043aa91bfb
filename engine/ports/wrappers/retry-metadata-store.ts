import { conditionHolds } from '../metadata-condition.ts';
import { metadataKeyText } from '../metadata-errors.ts';
import type { Condition, MetadataStore, TransactResult, TransactWrite, WriteResult } from '../metadata-store.ts';
import { createRetryPolicy, outcomeUnknown, type RetryOptions } from './retry-policy.ts';
import { sameItem } from './same-item.ts';

/**
 * Tries transient failures again.
 *
 * Reads, checks alone, and writes without any condition may be done twice: who sets no condition has said that whatever stands there may go.
 *
 * A write with a condition whose answer was lost is not asked for again before what stands there has told whether it was done.
 * Its *witness* is a conditional put that its own effect refutes (`absent`, or `equals` a version that the item raises),
 * or a conditional delete. All writes of a transaction are done or none, so one witness speaks for all:
 * ```
 * what stands under the witness's key         so the write             and the call
 * the item that the put wrote                 was done                 answers `written: true`
 * something of which the condition holds      was not done             is made again
 * anything else, or no witness at all         may have been done       fails with `OUTCOME_UNKNOWN`
 * ```
 * In the first line somebody else may have written the very same item: who elects a winner writes its own identity into the item.
 * In the last line we may have won and been replaced since, or lost: only the caller, who knows what its items mean, can tell.
 * A condition that stays true after the write (`equals` a field that the item keeps) gives no witness: made again, the write could undo
 * what somebody built on the first.
 */
export function retryMetadataStore(store: MetadataStore, options: RetryOptions): MetadataStore {
  const policy = createRetryPolicy(options);
  /** A look that fails takes none of the write's attempts. */
  const read: MetadataStore['get'] = (key, readOptions) => policy.run(readOptions?.signal, () => store.get(key, readOptions));

  const write = <R extends { readonly written: boolean }>(
    writes: readonly TransactWrite[],
    guard: { readonly conditional: boolean; readonly signal: AbortSignal | undefined },
    call: () => Promise<R>,
  ): Promise<R | { readonly written: true }> =>
    policy.run(guard.signal, async (maybeDone, cause) => {
      if (!maybeDone || !guard.conditional) return call();
      const unknown = (): Error => outcomeUnknown(writes.map(({ key }) => metadataKeyText(key)).join(', '), cause);
      const before = await settle(read, writes, guard.signal);
      if (before === 'unknown') throw unknown();
      if (before === 'done') return { written: true };
      const result = await call();
      if (result.written) return result;
      // The lost call may have been on its way all the time, and have come first.
      const after = await settle(read, writes, guard.signal);
      if (after === 'unknown') throw unknown();
      return after === 'done' ? { written: true } : result;
    });

  return {
    get: read,
    query: (partition, prefix, readOptions) => policy.run(readOptions?.signal, () => store.query(partition, prefix, readOptions)),
    put: (key, item, putOptions = {}): Promise<WriteResult> => {
      const { condition, signal } = putOptions;
      const writes: TransactWrite[] = [{ kind: 'put', key, item, ...(condition === undefined ? {} : { condition }) }];
      return write(writes, { conditional: condition !== undefined, signal }, () => store.put(key, item, putOptions));
    },
    delete: (key, deleteOptions = {}): Promise<WriteResult> => {
      const { condition, signal } = deleteOptions;
      const writes: TransactWrite[] = [{ kind: 'delete', key, ...(condition === undefined ? {} : { condition }) }];
      // Deleting only what is not there changes nothing, however often.
      const conditional = condition !== undefined && condition.kind !== 'absent';
      return write(writes, { conditional, signal }, () => store.delete(key, deleteOptions));
    },
    transact: (checks, writes, transactOptions): Promise<TransactResult> => {
      const conditional = writes.length > 0 && (checks.length > 0 || writes.some(({ condition }) => condition !== undefined));
      return write(writes, { conditional, signal: transactOptions?.signal }, () => store.transact(checks, writes, transactOptions));
    },
  };
}

type Settled = 'done' | 'not done' | 'unknown';

async function settle(read: MetadataStore['get'], writes: readonly TransactWrite[], signal: AbortSignal | undefined): Promise<Settled> {
  for (const witness of writes.filter(isWitness)) {
    const current = await read(witness.key, signal === undefined ? {} : { signal });
    if (witness.kind === 'put' && current !== null && sameItem(current, witness.item)) return 'done';
    if (conditionHolds(witness.condition, current)) return 'not done';
  }
  return 'unknown';
}

type Witness = TransactWrite & { readonly condition: Condition };

/** Whether the write's own effect refutes its condition. */
function isWitness(write: TransactWrite): write is Witness {
  if (write.condition === undefined) return false;
  return !conditionHolds(write.condition, write.kind === 'put' ? write.item : null);
}
