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
  broken('gives a short answer past the end', (scratch) => ({
    read(file, start, end) {
      for (let last = end; last > start; last--) {
        try {
          return scratch.read(file, start, last);
        } catch {
          // One byte less may be there.
        }
      }
      return scratch.read(file, start, end);
    },
  })),
  broken('makes an empty file where nothing fits', (scratch) => ({
    append(file, bytes) {
      scratch.append(file, new Uint8Array(0));
      return scratch.append(file, bytes);
    },
  })),
  broken('forgets empty files', (scratch) => ({
    append: (file, bytes) => (bytes.length === 0 ? 0 : scratch.append(file, bytes)),
  })),
  broken('keeps what was dropped', () => ({ drop: () => undefined })),
  broken('keeps its bytes after dropAll', () => ({ dropAll: () => undefined })),
  broken('takes any name', (scratch) => ({
    append: (file, bytes) => scratch.append(`f${Buffer.from(file).toString('hex').slice(0, 90)}`, bytes),
    read: (file, start, end) => scratch.read(`f${Buffer.from(file).toString('hex').slice(0, 90)}`, start, end),
    drop: (file) => scratch.drop(`f${Buffer.from(file).toString('hex').slice(0, 90)}`),
  })),
  broken("keeps the caller's buffer", (scratch) => {
    const held: { readonly file: string; readonly bytes: Uint8Array }[] = [];
    return {
      append(file, bytes) {
        held.push({ file, bytes });
        return scratch.append(file, bytes);
      },
      read(file, start, end) {
        const now = held.filter((chunk) => chunk.file === file).map(({ bytes }) => bytes);
        scratch.read(file, start, end);
        return new Uint8Array(Buffer.concat(now)).slice(start, end);
      },
    };
  }),
  broken('hands out its own buffer', (scratch) => {
    const answers = new Map<string, Uint8Array>();
    return {
      read(file, start, end) {
        const fresh = scratch.read(file, start, end);
        const name = `${file}:${start}:${end}`;
        const answer = answers.get(name) ?? fresh;
        answers.set(name, answer);
        return answer;
      },
    };
  }),
];
