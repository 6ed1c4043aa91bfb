/** Stands for argument parsing: only the driver uses it, so no executor may evaluate it. */
Object.assign(globalThis, { cliArgsWasEvaluated: true });

export const args: readonly string[] = ['--verbose'];
