/**
 * Names in an output folder. What levin keeps for itself lies in `_levin/`, which readers of folders pass over.
 *
 * ```
 *  out/part-00000-<attempt>.csv …        the output
 *  out/_SUCCESS                          written last, for other readers
 *  out/_levin/manifest-0000000001.json   what the output is; the highest number counts
 *  out/_levin/pending-<app>-<action>     somebody writes here, or did until killed
 *  out/_levin/staged/part-….csv.staged   written by tasks, not visible yet
 * ```
 */
export const OUTPUT_RECORDS = '_levin/';
export const SUCCESS = '_SUCCESS';

const MANIFEST = /^_levin\/manifest-(\d{10})\.json$/;
const PENDING = '_levin/pending-';
/** Names of staged files begin so. */
export const STAGED = '_levin/staged/';
const STAGED_END = '.staged';

export function manifestName(version: number): string {
  return `_levin/manifest-${String(version).padStart(10, '0')}.json`;
}

/** Null for names of other things. */
export function manifestVersion(name: string): number | null {
  const found = MANIFEST.exec(name);
  return found === null ? null : Number(found[1]);
}

export function pendingName(appId: string, action: number): string {
  return `${PENDING}${appId}-${action}`;
}

/** The application whose mark this is; null for names of other things. */
export function pendingApp(name: string): string | null {
  return name.startsWith(PENDING) ? name.slice(PENDING.length, name.lastIndexOf('-')) : null;
}

/** Where a file waits that will be `folder/name`: not below its own name's end, so that `**` + `/*.csv` does not find it. */
export function stagedKey(key: string): string {
  const slash = key.lastIndexOf('/') + 1;
  return `${key.slice(0, slash)}${STAGED}${key.slice(slash)}${STAGED_END}`;
}

/** All staged keys of a folder begin so. */
export function stagedPrefix(folder: string): string {
  return `${folder}/${STAGED}`;
}

/** The key that a staged one becomes; null for names of other things. */
export function publishedKey(staged: string): string | null {
  const at = staged.lastIndexOf(STAGED);
  if (at < 0 || !staged.endsWith(STAGED_END)) return null;
  return staged.slice(0, at) + staged.slice(at + STAGED.length, -STAGED_END.length);
}

/** The attempt that a part file is of; null for files of others. */
export function attemptOf(name: string): string | null {
  return /(?:^|\/)part-\d{5,}-([^./]+)[^/]*$/.exec(name)?.[1] ?? null;
}

/** A file right in the folder that readers take for data. */
export function isVisibleName(name: string): boolean {
  return !name.includes('/') && !name.startsWith('_') && !name.startsWith('.');
}
