import { LevinError } from '../errors/levin-error.ts';
import type { MetadataItem } from '../ports/metadata-store.ts';
import { objectKeys } from '../types/keys.ts';
import type { TaskMetrics, TaskOutput, TaskResult } from '../types/task.ts';
import type { ResultSide } from '../types/task-side.ts';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';
import { decodeSide, encodeSide } from './task-side-codec.ts';

/** With the time when it expires, of 28 bytes, one write unit of DynamoDB. Only a sink's part file below a very long folder path makes a larger item. */
export const MAX_COMMIT_ITEM_BYTES = 992;

/** Largest block of records inside a commit item: in base64 it leaves room for the rest of the item. */
export const MAX_INLINE_BLOCK_BYTES = 512;

/** Which task an item belongs to; object keys that follow from it are not stored. */
export interface CommitTask {
  readonly appId: string;
  readonly stageId: string;
  readonly partition: number;
}

/** An output as the item holds it: null offsets did not fit and stand in the object's tail. */
export type StoredOutput =
  | Exclude<TaskOutput, { kind: 'shuffle' }>
  | { readonly kind: 'shuffle'; readonly key: string; readonly offsets: readonly number[] | null; readonly checksum: string };

/** `winner` null: the generation was raised because the output before it was lost, and nobody has committed since. */
export type CommitRecord =
  | { readonly generation: number; readonly winner: null }
  | {
      readonly generation: number;
      readonly winner: string;
      readonly output: StoredOutput;
      readonly metrics: TaskMetrics;
      readonly inputDigest?: string;
      readonly side?: ResultSide;
    };

/** The order of the packed metrics: stored data, so only ever appended to. */
const METRICS = [
  'recordsRead',
  'bytesRead',
  'recordsWritten',
  'bytesWritten',
  'shuffleBytesRead',
  'shuffleRecordsRead',
  'shuffleBytesWritten',
  'shuffleRecordsWritten',
  'runMs',
  'peakRssBytes',
  'spills',
  'forcedSpills',
  'memoryBytesSpilled',
  'diskBytesSpilled',
  'badRecords',
] as const satisfies readonly (keyof TaskMetrics)[];

/**
 * The metadata item that makes an attempt's output real.
 *
 * ```
 *  { generation: 0, winner: '<attempt id>', k: 'shuffle', at: null, o: '<packed offsets>' | null, c: '<checksum>', m: '<packed metrics>' }
 * ```
 * `i` is the digest of what the output was made of, absent where that is no other stage's output. `at` is the object key or path, null when it is the canonical key of the attempt; `d` is an inline block in base64.
 * `s` is what goes with the output, in base64; null: the item has no room for it, and the attempt has stored it under its canonical key.
 */
export function encodeCommitItem(task: CommitTask, result: TaskResult): MetadataItem {
  const without = itemOf(task, result);
  if (result.side === undefined) return withOffsets(without, result.output);
  const side = sideText(result);
  const item = { ...without, s: side !== null && fits({ ...without, s: side }) ? side : null };
  return withOffsets(item, result.output);
}

/** Whether the attempt has to store what goes with its output before it commits: then under `objectKeys.side`. */
export function sideIsStored(task: CommitTask, result: TaskResult): boolean {
  return result.side !== undefined && encodeCommitItem(task, result)['s'] === null;
}

/** All but what may be left out. */
function itemOf(task: CommitTask, { output, ...result }: TaskResult): MetadataItem {
  const m = packNumbers(METRICS.map((name) => Math.round(result.metrics[name])));
  const i = result.inputDigest === undefined ? {} : { i: result.inputDigest };
  const base = { generation: result.generation, winner: result.attemptId, k: output.kind, c: output.checksum, m, ...i };
  switch (output.kind) {
    case 'none':
      return base;
    case 'inline':
      return { ...base, d: base64OfBlock(task, output.block) };
    case 'file':
      return { ...base, at: output.path, n: output.length };
    case 'object':
      return { ...base, at: unlessCanonical(output.key, canonicalKey(task, 'object', result.attemptId)), n: output.length };
    case 'shuffle':
      return { ...base, at: unlessCanonical(output.key, canonicalKey(task, 'shuffle', result.attemptId)), o: null };
  }
}

/** Offsets go in last: without them nothing more is written, and hardly anybody reads them back. */
function withOffsets(item: MetadataItem, output: TaskOutput): MetadataItem {
  // A step takes a byte at least, in base64 4/3 of it: of many reducers none are packed to be thrown away.
  if (output.kind !== 'shuffle' || output.offsets.length * (4 / 3) > MAX_COMMIT_ITEM_BYTES) return item;
  const whole = { ...item, o: packNumbers(deltasOf(output.offsets)) };
  return fits(whole) ? whole : item;
}

