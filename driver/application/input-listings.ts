import { posix } from 'node:path';
import { LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { FileFormat } from '../../engine/types/file-format.ts';
import type { FilePartition } from '../../engine/types/task.ts';
import { type LineageNode, topological } from '../lineage/lineage-node.ts';
import { filePartitions } from '../planner/file-partitions.ts';
import { type InputFile, inputError, listInputs } from '../planner/list-inputs.ts';
import type { UploadInputs } from './upload-inputs.ts';

type FileNode = Extract<LineageNode, { kind: 'textFile' | 'files' }>;

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
  /** null: tasks reach files where they are. */
  readonly upload: UploadInputs | null;
}

/** What every source of files reads, listed when a job first needs them. */
export interface InputListings {
  readonly splits: ReadonlyMap<number, readonly FilePartition[]>;
  /** Lists what the lineage reads and is not listed yet. */
  prepare(root: LineageNode): Promise<void>;
  /** This application has written into a folder: sources that are made from now on are listed anew where they overlap with it. */
  noteOutput(path: string): void;
}

export function createInputListings(options: InputListingsOptions): InputListings {
  const splits = new Map<number, readonly FilePartition[]>();
  const listed = new Map<string, Promise<readonly InputFile[]>>();
  const outputs: string[] = [];

  const list = (node: FileNode): Promise<readonly InputFile[]> => {
    const paths = inputPaths(node, options.resolvePath);
    const written = outputs.filter((output) => paths.some((path) => overlap(output, path))).length;
    const key = JSON.stringify([node.fingerprint, ...paths, ...(written === 0 ? [] : [written])]);
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
    const found = await listInputs({ paths, files: options.files, callSite: node.callSite, operation: node.operation });
    const files = options.upload === null ? found : await options.upload(found);
    await options.journal.recordListing(key, files);
    return files;
  };
  return {
    splits,
    async prepare(root) {
      for (const node of topological(root)) {
        if ((node.kind !== 'textFile' && node.kind !== 'files') || splits.has(node.id)) continue;
        const format: FileFormat | null = node.kind === 'files' ? node.format : null;
        const { maxPartitionBytes } = options;
        splits.set(node.id, filePartitions(await list(node), { format, minPartitions: node.minPartitions, maxPartitionBytes }));
      }
    },
    noteOutput: (path) => void outputs.push(path),
  };
}

/** Whether what is written into the folder `output` can be a part of what the path or pattern `input` names. */
function overlap(output: string, input: string): boolean {
  const fixed = input.replace(/[*?[{].*$/s, '').replace(/\/+$/, '');
  return `${output}/`.startsWith(fixed === input ? `${fixed}/` : fixed) || fixed.startsWith(`${output}/`);
}

/** An error points at the call that it is of. */
function inputPaths({ path, callSite, operation }: FileNode, resolvePath: (path: string) => string): readonly string[] {
  try {
    const paths = splitPaths(path);
    if (paths.length === 0) throw noPath(path);
    return paths.map((each) => resolvePath(each));
  } catch (error) {
    throw error instanceof LevinError ? inputError(error.code, error.message, { callSite, operation }) : error;
  }
}

/** Commas separate paths, but not inside the braces of a pattern. */
function splitPaths(text: string): readonly string[] {
  return (text.match(/(?:\{[^}]*\}|[^,])+/g) ?? []).map((path) => path.trim()).filter((path) => path !== '');
}

/** Absolute path with `/` below a working folder, or a path on S3, `s3a:` and `s3n:` as Spark has it included; `file:` URLs are paths, other schemes are not known here. */
export function absolutePath(workingFolder: string, path: string): string {
  const onS3 = /^s3[an]?:\/\/(.+)$/is.exec(path);
  if (onS3 !== null) return `s3://${onS3[1]}`;
  const plain = path.startsWith('file://') ? path.slice('file://'.length) : path;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(plain)) throw unsupportedPath(path);
  const absolute = posix.resolve(workingFolder, plain);
  return plain.endsWith('/') && absolute !== '/' ? `${absolute}/` : absolute;
}

function unsupportedPath(path: string): LevinError {
  return new LevinError({
    code: 'UNSUPPORTED_PATH',
    fault: 'user',
    message: `${path} is no path of this machine. levin reads and writes local paths, file:// URLs and s3:// paths.`,
  });
}

function noPath(path: string): LevinError {
  return new LevinError({
    code: 'INVALID_ARGUMENT',
    fault: 'user',
    message: `The input path ${JSON.stringify(path)} names no file. Give a file, a folder or a pattern.`,
  });
}
