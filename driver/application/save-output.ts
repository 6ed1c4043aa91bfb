import { keyOfPath } from '../../engine/types/file-path.ts';
import { allPartitions } from '../actions/all-partitions.ts';
import type { PartFile, ResultStage, SavedOutput } from './application.ts';
import type { OutputSlot } from './output-claims.ts';
import type { OutputFolders } from './output-folder.ts';
import { type Publication, planPublication } from './plan-publication.ts';
import { publishOutput } from './publish-output.ts';

export interface SaveOutputOptions {
  readonly outputs: OutputFolders;
  /** Fails with `LEASE_LOST` once another driver has taken over. */
  readonly checkLease: () => Promise<void>;
}

/**
 * Runs a sink that writes files and commits what it wrote.
 *
 * ```
 *  tasks stage part files ──▶ publication is journaled ──▶ publication is carried out ──▶ (the action is finished)
 *                                 ▲ from here on the output is decided: whoever goes on publishes exactly this
 * ```
 */
export async function saveOutput(
  { outputs, checkLease }: SaveOutputOptions,
  save: { readonly slot: OutputSlot; readonly stage: ResultStage; readonly output: SavedOutput },
): Promise<void> {
  const { slot, stage, output } = save;
  const decide = async (): Promise<Publication> => {
    const parts = await stage.runFiles(allPartitions(stage), (written) => gone(outputs, output.path, written));
    const { files, appId } = outputs;
    const publication = await planPublication({ files, appId, ...output, parts });
    await slot.recordPublication(publication);
    return publication;
  };
  const publication = slot.publication ?? (await decide());
  await publishOutput({ ...outputs, path: output.path, ordinal: slot.ordinal, publication, checkLease });
}

/** Committed part files that nobody will find: somebody has tidied the folder since they were written. */
async function gone({ staged }: OutputFolders, path: string, written: readonly PartFile[]): Promise<readonly PartFile[]> {
  const there = new Set(await staged.list(keyOfPath(path)));
  return written.filter((part) => !there.has(keyOfPath(part.path)));
}
