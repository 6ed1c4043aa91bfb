import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeValue } from '../../engine/records/describe-value.ts';
import { precisionFor } from '../../engine/records/hyper-log-log.ts';
import type { Codec } from '../../engine/types/file-format.ts';
import type { SaveMode } from './types.ts';

function invalid(operation: string, message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: ${message}` });
}

export function checkAtMost(operation: string, name: string, value: number, most: number): void {
  if (value > most) throw invalid(operation, `${name} is ${value}; it must be at most ${most}.`);
}

/** A relative standard error as Spark has it, and the sketch's precision for it. */
export function checkPrecision(operation: string, relativeSD: number): number {
  if (relativeSD > 0.000017 && relativeSD < Number.POSITIVE_INFINITY) return precisionFor(relativeSD);
  throw invalid(operation, `relativeSD is ${relativeSD}; it must be a number above 0.000017.`);
}

export function checkTimeout(operation: string, timeoutMs: number): void {
  if (timeoutMs >= 0 && timeoutMs <= Number.MAX_SAFE_INTEGER) return;
  throw invalid(operation, `timeoutMs is ${timeoutMs}; it must be a number of milliseconds from 0.`);
}

export function checkConfidence(operation: string, confidence: number): void {
  if (confidence >= 0 && confidence <= 1) return;
  throw invalid(operation, `confidence is ${confidence}; it must be a number from 0 to 1.`);
}

export function checkBuckets(buckets: number): number {
  if (Number.isSafeInteger(buckets) && buckets >= 1) return buckets;
  throw invalid('histogram', `buckets is ${buckets}; it must be a whole number from 1, or an array of bounds.`);
}

export function checkCodec(operation: string, codec: unknown): Codec | null {
  if (codec === undefined) return null;
  if (codec === 'gzip' || codec === 'zstd') return codec;
  throw invalid(operation, `codec is ${describeValue(codec)}; it must be 'gzip' or 'zstd'.`);
}

export function checkSaveMode(operation: string, mode: unknown): SaveMode | null {
  if (mode === undefined) return null;
  if (mode === 'error' || mode === 'overwrite' || mode === 'append' || mode === 'ignore') return mode;
  throw invalid(operation, `mode is ${describeValue(mode)}; it must be 'error', 'overwrite', 'append' or 'ignore'.`);
}

export function checkRecordLength(length: number): number {
  if (Number.isSafeInteger(length) && length >= 1 && length <= 2 ** 30) return length;
  throw invalid('binaryRecords', `recordLength is ${length}; it must be a whole number of bytes from 1 to ${2 ** 30}.`);
}

export function checkDepth(operation: string, depth: number): number {
  if (Number.isSafeInteger(depth) && depth >= 1) return depth;
  throw invalid(operation, `depth is ${depth}; it must be a whole number from 1.`);
}

export function checkSeed(operation: string, seed: number | undefined): number | null {
  if (seed === undefined) return null;
  if (Number.isSafeInteger(seed)) return seed;
  throw invalid(operation, `seed is ${seed}; it must be a whole number.`);
}
