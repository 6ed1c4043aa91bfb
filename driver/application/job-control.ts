import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskRunner } from '../../engine/ports/task-runner.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { ActionRequest } from './application.ts';
import { changed, type JobProperties, NO_PROPERTIES, type PropertyChange } from './job-properties.ts';
import { paidUntilStopped } from './still-paid.ts';

/** Which actions to cancel. */
export type CancelWhich =
  | { readonly kind: 'all' }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'group'; readonly group: string; readonly future: boolean };

/** Who an action belongs to, and how it is cancelled: for jobs that run several at once. */
export interface JobControl {
  /** Runs code whose actions have these properties beside those around it. */
  within<R>(change: PropertyChange, body: () => R): R;
  /** Of the code that asks. */
  properties(): JobProperties;
  /** Begins the work of an action at once, with the properties of the code that called it. */
  run<R>(request: ActionRequest, work: (request: ActionRequest) => Promise<R>): Promise<R>;
  /** As `run`; the work begins when the first piece is asked for. */
  stream<R>(request: ActionRequest, work: (request: ActionRequest) => AsyncGenerator<R, void, void>): AsyncGenerator<R, void, void>;
  /** Resolves when none of the actions runs any more; those handed out piece by piece end when they are asked for the next one. */
  cancel(which: CancelWhich, reason: string | null): Promise<void>;
}

/** As many cancelled groups are remembered, the last ones (Spark's limit). */
const CANCELLED_GROUPS = 1000;

interface OpenAction {
  readonly properties: JobProperties;
  readonly abort: AbortController;
  /** null: handed out piece by piece. */
  done: Promise<unknown> | null;
}

export function createJobControl({ runner, bus }: { readonly runner: TaskRunner; readonly bus: EventBus }): JobControl {
  const around = new AsyncLocalStorage<JobProperties>();
  const open = new Set<OpenAction>();
  /** Why, by group; in the order in which they were cancelled. */
  const cancelledGroups = new Map<string, string>();
  const properties = (): JobProperties => around.getStore() ?? NO_PROPERTIES;

  const begin = (request: ActionRequest, of: JobProperties): { readonly action: OpenAction; readonly mine: ActionRequest } => {
    const action: OpenAction = { properties: of, abort: new AbortController(), done: null };
    const why = cancelledGroups.get(of.values.get('jobGroup') ?? '');
    // It goes its way all the same: a resumed driver has to find it in its place.
    if (why !== undefined) action.abort.abort(why);
    open.add(action);
    const { signal: given, ...options } = request.options;
    const signal = given === undefined ? action.abort.signal : AbortSignal.any([action.abort.signal, given]);
    return { action, mine: { ...request, options: { ...options, signal }, properties: of } };
  };
  const remember = (group: string, why: string): void => {
    cancelledGroups.delete(group);
    cancelledGroups.set(group, why);
    const [oldest] = cancelledGroups.keys();
    if (cancelledGroups.size > CANCELLED_GROUPS && oldest !== undefined) cancelledGroups.delete(oldest);
  };
  const stopAll = async (actions: readonly OpenAction[], why: string): Promise<void> => {
    if (actions.length === 0) return;
    for (const { abort } of actions) abort.abort(why);
    const paid = runner.paid === undefined ? null : paidUntilStopped(runner.paid('stopping'));
    if (paid !== null) bus.emit({ kind: 'warning', code: 'CANCELLING', message: `Cancelling: ${why}. ${paid}` });
    await Promise.allSettled(actions.flatMap(({ done }) => (done === null ? [] : [done])));
  };
  return {
    within: (change, body) => around.run(changed(properties(), change), body),
    properties,
    run(request, work) {
      const { action, mine } = begin(request, properties());
      const done = work(mine).finally(() => open.delete(action));
      action.done = done;
      return done;
    },
    stream(request, work) {
      const of = properties();
      return (async function* () {
        const { action, mine } = begin(request, of);
        try {
          yield* work(mine);
        } finally {
          open.delete(action);
        }
      })();
    },
    async cancel(which, reason) {
      const why = `${whyOf(which)}${reason === null ? '' : `: ${reason}`}`;
      if (which.kind === 'group' && which.future) remember(which.group, why);
      await stopAll(
        [...open].filter((action) => isMeant(which, action.properties)),
        why,
      );
    },
  };
}

function isMeant(which: CancelWhich, { values, tags }: JobProperties): boolean {
  if (which.kind === 'all') return true;
  return which.kind === 'tag' ? tags.includes(which.tag) : values.get('jobGroup') === which.group;
}

function whyOf(which: CancelWhich): string {
  if (which.kind === 'all') return 'all jobs were cancelled';
  if (which.kind === 'tag') return `jobs with the tag ${JSON.stringify(which.tag)} were cancelled`;
  return `the job group ${JSON.stringify(which.group)} was cancelled${which.future ? ', with all its future jobs' : ''}`;
}
