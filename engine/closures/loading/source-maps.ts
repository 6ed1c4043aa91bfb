import { decode, encode, type SourceMapMappings, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

/** A version 3 source map with one original file. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * Follows `outer` (final code → middle) through `inner` (middle → original).
 * Original lines are exact; columns are those of the nearest piece that `inner` knows at or before the place.
 */
export function composeSourceMaps(outer: SourceMap, inner: SourceMap): SourceMap {
  const middle = decode(inner.mappings);
  const lines = decode(outer.mappings).map((segments) => {
    const traced: SourceMapSegment[] = [];
    for (const segment of segments) {
      const original = segment.length === 1 ? undefined : lookUp(middle, segment[2], segment[3]);
      if (original !== undefined && original.length !== 1) traced.push([segment[0], 0, original[2], original[3]]);
      else if (traced.length > 0 && traced.at(-1)?.length !== 1) traced.push([segment[0]]);
    }
    return traced;
  });
  return { version: 3, sources: inner.sources, names: [], mappings: encode(lines) };
}

/** The last segment of the line that starts at or before the column. */
function lookUp(mappings: SourceMapMappings, line: number, column: number): SourceMapSegment | undefined {
  const segments = mappings[line] ?? [];
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.[0] ?? 0) <= column) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1];
}

/** The code with its map in a trailing comment, which Node, esbuild and Vite all understand. */
export function withInlineMap(code: string, map: SourceMap): string {
  const json = Buffer.from(JSON.stringify(map)).toString('base64');
  return `${code.trimEnd()}\n//# sourceMappingURL=data:application/json;base64,${json}\n`;
}
