/** Where adapters are chosen: the only file of the driver that knows which stores and runners there are. */
import { join } from 'node:path';
import { createDirectoryObjectStore } from '../engine/adapters/local/directory-object-store.ts';
import { createLocalClusterRunner } from '../engine/adapters/local/local-cluster-runner.ts';
import { createSqliteMetadataStore, type SqliteMetadataStore } from '../engine/adapters/local/sqlite-metadata-store.ts';
import { createSystemClock } from '../engine/adapters/local/system-clock.ts';
import { createSystemRandom } from '../engine/adapters/local/system-random.ts';
import { createWorkerThreadsRunner } from '../engine/adapters/local/worker-threads-runner.ts';
import { executorHookData } from '../engine/closures/loading/executor-code.ts';
import { levinPackage } from '../engine/closures/loading/levin-package.ts';
import { currentLoader } from '../engine/closures/loading/loader-state.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { Exchange } from '../engine/ports/exchange.ts';
import type { ObjectStore } from '../engine/ports/object-store.ts';
import type { Random } from '../engine/ports/random.ts';
import type { TaskRunner } from '../engine/ports/task-runner.ts';
import { createExchange } from '../shuffle/exchange.ts';
import type { Master } from './config/parse-master.ts';

export interface Stores {
  /** levin's own objects: outputs, templates, bundles, event logs. */
  readonly objects: ObjectStore;
  /** The user's files; keys are absolute paths without the leading slash. */
  readonly files: ObjectStore;
  readonly metadata: SqliteMetadataStore;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
}

/** Stores below the state folder, shared by driver and executors of this machine. */
export function openStores(stateDir: string): Stores {
  const clock = createSystemClock();
  const objects = createDirectoryObjectStore({ root: join(stateDir, 'objects') });
  return {
    objects,
    files: createDirectoryObjectStore({ root: '/', followLinks: true }),
    metadata: createSqliteMetadataStore({ file: join(stateDir, 'metadata.sqlite'), clock }),
    exchange: createExchange({ objects }),
    clock,
    random: createSystemRandom(),
  };
}
