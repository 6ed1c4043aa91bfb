import type { ObjectStore } from '../object-store.ts';
import { callWithFaults, createFaultPlan, damagedBytes, type Fault } from './fault-plan.ts';

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
        return callWithFaults(effects, options?.signal, () => store.put(key, damagedBytes(effects, body), options));
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
