import { posix } from 'node:path';
import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectInfo, ObjectStore } from '../../engine/ports/object-store.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { codecOf } from '../../engine/types/file-format.ts';
import { isOnS3, keyOfPath, pathOfKey } from '../../engine/types/file-path.ts';
import { OUTPUT_RECORDS } from '../../engine/types/output-names.ts';
import type { FileSplit } from '../../engine/types/task.ts';
import { readOutputRecords } from './output-records.ts';

/** A file is cut while more than this many splits' worth is left, so that no tiny split stays (Hadoop's SPLIT_SLOP). */
const SPLIT_SLOP = 1.1;

/** A listing is no snapshot: what is replaced while it is made may be missing in it, the old and the new. So nothing is concluded from one that shows nothing. */
const LOOKS_FOR_RECORDS = 3;

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
 * Hidden files (`_…`, `.…`) count only when they are named. An output of levin holds what its manifest says, and fails with `OUTPUT_NOT_COMMITTED`
 * while there is none.
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
    return [asFile(await request.files.head(keyOfPath(path.replace(/\/+$/, ''))))];
  } catch (error) {
    const code = errorCode(error);
    isFolder = code === 'IS_A_DIRECTORY';
    if (code !== 'OBJECT_NOT_FOUND' && !isFolder) throw readError(path, error, request);
  }
  const inside = await listAll(folder, folder.split('/').length, request);
  if (inside.length === 0 && !isFolder) return null;
  if (await holdsRecords(folder, inside, request)) return await filesOfOutput(folder, request);
  return directFiles(path, inside, request);
}

/** The visible files of a folder that levin did not write. */
function directFiles(path: string, inside: readonly InputFile[], request: InputRequest): readonly InputFile[] {
  const folder = path.endsWith('/') ? path : `${path}/`;
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

/** Whether levin has written into the folder. Asked for by itself when the listing does not show it: it may have begun, or replaced all, meanwhile. */
async function holdsRecords(folder: string, inside: readonly InputFile[], request: InputRequest): Promise<boolean> {
  if (inside.some(({ path }) => path.startsWith(folder + OUTPUT_RECORDS))) return true;
  return (await request.files.list(keyOfPath(folder + OUTPUT_RECORDS), { limit: 1 })).objects.length > 0;
}

/**
 * The files of an output, as one manifest names them: all of what was committed last, never a part of it.
 *
 * The folder is listed after its manifest was read, so every file is there, unless a newer output has replaced it: then the newer one is read.
 */
async function filesOfOutput(folder: string, request: InputRequest): Promise<readonly InputFile[]> {
  const key = keyOfPath(folder.slice(0, -1));
  let looks = 0;
  for (let tried = 0; ; ) {
    const { manifest, pending } = await readOutputRecords(request.files, key);
    if (manifest === null && pending.length === 0 && ++looks < LOOKS_FOR_RECORDS) continue;
    if (manifest === null && pending[0] !== undefined) throw notCommitted(folder, pending[0], request);
    const inside = await listAll(folder, folder.split('/').length, request);
    if (manifest === null) return directFiles(folder, inside, request);
    const byPath = new Map(inside.map((file) => [file.path, file]));
    const found = manifest.files.map(({ name }) => byPath.get(folder + name));
    const missing = found.indexOf(undefined);
    if (missing === -1) return found as readonly InputFile[];
    if (manifest.version === tried) throw incomplete(folder, (manifest.files[missing] as { readonly name: string }).name, request);
    tried = manifest.version;
  }
}

function notCommitted(folder: string, appId: string, request: InputRequest): LevinError {
  const what = `${folder} holds an output that is not committed: application ${appId} is writing it, or was stopped before it was done`;
  return inputError(
    'OUTPUT_NOT_COMMITTED',
    `${what}. Wait for it, resume it with levin run --app ${appId}, or delete the folder.`,
    request,
  );
}

function incomplete(folder: string, name: string, request: InputRequest): LevinError {
  const what = `${folder}${name} is named by the manifest of ${folder} but is not there`;
  return inputError('INPUT_INCOMPLETE', `${what}. Write the output again.`, request);
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
  for (const folder of outputsAmong(inside, matched)) {
    for (const found of [...matched.keys()]) if (isDirectlyIn(folder, found)) matched.delete(found);
    const committed = (await filesOfOutput(folder, request)).filter((file) => posix.matchesGlob(file.path, path));
    for (const file of committed) matched.set(file.path, file);
  }
  for (const folder of folders) for (const file of (await listPath(folder, request)) ?? []) matched.set(file.path, file);
  const files = [...matched.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return files.length === 0 ? null : files;
}

/** Folders of matched files that levin has written into. */
function outputsAmong(inside: readonly InputFile[], matched: ReadonlyMap<string, InputFile>): ReadonlySet<string> {
  const parents = new Set([...matched.keys()].map((path) => path.slice(0, path.lastIndexOf('/') + 1)));
  const marked = inside.map(({ path }) => path.slice(0, path.lastIndexOf(`/${OUTPUT_RECORDS}`) + 1));
  return new Set(marked.filter((folder) => parents.has(folder)));
}

function isDirectlyIn(folder: string, path: string): boolean {
  return path.lastIndexOf('/') + 1 === folder.length && path.startsWith(folder);
}

/**
 * The files below a folder whose path has at most `depth` segments, and of each folder at that depth some, which show that it is there:
 * the rest of it is passed over, however much that is.
 */
async function listAll(folder: string, depth: number, request: InputRequest): Promise<readonly InputFile[]> {
  const found: InputFile[] = [];
  let after: string | undefined;
  do {
    const page = await request.files.list(keyOfPath(folder), after === undefined ? {} : { after }).catch((error: unknown) => {
      throw readError(folder, error, request);
    });
    // S3's console makes empty objects in the place of folders.
    found.push(...page.objects.map(asFile).filter(({ path }) => !path.endsWith('/')));
    after = page.next === null ? undefined : keyOfPath(passOver(pathOfKey(page.next), depth));
  } while (after !== undefined);
  return found;
}

/** Where to go on after a path: behind its whole folder when it lies too deep. */
function passOver(path: string, depth: number): string {
  const segments = path.split('/');
  return segments.length <= depth ? path : `${segments.slice(0, depth).join('/')}/${LAST_CHARACTER}`;
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

function asFile(info: ObjectInfo): InputFile {
  return { path: pathOfKey(info.key), size: info.size, etag: info.etag };
}

function notFound(path: string, request: InputRequest): LevinError {
  const what = hasPattern(path) ? `No file matches ${path}` : `Input path does not exist: ${path}`;
  const hint = isOnS3(path) ? 'Check bucket and key; case counts.' : 'Relative paths start at the working folder of levin run.';
  return inputError('PATH_NOT_FOUND', `${what}. ${hint}`, request);
}

function readError(path: string, cause: unknown, request: InputRequest): LevinError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  // Those of S3 say themselves what was asked of which object.
  const message = reason.includes(path.replace(/\/+$/, '')) ? reason : `Cannot list ${path}: ${reason}`;
  return inputError(errorCode(cause) ?? 'INPUT_UNREADABLE', message, request, cause);
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
