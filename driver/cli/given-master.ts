/** The master that flags or environment name, before the job's own settings are known; null: neither does. */
export function givenMaster(flags: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): string | null {
  return flags['master'] ?? flags['spark.master'] ?? (env['LEVIN_MASTER'] || null);
}
