/** What the console writes to: `process.stdout`, `process.stderr`, or a test's own. */
export interface ConsoleStream {
  write(text: string | Uint8Array, ...rest: never[]): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Width of a terminal that does not tell. */
const DEFAULT_COLUMNS = 80;

export function columnsOf(stream: ConsoleStream): number {
  return stream.columns === undefined || stream.columns <= 0 ? DEFAULT_COLUMNS : stream.columns;
}

/** A terminal that can move its cursor. */
export function isTerminal(stream: ConsoleStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Colours only in a terminal, and only for those who did not set `NO_COLOR` (https://no-color.org). */
export function wantsColor(stream: ConsoleStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal(stream, env) && (env['NO_COLOR'] ?? '') === '';
}
