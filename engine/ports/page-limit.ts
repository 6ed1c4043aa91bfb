import { LevinError } from '../errors/levin-error.ts';

const DEFAULT_PAGE_LIMIT = 1000;

/** The size of a page of `list` or `query` that was asked for, or the default. Throws `INVALID_LIMIT`. */
export function checkedLimit(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_PAGE_LIMIT;
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new LevinError({
    code: 'INVALID_LIMIT',
    fault: 'internal',
    message: `A page of ${limit} entries cannot be read. Ask for a whole number of at least 1.`,
    details: { limit },
  });
}
