import { executorRegistry } from './executor-registry.ts';
import type { ReferenceEntry } from './wire/tables.ts';

let index: { readonly version: number; readonly entries: Map<unknown, ReferenceEntry> } | null = null;

/** Under which name a function or class of a loaded user module is known to this executor. */
export function findReference(value: unknown): ReferenceEntry | undefined {
  const registry = executorRegistry();
  if (index === null || index.version !== registry.version) {
    index = { version: registry.version, entries: new Map() };
    for (const [moduleId, { refs }] of registry.modules) {
      for (const [name, read] of Object.entries(refs)) {
        const bound = readBinding(read);
        if (typeof bound === 'function' && !index.entries.has(bound)) index.entries.set(bound, { moduleId, name });
      }
    }
  }
  return index.entries.get(value);
}

/** In a circular import a binding may not be initialised yet: then nothing of it exists that could be met. */
function readBinding(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
