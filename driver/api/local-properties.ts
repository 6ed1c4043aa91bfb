import { LevinError } from '../../engine/errors/levin-error.ts';
import { describeValue } from '../../engine/records/describe-value.ts';
import { type PropertyChange, propertyName } from '../application/job-properties.ts';

/** What `withLocalProperties` sets for the jobs of a piece of code. `null` takes away what code around it has set. */
export interface LocalProperties {
  /** The pool whose slots its tasks get, with `schedulerMode` `FAIR`. Default: `default`. */
  readonly pool?: string | null;
  /** What `cancelJobGroup` and `statusTracker` know its jobs by. */
  readonly jobGroup?: string | null;
  /** As the option of actions of that name, which comes first. */
  readonly description?: string | null;
  /** Added to those of code around it; none is empty or has a comma. */
  readonly tags?: readonly string[] | null;
  /** Properties of your own, by any other name. */
  readonly [name: string]: string | readonly string[] | null | undefined;
}

export function checkLocalProperties(given: LocalProperties): PropertyChange {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(`properties is ${describeValue(given)}; it must be an object.`);
  let tags: PropertyChange['tags'] = [];
  const values: [string, string | null][] = [];
  for (const [written, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const name = propertyName(written);
    if (name === 'tags') tags = checkTags(written, written === name || typeof value !== 'string' ? value : value.split(','));
    else values.push([name, checkValue(written, name, value)]);
  }
  return { values, tags };
}

/** Spark's rule. */
export function checkTag(operation: string, tag: unknown): string {
  if (typeof tag === 'string' && tag !== '' && !tag.includes(',')) return tag;
  throw invalid(`a tag is ${describeValue(tag)}; it must be a text that is not empty and has no comma.`, operation);
}

export function checkGroup(operation: string, group: unknown): string {
  if (typeof group === 'string' && group !== '') return group;
  throw invalid(`group is ${describeValue(group)}; it must be a text that is not empty.`, operation);
}

export function checkReason(operation: string, reason: unknown): string | null {
  if (reason === undefined) return null;
  if (typeof reason === 'string') return reason;
  throw invalid(`reason is ${describeValue(reason)}; it must be a text.`, operation);
}

function checkTags(written: string, value: unknown): readonly string[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw invalid(`${written} is ${describeValue(value)}; it must be an array of texts.`);
  return value.map((tag) => checkTag('withLocalProperties', tag));
}

function checkValue(written: string, name: string, value: unknown): string | null {
  if (value === null) return null;
  const empty = value === '' && (name === 'pool' || name === 'jobGroup');
  if (typeof value === 'string' && !empty) return value;
  throw invalid(`${written} is ${describeValue(value)}; it must be a text${empty ? ' that is not empty' : ''}, or null.`);
}

function invalid(message: string, operation = 'withLocalProperties'): LevinError {
  return new LevinError({ code: 'INVALID_ARGUMENT', fault: 'user', message: `${operation}: ${message}` });
}
