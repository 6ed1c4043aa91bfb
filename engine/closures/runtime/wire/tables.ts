/** A top-level binding of a user module. */
export interface ReferenceEntry {
  readonly moduleId: string;
  readonly name: string;
}

/** A binding that a user module imports; `member` is a property of it, or empty. */
export interface ImportUse {
  readonly moduleId: string;
  readonly source: string;
  /** Imported name; `*` is the namespace. */
  readonly imported: string;
  readonly member: string;
}

/** Everything outside the node table that it names, by number. */
export interface CodeTables {
  /** Keys of the sites: `moduleId#hash`. */
  readonly sites: string[];
  /** Identities of the classes that travel by value. */
  readonly uids: string[];
  readonly references: ReferenceEntry[];
  readonly imports: ImportUse[];
  /** Paths of built-ins and ids of registered classes. */
  readonly names: string[];
}

export function emptyTables(): CodeTables {
  return { sites: [], uids: [], references: [], imports: [], names: [] };
}

/** User modules that an executor must have loaded before it decodes, sorted. */
export function neededModules(tables: CodeTables): string[] {
  const modules = new Set([
    ...tables.sites.map(moduleOfKey),
    ...tables.references.map((entry) => entry.moduleId),
    ...tables.imports.map((entry) => entry.moduleId),
  ]);
  return [...modules].sort();
}

/** `src/job.ts#3fa0.1` → `src/job.ts` */
export function moduleOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('#')));
}
