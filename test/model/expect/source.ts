import type { Source } from '../program/program.ts';
import { exactly, type Model, somewhere } from './rows.ts';

export function modelSource(source: Source): Model {
  switch (source.kind) {
    case 'parallelize':
      return exactly(sliced(source.records, source.slices));
    case 'range': {
      const { start, end, step } = source;
      const numbers: number[] = [];
      for (let x = start; step > 0 ? x < end : x > end; x += step) numbers.push(x);
      return exactly(sliced(numbers, source.slices));
    }
    case 'text': {
      // A last line that is empty and has no end is no line.
      const lines = source.ended || source.lines.at(-1) !== '' ? source.lines : source.lines.slice(0, -1);
      if (source.lines.length === 0) return somewhere([], null);
      return somewhere(
        lines.map((value, rank) => ({ value, rank })),
        source.splits === 1 ? 1 : null,
      );
    }
    case 'empty':
      return exactly([]);
  }
}

/** Slice i of n has the records from floor(i · length / n) up to floor((i + 1) · length / n). */
function sliced(records: readonly unknown[], n: number): unknown[][] {
  const border = (i: number): number => Math.floor((i * records.length) / n);
  return Array.from({ length: n }, (_, i) => records.slice(border(i), border(i + 1)));
}
