import type { ObjectStore } from '../object-store.ts';
import type { StagedFiles } from '../staged-files.ts';
import type { Demand, RateGovernor } from './rate-governor.ts';

/** S3 counts reads and writes of a prefix apart. */
export interface ObjectGovernors {
  readonly reads: RateGovernor;
  readonly writes: RateGovernor;
}

/** Lets no more calls through than a prefix takes: a folder of keys is one. */
export function governObjectStore(store: ObjectStore, { reads, writes }: ObjectGovernors): ObjectStore {
  return {
    put: (key, body, options) => writes.run(one(key), options?.signal, () => store.put(key, body, options)),
    get: (key, options) => reads.run(one(key), options?.signal, () => store.get(key, options)),
    getRange: (key, start, end, options) => reads.run(one(key), options?.signal, () => store.getRange(key, start, end, options)),
    head: (key, options) => reads.run(one(key), options?.signal, () => store.head(key, options)),
    list: (prefix, options) => reads.run(one(prefix), options?.signal, () => store.list(prefix, options)),
    deleteMany: (keys, options) => writes.run(byFolder(keys), options?.signal, () => store.deleteMany(keys, options)),
  };
}

/** The same for staged files, which are objects beside those of their folder. */
export function governStagedFiles(staged: StagedFiles, { reads, writes }: ObjectGovernors): StagedFiles {
  return {
    mark: (key) => writes.run(one(key), undefined, () => staged.mark(key)),
    stage: (key, body, options) => writes.run(one(key), options?.signal, () => staged.stage(key, body, options)),
    publish: (key) => writes.run(one(key), undefined, () => staged.publish(key)),
    list: (folder) => reads.run(one(`${folder}/`), undefined, () => staged.list(folder)),
    discard: (folder, keys) => writes.run(byFolder(keys), undefined, () => staged.discard(folder, keys)),
  };
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

function one(key: string): readonly Demand[] {
  return [{ place: folderOf(key), units: 1 }];
}

/** Each key of a batch counts. */
function byFolder(keys: readonly string[]): readonly Demand[] {
  const units = new Map<string, number>();
  for (const key of keys) units.set(folderOf(key), (units.get(folderOf(key)) ?? 0) + 1);
  return [...units].map(([place, count]) => ({ place, units: count }));
}
