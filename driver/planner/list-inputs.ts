import { posix } from 'node:path';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectInfo, ObjectStore } from '../../engine/ports/object-store.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { codecOf } from '../../engine/types/file-format.ts';
import type { FileSplit } from '../../engine/types/task.ts';

/** A file is cut while more than this many splits' worth is left, so that no tiny split stays (Hadoop's SPLIT_SLOP). */
const SPLIT_SLOP = 1.1;

/** Sorts behind every name. */
const LAST_CHARACTER = '\u{10ffff}';

export interface InputFile {
  /** Absolute path, `/` separators. */
  readonly path: string;
  readonly size: number;
  readonly etag: string;
}

export interface InputRequest {
  /** Absolute path or pattern, or several separated by commas. */
  readonly paths: readonly string[];
  readonly files: ObjectStore;
  readonly callSite: CallSite | null;
  /** What the user called. */
  readonly operation: string;
}

/**
 * The files that a path stands for, in path order: a file, the files of a folder, or what a pattern matches.
 *
 * Hidden files (`_…`, `.…`) count only when they are named. A folder with a levin manifest holds what the manifest says.
 */
export async function listInputs(request: InputRequest): Promise<readonly InputFile[]> {
  const found: InputFile[] = [];
  for (const path of request.paths) {
    const files = hasPattern(path) ? await listPattern(path, request) : await listPath(path, request);
    if (files === null) throw notFound(path, request);
    found.push(...files);
  }
  return found;
}

/** Splits for at least about `minPartitions` tasks, none larger than `maxSplitBytes`; an empty file is one empty split, and a compressed one is not cut (Hadoop's rules). */
export function splitFiles(files: readonly InputFile[], minPartitions: number, maxSplitBytes: number): readonly FileSplit[] {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const splitSize = Math.max(1, Math.min(Math.floor(total / Math.max(1, minPartitions)), maxSplitBytes));
  return files.flatMap((file) => {
    const splits: FileSplit[] = [];
    let start = 0;
    const add = (end: number): void => {
      splits.push({ path: file.path, etag: file.etag, size: file.size, start, end });
      start = end;
    };
    while (codecOf(file.path) === null && (file.size - start) / splitSize > SPLIT_SLOP) add(start + splitSize);
    if (start < file.size || file.size === 0) add(file.size);
    return splits;
  });
}

async function listPath(path: string, request: InputRequest): Promise<readonly InputFile[] | null> {
  const folder = path.endsWith('/') ? path : `${path}/`;
  let isFolder = false;
  try {
    return [asFile(await request.files.head(keyOf(path.replace(/\/+$/, ''))))];
  } catch (error) {
    const code = errorCode(error);
    isFolder = code === 'IS_A_DIRECTORY';
    if (code !== 'OBJECT_NOT_FOUND' && !isFolder) throw readError(path, error, request);
  }
  const inside = await listAll(folder, folder.split('/').length, request);
  // An empty folder is there where folders are, and has no files.
  if (inside.length === 0) return isFolder ? [] : null;
  const manifest = inside.find((file) => file.path === `${folder}_manifest.json`);
  if (manifest !== undefined) return await filesOfManifest(folder, inside, request);
  const nested = inside.find((file) => file.path.slice(folder.length).includes('/') && !hidden(file.path, folder));
  const direct = inside.filter((file) => !file.path.slice(folder.length).includes('/') && !hidden(file.path, folder));
  if (direct.length === 0 && nested !== undefined) {
    throw inputError(
      'NOT_A_FILE',
      `${path} has no files of its own, only folders (${posix.dirname(nested.path)}). Name them with a pattern: ${folder}*`,
      request,
    );
  }
  return direct;
}

async function filesOfManifest(folder: string, inside: readonly InputFile[], request: InputRequest): Promise<readonly InputFile[]> {
  const text = new TextDecoder().decode(await request.files.get(keyOf(`${folder}_manifest.json`)));
  const manifest = JSON.parse(text) as { readonly files: readonly { readonly name: string }[] };
  const byPath = new Map(inside.map((file) => [file.path, file]));
  return manifest.files.map(({ name }) => {
    const file = byPath.get(folder + name);
    if (file !== undefined) return file;
    throw inputError(
      'INPUT_INCOMPLETE',
      `${folder}${name} is named by the manifest of ${folder} but is not there. Write the output again.`,
      request,
    );
  });
}

async function listPattern(path: string, request: InputRequest): Promise<readonly InputFile[] | null> {
  const fixed = path.slice(0, path.search(/[*?[{]/));
  const prefix = fixed.slice(0, fixed.lastIndexOf('/') + 1);
  const depth = path.split('/').length;
  const inside = await listAll(prefix, depth, request);
  const matched = new Map<string, InputFile>();
  const folders = new Set<string>();
  for (const file of inside) {
    const segments = file.path.split('/');
    const head = segments.slice(0, depth).join('/');
    if (!posix.matchesGlob(head, path) || hidden(head, prefix)) continue;
    if (segments.length === depth) matched.set(file.path, file);
    else folders.add(head);
  }
  for (const folder of folders) for (const file of (await listPath(folder, request)) ?? []) matched.set(file.path, file);
  const files = [...matched.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return files.length === 0 ? null : files;
}

/**
 * The files below a folder whose path has at most `depth` segments, and of each folder at that depth some, which show that it is there:
 * the rest of it is passed over, however much that is.
 */
async function listAll(folder: string, depth: number, request: InputRequest): Promise<readonly InputFile[]> {
  const found: InputFile[] = [];
  let after: string | undefined;
  do {
    const page = await request.files.list(keyOf(folder), after === undefined ? {} : { after }).catch((error: unknown) => {
      throw readError(folder, error, request);
    });
    found.push(...page.objects.map(asFile));
    after = page.next === null ? undefined : passOver(page.next, depth);
  } while (after !== undefined);
  return found;
}

/** Where to go on after a key: behind its whole folder when it lies too deep. The segments of a key are one less than those of its path. */
function passOver(key: string, depth: number): string {
  const segments = key.split('/');
  return segments.length < depth ? key : `${segments.slice(0, depth - 1).join('/')}/${LAST_CHARACTER}`;
}

function hidden(path: string, folder: string): boolean {
  return path
    .slice(folder.length)
    .split('/')
    .some((segment) => segment.startsWith('_') || segment.startsWith('.'));
}

function hasPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

function keyOf(path: string): string {
  return path.replace(/^\/+/, '');
}

function asFile(info: ObjectInfo): InputFile {
  return { path: `/${info.key}`, size: info.size, etag: info.etag };
}

function notFound(path: string, request: InputRequest): LevinError {
  const what = hasPattern(path) ? `No file matches ${path}` : `Input path does not exist: ${path}`;
  return inputError('PATH_NOT_FOUND', `${what}. Relative paths start at the working folder of levin run.`, request);
}

function readError(path: string, cause: unknown, request: InputRequest): LevinError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return inputError(errorCode(cause) ?? 'INPUT_UNREADABLE', `Cannot list ${path}: ${reason}`, request, cause);
}

/** An error of the user's that names the call. */
export function inputError(
  code: string,
  message: string,
  request: Pick<InputRequest, 'callSite' | 'operation'>,
  cause?: unknown,
): LevinError {
  const { callSite, operation } = request;
  const at = callSite === null ? '' : ` (${operation} at ${callSite.file}:${callSite.line}:${callSite.column})`;
  return new LevinError({ code, fault: 'user', message: `${message}${at}`, ...(cause === undefined ? {} : { cause }) });
}
