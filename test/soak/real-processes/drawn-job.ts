import type { Random } from '../../../engine/ports/random.ts';

const SHAPES = ['words', 'sort', 'join', 'twoActions', 'text', 'objects', 'spilled'] as const;

/** A job as it is given to `jobs/real-processes.ts`. */
export interface DrawnJob {
  readonly shape: (typeof SHAPES)[number];
  readonly records: number;
  readonly maps: number;
  readonly reducers: number;
  /** Of each task. */
  readonly pauseMs: number;
  /** A file of words. */
  readonly input: string;
  /** Folder of output folders. */
  readonly out: string;
  /** The round in which this file is there is the last. */
  readonly enough: string;
  /** What rounds have moved stays on the disk until the job is over. */
  readonly maxRounds: number;
}

const WORDS = ['levin', 'flash', 'of', 'lightning', 'and', 'thunder', 'after', 'it', 'rain', 'then'];
const LINES = 400;

export function drawJob(random: Pick<Random, 'next'>, places: Pick<DrawnJob, 'input' | 'out' | 'enough'>): DrawnJob {
  const between = (low: number, high: number): number => low + Math.floor(random.next() * (high - low + 1));
  const shape = SHAPES[between(0, SHAPES.length - 1)] as DrawnJob['shape'];
  return {
    shape,
    records: shape === 'spilled' ? between(15_000, 30_000) : between(50, 900),
    maps: between(1, 6),
    reducers: between(1, 5),
    pauseMs: between(20, 250),
    maxRounds: shape === 'spilled' ? 6 : 40,
    ...places,
  };
}

/** Line i has i % 7 + 1 words. */
export function inputText(): string {
  return Array.from({ length: LINES }, (_, i) => `${wordsOf(i).join(' ')}\n`).join('');
}

function wordsOf(line: number): readonly string[] {
  return Array.from({ length: (line % 7) + 1 }, (_, j) => WORDS[(line * 3 + j * j) % WORDS.length] as string);
}

/** What a round must print: computed by plain loops over the same numbers. */
export function expectedAnswer({ shape, records }: DrawnJob, round: number): unknown {
  const numbers = Array.from({ length: records }, (_, i) => i);
  switch (shape) {
    case 'words': {
      const counts = new Map<string, number>();
      for (let line = 0; line < LINES; line++) {
        for (const word of wordsOf(line)) counts.set(`${word}-${round}`, (counts.get(`${word}-${round}`) ?? 0) + 1);
      }
      return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    }
    case 'sort':
      return numbers.toSorted((a, b) => ((a * 7919 + round * 31) % 10_007) - ((b * 7919 + round * 31) % 10_007));
    case 'join': {
      let [count, sum] = [0, 0];
      for (const i of numbers) {
        for (let j = 0; j < 200; j++) {
          if (i % 53 !== j % 71) continue;
          count += 1;
          sum += i * j * (round + 1);
        }
      }
      return [count, sum];
    }
    case 'twoActions': {
      const sums = new Array<number>(Math.min(97, records)).fill(0);
      for (const i of numbers) sums[i % 97] = (sums[i % 97] as number) + i + round;
      const largest = [...sums.entries()].sort(([j, a], [k, b]) => b - a || j - k).slice(0, 5);
      return [sums.length, largest.map(([key, sum]) => `${key}:${sum}`)];
    }
    case 'text':
      return [records, (records * (records - 1)) / 2];
    case 'objects': {
      const sums = new Array<number>(7).fill(0);
      for (const i of numbers) sums[i % 7] = (sums[i % 7] as number) + i * round;
      return [...sums.entries()];
    }
    case 'spilled':
      return [records, true];
  }
}

/** Rows that a round's output holds, in any order; null: the shape writes none that other programs read. */
export function expectedRows({ shape, records }: DrawnJob, round: number): readonly string[] | null {
  return shape === 'text' ? Array.from({ length: records }, (_, i) => `${round},${i}`) : null;
}
