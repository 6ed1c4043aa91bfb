import type { Clock } from '../../engine/ports/clock.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import type { LevinConfig } from '../config/config-input.ts';
import type { EventBus } from '../events/event-bus.ts';
import { createSummarizer } from '../events/summarize.ts';
import { type ConsoleStream, isTerminal, wantsColor } from './console-stream.ts';
import { logRecordOf } from './log-record.ts';
import { createLogger, jsonLine, type LogThreshold } from './logger.ts';
import { createPaint } from './paint.ts';
import { showProgressBar } from './progress-bar.ts';
import { renderSummary } from './render-summary.ts';
import { createStageLines } from './stage-lines.ts';

export interface AttachConsole {
  readonly bus: EventBus;
  readonly config: LevinConfig;
  readonly stdout: ConsoleStream;
  readonly stderr: ConsoleStream;
  readonly clock: Clock;
  /** `NO_COLOR` and `TERM` are read here; default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface AttachedConsole {
  /** A line of levin's or of an executor, to stderr. */
  write(text: string): void;
  /** As the setting `logLevel`, from now on. */
  setLogLevel(level: LogThreshold): void;
  close(): void;
}

/**
 * Shows a running application: the progress of its stages, what tasks print, the log, and the closing summary.
 *
 * With `logFormat: json` stderr holds JSON lines only: no progress, and begin and end of the application are records too.
 */
export function attachConsole(options: AttachConsole): AttachedConsole {
  const { bus, config, stdout, stderr, clock } = options;
  const env = options.env ?? process.env;
  const json = config.logFormat === 'json';
  const paint = createPaint(wantsColor(stderr, env));
  const summarizer = createSummarizer();
  let appId: string | null = null;
  const levelOf = (level: LogThreshold): LogThreshold => (config.quiet && level !== 'off' ? 'error' : level);
  const logger = createLogger({
    level: levelOf(config.logLevel),
    format: config.logFormat,
    appId: () => appId,
    write: (text) => void stderr.write(text),
    paint,
  });
  const progress = config.quiet || json ? 'none' : progressOf(config, isTerminal(stderr, env));
  const bar = progress === 'bar' ? showProgressBar({ clock, stderr, stdout }) : null;
  const lines = progress === 'lines' ? createStageLines() : null;

  const say = (text: string, timeMs: number): void => {
    if (config.quiet) return;
    stderr.write(json ? jsonLine({ level: 'info', message: text }, { timeMs, appId }) : `${text}\n`);
  };
  const sayEnd = (timeMs: number): void => {
    const summary = summarizer.summary();
    if (!json) say(renderSummary(summary, paint), timeMs);
    else if (!config.quiet) stderr.write(jsonLine({ level: 'info', message: `application ${summary.status}`, summary }, { timeMs, appId }));
  };
  const show = (event: AppEvent): void => {
    summarizer.add(event);
    bar?.add(event);
    const line = lines?.lineOf(event, clock.monotonic()) ?? null;
    // A log that tells of stages makes the lines superfluous.
    if (line !== null && !logger.says('info')) stderr.write(`${line}\n`);
    const record = logRecordOf(event);
    if (record !== null) logger.log(record, event.timeMs);
    else if (event.kind === 'taskLog') showTaskLog(event, { stdout, stderr, env, json, appId });
    else if (event.kind === 'appStarted') {
      appId = event.appId;
      say(`levin: ${event.name} on ${event.master}, application ${event.appId}${event.resumed ? ', resumed' : ''}`, event.timeMs);
    } else if (event.kind === 'appEnded') sayEnd(event.timeMs);
  };
  bus.subscribe(show);
  return {
    write(text) {
      const line = text.endsWith('\n') ? text.slice(0, -1) : text;
      stderr.write(json ? jsonLine({ level: 'warn', message: line }, { timeMs: clock.now(), appId }) : `${line}\n`);
    },
    setLogLevel: (level) => logger.setLevel(levelOf(level)),
    close: () => bar?.close(),
  };
}

function progressOf(config: LevinConfig, terminal: boolean): 'bar' | 'lines' | 'none' {
  return config.progress === 'auto' ? (terminal ? 'bar' : 'lines') : config.progress;
}

interface TaskLogPlace {
  readonly stdout: ConsoleStream;
  readonly stderr: ConsoleStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly appId: string | null;
}

/** Every line with the name of its task; warnings and errors to stderr. */
function showTaskLog(event: Extract<AppEvent, { kind: 'taskLog' }>, { stdout, stderr, env, json, appId }: TaskLogPlace): void {
  const { level, stage, partition, attempt, text } = event;
  const isError = level === 'warn' || level === 'error';
  if (json && isError) {
    stderr.write(jsonLine({ level, message: text, stage, task: partition, attempt }, { timeMs: event.timeMs, appId }));
    return;
  }
  const stream = isError ? stderr : stdout;
  const name = createPaint(wantsColor(stream, env))(
    'dim',
    `[stage ${stage} · task ${partition}${attempt === 0 ? '' : ` · attempt ${attempt}`}]`,
  );
  stream.write(
    text
      .split('\n')
      .map((line) => `${name} ${line}\n`)
      .join(''),
  );
}
