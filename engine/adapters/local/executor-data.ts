import type { ExecutorHookData } from '../../closures/loading/executor-hooks.ts';
import type { BlockCompression } from '../../records/compress-block.ts';
import type { TaskMemory } from '../../types/task-memory.ts';

/** What the entry of a local worker thread wires itself with: its `workerData`. */
export interface LocalWorkerData {
  /** Folder of levin's own objects. */
  readonly objectsRoot: string;
  /** Folder of what the worker's attempts spill; it has a folder in there for each thread. */
  readonly scratchRoot: string;
  readonly memory: TaskMemory;
  /** Of broadcasts that a thread keeps; null: what suits the memory. */
  readonly broadcastBytes: number | null;
  /** Of its `executionBytes`, what tasks leave to kept blocks. */
  readonly storageFraction: number;
  readonly shuffleCompression: BlockCompression;
  /** Of `s3://` paths. */
  readonly requesterPays: boolean;
  /** User modules from disk, or from bundles that are kept in a folder of this executor. */
  readonly code: { readonly kind: 'disk'; readonly hooks: ExecutorHookData } | { readonly kind: 'bundle'; readonly folder: string };
}

/** What the entry of a local executor process wires itself with: `data` of its setup. */
export interface LocalExecutorData {
  readonly objectsRoot: string;
  readonly metadataFile: string;
  readonly broadcastBytes: number | null;
  readonly storageFraction: number;
  readonly shuffleCompression: BlockCompression;
  /** Of `s3://` paths. */
  readonly requesterPays: boolean;
}
