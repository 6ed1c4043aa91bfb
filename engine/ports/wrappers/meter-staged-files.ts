import type { StagedFiles } from '../staged-files.ts';

export interface MeteredStagedFiles {
  readonly staged: StagedFiles;
  /** How often each method was called up to now, failed calls included. */
  usage(): { readonly calls: Readonly<Record<keyof StagedFiles, number>>; readonly bytesWritten: number };
}

/** Counts calls by kind, and bytes. */
export function meterStagedFiles(staged: StagedFiles): MeteredStagedFiles {
  const calls: Record<keyof StagedFiles, number> = { mark: 0, stage: 0, publish: 0, list: 0, discard: 0 };
  let bytesWritten = 0;
  const count = <T>(kind: keyof StagedFiles, call: Promise<T>): Promise<T> => {
    calls[kind]++;
    return call;
  };
  return {
    staged: {
      mark: (key) => count('mark', staged.mark(key)),
      async stage(key, body, options) {
        const { byteLength } = body;
        await count('stage', staged.stage(key, body, options));
        bytesWritten += byteLength;
      },
      publish: (key) => count('publish', staged.publish(key)),
      list: (folder) => count('list', staged.list(folder)),
      discard: (folder, keys) => count('discard', staged.discard(folder, keys)),
    },
    usage: () => ({ calls: { ...calls }, bytesWritten }),
  };
}
