/** What `chaos` makes go wrong. */
export const CHAOS_KINDS = ['task', 'shuffle', 'driver', 'commit', 'store', 'throttle', 'slow'] as const;
export type ChaosKind = (typeof CHAOS_KINDS)[number];
