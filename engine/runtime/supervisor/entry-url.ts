/** URL of a module beside `from`, named without its extension: TypeScript in the sources, JavaScript in the built package. */
export function entryUrl(path: string, from: string): URL {
  const extension = /\.\w+$/.exec(new URL(from).pathname)?.[0] ?? '.js';
  return new URL(path + extension, from);
}
