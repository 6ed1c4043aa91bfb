import { actionCall, type CallOrder } from './call-order.ts';
import type { JournalEntry, JournaledBytes } from './journal-entry.ts';
import { type AskedAction, notDeterministic } from './journal-errors.ts';
import type { ReplayOptions } from './replay.ts';

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
  /** Number of its first entry. */
  readonly entry: number;
  readonly ordinal: number;
  result: JournaledBytes | null;
  claimed: boolean;
}

export interface ActionReplay {
  /**
   * The journal's answer to the action that the job asks for now; asked once for each action, in the order of the calls.
   * Fails with `DRIVER_NOT_DETERMINISTIC` when the job asks for something else than it did before.
   */
  nextAction(asked: AskedAction): ReplayedAction;
  /** An action that was not `finished` has ended now, however. */
  actionEnded(ordinal: number): void;
  /** Journaled actions that the job has not asked for (yet). */
  unclaimedActions(): readonly AskedAction[];
}

/**
 * Answers actions from the journal.
 *
 * As long as the job does one thing at a time, before and now, the n-th action must be the n-th of the journal. Actions that run at the
 * same time may be asked in another order each time (which of two `await`s goes on first is a matter of speed): from the first overlap
 * on, an action is looked for by what it computes, and one that is not found is new.
 */
export function createActionReplay({ appId, entries }: Pick<ReplayOptions, 'appId' | 'entries'>, order: CallOrder): ActionReplay {
  const actions = readActions(entries);
  let nextOrdinal = actions.reduce((next, { ordinal }) => Math.max(next, ordinal + 1), 0);
  let firstUnclaimed = 0;

  const skipClaimed = (): JournaledAction | null => {
    while (actions[firstUnclaimed]?.claimed) firstUnclaimed++;
    return actions[firstUnclaimed] ?? null;
  };
  const find = (asked: AskedAction): JournaledAction | null => {
    const next = skipClaimed();
    if (next === null || isSame(next, asked)) return next;
    if (order.isStrictAt(next.entry)) throw notDeterministic(appId, asked, next, next.ordinal);
    return actions.slice(firstUnclaimed).find((action) => !action.claimed && isSame(action, asked)) ?? null;
  };

  return {
    nextAction(asked) {
      order.asked(actionCall(nextOrdinal));
      const found = find(asked);
      if (found !== null) found.claimed = true;
      if (found?.result) return { kind: 'finished', ordinal: found.ordinal, result: found.result };
      const ordinal = found?.ordinal ?? nextOrdinal++;
      order.began(actionCall(ordinal));
      return { kind: found === null ? 'new' : 'unfinished', ordinal };
    },
    actionEnded: (ordinal) => order.ended(actionCall(ordinal)),
    unclaimedActions: () =>
      actions.filter(({ claimed }) => !claimed).map(({ name, fingerprint, callSite }) => ({ name, fingerprint, callSite })),
  };
}

function readActions(entries: ReplayOptions['entries']): JournaledAction[] {
  const actions = new Map<number, JournaledAction>();
  for (const [i, { entry }] of entries.entries()) {
    if (entry.kind === 'actionStarted') actions.set(entry.ordinal, journaled(entry, i));
    else if (entry.kind === 'actionFinished') {
      const action = actions.get(entry.ordinal);
      if (action !== undefined) action.result ??= entry.result;
    }
  }
  return [...actions.values()];
}

function journaled(
  { ordinal, name, fingerprint, callSite }: Extract<JournalEntry, { kind: 'actionStarted' }>,
  entry: number,
): JournaledAction {
  return { entry, ordinal, name, fingerprint, callSite, result: null, claimed: false };
}

function isSame(a: AskedAction, b: AskedAction): boolean {
  return a.name === b.name && a.fingerprint === b.fingerprint;
}
