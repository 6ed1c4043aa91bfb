import type { StagedFiles } from '../staged-files.ts';
import { retryDeletes } from './retry-deletes.ts';
import { createRetryPolicy, type RetryOptions } from './retry-policy.ts';

/** Tries transient failures again: each key is staged by one attempt only, so all of these may be done twice. */
export function retryStagedFiles(staged: StagedFiles, options: RetryOptions): StagedFiles {
  const policy = createRetryPolicy(options);
  return {
    mark(key, { beforeRetry } = {}) {
      let tries = 0;
      return policy.run(undefined, async () => {
        if (tries++ > 0) await beforeRetry?.();
        await staged.mark(key);
      });
    },
    stage: (key, body, stageOptions) => policy.run(stageOptions?.signal, () => staged.stage(key, body, stageOptions)),
    publish: (key) => policy.run(undefined, () => staged.publish(key)),
    list: (folder) => policy.run(undefined, () => staged.list(folder)),
    discard: (folder, keys) => retryDeletes(policy, keys, { signal: undefined, call: (left) => staged.discard(folder, left) }),
  };
}
