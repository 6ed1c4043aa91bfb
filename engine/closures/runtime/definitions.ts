import type { ImportEntry } from '../site-meta.ts';
import { executorRegistry, type Factory, type LazyImport, type TwoPhaseFactory } from './executor-registry.ts';

/** Registers a module that runs on an executor: what is reached in it by name. */
export function __refs(moduleId: string, refs: Readonly<Record<string, () => unknown>>, imports: () => readonly ImportEntry[]): void {
  const registry = executorRegistry();
  registry.modules.set(moduleId, { refs, imports });
  registry.version += 1;
}

/** Registers the factory of a site. `needs`: sources that `__lazy` of the same module must have loaded. */
export function __def(key: string, factory: Factory, twoPhase: TwoPhaseFactory | 0 = 0, needs: readonly string[] = []): void {
  executorRegistry().factories.set(key, { factory, twoPhase: twoPhase === 0 ? null : twoPhase, needs });
}

/** Registers the imports of a main file; they are loaded when a shipped closure needs them. */
export function __lazy(
  moduleId: string,
  imports: Readonly<Record<string, readonly [load: () => Promise<unknown>, set: (namespace: never) => void]>>,
): void {
  const lazies = new Map<string, LazyImport>();
  for (const [source, [load, set]] of Object.entries(imports)) lazies.set(source, { load, set, pending: null, namespace: null });
  const registry = executorRegistry();
  registry.lazies.set(moduleId, lazies);
  registry.version += 1;
}
