import { format } from 'node:util';
import { redact } from './redaction.ts';
import type { LogLevel } from './worker-protocol.ts';

/** Lines of one attempt that are forwarded; one more line then tells how many were left out. */
const MAX_LOG_LINES = 100;
/** Longest text of one console call that is forwarded, in UTF-16 units. */
const MAX_LOG_TEXT = 8_192;

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const satisfies readonly LogLevel[];

/** Takes what one attempt prints, and forwards the first lines of it. */
export interface AttemptLog {
  write(level: LogLevel, args: readonly unknown[]): void;
  /** Forwards the line that says how many were left out, if any were. */
  end(): void;
}

export function createAttemptLog(forward: (level: LogLevel, text: string) => void): AttemptLog {
  let left = MAX_LOG_LINES;
  let dropped = 0;
  return {
    write(level, args) {
      if (left === 0) {
        dropped += 1;
        return;
      }
      const lines = textOf(args).split('\n');
      const shown = lines.slice(0, left);
      left -= shown.length;
      dropped += lines.length - shown.length;
      forward(level, shown.join('\n'));
    },
    end() {
      if (dropped > 0)
        forward('warn', `… ${dropped} more ${dropped === 1 ? 'line' : 'lines'} of this attempt not shown (the first ${MAX_LOG_LINES} are)`);
      dropped = 0;
    },
  };
}

/**
 * Replaces the printing methods of `target` (the global console). What is printed while `current` gives a log goes there,
 * anything else to the methods that stood there before. Returns a function that puts these back.
 */
export function captureConsole(target: Console, current: () => AttemptLog | null): () => void {
  const originals = LEVELS.map((level) => [level, target[level]] as const);
  for (const [level, original] of originals) {
    target[level] = (...args: unknown[]) => {
      const log = current();
      if (log === null) original.apply(target, args);
      else log.write(level, args);
    };
  }
  return () => {
    for (const [level, original] of originals) target[level] = original;
  };
}

function textOf(args: readonly unknown[]): string {
  const text = redact(format(...args));
  return text.length <= MAX_LOG_TEXT ? text : `${text.slice(0, MAX_LOG_TEXT)}… (${text.length - MAX_LOG_TEXT} more characters)`;
}
