import type { BuildFailure, Message } from 'esbuild';
import { LevinError } from '../../errors/levin-error.ts';

/** What esbuild found wrong; empty when something else was thrown. */
export function buildErrors(failure: unknown): readonly Message[] {
  return (failure as Partial<BuildFailure>).errors ?? [];
}

/** A failed build as a levin error: that of the transform or the loader itself where it was the reason, else `BUNDLE_FAILED`. */
export function bundleFailed(what: string, failure: unknown, advice: string): LevinError {
  const [first, ...others] = buildErrors(failure);
  // An error of levin's own, such as a syntax error in the user's file, is the better report.
  if (first?.detail instanceof Error && 'fault' in first.detail) return first.detail as LevinError;
  const reason = first === undefined ? (failure instanceof Error ? failure.message : String(failure)) : describe(first);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const message = `Cannot build ${what}: ${reason}${more}. ${advice}`;
  return new LevinError({ code: 'BUNDLE_FAILED', fault: 'user', message, cause: failure });
}

function describe({ text, location }: Message): string {
  const plain = text.replace(USER_MODULE, '$1');
  if (location === null) return plain;
  // In a user's module the position is that of the compiled code: the file is right, the line is not.
  const isCompiled = USER_MODULE.test(location.file);
  const file = location.file.replace(USER_MODULE, '$1');
  return `${plain} (${isCompiled ? file : `${file}:${location.line}:${location.column + 1}`})`;
}

const USER_MODULE = /levin-user:(\S+?)\.mjs/;
