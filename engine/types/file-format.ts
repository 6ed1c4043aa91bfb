/** What becomes of bytes that are not UTF-8: U+FFFD, or an error with file and byte offset. */
export type InvalidUtf8 = 'replace' | 'fail';

/** How files become records. Text lines are a source of their own. */
export type FileFormat =
  /** [path, text of the whole file] */
  | { readonly kind: 'wholeText'; readonly invalidUtf8?: 'fail' }
  /** [path, bytes of the whole file] */
  | { readonly kind: 'bytes' }
  /** Pieces of `length` bytes. */
  | { readonly kind: 'records'; readonly length: number }
  /** One JSON value a line. */
  | { readonly kind: 'json'; readonly invalidUtf8?: 'fail' }
  | CsvFormat
  /** Blocks of records, as saveAsObjectFile writes them. */
  | { readonly kind: 'objects' };

/** What becomes of a row that does not fit: an error, a row that is filled up with null or cut, no row. */
export type CsvMode = 'FAILFAST' | 'PERMISSIVE' | 'DROPMALFORMED';

/** Rows of fields; with a header, objects by its names. */
export interface CsvFormat {
  readonly kind: 'csv';
  readonly header: boolean;
  readonly sep: string;
  /** null: a quote is a character like any other. */
  readonly quote: string | null;
  readonly escape: string | null;
  /** Begins lines that are left out; null: none. */
  readonly comment: string | null;
  readonly mode: CsvMode;
  /** Fields without quotes that are empty or are this become null; absent: none do. */
  readonly nullValue?: string;
  readonly invalidUtf8?: 'fail';
}

/** How rows are written. */
export interface CsvOutput {
  readonly header: boolean;
  readonly sep: string;
  /** For null and undefined; absent: nothing. */
  readonly nullValue?: string;
  /** For the empty string, as it is; absent: a pair of quotes. */
  readonly emptyValue?: string;
}

/** Compression of a whole file. */
export type Codec = 'gzip' | 'zstd';

const EXTENSIONS: Readonly<Record<Codec, string>> = { gzip: '.gz', zstd: '.zst' };

/** End of the name of a file that is compressed so. */
export function extensionOf(codec: Codec | null): string {
  return codec === null ? '' : EXTENSIONS[codec];
}

/** What the end of a file's name says of its compression; null: none. */
export function codecOf(path: string): Codec | null {
  if (path.endsWith(EXTENSIONS.gzip)) return 'gzip';
  return path.endsWith(EXTENSIONS.zstd) ? 'zstd' : null;
}
