/** Whether trying again may help. */
export function isTransient(error: unknown): boolean {
  return fieldOf(error, 'fault') === 'transient';
}

/** An adapter that knows that nothing was done (throttled, locked) says so in the details: `effect: 'none'`. */
export function hadNoEffect(error: unknown): boolean {
  return fieldOf(fieldOf(error, 'details'), 'effect') === 'none';
}

/** Whether a service refused because it was asked too often: the same at a lower rate goes through. */
export function isThrottled(error: unknown): boolean {
  return fieldOf(error, 'code') === 'THROTTLED';
}

/** How long the service asks its caller to wait; 0 when it does not say. */
export function retryAfterMs(error: unknown): number {
  const ms = fieldOf(fieldOf(error, 'details'), 'retryAfterMs');
  return typeof ms === 'number' && ms > 0 ? ms : 0;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? (value as Record<string, unknown>)[name] : undefined;
}
