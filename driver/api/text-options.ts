import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeValue } from '../../engine/records/describe-value.ts';
import type { TextReadOptions } from './types.ts';

export interface CheckedTextOptions {
  readonly minPartitions: number | undefined;
  /** Absent: such bytes are replaced. */
  readonly invalidUtf8?: 'fail';
}

/** Options of a source of text, or its number of partitions alone, as in Spark. */
export function checkTextOptions(operation: string, options: number | TextReadOptions): CheckedTextOptions {
  if (typeof options !== 'object' || options === null) return { minPartitions: options };
  const { minPartitions, invalidUtf8 = 'replace' } = options;
  if (invalidUtf8 === 'replace') return { minPartitions };
  if (invalidUtf8 === 'fail') return { minPartitions, invalidUtf8 };
  throw new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: `${operation}: invalidUtf8 is ${describeValue(invalidUtf8)}; it must be 'replace' or 'fail'.`,
  });
}
