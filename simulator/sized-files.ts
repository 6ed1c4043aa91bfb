import type { ScaledFiles } from '../driver/whatif/scaled-run.ts';
import type { ListPage, ObjectInfo, ObjectStore } from '../engine/ports/object-store.ts';

/** Folder of the files of source number `source`. */
export function folderOf(source: number): string {
  return `/input/${source}`;
}

/** Input that has names and sizes and no content: enough to be listed and planned. */
export function sizedFiles(sources: readonly ScaledFiles[], maxPartitionBytes: number): ObjectStore {
  const objects = sources.flatMap((source, i) => filesOf(folderOf(i).slice(1), source, maxPartitionBytes));
  const byKey = new Map(objects.map((info) => [info.key, info]));
  const nothing = async (): Promise<never> => {
    throw new Error('simulated input has no content');
  };
  return {
    async head(key) {
      const found = byKey.get(key);
      if (found !== undefined) return found;
      throw Object.assign(new Error(`no ${key}`), { code: 'OBJECT_NOT_FOUND' });
    },
    async list(prefix, { after = '', limit = 1000 } = {}): Promise<ListPage> {
      const found = objects.filter(({ key }) => key.startsWith(prefix) && key > after);
      return { objects: found.slice(0, limit), next: found.length > limit ? (found[limit - 1] as ObjectInfo).key : null };
    },
    put: nothing,
    get: nothing,
    getRange: nothing,
    deleteMany: async () => ({ failed: [] }),
  };
}

/** Whole files that are put together into partitions are listed as one file that is cut at the same size. */
function filesOf(folder: string, { bytes, files, cut }: ScaledFiles, maxPartitionBytes: number): readonly ObjectInfo[] {
  const together = cut === 'files' && bytes / files < maxPartitionBytes / 2;
  const count = together ? 1 : files;
  const extension = cut === 'bytes' || together ? '' : '.gz';
  return Array.from({ length: count }, (_, i) => ({
    key: `${folder}/${String(i).padStart(8, '0')}${extension}`,
    size: Math.floor(((i + 1) * bytes) / count) - Math.floor((i * bytes) / count),
    etag: 'e',
  }));
}
