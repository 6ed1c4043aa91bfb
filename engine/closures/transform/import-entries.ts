import type { Analysis } from './analysis.ts';

/** Text of `[["lodash-es","capitalize",capitalize], …]`: imports whose value is used, but for what exists only on the driver. */
export function importEntries({ imports }: Pick<Analysis, 'imports'>): string {
  const entries = [...imports.values()].filter(({ isUsed, isDriverOnly }) => isUsed && !isDriverOnly);
  return `[${entries.map(({ source, imported, binding }) => `[${JSON.stringify(source)},${JSON.stringify(imported)},${binding.name}]`).join(',')}]`;
}
