import { createDynamodbClient } from '../engine/adapters/aws/dynamodb-client.ts';
import { createDynamodbMetadataStore } from '../engine/adapters/aws/dynamodb-metadata-store.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { MetadataStore } from '../engine/ports/metadata-store.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import type { Metered } from '../engine/ports/wrappers/meter-stores.ts';
import { createStoreWrappers } from '../engine/ports/wrappers/wrap-remote-stores.ts';
import { addRequests, NO_REQUESTS, type RequestUsage } from '../engine/types/request-usage.ts';
import type { TaskSettings } from '../engine/types/task.ts';
import type { ExecutorEnvironment } from './env.ts';

/** Stores as the supervisor of an executor function needs them: items always, others seldom. */
export interface ExecutorStores {
  readonly metadata: MetadataStore;
  /** Opened when they are first asked for: where payloads are large, and by losers of a race with many partitions. */
  objects(): Promise<ObjectStore>;
  readOffsets(key: string): Promise<readonly number[]>;
  /** Where attempts of these settings stage their files: opened for one that did not win. */
  staged(settings: TaskSettings | undefined): Promise<Pick<StagedFiles, 'discard'>>;
  /** Requests of all up to now. */
  requests(): RequestUsage;
}

export function openExecutorStores(env: ExecutorEnvironment, deps: { readonly clock: Clock; readonly random: Random }): ExecutorStores {
  const client = createDynamodbClient({ endpoint: env.dynamodbEndpoint });
  const items = createStoreWrappers(deps).metadata(createDynamodbMetadataStore({ client, table: env.table, clock: deps.clock }));
  let opened: Metered<ObjectStore> | null = null;
  const usages: (() => RequestUsage | null)[] = [items.usage, () => opened?.usage() ?? null];
  const stagedBySettings = new Map<string, StagedFiles>();
  const objects = async (): Promise<ObjectStore> => {
    const { openObjects } = await import('./open-objects.ts');
    opened ??= openObjects(env, deps);
    return opened.store;
  };
  return {
    metadata: items.store,
    objects,
    async readOffsets(key) {
      const { createExchange } = await import('../shuffle/exchange.ts');
      return await createExchange({ objects: await objects() }).readOffsets(key);
    },
    async staged(settings) {
      const { openStagedFiles } = await import('./open-staged-files.ts');
      const name = JSON.stringify(settings);
      const known = stagedBySettings.get(name);
      if (known !== undefined) return known;
      const { staged, usage } = openStagedFiles({ localFiles: env.localFiles, settings }, deps);
      stagedBySettings.set(name, staged);
      usages.push(usage);
      return staged;
    },
    requests: () => usages.reduce((sum, usage) => addRequests(sum, usage() ?? NO_REQUESTS), NO_REQUESTS),
  };
}
