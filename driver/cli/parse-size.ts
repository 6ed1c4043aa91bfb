const DECIMAL = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
const BINARY = ['B', 'KIB', 'MIB', 'GIB', 'TIB', 'PIB'];

/** Units that sizes may have. */
export const SIZE_UNITS = 'B, KB, MB, GB, TB, PB (powers of 1,000), KiB, MiB, GiB, TiB, PiB (powers of 1,024)';

/** Bytes of `1TB`, `1.5 GiB`, `250000`; null when it is no size. */
export function parseSize(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  const name = unit === '' ? 'B' : unit.toUpperCase();
  const [decimal, binary] = [DECIMAL.indexOf(name), BINARY.indexOf(name)];
  const factor = decimal >= 0 ? 1000 ** decimal : binary >= 0 ? 1024 ** binary : null;
  const bytes = factor === null ? 0 : Math.round(Number(digits) * factor);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : null;
}
