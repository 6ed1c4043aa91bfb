import { noLocalFiles } from '../engine/adapters/aws/no-local-files.ts';
import { openUserFiles } from '../engine/adapters/aws/open-user-files.ts';
import { machineFiles } from '../engine/adapters/local/machine-files.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { Random } from '../engine/ports/random.ts';
import type { StagedFiles } from '../engine/ports/staged-files.ts';
import type { RequestUsage } from '../engine/types/request-usage.ts';
import type { TaskSettings } from '../engine/types/task.ts';

/** Staged files as attempts of these settings reach them. */
export function openStagedFiles(
  { localFiles, settings }: { readonly localFiles: boolean; readonly settings: TaskSettings | undefined },
  deps: { readonly clock: Clock; readonly random: Random },
): { readonly staged: StagedFiles; usage(): RequestUsage | null } {
  return openUserFiles({
    local: localFiles ? machineFiles() : noLocalFiles(),
    ...deps,
    requesterPays: settings?.requesterPays ?? false,
    env: { ...settings?.env, ...process.env },
  });
}
