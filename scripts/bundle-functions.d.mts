import type { Metafile } from 'esbuild';

export function bundleFunctions(folder: string): Promise<Readonly<Record<'executor' | 'driver', Metafile>>>;
