import { createHyperLogLog, type SketchRecord } from '../../engine/records/hyper-log-log.ts';

/** The number of different records in the sketches of all partitions, to the nearest whole number. */
export function estimateDistinct(parts: readonly (readonly unknown[])[], precision: number): number {
  const sketch = createHyperLogLog(precision);
  for (const [part] of parts) sketch.merge(part as SketchRecord);
  return Math.round(sketch.estimate());
}
