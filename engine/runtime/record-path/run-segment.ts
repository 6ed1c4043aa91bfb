import type { Clock } from '../../ports/clock.ts';
import { createPace } from '../pace.ts';
import type { Segment } from './segment.ts';

/** Runs a segment to its end, looks at the signal now and then, and closes it, whatever happens. */
export async function runSegment(segment: Segment, deps: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<void> {
  const pace = createPace(deps.clock);
  try {
    for (;;) {
      deps.signal.throwIfAborted();
      const standing = segment.advance(pace.budget());
      if (standing === 'ended') break;
      if (standing instanceof Promise) await standing;
      const breath = pace.ran();
      if (breath !== null) await breath;
    }
  } catch (error) {
    // The first failure counts, not one met while closing what is left.
    await segment.close().catch(() => undefined);
    throw error;
  }
  await segment.close();
}
