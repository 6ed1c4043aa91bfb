import { LevinError } from '../errors/levin-error.ts';

/** Failures that every `ObjectStore` reports alike. Each names the key and what to do. */
export function objectNotFound(key: string, where: string): LevinError {
  return new LevinError({
    code: 'OBJECT_NOT_FOUND',
    fault: 'user',
    message: `There is no object "${key}" in ${where}. Check the name; objects of an application are gone once it was stopped.`,
    details: { key },
  });
}

export function preconditionFailed(key: string, wanted: string, found: string): LevinError {
  return new LevinError({
    code: 'PRECONDITION_FAILED',
    fault: 'user',
    message: `The object "${key}" has changed: it was asked for with etag ${wanted} and has etag ${found} now. Read it again from its new state.`,
    details: { key, wanted, found },
  });
}

export function rangeNotSatisfiable(key: string, range: { readonly start: number; readonly end: number }, size: number): LevinError {
  return new LevinError({
    code: 'RANGE_NOT_SATISFIABLE',
    fault: 'user',
    message: `Bytes [${range.start}, ${range.end}) of the object "${key}" do not exist: it has ${size} bytes. Ask for whole numbers with 0 <= start <= end <= ${size}.`,
    details: { key, start: range.start, end: range.end, size },
  });
}

export function bodyLengthDiffers(key: string, announced: number, given: number): LevinError {
  return new LevinError({
    code: 'BODY_LENGTH_DIFFERS',
    fault: 'internal',
    message: `The body of the object "${key}" was announced with ${announced} bytes and gave ${given > announced ? 'at least ' : ''}${given}. Nothing was stored.`,
    details: { key, announced, given },
  });
}

export function invalidKey(key: string, why: string): LevinError {
  return new LevinError({
    code: 'INVALID_KEY',
    fault: 'user',
    message: `The object key ${JSON.stringify(key)} is not valid: ${why}. Keys are relative and "/" separated, 1 to 1,024 bytes of UTF-8, without empty, "." or ".." segments.`,
    details: { key },
  });
}
