import { hash, randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What became of a user file. `commonjs`: left alone, Node runs the file as it is. */
export type CompiledModule = { readonly kind: 'module'; readonly code: string } | { readonly kind: 'commonjs' };

export interface TransformCache {
  /** The entry, or null when there is none or it is damaged. */
  get(key: string): CompiledModule | null;
  /** Written whole or not at all. A cache that cannot be written costs time, never the job: failures are not reported. */
  put(key: string, entry: CompiledModule): void;
}

export interface TransformCacheOptions {
  readonly folder: string;
  /** Above this the oldest entries go. */
  readonly maxBytes?: number;
  readonly maxUnusedMs?: number;
  readonly now?: () => number;
}

const DAY_MS = 86_400_000;
const HEADER = /^levin-cache 1 (module|commonjs) ([0-9a-f]{64})\n/;

/** Transformed modules on disk, one file an entry, named by a hash of everything that went into it. */
export function createTransformCache(options: TransformCacheOptions): TransformCache {
  const { folder } = options;
  const now = options.now ?? Date.now;
  let pruned = false;
  const pathOf = (key: string): string => join(folder, key.slice(0, 2), key.slice(2));

  return {
    get(key) {
      const text = readAndTouch(pathOf(key), now());
      return text === null ? null : parseEntry(text);
    },
    put(key, entry) {
      const path = pathOf(key);
      const body = entry.kind === 'module' ? entry.code : '';
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeAtomically(path, `levin-cache 1 ${entry.kind} ${hash('sha256', body)}\n${body}`);
        if (!pruned) pruneDaily(options, now());
        pruned = true;
      } catch {
        // Read-only or full disk, or another process cleaned up at the same moment: the next run transforms again.
      }
    },
  };
}

function parseEntry(text: string): CompiledModule | null {
  const header = HEADER.exec(text);
  if (header === null) return null;
  const code = text.slice(header[0].length);
  if (hash('sha256', code) !== header[2]) return null;
  return header[1] === 'module' ? { kind: 'module', code } : { kind: 'commonjs' };
}

/** The modification time tells when an entry was last used; it is moved at most once a day. */
function readAndTouch(path: string, nowMs: number): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    if (nowMs - fstatSync(descriptor).mtimeMs > DAY_MS) touch(descriptor, nowMs);
    return readFileSync(descriptor, 'utf8');
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}

function touch(descriptor: number, nowMs: number): void {
  try {
    futimesSync(descriptor, nowMs / 1000, nowMs / 1000);
  } catch {
    // Somebody else's file on a shared cache; it is still good to read.
  }
}

function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}

interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly usedMs: number;
}

/** Looks at the folder at most once a day, and only from a process that had something to add. */
function pruneDaily(options: TransformCacheOptions, nowMs: number): void {
  const { folder, maxBytes = 200 * 1024 * 1024, maxUnusedMs = 30 * DAY_MS } = options;
  const marker = join(folder, 'pruned');
  const last = statSync(marker, { throwIfNoEntry: false });
  if (last !== undefined && nowMs - last.mtimeMs < DAY_MS) return;
  writeFileSync(marker, '', { mode: 0o600 });
  const files = listFiles(folder).sort((a, b) => a.usedMs - b.usedMs);
  let bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (bytes <= maxBytes) return;
  for (const file of files) {
    if (bytes <= maxBytes && nowMs - file.usedMs < maxUnusedMs) break;
    rmSync(file.path, { force: true });
    bytes -= file.size;
  }
}

function listFiles(folder: string): StoredFile[] {
  const files: StoredFile[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const name of readdirSync(join(folder, entry.name))) {
      const path = join(folder, entry.name, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat !== undefined) files.push({ path, size: stat.size, usedMs: stat.mtimeMs });
    }
  }
  return files;
}
