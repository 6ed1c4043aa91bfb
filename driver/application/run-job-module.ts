/** Runs what a loaded job file exports: a default function gets a Context and the arguments. Without one, loading it was all. */
export async function runJobModule(module: { readonly default?: unknown }, args: readonly string[]): Promise<void> {
  if (typeof module.default !== 'function') return;
  const { Context } = await import('../api/context.ts');
  const lv = await Context.create();
  await module.default(lv, args);
  await lv.stop();
}
