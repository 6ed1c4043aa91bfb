import { resolve } from 'node:path';
import type { AppPlace } from '../application/app-errors.ts';
import { type Master, parseMaster } from '../config/parse-master.ts';
import type { EngineLookUp, Stores } from '../wiring.ts';
import { givenMaster } from './given-master.ts';
import { configuredMaster, stateDirOf } from './state-dir.ts';

/** Where the state of applications lies: in a folder of this machine, or with an engine on AWS. */
export type StatePlace =
  | { readonly kind: 'folder'; readonly stateDir: string }
  | { readonly kind: 'engine'; readonly name: string; readonly lookUp: EngineLookUp };

export interface StatePlaceFlags {
  readonly on: string | undefined;
  readonly stateDir: string | undefined;
}

/**
 * Flags > environment > the configuration file of the project that `file` is in: where a job that is run with the same ones keeps its state.
 * `--state-dir` alone means that folder.
 */
export async function statePlaceOf({ on, stateDir }: StatePlaceFlags, file: string): Promise<StatePlace> {
  const master = await masterOf({ on, stateDir }, file);
  if (master?.kind !== 'aws') return { kind: 'folder', stateDir: await stateDirOf(stateDir, file) };
  const { lookUpEngine } = await import('../wiring.ts');
  return { kind: 'engine', name: master.engine, lookUp: lookUpEngine(master.engine) };
}

async function masterOf({ on, stateDir }: StatePlaceFlags, file: string): Promise<Master | null> {
  if (on === undefined && stateDir !== undefined) return null;
  const text = on ?? givenMaster({}, process.env) ?? (await configuredMaster(file));
  return text === null ? null : parseMaster(text);
}

/** Opens the stores; the caller closes their metadata. */
export async function openPlace(place: StatePlace): Promise<Stores> {
  const wiring = await import('../wiring.ts');
  return place.kind === 'folder' ? wiring.openStores(resolve(place.stateDir)) : await wiring.openEngineStores(place.lookUp);
}

/** In words, for messages. */
export function placeText(place: StatePlace): AppPlace {
  if (place.kind === 'folder') {
    const elsewhere = '--state-dir or LEVIN_STATE_DIR name another folder, --on aws an engine';
    return { where: `in the state folder ${place.stateDir}`, list: 'levin apps', elsewhere };
  }
  const { name } = place;
  return {
    where: `in the engine "${name}"`,
    list: `levin apps --on aws:${name}`,
    elsewhere: '--on names another engine, or this machine (--on local)',
  };
}
