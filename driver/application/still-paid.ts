import type { PaidWork } from '../../engine/types/invocation.ts';
import { countOf, formatCount, formatDollars } from '../console/human-units.ts';
import { costOf, NO_USAGE } from '../cost/prices.ts';
import type { EarlierWork } from './earlier-attempts.ts';

/** What cancelling says while work goes on that is paid for; null: none does. */
export function paidUntilStopped(work: PaidWork): string | null {
  if (work.invocations === 0) return null;
  const one = work.invocations === 1;
  return `${countOf(work.invocations, 'invocation')} ${one ? 'is' : 'are'} in flight and told to stop; until ${one ? 'it has' : 'they have'}, ${one ? 'it is' : 'they are'} paid for, ${atMost(work)}.`;
}

/** What goes on although it was told to stop; null: nothing does. */
export function stillPaid(work: PaidWork): string | null {
  if (work.invocations === 0) return null;
  return `${countOf(work.invocations, 'invocation')} did not answer when told to stop, and may go on until the functions’ time limit: paid for, ${atMost(work)}.`;
}

/** The same of attempts of drivers before this one, of which nothing is heard; null: there are none. */
export function earlierPaid(work: EarlierWork): string | null {
  if (work.attempts === 0) return null;
  const one = work.attempts === 1;
  return `${countOf(work.attempts, 'attempt')} of earlier drivers may still run, and ${one ? 'is' : 'are'} told to stop; until ${one ? 'it has' : 'they have'}, ${one ? 'it is' : 'they are'} paid for, ${atMost(work)}.`;
}

function atMost({ gbSeconds }: Pick<PaidWork, 'gbSeconds'>): string {
  const dollars = costOf({ ...NO_USAGE, gbSeconds });
  return `at most ${formatCount(Math.ceil(gbSeconds))} GB-seconds (${formatDollars(dollars)})`;
}
