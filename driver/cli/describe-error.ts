import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';

/** Most frames of a stack that are shown; the user's own come first in them. */
const MAX_FRAMES = 8;

/** What a person needs to see of a failure: levin's message, then the user's error with the lines of the user's files. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; at !== undefined && at !== null && !seen.has(at); at = causeOf(at)) {
    seen.add(at);
    const prefix = seen.size === 1 ? '' : 'caused by ';
    // What the cause says better is left to it.
    const frames = causeOf(at) instanceof Error ? [] : framesOf(at);
    lines.push(prefix + headline(at), ...frames);
  }
  const hint = hintFor(error);
  return [...lines, ...(hint === null ? [] : [hint])].join('\n');
}

function headline(error: unknown): string {
  if (!(error instanceof Error)) return `levin: the job threw a value that is not an Error: ${String(error)}`;
  const code = errorCode(error);
  if (error.name === 'LevinError') return `levin: ${error.message}${code === undefined ? '' : ` [${code}]`}`;
  return `${error.name}: ${error.message}`;
}

function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.filter((line) => !isForeign(line));
  const shown = own.length > 0 ? own : error.name === 'LevinError' ? [] : frames;
  return shown.slice(0, MAX_FRAMES);
}

/** Frames of Node, of packages, and of levin itself say nothing to the user. */
function isForeign(frame: string): boolean {
  if (frame.includes('node:') || frame.includes('/node_modules/')) return true;
  const file = /\(?(?:file:\/\/)?(\/[^():]+)/.exec(frame)?.[1];
  return file === undefined || levinPackage().owns(file);
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function hintFor(error: unknown): string | null {
  if (!(error instanceof TypeError)) return null;
  if (/\.(range|parallelize|textFile|stop) is not a function/.test(error.message)) return 'Is an `await` missing before Context.create()?';
  if (/\.(map|filter|flatMap|reduceByKey|join|collect|count) is not a function/.test(error.message)) {
    return 'Is an `await` missing before an action, or one too many before an RDD?';
  }
  return null;
}