function fits(item: MetadataItem): boolean {
  return Buffer.byteLength(JSON.stringify(item)) <= MAX_COMMIT_ITEM_BYTES;
}

/** null: too much for any item, or stored already. */
function sideText({ side }: TaskResult): string | null {
  if (side?.kind !== 'here') return null;
  const bytes = encodeSide(side.side);
  return bytes.length > MAX_COMMIT_ITEM_BYTES ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Reads what `encodeCommitItem` or `raiseGeneration` wrote. Fails with `COMMIT_ITEM_INVALID` on anything else. */
export function decodeCommitItem(task: CommitTask, item: MetadataItem): CommitRecord {
  const field = fieldsOf(task, item);
  const generation = field.number('generation');
  const winner = field.optional('winner');
  if (winner === null) return { generation, winner };
  const metrics = metricsOf(unpackNumbers(field.text('m')));
  const inputDigest = 'i' in item ? { inputDigest: field.text('i') } : {};
  const side = 's' in item ? { side: sideOf(task, field, winner) } : {};
  return { generation, winner, output: outputOf(task, field, winner), metrics, ...inputDigest, ...side };
}

function sideOf({ appId, stageId, partition }: CommitTask, field: Fields, winner: string): ResultSide {
  const packed = field.optional('s');
  if (packed === null) return { kind: 'stored', key: objectKeys.side(appId, stageId, partition, winner) };
  return { kind: 'here', side: decodeSide(Buffer.from(packed, 'base64')) };
}

function outputOf(task: CommitTask, field: Fields, winner: string): StoredOutput {
  const checksum = field.text('c');
  const kind = field.text('k');
  switch (kind) {
    case 'none':
      return { kind, checksum };
    case 'inline':
      return { kind, block: new Uint8Array(Buffer.from(field.text('d'), 'base64')), checksum };
    case 'file':
      return { kind, path: field.text('at'), length: field.number('n'), checksum };
    case 'object':
      return { kind, key: field.optional('at') ?? canonicalKey(task, kind, winner), length: field.number('n'), checksum };
    case 'shuffle': {
      const packed = field.optional('o');
      const offsets = packed === null ? null : sumsOf(unpackNumbers(packed));
      return { kind, key: field.optional('at') ?? canonicalKey(task, kind, winner), offsets, checksum };
    }
    default:
      throw invalidItem(task, `output kind ${JSON.stringify(kind)}`);
  }
}

function canonicalKey(task: CommitTask, kind: 'shuffle' | 'object', attemptId: string): string {
  const keyOf = kind === 'shuffle' ? objectKeys.shuffle : objectKeys.result;
  return keyOf(task.appId, task.stageId, task.partition, attemptId);
}

function unlessCanonical(key: string, canonical: string): string | null {
  return key === canonical ? null : key;
}

function base64OfBlock(task: CommitTask, block: Uint8Array): string {
  if (block.length <= MAX_INLINE_BLOCK_BYTES) return Buffer.from(block.buffer, block.byteOffset, block.byteLength).toString('base64');
  throw new LevinError({
    code: 'INLINE_BLOCK_TOO_LARGE',
    fault: 'internal',
    message: `The output of partition ${task.partition} of stage ${task.stageId} is ${block.length} bytes inline; at most ${MAX_INLINE_BLOCK_BYTES} fit into a commit item. Larger blocks go into an object.`,
  });
}

function deltasOf(offsets: readonly number[]): number[] {
  return offsets.map((offset, i) => offset - (offsets[i - 1] ?? 0));
}

function sumsOf(deltas: readonly number[]): number[] {
  let sum = 0;
  return deltas.map((delta) => {
    sum += delta;
    return sum;
  });
}

function metricsOf(numbers: readonly number[]): TaskMetrics {
  return Object.fromEntries(METRICS.map((name, i) => [name, numbers[i] ?? 0])) as unknown as TaskMetrics;
}

interface Fields {
  text(name: string): string;
  optional(name: string): string | null;
  number(name: string): number;
}

function fieldsOf(task: CommitTask, item: MetadataItem): Fields {
  const refuse = (name: string): never => {
    throw invalidItem(task, `${name} = ${JSON.stringify(item[name])}`);
  };
  return {
    text: (name) => (typeof item[name] === 'string' ? item[name] : refuse(name)),
    optional: (name) => (item[name] === null || typeof item[name] === 'string' ? item[name] : refuse(name)),
    number: (name) => (Number.isSafeInteger(item[name]) ? (item[name] as number) : refuse(name)),
  };
}

function invalidItem(task: CommitTask, what: string): LevinError {
  return new LevinError({
    code: 'COMMIT_ITEM_INVALID',
    fault: 'internal',
    message: `The commit item of partition ${task.partition} of stage ${task.stageId} cannot be read: ${what}. It was not written by this version of levin; start a new application.`,
  });
}
