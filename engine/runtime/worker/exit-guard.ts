/** What user code can do to a worker behind the running task's back. */
export interface StrayEvents {
  /** A promise was rejected and nobody handles it, or a callback threw. */
  readonly onStray: (error: unknown, origin: 'rejection' | 'exception') => void;
  /** `process.exit` was called; the thread ends as soon as this returns. */
  readonly onExit: (code: number, stack: string | null) => void;
}

/**
 * Catches `process.exit`, unhandled rejections and uncaught exceptions of this thread.
 * In a worker thread `process.exit` ends the thread only, without a word: the reason must be told before.
 */
export function guardThread(target: NodeJS.Process, events: StrayEvents): void {
  const exit = target.exit.bind(target);
  target.exit = (code?: number | string | null): never => {
    const shown = Number(code ?? target.exitCode ?? 0);
    events.onExit(shown, new Error('process.exit was called').stack ?? null);
    return exit(code);
  };
  target.on('unhandledRejection', (reason) => events.onStray(reason, 'rejection'));
  target.on('uncaughtException', (error) => events.onStray(error, 'exception'));
}
