import { errorCode, LevinError } from '../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { decodeBlock } from '../../engine/records/block.ts';
import type { KeptOutput } from './stage-table.ts';

export interface ResultReaderOptions {
  readonly objects: ObjectStore;
  /** Encoded bytes that one job may bring; 0 is no limit. */
  readonly maxResultBytes: number;
}

/** `lost`: the committed output is missing or corrupt, after a second read. */
export type ReadResult =
  | { readonly kind: 'records'; readonly records: readonly unknown[] }
  | { readonly kind: 'lost'; readonly reason: string };

/** Brings committed results of one job to the driver, and counts their bytes. */
export interface ResultReader {
  read(output: KeptOutput): Promise<ReadResult>;
}

export function createResultReader(action: string, options: ResultReaderOptions): ResultReader {
  let total = 0;
  const count = (bytes: number): void => {
    total += bytes;
    if (options.maxResultBytes === 0 || total <= options.maxResultBytes) return;
    throw new LevinError({
      code: 'RESULT_TOO_LARGE',
      fault: 'user',
      message:
        `${action}: the result has at least ${total} bytes, above maxResultBytes (${options.maxResultBytes}). ` +
        'Reduce it on the executors, write it with saveAsTextFile, read it with toLocalIterator, or raise maxResultBytes.',
    });
  };
  const fetch = async (key: string, length: number): Promise<ReadResult> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return { kind: 'records', records: decodeBlock(await options.objects.getRange(key, 0, length)) };
      } catch (error) {
        const code = errorCode(error);
        const gone = code === 'OBJECT_NOT_FOUND' || code === 'RANGE_NOT_SATISFIABLE' || code === 'CORRUPT_DATA';
        if (!gone) throw error;
        if (attempt === 1) return { kind: 'lost', reason: `${key}: ${(error as Error).message}` };
      }
    }
  };
  /** Refused before it is fetched; what turns out to be lost comes again and counts then. */
  const fetchCounted = async (key: string, length: number): Promise<ReadResult> => {
    count(length);
    const read = await fetch(key, length);
    if (read.kind === 'lost') total -= length;
    return read;
  };
  return {
    async read(output) {
      switch (output.kind) {
        case 'inline':
          count(output.block.length);
          return { kind: 'records', records: decodeBlock(output.block) };
        case 'object':
          return await fetchCounted(output.key, output.length);
        case 'none':
        case 'file':
        case 'shuffle':
          return { kind: 'records', records: [] };
      }
    },
  };
}
