import type { Clock } from '../../engine/ports/clock.ts';
import type { AppEvent } from '../../engine/types/app-event.ts';

/** An event before it has a time. */
export type UntimedEvent = AppEvent extends infer E ? (E extends AppEvent ? Omit<E, 'timeMs'> : never) : never;
export type EventListener = (event: AppEvent) => void;

/** Hands each event to all listeners, in order, at once. */
export interface EventBus {
  emit(event: UntimedEvent): void;
  subscribe(listener: EventListener): void;
}

export function createEventBus(clock: Clock): EventBus {
  const listeners: EventListener[] = [];
  return {
    emit(event) {
      const timed = { timeMs: clock.now(), ...event } as AppEvent;
      for (const listener of listeners) listener(timed);
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}
