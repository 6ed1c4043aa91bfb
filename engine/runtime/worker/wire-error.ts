import type { WireError } from '../../types/failure.ts';
import { redact } from './redaction.ts';

/** Causes deeper than this are cut: an error that is its own cause must end somewhere. */
const MAX_CAUSES = 8;
/** Longest message and stack that travel, in UTF-16 units: an error may carry a whole record in its text. */
const MAX_TEXT = 16_384;
/** Longest JSON of the own fields together. */
const MAX_FIELDS = 16_384;

const STANDARD = new Set(['name', 'message', 'stack', 'cause', 'code']);

/** Turns anything that was thrown into data. Never throws, whatever the value's getters do. */
export function toWireError(thrown: unknown, depth = 0): WireError {
  try {
    return thrown instanceof Error || looksLikeError(thrown) ? ofError(thrown, depth) : ofValue(thrown);
  } catch {
    return {
      name: 'Error',
      message: 'an error whose properties cannot be read was thrown',
      stack: null,
      code: null,
      cause: null,
      fields: {},
    };
  }
}

type ErrorLike = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
  readonly code?: unknown;
};

function looksLikeError(thrown: unknown): thrown is ErrorLike {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';
}

function ofError(error: ErrorLike, depth: number): WireError {
  const cause = error.cause;
  return {
    name: typeof error.name === 'string' ? error.name : 'Error',
    message: cut(typeof error.message === 'string' ? error.message : String(error.message)),
    stack: typeof error.stack === 'string' ? cut(error.stack) : null,
    code: typeof error.code === 'string' ? error.code : null,
    cause: cause === undefined || cause === null || depth >= MAX_CAUSES ? null : toWireError(cause, depth + 1),
    fields: fieldsOf(error),
  };
}

function ofValue(thrown: unknown): WireError {
  return {
    name: 'Error',
    message: `a value that is not an Error was thrown: ${cut(textOf(thrown))}`,
    stack: null,
    code: null,
    cause: null,
    fields: {},
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value) ?? Object.prototype.toString.call(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}

function fieldsOf(error: object): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  let budget = MAX_FIELDS;
  for (const key of Object.keys(error)) {
    if (STANDARD.has(key)) continue;
    const json = jsonOf((error as Record<string, unknown>)[key]);
    if (json === undefined || json.length > budget) continue;
    budget -= json.length;
    fields[key] = JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value));
  }
  return fields;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function cut(whole: string): string {
  const text = redact(whole);
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more characters)`;
}
