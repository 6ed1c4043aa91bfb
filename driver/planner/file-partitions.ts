import { LevinError } from '../../engine/errors/levin-error.ts';
import type { FileFormat } from '../../engine/types/file-format.ts';
import type { FilePartition, FileSplit } from '../../engine/types/task.ts';
import { type InputFile, splitFiles } from './list-inputs.ts';

export interface FilePartitionsOptions {
  /** null: lines of text. */
  readonly format: FileFormat | null;
  readonly minPartitions: number;
  readonly maxPartitionBytes: number;
}

/** What each partition of a source of files reads. */
export function filePartitions(files: readonly InputFile[], options: FilePartitionsOptions): readonly FilePartition[] {
  const { format, minPartitions, maxPartitionBytes } = options;
  switch (format?.kind) {
    case 'wholeText':
    case 'bytes':
    // A line break may be part of a quoted field: only a reader from the beginning knows where rows end.
    case 'csv':
      return packFiles(files, minPartitions, maxPartitionBytes);
    case 'objects':
      return files.map((file) => [wholeFile(file)]);
    case 'json':
    case undefined:
      return splitFiles(files, minPartitions, maxPartitionBytes).map((split) => [split]);
    case 'records':
      return files.flatMap((file) => recordSplits(file, format.length, maxPartitionBytes)).map((split) => [split]);
  }
}

/** Neighbouring whole files together, about as many bytes in each partition; a partition has at least one file. */
function packFiles(files: readonly InputFile[], minPartitions: number, maxPartitionBytes: number): readonly FilePartition[] {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const wanted = Math.min(Math.ceil(total / minPartitions), maxPartitionBytes);
  const partitions: FileSplit[][] = [];
  let room = -1;
  for (const file of files) {
    const last = partitions.at(-1);
    if (last === undefined || file.size > room) {
      partitions.push([wholeFile(file)]);
      room = wanted - file.size;
    } else {
      last.push(wholeFile(file));
      room -= file.size;
    }
  }
  return partitions;
}

/** Cut between records only. */
function recordSplits(file: InputFile, length: number, maxPartitionBytes: number): readonly FileSplit[] {
  if (file.size % length !== 0) throw partialRecord(file, length);
  const size = Math.max(1, Math.floor(maxPartitionBytes / length)) * length;
  const count = Math.max(1, Math.ceil(file.size / size));
  return Array.from({ length: count }, (_, i) => ({ ...wholeFile(file), start: i * size, end: Math.min((i + 1) * size, file.size) }));
}

function wholeFile({ path, etag, size }: InputFile): FileSplit {
  return { path, etag, size, start: 0, end: size };
}

function partialRecord({ path, size }: InputFile, length: number): LevinError {
  return new LevinError({
    code: 'PARTIAL_RECORD',
    fault: 'user',
    message: `binaryRecords: ${path} has ${size} bytes, which is no multiple of the record length ${length}: ${size % length} bytes are left at its end. Is the length right, and the file complete?`,
    details: { path, size, length },
  });
}
