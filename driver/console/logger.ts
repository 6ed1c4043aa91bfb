import type { LevinConfig } from '../config/config-input.ts';
import type { LogLevel, LogRecord } from './log-record.ts';
import type { Paint } from './paint.ts';

const SEVERITY: Readonly<Record<LogLevel | 'off', number>> = { debug: 0, info: 1, warn: 2, error: 3, off: 4 };

/** The least severe messages that are logged. */
export type LogThreshold = LevinConfig['logLevel'];

export interface Logger {
  log(record: LogRecord, timeMs: number): void;
  /** Does the log say messages of this level? */
  says(level: LogLevel): boolean;
  /** From now on. */
  setLevel(level: LogThreshold): void;
}

export interface LoggerOptions {
  readonly level: LogThreshold;
  readonly format: LevinConfig['logFormat'];
  /** Known as soon as the application has started. */
  readonly appId: () => string | null;
  readonly write: (text: string) => void;
  readonly paint: Paint;
}

/** Writes log records as lines: `levin: message`, or as JSON with time, level, application and what the record is about. */
export function createLogger({ level: first, format, appId, write, paint }: LoggerOptions): Logger {
  let level = first;
  const says = (of: LogLevel): boolean => SEVERITY[of] >= SEVERITY[level];
  return {
    says,
    setLevel(next) {
      level = next;
    },
    log(record, timeMs) {
      if (!says(record.level)) return;
      write(format === 'json' ? jsonLine(record, { timeMs, appId: appId() }) : `${textOf(record, paint)}\n`);
    },
  };
}

/** One JSON object a line. */
export function jsonLine(record: LogRecord, { timeMs, appId }: { readonly timeMs: number; readonly appId: string | null }): string {
  const { level, message, ...about } = record;
  return `${JSON.stringify({ time: new Date(timeMs).toISOString(), level, app: appId, ...about, message })}\n`;
}

function textOf({ level, message }: LogRecord, paint: Paint): string {
  const text = `levin: ${message}`;
  if (level === 'error') return paint('red', text);
  if (level === 'warn') return paint('yellow', text);
  return level === 'debug' ? paint('dim', text) : text;
}
