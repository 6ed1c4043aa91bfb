import type { BindingSlices, ImportEntry, SiteMeta } from '../site-meta.ts';

/** Any function or class: only ever identified, stored and called through a checked border. */
// biome-ignore lint/complexity/noBannedTypes: every kind of function is meant
export type AnyFunction = Function;

/** What an annotated function points to. */
export interface SiteHandle {
  readonly meta: SiteMeta;
  readonly module: DriverModule;
}

/** A user module as the driver loaded it. */
export interface DriverModule {
  readonly moduleId: string;
  readonly fileUrl: string;
  readonly role: 'main' | 'module';
  readonly sites: readonly SiteHandle[];
  readonly imports: () => readonly ImportEntry[];
  readonly slices: BindingSlices;
  /** Classes that executors reach by name, for records that come back. */
  readonly refClasses: Map<string, AnyFunction>;
}

/** Where a class's method stands, so that `map(Money.parse)` can name it. */
export interface MemberOf {
  readonly owner: AnyFunction;
  readonly name: string;
  readonly isStatic: boolean;
}

/**
 * Tells what an import of a user module means for the lineage: `name@version` of a package,
 * or `module:<moduleId>` when the source is another user module.
 */
export type ImportResolver = (source: string, fromModuleId: string) => string;

export interface DriverRegistry {
  readonly modules: Map<string, DriverModule>;
  /** Grows with every registered module: caches compare it. */
  version: number;
  /** Classes that travelled by value, for records that come back. */
  readonly classesByUid: Map<string, AnyFunction>;
  readonly members: WeakMap<AnyFunction, MemberOf>;
  resolveImport: ImportResolver | null;
}

const KEY: unique symbol = Symbol.for('levin.driver.registry.v1');

/** The one registry of the driver's process, shared by every copy of the runtime in it. */
export function driverRegistry(): DriverRegistry {
  const holder = globalThis as { [KEY]?: DriverRegistry };
  holder[KEY] ??= { modules: new Map(), version: 0, classesByUid: new Map(), members: new WeakMap(), resolveImport: null };
  return holder[KEY];
}

/** Called by the module loader: how bare imports become `name@version` in fingerprints. */
export function setPackageVersionResolver(resolver: ImportResolver): void {
  driverRegistry().resolveImport = resolver;
}

/** Ids of the user modules that the driver loaded so far, in order: what an executor bundle must hold. */
export function loadedModules(): readonly { readonly moduleId: string; readonly fileUrl: string; readonly role: 'main' | 'module' }[] {
  return [...driverRegistry().modules.values()].map(({ moduleId, fileUrl, role }) => ({ moduleId, fileUrl, role }));
}
