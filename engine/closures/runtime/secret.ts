import { LevinError } from '../../errors/levin-error.ts';
import { currentTask } from '../../types/current-task.ts';
import { parseSecretRef } from '../../types/secret-ref.ts';
import { registerClass, registerSerializer } from './registrations.ts';

/** Made by `lv.secret(ref)`. Fails with `INVALID_ARGUMENT` when the text names no secret. */
export function secretOf(ref: string): Secret {
  parseSecretRef(ref);
  return new Secret(ref);
}

/**
 * A secret by its name: functions take the name with them, and the value is asked for where they run. Made by `lv.secret(ref)`.
 */
export class Secret {
  readonly #ref: string;

  constructor(ref: string) {
    this.#ref = ref;
  }

  /** The name that it was made with. */
  get ref(): string {
    return this.#ref;
  }

  /**
   * The value, inside a task. An executor asks for it once in 5 minutes.
   *
   * Fails with `SECRET_NOT_FOUND`, `SECRET_DENIED` (which says the right that is needed), `SECRET_UNAVAILABLE`, and on the driver with `NOT_IN_TASK`. What
   * tasks print and the texts of their errors show `***` in its place, once it was asked for.
   */
  async value(): Promise<string> {
    const task = currentTask();
    if (task === null) {
      const message = `secret ${this.#ref}: value() was called on the driver. The value is asked for where it is needed: call it in a function that runs in tasks.`;
      throw new LevinError({ code: 'NOT_IN_TASK', fault: 'user', message });
    }
    return await task.secret(this.#ref);
  }
}

// The name travels. Loaded with the runner of attempts on both sides.
registerClass('levin.Secret', Secret);
registerSerializer(Secret, { serialize: ({ ref }: Secret): string => ref, deserialize: (ref: string) => new Secret(ref) });
