import type { JournalEntry, StepKey } from './journal-entry.ts';

/**
 * Whether the job does one thing after the other, in the journal and now.
 *
 * ```
 *  journal   ── strict ──┬── two overlap, or a step failed ── loose ──▶
 *  now       ── strict ──┴── two overlap, or a step failed ── loose ──▶
 * ```
 * While both are strict, something else than what the journal goes on with shows that the job takes another way. Of things that overlap, which
 * comes first is a matter of speed; and behind a step that failed the job may take another way when it succeeds.
 */
export interface CallOrder {
  /** Whether the job has to come to this entry next, if the driver of the journal did. */
  isStrictAt(entry: number): boolean;
  /** The job comes to it; `call` is the path of a step, or the name of an action. */
  asked(call: string): void;
  began(call: string): void;
  ended(call: string): void;
  stepFailed(call: string): void;
}

export function createCallOrder(entries: readonly { readonly epoch: number; readonly entry: JournalEntry }[]): CallOrder {
  const looseFrom = looseEntry(entries);
  const running = new Set<string>();
  let looseNow = false;
  return {
    isStrictAt: (entry) => !looseNow && entry < looseFrom,
    asked(call) {
      looseNow ||= overlapping(running, call).length > 0;
    },
    began: (call) => void running.add(call),
    ended: (call) => void running.delete(call),
    stepFailed(call) {
      running.delete(call);
      looseNow = true;
    },
  };
}

export function actionCall(ordinal: number): string {
  return `action ${ordinal}`;
}

/** `load#0/fetch#2`: the third `fetch` within the first `load`. */
export function stepPath({ scope, name, occurrence }: StepKey): string {
  return `${scope === '' ? '' : `${scope}/`}${encodeURIComponent(name)}#${occurrence}`;
}

/** Number of the first entry that need not stand where it stands: the earliest that another one overlapped, or the first behind a step that failed. */
function looseEntry(entries: Parameters<typeof createCallOrder>[0]): number {
  const running = new Map<string, number>();
  let loose = Number.POSITIVE_INFINITY;
  let driver = 0;
  for (const [i, { epoch, entry }] of entries.entries()) {
    if (epoch !== driver) running.clear();
    driver = epoch;
    const call = callOf(entry);
    if (call === null) continue;
    if (entry.kind === 'actionStarted' || entry.kind === 'stepStarted') {
      for (const other of overlapping(running.keys(), call)) loose = Math.min(loose, running.get(other) as number);
      running.set(call, i);
    } else {
      if (entry.kind === 'stepFailed') loose = Math.min(loose, (running.get(call) ?? i) + 1);
      running.delete(call);
    }
  }
  return loose;
}

function callOf(entry: JournalEntry): string | null {
  if (entry.kind === 'actionStarted' || entry.kind === 'actionFinished' || entry.kind === 'actionFailed') return actionCall(entry.ordinal);
  return entry.kind === 'stepStarted' || entry.kind === 'stepFinished' || entry.kind === 'stepFailed' ? stepPath(entry) : null;
}

/** A step runs within those that its path begins with. */
function overlapping(running: Iterable<string>, call: string): readonly string[] {
  return [...running].filter((other) => !call.startsWith(`${other}/`));
}
