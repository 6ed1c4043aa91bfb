import type { Check, Condition, MetadataItem, TransactWrite } from './metadata-store.ts';

/** Whether `condition` holds of the unexpired item that stands under the key, null for none. */
export function conditionHolds(condition: Condition, current: MetadataItem | null): boolean {
  switch (condition.kind) {
    case 'absent':
      return current === null;
    case 'equals':
      return current !== null && Object.entries(condition.fields).every(([field, wanted]) => fieldOf(current, field) === wanted);
  }
}

/** Whether readers still see the item at `nowMs`. */
export function isUnexpired(item: MetadataItem, nowMs: number): boolean {
  return item.expiresAtMs === undefined || item.expiresAtMs > nowMs;
}

/** What must hold before a transaction: its checks in order, then the conditions of its writes in order. */
export function transactConditions(checks: readonly Check[], writes: readonly TransactWrite[]): readonly Check[] {
  return [...checks, ...writes.flatMap(({ key, condition }) => (condition === undefined ? [] : [{ key, condition }]))];
}

function fieldOf(item: MetadataItem, field: string): unknown {
  return Object.hasOwn(item, field) ? item[field] : null;
}
