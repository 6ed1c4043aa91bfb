/** Randomness: identifiers that nobody else has, and numbers that a seed repeats. */
export interface Random {
  /** 128 random bits as 32 hex digits. */
  uuid(): string;
  /** Uniform in [0, 1). */
  next(): number;
  /** An independent generator that gives the same numbers for the same seed, for ever. */
  seeded(seed: string): () => number;
}
