/** A terminal as far as levin uses one: text that wraps, carriage return, line feed, cursor up, erase to the end. Colours are dropped. */
export interface FakeTerminal {
  readonly isTTY: true;
  columns: number;
  write(text: string | Uint8Array): boolean;
  /** What stands on the screen, without trailing blanks. */
  screen(): string;
  /** Everything that was written, escapes included. */
  written(): string;
}

export function createFakeTerminal(columns: number): FakeTerminal {
  let rows: string[][] = [[]];
  let [row, column] = [0, 0];
  let all = '';

  const put = (character: string): void => {
    if (column >= terminal.columns) [row, column] = [row + 1, 0];
    while (rows.length <= row) rows.push([]);
    const line = rows[row] as string[];
    while (line.length < column) line.push(' ');
    line[column++] = character;
  };
  const obey = (count: number, command: string): void => {
    if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'J') {
      rows = rows.slice(0, row + 1);
      (rows[row] as string[]).length = Math.min((rows[row] as string[]).length, column);
    } else if (command !== 'm') throw new Error(`the fake terminal does not know the escape ${command}`);
  };
  const terminal: FakeTerminal = {
    isTTY: true,
    columns,
    write(bytes) {
      const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
      all += text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escapes
      for (const [token, count, command] of text.matchAll(/\x1b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
        if (command !== undefined) obey(Number(count || '1'), command);
        else if (token === '\r') column = 0;
        else if (token === '\n') {
          [row, column] = [row + 1, 0];
          while (rows.length <= row) rows.push([]);
        } else put(token);
      }
      return true;
    },
    screen: () =>
      rows
        .map((line) => line.join('').trimEnd())
        .join('\n')
        .trimEnd(),
    written: () => all,
  };
  return terminal;
}
