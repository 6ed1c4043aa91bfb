import { LevinError } from '../../engine/errors/levin-error.ts';
import { precisionFor } from '../../engine/records/hyper-log-log.ts';
import { keyToken } from '../../engine/records/key-token.ts';

function invalid(operation: string, message: string): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: ${message}` });
}

/** A share of records: from 0 to 1, or with replacement how often one is drawn on average. */
export function checkFraction(operation: string, fraction: number, withReplacement: boolean): number {
  const inRange = fraction >= 0 && (withReplacement ? Number.isFinite(fraction) : fraction <= 1);
  if (typeof fraction === 'number' && inRange) return fraction;
  const right = withReplacement ? 'a number from 0' : 'a number from 0 to 1 (above 1 only with replacement)';
  throw invalid(operation, `the fraction is ${String(fraction)}; it must be ${right}.`);
}

/** Borders of the shares that weights stand for: `[0, …, 1]`, one more than weights. */
export function checkWeights(operation: string, weights: readonly number[]): readonly number[] {
  if (!Array.isArray(weights) || weights.length === 0) throw invalid(operation, 'expected an array of at least one weight.');
  const bad = weights.findIndex((weight) => !(typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)));
  if (bad >= 0) throw invalid(operation, `weight ${bad} is ${String(weights[bad])}; weights must be numbers from 0.`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw invalid(operation, `the weights add up to ${total}; at least one must be above 0.`);
  const borders = [0];
  for (let sum = 0, i = 0; i < weights.length - 1; i++) {
    sum += weights[i] as number;
    borders.push(sum / total);
  }
  return [...borders, 1];
}

/** Fractions by key as pairs. */
export function checkFractions(
  operation: string,
  fractions: Iterable<readonly [unknown, number]> | Readonly<Record<string, number>>,
  withReplacement: boolean,
): readonly (readonly [unknown, number])[] {
  if (typeof fractions !== 'object' || fractions === null)
    throw invalid(operation, `expected a map or an object of fractions by key, got ${String(fractions)}.`);
  const pairs = Symbol.iterator in fractions ? [...(fractions as Iterable<readonly [unknown, number]>)] : Object.entries(fractions);
  return pairs.map(([key, fraction]) => {
    checkKey(key);
    return [key, checkFraction(operation, fraction, withReplacement)];
  });
}

/** Precision of one sketch a key: 2^precision bytes, at most 16 MB. */
export function checkKeyPrecision(operation: string, relativeSD: number): number {
  if (relativeSD >= 0.0003 && relativeSD < Number.POSITIVE_INFINITY) return precisionFor(relativeSD);
  throw invalid(
    operation,
    `relativeSD is ${String(relativeSD)}; it must be a number from 0.0003: each key takes (1.054 / relativeSD)² bytes.`,
  );
}

/** Throws `UNSUPPORTED_KEY` at the call. */
export function checkKey(key: unknown): void {
  keyToken(key);
}

export function checkName(operation: string, name: unknown): string {
  if (typeof name === 'string') return name;
  throw invalid(operation, `expected a string, got ${typeof name}.`);
}

/** A command as its program and arguments: an array is taken as it is, a string is split at spaces outside of quotes, as a shell does. */
export function checkCommand(operation: string, command: string | readonly string[]): readonly string[] {
  const words = typeof command === 'string' ? splitCommand(operation, command) : command;
  if (!Array.isArray(words) || words.some((word) => typeof word !== 'string'))
    throw invalid(operation, 'the command must be a string or an array of strings.');
  if (words.length === 0 || words[0] === '') throw invalid(operation, 'the command is empty.');
  return words;
}

function splitCommand(operation: string, command: string): string[] {
  const words = command.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+|["'\\]/g) ?? [];
  return words.map((word) => {
    if (/^["'\\]$/.test(word))
      throw invalid(operation, `the command ${JSON.stringify(command)} has an open quote or a backslash at its end.`);
    return word.replace(/"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|\\([\s\S])/g, (_, double?: string, single?: string, escaped?: string) =>
      double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(["\\$`])/g, '$1'),
    );
  });
}
