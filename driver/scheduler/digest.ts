import { hashKey } from '../../engine/records/hash-key.ts';
import { checksumHex } from '../../engine/records/record-checksum.ts';
import type { SchedulerState, StageState } from './state.ts';

/**
 * One text for what all tasks of a stage have committed: equal when every one of them gave the same records as before, in whatever order.
 * null when a task's output has no checksum.
 */
export function outputDigest({ tasks }: StageState): string | null {
  let [high, low] = [0, 0];
  for (const [partition, { checksum }] of tasks.entries()) {
    if (checksum === '') return null;
    high = (high + hashKey(`${partition}/${checksum}`)) | 0;
    low = (low + hashKey(`${checksum}/${partition}`)) | 0;
  }
  return checksumHex({ high, low });
}

/**
 * What a task of the stage reads that is launched now: the digests of its parents as one. An attempt commits it with its output, so that
 * output made of what does not exist any more is known from it, also by a later driver.
 * null while a parent is not done, and for stages that read no other one's output. Samples only ever give bounds, and any bounds are right.
 */
export function inputDigest(state: SchedulerState, stage: StageState): string | null {
  const digests: string[] = [];
  for (const number of stage.parents) {
    const parent = state.stages[number] as StageState;
    if (parent.kind === 'sample') continue;
    if (parent.digest === null || parent.missing > 0) return null;
    digests.push(parent.digest);
  }
  return digests.length < 2 ? (digests[0] ?? null) : digests.reduce(mixed);
}

function mixed(a: string, b: string): string {
  return checksumHex({ high: hashKey(`${a}/${b}`), low: hashKey(`${b}/${a}`) });
}
