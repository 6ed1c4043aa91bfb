import { type ObjectBody, wholeBody } from '../object-body.ts';
import type { ObjectStore } from '../object-store.ts';
import { callWithFaults, createFaultPlan, damagedBytes, type Fault, type FaultEffect } from './fault-plan.ts';

export interface FaultyObjectStore {
  readonly store: ObjectStore;
  /** Faults whose call never came. */
  pending(): readonly Fault<keyof ObjectStore>[];
}

/** Lets chosen calls go wrong. */
export function injectObjectFaults(store: ObjectStore, faults: readonly Fault<keyof ObjectStore>[]): FaultyObjectStore {
  const plan = createFaultPlan(faults);
  return {
    store: {
      put(key, body, options) {
        const effects = plan.next('put', [key]);
        return callWithFaults(effects, options?.signal, () => store.put(key, damagedBody(key, body, effects), options));
      },
      get(key, options) {
        const effects = plan.next('get', [key]);
        return callWithFaults(effects, options?.signal, async () => damagedBytes(effects, await store.get(key, options)));
      },
      getRange(key, start, end, options) {
        const effects = plan.next('getRange', [key]);
        return callWithFaults(effects, options?.signal, async () => damagedBytes(effects, await store.getRange(key, start, end, options)));
      },
      head: (key, options) => callWithFaults(plan.next('head', [key]), options?.signal, () => store.head(key, options)),
      list: (prefix, options) => callWithFaults(plan.next('list', [prefix]), options?.signal, () => store.list(prefix, options)),
      deleteMany: (keys, options) => callWithFaults(plan.next('deleteMany', keys), options?.signal, () => store.deleteMany(keys, options)),
    },
    pending: () => plan.pending(),
  };
}

function damagedBody(key: string, body: ObjectBody, effects: readonly FaultEffect[]): ObjectBody {
  return effects.some(({ kind }) => kind === 'corrupt' || kind === 'truncate') ? damagedBytes(effects, wholeBody(key, body)) : body;
}
