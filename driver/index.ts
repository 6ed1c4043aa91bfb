export type { Accumulator, BigintAccumulator, NumberAccumulator } from '../engine/closures/runtime/accumulator.ts';
export { executorInit, registerClass, registerSerializer } from '../engine/closures/runtime/registrations.ts';
export type { Secret } from '../engine/closures/runtime/secret.ts';
export { BarrierTaskContext, type BarrierTaskInfo, TaskContext, type TaskResource } from '../engine/closures/runtime/task-context.ts';
export { type Fault, LevinError } from '../engine/errors/levin-error.ts';
export { KeyMap } from '../engine/records/key-map.ts';
export type { Broadcast } from '../engine/runtime/broadcast.ts';
export { StorageLevel } from '../engine/types/storage-level.ts';
export { Context, type ContextOptions } from './api/context.ts';
export type { LocalProperties } from './api/local-properties.ts';
export type { RDD } from './api/rdd.ts';
export type { RDDBarrier } from './api/rdd-barrier.ts';
export type {
  AccumulatorFunctions,
  ActionOptions,
  BoundedNumber,
  CodecOptions,
  ConcurrencyOptions,
  CsvReadOptions,
  CsvWriteOptions,
  Fractions,
  Key,
  MapOptions,
  NullableCsv,
  PipeOptions,
  RangeOptions,
  Rec,
  RepartitionAndSortOptions,
  ResourceProfile,
  SaveMode,
  SaveOptions,
  SortByKeyOptions,
  SortOptions,
  Statistics,
  StrictCsvMode,
  TextReadOptions,
} from './api/types.ts';
export type { JobInfo, StageInfo, StatusTracker } from './application/status-tracker.ts';
export { type ConfigInput, defineConfig } from './config/config-input.ts';
export type { EffectiveConf } from './config/load-config.ts';
