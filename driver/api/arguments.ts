import { LevinError } from '../../engine/errors/levin-error.ts';
import { StorageLevel } from '../../engine/types/storage-level.ts';

function invalid(operation: string, message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: ${message}` });
}

/** A number of partitions: a whole number from 1 to 10 million. */
export function checkPartitions(operation: string, name: string, value: number | undefined): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && value >= 1 && value <= 10_000_000) return value;
  throw invalid(operation, `${name} is ${show(value)}; it must be a whole number from 1 to 10000000.`);
}

/** A count of records asked for: a whole number from 0. */
export function checkCount(operation: string, name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(operation, `${name} is ${show(value)}; it must be a whole number from 0.`);
}

export function checkFunction(operation: string, value: unknown): void {
  if (typeof value !== 'function') throw invalid(operation, `expected a function, got ${show(value)}.`);
}

export function checkConcurrency(operation: string, value: number | undefined): { concurrency?: number } {
  if (value === undefined) return {};
  if (Number.isInteger(value) && value >= 1) return { concurrency: value };
  throw invalid(operation, `concurrency is ${show(value)}; it must be a whole number from 1.`);
}

export function checkPath(operation: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(operation, `the path is ${show(value)}; it must be a string that is not empty.`);
}

/** One of Spark's levels but `NONE`. */
export function checkLevel(operation: string, level: StorageLevel): StorageLevel {
  const known = Object.values(StorageLevel).find((one) => one === level);
  if (known !== undefined && known !== StorageLevel.NONE) return known;
  if (known === StorageLevel.NONE)
    throw invalid(operation, 'the level is StorageLevel.NONE, which keeps nothing. Call unpersist() to keep nothing any more.');
  throw invalid(operation, `the level is ${show(level)}; it must be one of StorageLevel, such as StorageLevel.MEMORY_AND_DISK.`);
}

/** Memory of an executor: a whole number of MB. */
export function checkMemoryMb(operation: string, resources: { readonly memoryMb: number }): number {
  const memoryMb = (resources as { readonly memoryMb?: unknown } | null | undefined)?.memoryMb;
  if (typeof memoryMb === 'number' && Number.isSafeInteger(memoryMb) && memoryMb >= 1) return memoryMb;
  throw invalid(operation, `memoryMb is ${show(memoryMb)}; it must be a whole number of MB from 1, as in { memoryMb: 3538 }.`);
}

export function checkFinite(operation: string, name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw invalid(operation, `${name} is ${show(value)}; it must be a whole number between ±${Number.MAX_SAFE_INTEGER}.`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) return `an object of class ${value.constructor?.name ?? 'null'}`;
  return String(value);
}
