import type { ImportEntry } from '../site-meta.ts';
import type { AnyFunction } from './driver-registry.ts';

/** Makes the function or class of a site from the values it captures; `this` is the captured `this`. */
export type Factory = (this: unknown, ...captures: unknown[]) => AnyFunction;

/** For cycles: gives the function at once and a setter for its captures. */
export type TwoPhaseFactory = (this: unknown) => readonly [AnyFunction, (captures: readonly unknown[]) => void];

export interface FactoryEntry {
  readonly factory: Factory;
  readonly twoPhase: TwoPhaseFactory | null;
  /** Import sources of the main file that the code needs. */
  readonly needs: readonly string[];
}

interface ExecutorModule {
  readonly refs: Readonly<Record<string, () => unknown>>;
  readonly imports: () => readonly ImportEntry[];
}

/** An import of the main file, loaded when a shipped closure needs it. */
export interface LazyImport {
  readonly load: () => Promise<unknown>;
  readonly set: (namespace: never) => void;
  pending: Promise<void> | null;
  namespace: Readonly<Record<string, unknown>> | null;
}

/** A class that was rebuilt from its site, with what it takes to name it again in records. */
interface BuiltClass {
  readonly key: string;
  readonly uid: string;
  readonly self: readonly unknown[];
  readonly captures: readonly unknown[];
}

export interface ExecutorRegistry {
  readonly factories: Map<string, FactoryEntry>;
  readonly modules: Map<string, ExecutorModule>;
  readonly lazies: Map<string, Map<string, LazyImport>>;
  /** Grows with every registered or lazily loaded module: caches compare it. */
  version: number;
  readonly classesByUid: Map<string, AnyFunction>;
  readonly builtClasses: WeakMap<AnyFunction, BuiltClass>;
}

const KEY: unique symbol = Symbol.for('levin.executor.registry.v1');

/** The registry of this worker thread, which serves one bundle of one application. */
export function executorRegistry(): ExecutorRegistry {
  const holder = globalThis as { [KEY]?: ExecutorRegistry };
  holder[KEY] ??= {
    factories: new Map(),
    modules: new Map(),
    lazies: new Map(),
    version: 0,
    classesByUid: new Map(),
    builtClasses: new WeakMap(),
  };
  return holder[KEY];
}
