/** ` --on aws:team` for an application whose state is an engine's: commands find it there only. Nothing for one of this machine. */
export function onEngine(master: string): string {
  return /^aws(:|$)/.test(master) ? ` --on ${master}` : '';
}
