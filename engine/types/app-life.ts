const DAY_MS = 86_400_000;

/** Where stores forget by themselves, they forget what an application has written so many days later: the bucket's lifecycle rule and the table's expiry. */
export const KEPT_DAYS = 14;

export const KEPT_MS: number = KEPT_DAYS * DAY_MS;

/**
 * There, an application may live so many days from its first start on, with all of its drivers: so nothing of one that lives is forgotten. The day
 * between is for clocks that differ, and for what was written before it started.
 */
export const LIFE_DAYS = 13;

export const LIFE_MS: number = LIFE_DAYS * DAY_MS;
