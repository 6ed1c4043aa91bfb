import { levinPackage } from '../../engine/closures/loading/levin-package.ts';
import { errorCode } from '../../engine/errors/levin-error.ts';

/** Most frames of a stack that are shown; the user's own come first in them. */
const MAX_FRAMES = 8;

/** What a person needs to see of a failure: levin's message, then the user's error with the lines of the user's files. */
export function describeError(error: unknown): string {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  const open: { readonly at: unknown; readonly prefix: string }[] = [{ at: error, prefix: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, prefix } = next;
    if (seen.has(at)) continue;
    seen.add(at);
    const others = behind(at);
    // What those say better is left to them.
    const frames = others.some((other) => other.at instanceof Error) ? [] : framesOf(at);
    // A failed task's error ends with the message of what failed it: once is enough.
    if (said(lines, at)) lines.push(...frames.filter((line) => !isForeign(line)));
    else lines.push(prefix + headline(at), ...frames);
    open.push(...others.toReversed());
  }
  const hint = hintFor(error);
  return [...lines, ...(hint === null ? [] : [hint])].join('\n');
}

/** Levin's own words stand in those of the error above it, and those of a service in brackets. */
function said(lines: readonly string[], error: unknown): boolean {
  const last = lines.at(-1);
  if (!(error instanceof Error) || error.message === '' || last === undefined || last.startsWith('    at ')) return false;
  if (last.includes(`: ${error.message}]`) || last.endsWith(headline(error).replace(/^levin: /, ''))) return true;
  return error.name === 'LevinError' && last.includes(error.message);
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
  // Of an error that levin's own code met, its frames tell the user nothing, and what it means stands above.
  const shown = own.length > 0 || error.name === 'LevinError' || frames.some(isLevins) ? own : frames;
  return shown.slice(0, MAX_FRAMES);
}

/** Frames of Node, of packages, and of levin itself say nothing to the user. */
function isForeign(frame: string): boolean {
  if (frame.includes('node:') || frame.includes('/node_modules/')) return true;
  const file = /\(?(?:file:\/\/)?(\/[^():]+)/.exec(frame)?.[1];
  return file === undefined || levinPackage().owns(file);
}

function isLevins(frame: string): boolean {
  const file = /\(?(?:file:\/\/)?(\/[^():]+)/.exec(frame)?.[1];
  return file !== undefined && levinPackage().owns(file);
}

/** The errors that one stands for: its cause, those of several promises, and what `await using` met while another error was on its way. */
function behind(error: unknown): { readonly at: unknown; readonly prefix: string }[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof SuppressedError) {
    return [
      { at: error.suppressed, prefix: 'first ' },
      { at: error.error, prefix: 'then, while closing, ' },
    ];
  }
  const several = error instanceof AggregateError ? (error.errors as unknown[]).map((at) => ({ at, prefix: 'one of them ' })) : [];
  return error.cause === undefined || error.cause === null ? several : [...several, { at: error.cause, prefix: 'caused by ' }];
}

function hintFor(error: unknown): string | null {
  if (!(error instanceof TypeError)) return null;
  if (/\.(range|parallelize|textFile|stop) is not a function/.test(error.message)) return 'Is an `await` missing before Context.create()?';
  if (/\.(map|filter|flatMap|reduceByKey|join|collect|count) is not a function/.test(error.message)) {
    return 'Is an `await` missing before an action, or one too many before an RDD?';
  }
  return null;
}
