import type { Build } from '../../engine/runtime/supervisor/executor-protocol.ts';
import type { TaskMetrics } from '../../engine/types/task.ts';

export const BENCH_BUILD: Build = { levin: '0.0.0-bench', nodeMajor: 24 };

/** Of attempts that are not run. */
export const METRICS: TaskMetrics = {
  recordsRead: 1000,
  bytesRead: 128 * 1024 * 1024,
  recordsWritten: 0,
  bytesWritten: 0,
  shuffleBytesRead: 0,
  shuffleRecordsRead: 0,
  shuffleBytesWritten: 1_000_000,
  shuffleRecordsWritten: 1000,
  spills: 0,
  forcedSpills: 0,
  memoryBytesSpilled: 0,
  diskBytesSpilled: 0,
  runMs: 1,
  peakRssBytes: 100_000_000,
  badRecords: 0,
};
