import type { Clock } from '../../engine/ports/clock.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';
import type { LevinConfig } from '../config/config-input.ts';
import type { EventBus } from '../events/event-bus.ts';
import { createSummarizer } from '../events/summarize.ts';
import { renderSummary } from './render-summary.ts';

/** What the console writes to: `process.stdout`, `process.stderr`, or a test's own. */
export interface ConsoleStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface AttachConsole {
  readonly bus: EventBus;
  readonly config: LevinConfig;
  readonly stdout: ConsoleStream;
  readonly stderr: ConsoleStream;
  readonly clock: Clock;
}

export interface AttachedConsole {
  /** A line of levin's or of an executor, to stderr. */
  write(text: string): void;
  close(): void;
}

/** Shows a running application: what tasks print, warnings, and the closing summary. */
export function attachConsole({ bus, config, stdout, stderr }: AttachConsole): AttachedConsole {
  const summarizer = createSummarizer();
  const show = (event: AppEvent): void => {
    summarizer.add(event);
    switch (event.kind) {
      case 'taskLog': {
        const stream = event.level === 'warn' || event.level === 'error' ? stderr : stdout;
        for (const line of event.text.split('\n')) stream.write(`[stage ${event.stage} · task ${event.partition}] ${line}\n`);
        break;
      }
      case 'appStarted':
        if (!config.quiet)
          stderr.write(`levin: ${event.name} on ${event.master}, application ${event.appId}${event.resumed ? ', resumed' : ''}\n`);
        break;
      case 'warning':
        if (!config.quiet) stderr.write(`levin: ${event.message}\n`);
        break;
      case 'appEnded':
        if (!config.quiet) stderr.write(`${renderSummary(summarizer.summary())}\n`);
        break;
      default:
        break;
    }
  };
  bus.subscribe(show);
  return { write: (text) => void stderr.write(text.endsWith('\n') ? text : `${text}\n`), close: () => undefined };
}
