import { encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type { Piece } from './edits.ts';
import type { SourceText } from './source-text.ts';

export interface SourceMapV3 {
  readonly version: 3;
  readonly file: string;
  readonly sources: string[];
  readonly sourcesContent: string[];
  readonly names: string[];
  readonly mappings: string;
}

/**
 * Joins pieces to code with a source map. A stretch of source may occur several times: each copy maps to the original place.
 * Segments stand at the start of every piece, line and word.
 */
export function emit(source: SourceText, pieces: readonly Piece[], fileName: string): { readonly code: string; readonly map: SourceMapV3 } {
  const writer = createMapWriter(source);
  const parts: string[] = [];
  for (const piece of pieces) {
    parts.push(typeof piece === 'string' ? piece : source.code.slice(piece.start, piece.end));
    if (typeof piece === 'string') writer.skip(piece);
    else writer.copy(piece.start, piece.end);
  }
  const map: SourceMapV3 = {
    version: 3,
    file: fileName,
    sources: [fileName],
    sourcesContent: [source.code],
    names: [],
    mappings: encode(writer.lines),
  };
  return { code: parts.join(''), map };
}

interface MapWriter {
  readonly lines: SourceMapSegment[][];
  skip(text: string): void;
  copy(start: number, end: number): void;
}

function createMapWriter({ code, positionOf }: SourceText): MapWriter {
  let segments: SourceMapSegment[] = [];
  const lines = [segments];
  let column = 0;
  const newLine = (): void => {
    segments = [];
    lines.push(segments);
    column = 0;
  };
  return {
    lines,
    skip(text) {
      const rows = text.split('\n');
      for (let row = 1; row < rows.length; row++) newLine();
      column += rows.at(-1)?.length ?? 0;
    },
    copy(start, end) {
      const at = positionOf(start);
      let originalLine = at.line - 1;
      let originalColumn = at.column - 1;
      let isWord = false;
      for (let index = start; index < end; index++) {
        const char = code.charCodeAt(index);
        const wasWord = isWord;
        isWord = isWordCharacter(char);
        if (index === start || originalColumn === 0 || (isWord && !wasWord)) segments.push([column, 0, originalLine, originalColumn]);
        column++;
        originalColumn++;
        if (endsLine(char) && !(char === 13 && code.charCodeAt(index + 1) === 10)) {
          newLine();
          originalLine++;
          originalColumn = 0;
          isWord = false;
        }
      }
    },
  };
}

function isWordCharacter(char: number): boolean {
  return (
    (char >= 97 && char <= 122) ||
    (char >= 65 && char <= 90) ||
    (char >= 48 && char <= 57) ||
    char === 95 ||
    char === 36 ||
    (char >= 128 && !endsLine(char))
  );
}

function endsLine(char: number): boolean {
  return char === 10 || char === 13 || char === 0x2028 || char === 0x2029;
}
