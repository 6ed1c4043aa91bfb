import { createMemoryScratch } from '../../engine/adapters/memory/memory-scratch.ts';
import type { Scratch } from '../../engine/ports/scratch.ts';
import { SCRATCH_LIMIT_BYTES } from './scratch.ts';

/** A scratch that breaks one sentence of the contract. */
export interface BrokenScratch {
  readonly flaw: string;
  readonly make: () => Scratch;
}

function broken(flaw: string, change: (scratch: Scratch) => Partial<Scratch>, limitBytes: number = SCRATCH_LIMIT_BYTES): BrokenScratch {
  const make = (): Scratch => {
    const scratch = createMemoryScratch({ limitBytes });
    return { ...scratch, ...change(scratch) };
  };
  return { flaw, make };
}

export const brokenScratches: readonly BrokenScratch[] = [
  broken('knows no limit', () => ({}), Number.POSITIVE_INFINITY),
  broken('appends in another order than it was asked', (scratch) => {
    let calls = 0;
    return {
      async append(file, bytes, options) {
        if (calls++ % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        return scratch.append(file, bytes, options);
      },
    };
  }),
  broken('gives a short answer past the end', (scratch) => ({
    async read(file, start, end, options) {
      for (let last = end; last > start; last--) {
        const bytes = await scratch.read(file, start, last, options).catch(() => null);
        if (bytes !== null) return bytes;
      }
      return scratch.read(file, start, end, options);
    },
  })),
  broken('keeps its bytes after dropAll', () => ({ dropAll: async () => {} })),
  broken('takes any name', (scratch) => ({
    append: (file, bytes, options) => scratch.append(`f${Buffer.from(file).toString('hex').slice(0, 90)}`, bytes, options),
    read: (file, start, end, options) => scratch.read(`f${Buffer.from(file).toString('hex').slice(0, 90)}`, start, end, options),
  })),
  broken('ignores the signal', (scratch) => ({ append: (file, bytes) => scratch.append(file, bytes) })),
];
