import type { Scratch } from '../engine/ports/scratch.ts';

/** Blocks that did not fit into memory, in a scratch file. Each run holds some of each partition, in the order of the partitions. */
export interface SpilledRuns {
  /** Writes one run: blocks in ascending order of partitions. They are not needed afterwards. */
  addRun(blocks: Iterable<SpilledBlock>): void;
  /** Bytes of a partition over all runs. */
  bytesOf(partition: number): number;
  readonly runCount: number;
  readonly totalBytes: number;
  /** For one walk over the partitions in ascending order: the pieces of each, run by run. */
  open(): (partition: number) => Iterable<Uint8Array>;
}

export interface SpilledBlock {
  readonly partition: number;
  readonly block: Uint8Array;
}

/** Which partitions a run has, and where in the file each ends; it begins where the one before ends. */
interface Run {
  readonly start: number;
  readonly partitions: readonly number[];
  readonly ends: readonly number[];
}

const FILE = 'shuffle';
/** Small blocks are gathered into writes of this size; a partition is read in pieces of it. */
const PIECE_BYTES = 262_144;

export function createSpilledRuns(scratch: Scratch, numPartitions: number): SpilledRuns {
  const runs: Run[] = [];
  let bytesByPartition: Float64Array | null = null;
  let fileBytes = 0;

  /** Keeps the block's place; where the file's next byte will be is known before it is written. */
  function addRun(blocks: Iterable<SpilledBlock>): void {
    bytesByPartition ??= new Float64Array(numPartitions);
    const partitions: number[] = [];
    const ends: number[] = [];
    const start = fileBytes;
    const gatherer = createGatherer((bytes) => scratch.append(FILE, bytes));
    for (const { partition, block } of blocks) {
      gatherer.add(block);
      fileBytes += block.byteLength;
      bytesByPartition[partition] = (bytesByPartition[partition] as number) + block.byteLength;
      if (partitions.at(-1) === partition) ends.pop();
      else partitions.push(partition);
      ends.push(fileBytes);
    }
    gatherer.flush();
    runs.push({ start, partitions, ends });
  }

  function open(): (partition: number) => Iterable<Uint8Array> {
    const next = runs.map(() => 0);
    return function* (partition) {
      for (const [i, run] of runs.entries()) {
        const at = next[i] as number;
        if (run.partitions[at] !== partition) continue;
        next[i] = at + 1;
        const end = run.ends[at] as number;
        for (let from = at === 0 ? run.start : (run.ends[at - 1] as number); from < end; from += PIECE_BYTES) {
          yield scratch.read(FILE, from, Math.min(end, from + PIECE_BYTES));
        }
      }
    };
  }

  return {
    addRun,
    bytesOf: (partition) => bytesByPartition?.[partition] ?? 0,
    get runCount() {
      return runs.length;
    },
    get totalBytes() {
      return fileBytes;
    },
    open,
  };
}

interface Gatherer {
  add(bytes: Uint8Array): void;
  flush(): void;
}

function createGatherer(write: (bytes: Uint8Array) => void): Gatherer {
  const buffer = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  function flush(): void {
    if (filled > 0) write(buffer.subarray(0, filled));
    filled = 0;
  }
  return {
    add(bytes) {
      if (filled + bytes.byteLength > PIECE_BYTES) flush();
      if (bytes.byteLength > PIECE_BYTES) {
        write(bytes);
        return;
      }
      buffer.set(bytes, filled);
      filled += bytes.byteLength;
    },
    flush,
  };
}
