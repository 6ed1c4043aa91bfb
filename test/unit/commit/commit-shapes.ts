import type { TaskMetrics, TaskOutput } from '../../../engine/types/task.ts';

export const metrics: TaskMetrics = {
  recordsRead: 1_000_000,
  bytesRead: 52_428_800,
  recordsWritten: 999,
  bytesWritten: 12_345,
  shuffleBytesRead: 0,
  shuffleRecordsRead: 0,
  shuffleBytesWritten: 5_000_000_000,
  shuffleRecordsWritten: 7,
  spills: 34,
  forcedSpills: 1,
  memoryBytesSpilled: 4_000_000_000,
  diskBytesSpilled: 1_200_000_000,
  runMs: 1234,
  peakRssBytes: 250_000_000,
  badRecords: 3,
};

export const task = { appId: 'app-1', stageId: '0123456789abcdef0123456789abcdef', partition: 7 } as const;

/** Attempt ids look like `Random.uuid()`: 32 hex digits. */
export const attemptA: string = 'a'.repeat(32);
export const attemptB: string = 'b'.repeat(32);

export function shuffleOutput(attemptId: string, offsets: readonly number[]): TaskOutput {
  return {
    kind: 'shuffle',
    key: `apps/app-1/shuffle/0123456789abcdef0123456789abcdef/7-${attemptId}`,
    offsets,
    checksum: '00ff00ff00ff00ff',
  };
}
