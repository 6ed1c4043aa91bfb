import type { RunProfile, StageProfile, TaskProfile } from '../../../driver/whatif/run-profile.ts';
import { newCounters } from '../../../engine/runtime/task-context.ts';

/** A task that did nothing but what is said. */
export function task(partition: number, did: Partial<TaskProfile> = {}): TaskProfile {
  return {
    partition,
    ran: 'later',
    ...newCounters(),
    badRecords: 0,
    runMs: 0,
    peakRssBytes: 0,
    ...did,
  };
}

const FILES = { kind: 'files', path: 'in.txt', files: 1, bytes: 2_000_000, cut: 'bytes', minPartitions: 2, partitions: 2 } as const;

/** Word count over 2 MB: two map tasks of 1,000 keys each, three reducers that count 2,000 keys. */
export const MAP: StageProfile = {
  stage: 0,
  name: 'reduceByKey at job.ts:3',
  shape: { partitions: 2, reads: [FILES], writes: { kind: 'shuffle', combines: true } },
  parents: [],
  tasks: [0, 1].map((partition) =>
    task(partition, { bytesRead: 1_000_000, runMs: 900, cpuMs: 500, shuffleRecordsWritten: 1000, shuffleBytesWritten: 20_000 }),
  ),
};

export const REDUCE: StageProfile = {
  stage: 1,
  name: 'count at job.ts:4',
  shape: { partitions: 3, reads: [{ kind: 'shuffle', stage: 0, partitions: 3, asked: true }], writes: { kind: 'value' } },
  parents: [0],
  tasks: [600, 700, 700].map((keys, partition) =>
    task(partition, { shuffleBytesRead: 20 * keys, runMs: 30, cpuMs: 10, keys, bytesWritten: 8 }),
  ),
};

export const WORD_COUNT: RunProfile = {
  appId: 'app-1',
  name: 'word count',
  master: 'local[2]',
  elapsedMs: 2000,
  conf: {},
  jobs: [{ job: 0, action: 'count', stages: [0, 1], partitions: 3, after: [] }],
  stages: [MAP, REDUCE],
};
