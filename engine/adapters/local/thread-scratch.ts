import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scratch } from '../../ports/scratch.ts';
import { createDirectoryScratch } from './scratch-directory.ts';

/**
 * Temporary files of attempts:
 * ```
 *   <folder of the process>/<thread>/<attempt>/…
 * ```
 * An attempt drops its own when it ends. A worker that was terminated cannot: its supervisor removes the thread's folder then.
 */
export function openAttemptScratch(root: string, threadId: number, attemptId: string): Scratch {
  return createDirectoryScratch({ folder: join(root, String(threadId), attemptId), limitBytes: Number.MAX_SAFE_INTEGER });
}

/** Removes what the attempts of a thread that is gone have left. */
export async function removeThreadScratch(root: string, threadId: number): Promise<void> {
  await rm(join(root, String(threadId)), { recursive: true, force: true, maxRetries: 3 });
}
