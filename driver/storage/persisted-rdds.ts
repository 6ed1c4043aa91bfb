import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeLevel, StorageLevel } from '../../engine/types/storage-level.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

/** That an RDD is persisted, from `persist` to `unpersist`. */
export interface Persisted {
  /** Counts in the order in which the program persists, so that a resumed program counts alike. */
  readonly rdd: number;
  readonly level: StorageLevel;
  readonly print: string;
  readonly stored: 'beside' | 'only' | null;
}

/** Which RDDs are persisted. It stands beside the lineage, which never changes, and is part of no identity. */
export interface PersistedRdds {
  /** Fails with `STORAGE_LEVEL_SET` when the RDD is persisted at another level. */
  persist(node: LineageNode, level: StorageLevel): void;
  /** null: it was not persisted. */
  unpersist(node: LineageNode): Persisted | null;
  of(node: LineageNode): Persisted | null;
  /** All that are persisted. */
  all(): readonly Persisted[];
}

/** `keepsBlocks`: workers stay and keep them. */
export function createPersistedRdds(keepsBlocks: boolean): PersistedRdds {
  const persisted = new Map<number, Persisted>();
  let count = 0;
  return {
    persist(node, level) {
      const known = persisted.get(node.id);
      if (known === undefined)
        persisted.set(node.id, {
          rdd: count++,
          level,
          print: node.fingerprint.slice(0, PRINT_LENGTH),
          stored: storedAt(level, keepsBlocks),
        });
      else if (!sameLevel(known.level, level)) throw otherLevel(node, known.level, level);
    },
    unpersist(node) {
      const known = persisted.get(node.id) ?? null;
      persisted.delete(node.id);
      return known;
    },
    of: (node) => persisted.get(node.id) ?? null,
    all: () => [...persisted.values()],
  };
}

const PRINT_LENGTH = 16;

function storedAt({ replication }: StorageLevel, keepsBlocks: boolean): Persisted['stored'] {
  if (!keepsBlocks) return 'only';
  return replication > 1 ? 'beside' : null;
}

function sameLevel(a: StorageLevel, b: StorageLevel): boolean {
  return (Object.keys(StorageLevel.NONE) as (keyof StorageLevel)[]).every((field) => a[field] === b[field]);
}

function otherLevel({ operation, callSite }: LineageNode, is: StorageLevel, asked: StorageLevel): LevinError {
  const at = callSite === null ? '' : ` at ${callSite.file}:${callSite.line}`;
  return new LevinError({
    code: 'STORAGE_LEVEL_SET',
    fault: 'user',
    message: `persist: the RDD of ${operation}${at} is persisted already (${describeLevel(is)}) and cannot become ${describeLevel(asked)}. Call unpersist() before.`,
  });
}
