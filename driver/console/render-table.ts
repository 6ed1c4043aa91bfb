import { displayWidth } from './display-width.ts';

export interface TableColumn {
  readonly title: string;
  /** Default: left. */
  readonly align?: 'right';
}

/** Text in columns, two blanks apart, with a line of titles. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((cells) => displayWidth(cells[i] ?? ''))));
  return lines
    .map((cells) => {
      const padded = columns.map(({ align }, i) => {
        const cell = cells[i] ?? '';
        const blanks = ' '.repeat((widths[i] as number) - displayWidth(cell));
        return align === 'right' ? blanks + cell : cell + blanks;
      });
      return padded.join('  ').trimEnd();
    })
    .join('\n');
}
