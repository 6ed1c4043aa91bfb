import { KEPT_MS } from '../../types/app-life.ts';
import { isOfApplication } from '../../types/keys.ts';
import type { Clock } from '../clock.ts';
import type { MetadataItem, MetadataKey, MetadataStore } from '../metadata-store.ts';

/**
 * Has items of applications expire so long after they were written last. An application lives for less, so only what a dead one left is forgotten.
 * Other items stay, and one that says itself when it expires does so then.
 */
export function expireMetadataStore(store: MetadataStore, { clock }: { readonly clock: Pick<Clock, 'now'> }): MetadataStore {
  const dated = (key: MetadataKey, item: MetadataItem): MetadataItem =>
    isOfApplication(key) ? { expiresAtMs: clock.now() + KEPT_MS, ...item } : item;
  return {
    ...store,
    put: (key, item, options) => store.put(key, dated(key, item), options),
    transact(checks, writes, options) {
      const expiring = writes.map((write) => (write.kind === 'put' ? { ...write, item: dated(write.key, write.item) } : write));
      return store.transact(checks, expiring, options);
    },
  };
}
