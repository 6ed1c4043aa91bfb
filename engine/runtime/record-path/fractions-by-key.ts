import { LevinError } from '../../errors/levin-error.ts';
import { decodeConstant } from '../../records/constant.ts';
import { createKeyTable, NO_PLACE } from '../../records/key-table.ts';
import type { TaskContext } from '../task-context.ts';
import { showRecord } from './show-record.ts';
import { markSettled } from './user-error.ts';

/** Looks up the fraction of a key in a constant of pairs [key, fraction]; a key without one is an error. */
export function fractionsByKey(operation: string, constant: string, { place }: TaskContext): (key: unknown) => number {
  const table = createKeyTable();
  for (const [key, fraction] of decodeConstant(constant) as readonly (readonly [unknown, number])[]) table.insert(key, fraction);
  return (key) => {
    const known = table.find(key);
    if (known !== NO_PLACE) return table.values[known] as number;
    throw markSettled(
      new LevinError({
        code: 'NO_FRACTION',
        fault: 'user',
        message: `${operation} has no fraction for the key ${showRecord(key)}, met in partition ${place.partition} of stage ${place.stageNumber}. Give each key one; 0 leaves its records out.`,
      }),
    );
  };
}
