import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Codec } from '../../types/file-format.ts';

/** Synchronous: a worker thread has nothing else to do, and the same records give the same bytes. */
export function compressed(bytes: Uint8Array, codec: Codec): Uint8Array {
  switch (codec) {
    case 'gzip':
      return gzipSync(bytes);
    case 'zstd':
      return zstdCompressSync(bytes);
  }
}
