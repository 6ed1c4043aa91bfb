import { posix } from 'node:path';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { FileSplit } from '../../engine/types/task.ts';
import { type LineageNode, topological } from '../lineage/lineage-node.ts';
import { type InputFile, listInputs, splitFiles } from '../planner/list-inputs.ts';

/** Listings are taken once in the life of an application, also over a change of drivers. */
export interface ListingJournal {
  listing(key: string): readonly InputFile[] | null;
  recordListing(key: string, files: readonly InputFile[]): Promise<void>;
}

export interface InputListingsOptions {
  readonly files: ObjectStore;
  readonly journal: ListingJournal;
  readonly maxPartitionBytes: number;
  readonly resolvePath: (path: string) => string;
}

/** Splits of every textFile node, listed when a job first needs them. */
export interface InputListings {
  readonly splits: ReadonlyMap<number, readonly FileSplit[]>;
  /** Lists what the lineage reads and is not listed yet. */
  prepare(root: LineageNode): Promise<void>;
}

export function createInputListings(options: InputListingsOptions): InputListings {
  const splits = new Map<number, readonly FileSplit[]>();
  const listed = new Map<string, Promise<readonly InputFile[]>>();

  const list = (node: Extract<LineageNode, { kind: 'textFile' }>): Promise<readonly InputFile[]> => {
    const paths = splitPaths(node.path).map((path) => options.resolvePath(path));
    const key = JSON.stringify([node.fingerprint, ...paths]);
    let files = listed.get(key);
    if (files === undefined) {
      files = fresh(key, paths, node);
      files.catch(() => listed.delete(key));
      listed.set(key, files);
    }
    return files;
  };
  const fresh = async (key: string, paths: readonly string[], node: LineageNode): Promise<readonly InputFile[]> => {
    const known = options.journal.listing(key);
    if (known !== null) return known;
    const files = await listInputs({ paths, files: options.files, callSite: node.callSite });
    await options.journal.recordListing(key, files);
    return files;
  };
  return {
    splits,
    async prepare(root) {
      for (const node of topological(root)) {
        if (node.kind !== 'textFile' || splits.has(node.id)) continue;
        splits.set(node.id, splitFiles(await list(node), node.minPartitions, options.maxPartitionBytes));
      }
    },
  };
}

/** Commas separate paths, but not inside the braces of a pattern. */
function splitPaths(text: string): readonly string[] {
  return (text.match(/(?:\{[^}]*\}|[^,])+/g) ?? []).map((path) => path.trim()).filter((path) => path !== '');
}

/** Absolute path with `/` below a working folder; `file:` URLs are paths, other schemes are not known here. */
export function absolutePath(workingFolder: string, path: string): string {
  const plain = path.startsWith('file://') ? path.slice('file://'.length) : path;
  const absolute = posix.resolve(workingFolder, plain);
  return plain.endsWith('/') && absolute !== '/' ? `${absolute}/` : absolute;
}
