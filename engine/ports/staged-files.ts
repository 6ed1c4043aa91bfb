import type { ObjectBody } from './object-body.ts';
import type { DeleteReport } from './object-store.ts';

/**
 * Files that tasks write and that readers of their folder see only when the job commits.
 *
 * ```
 *  (nothing) ──stage──▶ staged ──publish──▶ visible under its key
 *                         └──────discard──▶ (nothing)
 * ```
 * Atomicity: a staged file is whole or not there; publishing makes it visible whole, at once. A staged file survives the process that wrote it.
 * Keys are those of the object store that holds the folder, and each is staged by one attempt only.
 */
export interface StagedFiles {
  /**
   * Writes an empty object. A folder that is not there yet appears together with it: nobody finds it empty.
   * Where it is tried again after a failure, `beforeRetry` is awaited each time; when that rejects, so does the mark.
   */
  mark(key: string, options?: { readonly beforeRetry?: () => Promise<void> }): Promise<void>;
  /** Writes the whole file where no listing of its folder by name shows it. */
  stage(key: string, body: ObjectBody, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Makes the file visible, also when it is already; false when it is neither staged nor visible. */
  publish(key: string): Promise<boolean>;
  /** Keys of the files that are staged for a folder (its key, without a slash at the end), ascending. */
  list(folder: string): Promise<readonly string[]>;
  /** Takes staged files of a folder away; what is visible stays. When none is left, nothing of the place where they waited is. */
  discard(folder: string, keys: readonly string[]): Promise<DeleteReport>;
}
