import { hash } from 'node:crypto';
import { LevinError } from '../../engine/errors/levin-error.ts';
import { decodeValue, encodeValue } from '../../engine/records/value.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { sinkFingerprint } from '../planner/sink-fingerprint.ts';
import type { ActionRequest, ResultStage } from './application.ts';
import { atCall } from './at-call.ts';
import { createOutputClaims, type OutputClaim, type OutputSlot } from './output-claims.ts';
import { outputFolder } from './output-folder.ts';
import type { OpenStage, ResultStages } from './result-stages.ts';
import { type SaveOutputOptions, saveOutput } from './save-output.ts';

/** One action in the journal. */
export interface ActionSlot extends OutputSlot {
  /** Reads the encoded answer, when an earlier driver finished the action. */
  readonly finished: (() => Promise<Uint8Array>) | null;
  start(): Promise<void>;
  finish(answer: Uint8Array): Promise<void>;
  fail(message: string): Promise<void>;
}

export interface ActionJournal {
  /** Synchronous, because the order of the calls is the identity of the actions. */
  next(action: { readonly name: string; readonly fingerprint: string; readonly callSite: CallSite | null }): ActionSlot;
}

export interface RunActionsOptions extends SaveOutputOptions {
  readonly stages: ResultStages;
  readonly journal: ActionJournal;
  /** An output was committed, now or by an earlier driver. */
  readonly onSaved: (path: string) => void;
}

export interface RunActions {
  run<R>(request: ActionRequest, body: (stage: ResultStage) => Promise<R>): Promise<R>;
  /** Runs an action with an `output` and commits what it wrote. */
  save(request: ActionRequest): Promise<void>;
  stream<R>(request: ActionRequest, body: (stage: ResultStage) => AsyncGenerator<R, void, void>): AsyncGenerator<R, void, void>;
}

/** Actions as the journal sees them: begun, finished with an answer, or finished long ago by another driver. */
export function createRunActions(options: RunActionsOptions): RunActions {
  const { stages, journal } = options;
  const claims = createOutputClaims((path) => outputFolder(options.outputs, path));
  /** Synchronous up to the planning queue: the order of the calls decides which use of a fingerprint a stage is. */
  const begin = (request: ActionRequest): Begun => {
    const slot = journal.next({ name: request.name, fingerprint: actionFingerprint(request), callSite: request.callSite });
    const gate = async (): Promise<void> => {
      if (slot.finished !== null) return;
      // Also of an action that is refused: the job may go on after it, and a later driver has to find it in its place.
      await slot.start();
      if (request.output !== undefined) claim = await claims.claim(slot, request.output);
    };
    let claim: OutputClaim = 'write';
    return { slot, opened: stages.open(request, gate), claim: () => claim };
  };
  const run = async <R>(request: ActionRequest, body: (stage: ResultStage, begun: Begun) => Promise<R>): Promise<R> => {
    const begun = begin(request);
    const { slot } = begun;
    return await recorded(slot, async () => {
      const stage = await begun.opened;
      try {
        if (slot.finished === null) return await body(stage, begun);
        await stage.recount();
        stage.replayed();
        return decodeValue(await slot.finished()) as never;
      } finally {
        stage.release();
      }
    }).finally(() => claims.leave(slot));
  };
  return {
    run,
    async save(request) {
      const { output } = request;
      const saved = run(request, async (stage, { slot, claim }) => {
        if (output !== undefined && claim() === 'write') await saveOutput(options, { slot, stage, output });
      });
      await saved.catch((error: unknown) => {
        throw isOfStore(error) ? atCall(error, request) : error;
      });
      if (output !== undefined) options.onSaved(output.path);
    },
    async *stream(request, body) {
      const left = new AbortController();
      const signal = request.options.signal === undefined ? left.signal : AbortSignal.any([left.signal, request.options.signal]);
      const { slot, opened } = begin({ ...request, options: { ...request.options, signal } });
      let stage: OpenStage | null = null;
      let failure: unknown = new Error('the loop was left');
      try {
        stage = await opened;
        yield* body(stage);
        failure = null;
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        left.abort();
        stage?.release();
        await endStream(slot, failure);
      }
    },
  };
}

/** What a store met, which knows nothing of the job: an error of AWS names what it was about. */
function isOfStore(error: unknown): boolean {
  return error instanceof LevinError && (error.code === 'LOCAL_PATH_ON_AWS' || 'resource' in error.details);
}

interface Begun {
  readonly slot: ActionSlot;
  readonly opened: Promise<OpenStage>;
  /** What was decided about its output, once it is opened. */
  readonly claim: () => OutputClaim;
}

/** Journals how an action ended; what was finished before stays so. */
async function recorded<R>(slot: ActionSlot, work: () => Promise<R>): Promise<R> {
  try {
    const answer = await work();
    if (slot.finished === null) await slot.finish(encodeValue(answer));
    return answer;
  } catch (error) {
    await failSlot(slot, error);
    throw error;
  }
}

/** The answer of a stream is not kept: a resumed driver hands it out again from what is committed. */
async function endStream(slot: ActionSlot, failure: unknown): Promise<void> {
  if (failure !== null) await failSlot(slot, failure);
  else if (slot.finished === null) await slot.finish(encodeValue(null));
}

/** A driver that may not write any more has failed already; the action's own error is what the user needs. */
async function failSlot(slot: ActionSlot, error: unknown): Promise<void> {
  if (slot.finished !== null) return;
  await slot.fail(error instanceof Error ? error.message : String(error)).catch(() => undefined);
}

function actionFingerprint({ name, node, sink, parameters = [], output }: ActionRequest): string {
  const mode = output === undefined || output.mode === 'error' ? [] : [output.mode];
  return hash('sha256', JSON.stringify([name, node.fingerprint, sinkFingerprint(sink), ...parameters, ...mode]), 'hex').slice(0, 32);
}
