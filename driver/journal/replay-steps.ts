import type { CallSite } from '../../engine/types/call-site.ts';
import { type CallOrder, stepPath } from './call-order.ts';
import type { JournaledBytes, StepKey } from './journal-entry.ts';
import { type AskedCall, notInJournal } from './journal-errors.ts';
import type { ReplayOptions } from './replay.ts';

export interface AskedStep {
  readonly name: string;
  readonly callSite: CallSite | null;
}

/** `result` is null when it has to run, for the first time or again. */
export interface ReplayedStep {
  readonly key: StepKey;
  readonly result: JournaledBytes | null;
}

/** The steps of one scope as one driver runs it. */
export interface StepScope {
  /** In the order of the calls. Fails with `DRIVER_NOT_DETERMINISTIC` when the journal goes on with another step. */
  next(asked: AskedStep): ReplayedStep;
  finished(key: StepKey): void;
  /** Its occurrence is free again: who tries once more asks for the same step, and a resumed driver finds the answer of the try that succeeded. */
  failed(key: StepKey): void;
}

export interface StepReplay {
  /** A scope is replayed once: a step that is run again by the same driver runs what is in it again, too. */
  scope(path: string): StepScope;
  /** Journaled steps outside of others that the job has not asked for (yet). */
  unclaimed(): readonly AskedStep[];
}

interface JournaledStep extends AskedStep {
  /** Number of its first entry. */
  readonly entry: number;
  result: JournaledBytes | null;
  claimed: boolean;
}

type Scope = Map<string, JournaledStep>;

/** Answers steps from the journal, by name and occurrence. */
export function createStepReplay({ appId, entries }: Pick<ReplayOptions, 'appId' | 'entries'>, order: CallOrder): StepReplay {
  const scopes = readScopes(entries);
  const outer = scopes.get('') ?? new Map();
  return {
    scope(path) {
      const steps: Scope = scopes.get(path) ?? new Map();
      scopes.delete(path);
      return replayScope({ appId, path, steps, order });
    },
    unclaimed: () => unclaimedOf(outer).map(({ name, callSite }) => ({ name, callSite })),
  };
}

function replayScope(o: { readonly appId: string; readonly path: string; readonly steps: Scope; readonly order: CallOrder }): StepScope {
  const { steps, order } = o;
  let unclaimed = steps.size;
  const counters = new Map<string, { next: number; readonly free: number[] }>();
  const counterOf = (name: string): { next: number; readonly free: number[] } => {
    const counter = counters.get(name) ?? { next: 0, free: [] };
    counters.set(name, counter);
    return counter;
  };
  return {
    next(asked) {
      const counter = counterOf(asked.name);
      const key = { scope: o.path, name: asked.name, occurrence: counter.free.shift() ?? counter.next++ };
      const path = stepPath(key);
      const known = steps.get(path);
      order.asked(path);
      if (known === undefined && unclaimed > 0) {
        const [expected] = unclaimedOf(steps) as [JournaledStep];
        if (order.isStrictAt(expected.entry)) throw notInJournal(o.appId, askedCall(asked), askedCall(expected));
      }
      if (known?.claimed === false) {
        known.claimed = true;
        unclaimed--;
      }
      if (known?.result) return { key, result: known.result };
      order.began(path);
      return { key, result: null };
    },
    finished: (key) => order.ended(stepPath(key)),
    failed(key) {
      order.stepFailed(stepPath(key));
      const { free } = counterOf(key.name);
      free.push(key.occurrence);
      free.sort((a, b) => a - b);
    },
  };
}

function askedCall({ name, callSite }: AskedStep): AskedCall {
  return { what: stepName(name), callSite };
}

export function stepName(name: string): string {
  return `step ${JSON.stringify(name)}`;
}

/** The last result counts: a step may be run again, and what it saw then is what came of it. */
function readScopes(entries: ReplayOptions['entries']): Map<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const [i, { entry }] of entries.entries()) {
    if (entry.kind !== 'stepStarted' && entry.kind !== 'stepFinished') continue;
    const scope: Scope = scopes.get(entry.scope) ?? new Map();
    scopes.set(entry.scope, scope);
    const path = stepPath(entry);
    const step = scope.get(path);
    if (entry.kind === 'stepFinished') {
      if (step !== undefined) step.result = entry.result;
    } else if (step === undefined) scope.set(path, { entry: i, name: entry.name, callSite: entry.callSite, result: null, claimed: false });
  }
  return scopes;
}

function unclaimedOf(steps: Scope): JournaledStep[] {
  return [...steps.values()].filter(({ claimed }) => !claimed);
}
