import type { JournalEntry, JournaledBytes } from './journal-entry.ts';
import { type AskedAction, notDeterministic } from './journal-errors.ts';
import type { Replay, ReplayOptions } from './replay.ts';

/**
 * - `finished`: the answer is in the journal; nothing runs.
 * - `unfinished`: it was started; its stages may be committed in part. It is in the journal already.
 * - `new`: the job is past the journal; an `actionStarted` entry with this ordinal is due.
 */
export type ReplayedAction =
  | { readonly kind: 'finished'; readonly ordinal: number; readonly result: JournaledBytes }
  | { readonly kind: 'unfinished'; readonly ordinal: number }
  | { readonly kind: 'new'; readonly ordinal: number };

interface JournaledAction extends AskedAction {
  readonly ordinal: number;
  result: JournaledBytes | null;
  claimed: boolean;
}

/**
 * Answers actions from the journal.
 *
 * As long as the job has one action at a time, before and now, the n-th action must be the n-th of the journal. Actions that run at the
 * same time may be asked in another order each time (which of two `await`s goes on first is a matter of speed): from the first overlap
 * on, an action is looked for by what it computes, and one that is not found is new.
 */
export function createActionReplay(
  appId: string,
  entries: ReplayOptions['entries'],
): Pick<Replay, 'nextAction' | 'actionEnded' | 'unclaimed'> {
  const { actions, overlapped } = readActions(entries);
  const inFlight = new Set<number>();
  let concurrent = overlapped;
  let nextOrdinal = actions.reduce((next, { ordinal }) => Math.max(next, ordinal + 1), 0);
  let firstUnclaimed = 0;

  const skipClaimed = (): JournaledAction | null => {
    while (actions[firstUnclaimed]?.claimed) firstUnclaimed++;
    return actions[firstUnclaimed] ?? null;
  };
  const find = (asked: AskedAction): JournaledAction | null => {
    const next = skipClaimed();
    if (next === null || isSame(next, asked)) return next;
    if (!concurrent) throw notDeterministic(appId, asked, next, next.ordinal);
    return actions.slice(firstUnclaimed).find((action) => !action.claimed && isSame(action, asked)) ?? null;
  };

  return {
    nextAction(asked) {
      if (inFlight.size > 0) concurrent = true;
      const found = find(asked);
      if (found !== null) found.claimed = true;
      if (found?.result) return { kind: 'finished', ordinal: found.ordinal, result: found.result };
      const ordinal = found?.ordinal ?? nextOrdinal++;
      inFlight.add(ordinal);
      return { kind: found === null ? 'new' : 'unfinished', ordinal };
    },
    actionEnded(ordinal) {
      inFlight.delete(ordinal);
    },
    unclaimed: () => actions.filter(({ claimed }) => !claimed).map(({ name, fingerprint, callSite }) => ({ name, fingerprint, callSite })),
  };
}

/** The journal's actions, and whether two of one driver's ever ran at the same time. */
function readActions(entries: ReplayOptions['entries']): { readonly actions: JournaledAction[]; readonly overlapped: boolean } {
  const actions = new Map<number, JournaledAction>();
  const running = new Set<number>();
  let overlapped = false;
  let driver = 0;
  for (const { epoch, entry } of entries) {
    if (epoch !== driver) running.clear();
    driver = epoch;
    if (entry.kind === 'actionStarted') {
      overlapped ||= running.size > 0;
      running.add(entry.ordinal);
      actions.set(entry.ordinal, journaled(entry));
    } else if (entry.kind === 'actionFinished' || entry.kind === 'actionFailed') {
      running.delete(entry.ordinal);
      const action = actions.get(entry.ordinal);
      if (action !== undefined && entry.kind === 'actionFinished') action.result ??= entry.result;
    }
  }
  return { actions: [...actions.values()], overlapped };
}

function journaled({ ordinal, name, fingerprint, callSite }: Extract<JournalEntry, { kind: 'actionStarted' }>): JournaledAction {
  return { ordinal, name, fingerprint, callSite, result: null, claimed: false };
}

function isSame(a: AskedAction, b: AskedAction): boolean {
  return a.name === b.name && a.fingerprint === b.fingerprint;
}
