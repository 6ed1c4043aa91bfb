import type { MetadataStore } from '../metadata-store.ts';
import { callWithFaults, createFaultPlan, type Fault, type FaultEffect } from './fault-plan.ts';

/** A fault of a metadata store; `key` is a sort key. Items have no bytes that could be damaged. */
export type MetadataFault = Fault<keyof MetadataStore> & { readonly effect: Extract<FaultEffect, { kind: 'error' | 'hang' }> };

export interface FaultyMetadataStore {
  readonly store: MetadataStore;
  /** Faults whose call never came. */
  pending(): readonly Fault<keyof MetadataStore>[];
}

/** Lets chosen calls go wrong. */
export function injectMetadataFaults(store: MetadataStore, faults: readonly MetadataFault[]): FaultyMetadataStore {
  const plan = createFaultPlan<keyof MetadataStore>(faults);
  return {
    store: {
      get: (key, options) => callWithFaults(plan.next('get', [key.sort]), options?.signal, () => store.get(key, options)),
      put: (key, item, options) => callWithFaults(plan.next('put', [key.sort]), options?.signal, () => store.put(key, item, options)),
      query: (partition, prefix, options) =>
        callWithFaults(plan.next('query', [prefix]), options?.signal, () => store.query(partition, prefix, options)),
      transact(checks, writes, options) {
        const keys = [...checks, ...writes].map(({ key }) => key.sort);
        return callWithFaults(plan.next('transact', keys), options?.signal, () => store.transact(checks, writes, options));
      },
      delete: (key, options) => callWithFaults(plan.next('delete', [key.sort]), options?.signal, () => store.delete(key, options)),
    },
    pending: () => plan.pending(),
  };
}
