export const LIMIT = 42;
