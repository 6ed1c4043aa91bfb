const PREFIX = 'levin-lazy:';

/** What a lazily imported package is asked for, as a specifier that the bundler's plugin turns into a re-export of exactly these names. */
export function lazySpecifier(source: string, names: readonly string[]): string {
  return PREFIX + encodeURIComponent(JSON.stringify([source, names]));
}

/**
 * The virtual module behind a lazy specifier, so that unused parts of a package are shaken off.
 * A namespace import needs everything and gives no module: then the source itself is imported.
 */
export function lazyModule(specifier: string): { readonly source: string; readonly code: string | null } | null {
  if (!specifier.startsWith(PREFIX)) return null;
  const [source, names] = JSON.parse(decodeURIComponent(specifier.slice(PREFIX.length))) as [string, readonly string[]];
  if (names.length === 0 || names.includes('*')) return { source, code: null };
  const list = names.map((name) => JSON.stringify(name)).join(', ');
  return { source, code: `export { ${list} } from ${JSON.stringify(source)};` };
}
