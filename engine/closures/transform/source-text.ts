/** 1-based, as editors show it. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A source file with fast positions. */
export interface SourceText {
  readonly code: string;
  readonly lineStarts: readonly number[];
  readonly positionOf: (offset: number) => Position;
  /** Up to three lines around a range, the offending one marked, carets below it. */
  frame(start: number, end: number): string;
}

export function createSourceText(code: string): SourceText {
  const lineStarts = findLineStarts(code);
  const lineIndexOf = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((lineStarts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const lineText = (index: number): string =>
    code.slice(lineStarts[index], lineStarts[index + 1] ?? code.length).replace(/[\r\n\u2028\u2029]+$/, '');

  return {
    code,
    lineStarts,
    positionOf(offset) {
      const index = lineIndexOf(offset);
      return { line: index + 1, column: offset - (lineStarts[index] ?? 0) + 1 };
    },
    frame(start, end) {
      const index = lineIndexOf(start);
      const column = start - (lineStarts[index] ?? 0);
      const text = lineText(index);
      const width = Math.max(1, Math.min(end - start, text.length - column));
      const gutter = String(Math.min(index + 2, lineStarts.length)).length;
      const row = (at: number, mark: string): string => `${mark} ${String(at + 1).padStart(gutter)} | ${lineText(at)}`.trimEnd();
      const rows: string[] = [];
      if (index > 0) rows.push(row(index - 1, ' '));
      rows.push(row(index, '>'));
      rows.push(`  ${' '.repeat(gutter)} | ${text.slice(0, column).replace(/[^\t]/g, ' ')}${'^'.repeat(width)}`);
      if (index + 1 < lineStarts.length) rows.push(row(index + 1, ' '));
      return rows.join('\n');
    },
  };
}

function findLineStarts(code: string): number[] {
  const starts = [0];
  const lineBreak = /\r\n|[\n\r\u2028\u2029]/g;
  while (lineBreak.exec(code) !== null) starts.push(lineBreak.lastIndex);
  return starts;
}
