import { type ConsoleStream, columnsOf } from './console-stream.ts';
import { displayWidth } from './display-width.ts';

/** The last lines of a terminal, drawn again and again below what is printed. */
export interface BarRegion {
  /** Shows these lines in place of the former; does nothing while the cursor stands behind a line that somebody began. */
  draw(lines: readonly string[]): void;
  clear(): void;
  /** Gives the streams back as they were. */
  release(): void;
}

/**
 * Draws on `stream`. Whatever is written to `others` or to the stream itself, by whomever, first clears the region, so that no text is torn:
 *
 * ```
 *  draw ▶ [stage 0 ==>   ]      write "a\n" ▶ a          draw ▶ a
 *         ▲ cursor                            ▲ cursor           [stage 0 ===>  ]
 * ```
 */
export function createBarRegion(stream: ConsoleStream, others: readonly ConsoleStream[]): BarRegion {
  let drawn: readonly string[] = [];
  let midLine = false;
  const restore: (() => void)[] = [];
  const originals = new Map<ConsoleStream, ConsoleStream['write']>();
  const write = (text: string): void => void originals.get(stream)?.(text);

  const clearing = (): string => {
    if (drawn.length === 0) return '';
    const up = rowsOf(drawn, columnsOf(stream)) - 1;
    drawn = [];
    return `\r${up > 0 ? `\x1b[${up}A` : ''}\x1b[J`;
  };
  const clear = (): void => {
    if (drawn.length > 0) write(clearing());
  };
  for (const target of new Set([stream, ...others])) {
    const own = Object.getOwnPropertyDescriptor(target, 'write');
    const original = target.write;
    originals.set(target, original.bind(target));
    const guarded: ConsoleStream['write'] = (text, ...rest) => {
      clear();
      midLine = !endsLine(text, midLine);
      return original.call(target, text, ...rest);
    };
    Object.defineProperty(target, 'write', { value: guarded, configurable: true, writable: true, enumerable: own?.enumerable ?? false });
    restore.push(() => {
      if (target.write !== guarded) return;
      if (own === undefined) Reflect.deleteProperty(target, 'write');
      else Object.defineProperty(target, 'write', own);
    });
  }
  return {
    draw(lines) {
      if (midLine || (lines.length === drawn.length && lines.every((line, i) => line === drawn[i]))) return;
      // In one write: a clear that is seen by itself flickers.
      write(clearing() + lines.join('\n'));
      drawn = lines;
    },
    clear,
    release() {
      clear();
      for (const undo of restore) undo();
    },
  };
}

/** Lines wrap when the terminal was made narrower since. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
}

function endsLine(text: string | Uint8Array, midLine: boolean): boolean {
  if (text.length === 0) return !midLine;
  return typeof text === 'string' ? text.endsWith('\n') : text.at(-1) === 10;
}
