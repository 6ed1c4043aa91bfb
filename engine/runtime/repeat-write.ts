import { isTransient } from '../errors/transient.ts';

/** How often a write is tried in all; back-off between tries is the retry wrapper's, which leaves only unclear outcomes to us. */
const MAX_TRIES = 3;

/**
 * Repeats a conditional write whose outcome is unknown (a transient failure may have come after the effect).
 * Only for writes that recognise their own effect when they are refused because of it. `maybeDone`: an earlier try may have been done.
 */
export async function repeatWrite<T>(write: (maybeDone: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write(tries > 1);
    } catch (error) {
      if (tries === MAX_TRIES || !isTransient(error)) throw error;
    }
  }
}
