import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeValue } from '../../engine/records/describe-value.ts';
import type { LogThreshold } from '../console/logger.ts';

/** Spark's levels, and what they are here. */
const LEVELS: ReadonlyMap<string, LogThreshold> = new Map([
  ['ALL', 'debug'],
  ['TRACE', 'debug'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['ERROR', 'error'],
  ['FATAL', 'error'],
  ['OFF', 'off'],
]);

export function checkLogLevel(level: unknown): LogThreshold {
  const known = typeof level === 'string' ? LEVELS.get(level.toUpperCase()) : undefined;
  if (known !== undefined) return known;
  throw new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: `setLogLevel: level is ${describeValue(level)}; it must be one of ${[...LEVELS.keys()].join(', ')}.`,
  });
}
