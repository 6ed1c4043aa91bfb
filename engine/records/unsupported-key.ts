import { LevinError } from '../errors/levin-error.ts';
import { describeValue } from './describe-value.ts';

/** `path` is where in the key the value stands: `key`, `key[1].owner`. */
export function unsupportedKey(value: unknown, path: string, what: string = describeValue(value)): LevinError {
  return new LevinError({
    code: 'UNSUPPORTED_KEY',
    fault: 'user',
    message:
      `Unsupported key: ${path} is ${what}. Keys are compared by value, so they must be numbers, strings, bigints, booleans, null, dates, ` +
      'or arrays and plain objects of these. Use such a value as key instead, for example keyBy((x) => x.id).',
    details: { path },
  });
}
