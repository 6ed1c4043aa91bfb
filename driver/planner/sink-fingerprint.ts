import type { LineageSink } from '../application/application.ts';

/** What makes two sinks the same. */
export function sinkFingerprint(sink: LineageSink): readonly unknown[] {
  switch (sink.kind) {
    case 'collect':
    case 'count':
      return [sink.kind];
    case 'take':
      return [sink.kind, sink.n];
    case 'reduce':
    case 'foreach':
    case 'foreachPartition':
      return [sink.kind, sink.fn.fingerprint];
    case 'fold':
      return [sink.kind, sink.zero, sink.fn.fingerprint];
    case 'takeOrdered':
      return [sink.kind, sink.n, sink.key?.fingerprint ?? null, ...(sink.descending === true ? ['descending'] : [])];
    case 'countValues':
      return [sink.kind];
    case 'moments':
      return [sink.kind, sink.skipMissing === true];
    case 'bucketCounts':
      return [sink.kind, sink.bounds];
    case 'distinctSketch':
      return [sink.kind, sink.precision];
    case 'sampleRecords':
      return [sink.kind, sink.sizes, sink.withReplacement, sink.seed];
    case 'saveAsTextFile':
    case 'saveAsJsonFile':
      return [sink.kind, sink.path, ...(sink.codec ? [sink.codec] : [])];
    case 'saveAsCsvFile':
      return [sink.kind, sink.path, sink.header, sink.sep, ...(sink.codec ? [sink.codec] : [])];
    case 'saveAsObjectFile':
      return [sink.kind, sink.path];
  }
}
