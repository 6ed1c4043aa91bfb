import { LevinError } from '../../errors/levin-error.ts';
import type { DeleteReport } from '../object-store.ts';
import type { RetryPolicy } from './retry-policy.ts';

export interface RetryDeletes {
  readonly signal: AbortSignal | undefined;
  readonly call: (keys: readonly string[]) => Promise<DeleteReport>;
}

/** Deletes a batch; keys that are reported as failed are tried again, and those that fail to the last are reported. */
export async function retryDeletes(policy: RetryPolicy, keys: readonly string[], { signal, call }: RetryDeletes): Promise<DeleteReport> {
  let left = keys;
  let report: DeleteReport = { failed: [] };
  const partly = new LevinError({ code: 'PARTLY_DELETED', fault: 'transient', message: 'Some keys of a batch could not be deleted.' });
  try {
    await policy.run(signal, async () => {
      report = await call(left);
      left = report.failed.map(({ key }) => key);
      if (left.length > 0) throw partly;
    });
  } catch (error) {
    if (error !== partly) throw error;
  }
  return report;
}
