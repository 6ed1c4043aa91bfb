import type { AppStart } from '../journal/journal-entry.ts';
import type { PackedJob } from './packed-job.ts';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The process that a driver function runs a job in. */
export interface DriverProcess {
  /** Asks it to leave its application to the next driver; resolves when it has. */
  handOver(): Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface StartDriverProcess {
  readonly appId: string;
  readonly start: AppStart;
  readonly files: PackedJob['files'];
  /** Says what to wait for before more of that stream is taken; null: nothing. */
  readonly onOutput: (stream: 'stdout' | 'stderr', text: string) => Promise<void> | null;
}
