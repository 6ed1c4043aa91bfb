import type { PreferredPlaces } from '../types/block-report.ts';
import type { PaidWork, SentWith } from '../types/invocation.ts';
import type { TaskEvent, TaskOutcome, TaskSpec } from '../types/task.ts';

/** What a runner can do; the scheduler asks these flags, never which runner it is. */
export interface RunnerCapabilities {
  /** A given executor can be chosen. */
  readonly addressable: boolean;
  /** Survives user code that loops for ever, exits the process or runs out of memory. */
  readonly isolated: boolean;
  /** Attempts that run at once; more are queued by the runner. */
  readonly concurrency: number;
  /** Attempts worth handing over at once, so that no executor waits for the driver (at least `concurrency`). */
  readonly queueDepth: number;
  /** Largest TaskSpec, encoded. */
  readonly maxPayloadBytes: number;
  /** Longest attempt the platform allows; null is no limit. */
  readonly maxTaskMs: number | null;
  /** Attempts go on when the driver that launched them is gone: its successor waits for them, at most `maxTaskMs`. Default: they end with it. */
  readonly outlivesDriver?: boolean;
  /**
   * Memory that an executor can have, in MB, ascending; an attempt that needs more than one size gets the next. Empty: there is no limit but
   * the machine's.
   */
  readonly memorySizesMb: readonly number[];
  /** Memory that comes with a whole CPU, in MB: with less, a task computes slower in proportion. Default: memory and speed are not tied. */
  readonly mbPerVcpu?: number;
  /** Workers stay and keep blocks of persisted RDDs from task to task. Default: nothing is kept. */
  readonly keepsBlocks?: boolean;
  /** User modules come from a bundle in the object store; false: from disk. */
  readonly needsBundle: boolean;
}

export interface RunOptions {
  /** Aborting stops the attempt within two seconds, endless loop or not, where the runner is `isolated`; the outcome is then a failure of kind `cancelled`. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: TaskEvent) => void;
  /** Where attempts outlive the driver: to be awaited each time before anything of this one is sent to where it goes on; when it rejects the attempt is not sent. No `sentWith`: it costs nothing. */
  readonly onLaunch?: (sentWith?: SentWith) => Promise<void>;
  /** It was sent and not begun: the runner keeps it again, for a later `onLaunch`. */
  readonly onReturn?: () => void;
  /** Executors to run it on only if there is no other one, where the runner is `addressable`. */
  readonly avoid?: readonly string[];
  /** Where blocks are that it would have to compute elsewhere, where the runner `keepsBlocks`. */
  readonly prefer?: PreferredPlaces;
  /** To run it twice at once would be noticed: it is never handed over together with others, for those that wait behind a slow one are run elsewhere. */
  readonly alone?: boolean;
  /** One of `memorySizesMb`; default: the smallest. */
  readonly memorySizeMb?: number;
}

/**
 * Runs one attempt of one task, and commits its output.
 *
 * `run` rejects never for what happens in the attempt: that is an outcome. It rejects with `RUNNER_CLOSED` after `close`.
 * A returned success is committed: its result is the elected winner's, this attempt's or another's.
 * Where an attempt may be delivered twice, each delivery runs under an id of its own (`ownDelivery`).
 * `close` stops what runs, ends every process and thread that the runner started, and is idempotent.
 */
export interface TaskRunner {
  readonly capabilities: RunnerCapabilities;
  run(task: TaskSpec, options: RunOptions): Promise<TaskOutcome>;
  /** Where it `keepsBlocks`: drops those of these RDDs; `forGood`: they are not persisted any more. */
  dropBlocks?(rdds: readonly number[], forGood: boolean): void;
  /** What runs now, or of that what was told to stop, where it is paid for; absent: nothing is. */
  paid?(which: 'running' | 'stopping'): PaidWork;
  /** After everything was cancelled: waits until it has stopped, for some seconds, and gives what has not. */
  drain?(): Promise<PaidWork>;
  /** Where attempts outlive the driver: those in flight are another driver's from here on. What aborts or closes them ends the wait for them alone. */
  leave?(): void;
  /** Has every executor drop what it keeps of a broadcast; absent: executors cannot be told, and keep it until they need the room. */
  forgetBroadcast?(appId: string, hash: string): void;
  /** Where attempts outlive the driver: tells those that other drivers of the application have launched to stop. Nothing is heard of them. */
  callOff?(appId: string, attemptIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
