import type { CapturedBroadcast } from '../../shipped-closure.ts';
import type { SiteHandle } from '../driver-registry.ts';
import { type CodeTables, emptyTables, type ImportUse } from '../wire/tables.ts';

/** Collects what a node table names outside itself, each thing once. */
export interface CodeCollector {
  readonly tables: CodeTables;
  /** Sites met on the driver, by value and by reference, in order. */
  readonly handles: Set<SiteHandle>;
  /** Sites of `tables.sites` and `tables.references`; null where only an executor knows them. */
  readonly siteHandles: (SiteHandle | null)[];
  readonly referenceHandles: (SiteHandle | null)[];
  /** By hash. */
  readonly broadcasts: Map<string, CapturedBroadcast>;
  site(key: string, handle: SiteHandle | null): number;
  uid(uid: string): number;
  reference(moduleId: string, name: string, handle: SiteHandle | null): number;
  importUse(use: ImportUse): number;
  name(name: string): number;
}

export function createCodeCollector(): CodeCollector {
  const tables = emptyTables();
  const handles = new Set<SiteHandle>();
  const siteHandles: (SiteHandle | null)[] = [];
  const referenceHandles: (SiteHandle | null)[] = [];
  const numbers = new Map<string, number>();

  function intern(key: string, add: () => number): number {
    let number = numbers.get(key);
    if (number === undefined) {
      number = add() - 1;
      numbers.set(key, number);
    }
    return number;
  }

  return {
    tables,
    handles,
    siteHandles,
    referenceHandles,
    broadcasts: new Map(),
    site: (key, handle) =>
      intern(`s${key}`, () => {
        if (handle !== null) handles.add(handle);
        siteHandles.push(handle);
        return tables.sites.push(key);
      }),
    uid: (uid) => tables.uids.push(uid) - 1,
    reference: (moduleId, name, handle) =>
      intern(`r${moduleId}\n${name}`, () => {
        if (handle !== null) handles.add(handle);
        referenceHandles.push(handle);
        return tables.references.push({ moduleId, name });
      }),
    importUse: (use) => intern(`i${use.moduleId}\n${use.source}\n${use.imported}\n${use.member}`, () => tables.imports.push(use)),
    name: (name) => intern(`n${name}`, () => tables.names.push(name)),
  };
}
