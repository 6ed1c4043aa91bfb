/** Where the user wrote a call: an absolute path or file URL turned into a path, 1-based line and column. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
