import type { TaskFailure } from '../../types/failure.ts';
import { toWireError } from './wire-error.ts';

const MEANING = {
  rejection: 'a promise was rejected and nobody handles it: await it, return it, or add .catch()',
  exception: 'a callback threw outside of the function that levin called: catch the error inside the callback',
} as const;

/** The failure of the task during which user code left an error to nobody. It keeps the error's own name, stack and fields. */
export function strayFailure(thrown: unknown, origin: keyof typeof MEANING): TaskFailure {
  const error = toWireError(thrown);
  return { kind: 'user-error', fault: 'user', error: { ...error, message: `${error.message} (${MEANING[origin]})` }, lost: [] };
}
