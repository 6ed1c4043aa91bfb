import type { Sink } from '../../engine/plan/stage-plan.ts';
import { codecOf, type FileFormat } from '../../engine/types/file-format.ts';
import type { StageRead, StageShape } from '../../engine/types/stage-shape.ts';
import type { FilePartition } from '../../engine/types/task.ts';
import type { LeafBinding, StageDraft } from './stage-draft.ts';

/** What decides how many tasks a stage has and how much they move, for whoever wants to know what it would be with more data. */
export function stageShape({ plan, leaves }: StageDraft, splits: ReadonlyMap<number, readonly FilePartition[]>): StageShape {
  const reads: StageRead[] = [];
  plan.nodes.forEach((node, index) => {
    const binding = leaves.get(index);
    if (node.kind === 'range' || node.kind === 'slices') reads.push({ kind: 'data', partitions: node.numPartitions });
    else if (binding !== undefined) reads.push(...readOf(binding, splits));
  });
  return { partitions: plan.numPartitions, reads, writes: writesOf(plan.sink) };
}

function readOf(binding: LeafBinding, splits: ReadonlyMap<number, readonly FilePartition[]>): readonly StageRead[] {
  switch (binding.kind) {
    case 'text':
    case 'files': {
      const { node } = binding;
      const partitions = splits.get(node.id) ?? [];
      const sizes = new Map(partitions.flatMap((partition) => partition.map(({ path, size }) => [path, size])));
      const cut = cutOf(node.kind === 'files' ? node.format : null, sizes.keys());
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      const { path, minPartitions } = node;
      return [{ kind: 'files', path, files: sizes.size, bytes, cut, minPartitions, partitions: partitions.length }];
    }
    case 'shuffle':
      return [{ kind: 'shuffle', stage: binding.stage, partitions: binding.groups.length - 1, asked: binding.asked === true }];
    case 'slices':
    case 'firstIndex':
      return [];
  }
}

function cutOf(format: FileFormat | null, paths: Iterable<string>): 'bytes' | 'files' | 'none' {
  switch (format?.kind) {
    case 'wholeText':
    case 'bytes':
    case 'csv':
      return 'files';
    case 'objects':
      return 'none';
    case 'json':
    case 'records':
    case undefined:
      return [...paths].some((path) => codecOf(path) !== null) ? 'none' : 'bytes';
  }
}

function writesOf(sink: Sink): StageShape['writes'] {
  switch (sink.kind) {
    case 'shuffleWrite':
      return { kind: 'shuffle', combines: sink.combine !== null };
    case 'collect':
    case 'countValues':
      return { kind: 'records' };
    case 'take':
      return { kind: 'first' };
    case 'count':
    case 'reduce':
    case 'fold':
    case 'takeOrdered':
    case 'moments':
    case 'bucketCounts':
    case 'distinctSketch':
    case 'sampleRecords':
    case 'sampleKeys':
      return { kind: 'value' };
    case 'foreach':
    case 'foreachPartition':
      return { kind: 'none' };
    case 'saveAsTextFile':
    case 'saveAsJsonFile':
    case 'saveAsCsvFile':
    case 'saveAsObjectFile':
      return { kind: 'files' };
  }
}
