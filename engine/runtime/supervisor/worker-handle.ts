import type { FromWorker, ToWorker } from '../worker/worker-protocol.ts';

/** Why a worker is not there any more. */
export type WorkerEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'crashed'; readonly error: unknown }
  | { readonly kind: 'out-of-memory'; readonly error: unknown };

export interface WorkerEvents {
  readonly onMessage: (message: FromWorker) => void;
  /** Last event of a worker, also when it was terminated. */
  readonly onEnd: (end: WorkerEnd) => void;
}

/** Milliseconds that a worker's event loop computed and waited since it started. */
export interface WorkerActivity {
  readonly activeMs: number;
  readonly idleMs: number;
}

/** One thread of user code, seen from its supervisor. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Ends the thread whatever it does; resolves when it is gone. */
  terminate(): Promise<void>;
  activity(): WorkerActivity;
  /** Whether the worker keeps the process alive. */
  hold(busy: boolean): void;
}

/** Starts a worker at once; messages may be posted before it is up. */
export type SpawnWorker = (events: WorkerEvents) => WorkerHandle;
