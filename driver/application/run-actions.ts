import { hash } from 'node:crypto';
import { decodeValue, encodeValue } from '../../engine/records/value.ts';
import type { CallSite } from '../../engine/types/call-site.ts';
import { sinkFingerprint } from '../planner/sink-fingerprint.ts';
import type { ActionRequest, ResultStage } from './application.ts';
import { createOutputClaims, type OutputSlot } from './output-claims.ts';
import type { OpenStage, ResultStages } from './result-stages.ts';

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

export interface RunActionsOptions {
  readonly stages: ResultStages;
  readonly journal: ActionJournal;
  /** Refuses an output folder that is there already. */
  readonly checkOutput: (path: string) => Promise<void>;
}

export interface RunActions {
  run<R>(request: ActionRequest, body: (stage: ResultStage) => Promise<R>): Promise<R>;
  stream<R>(request: ActionRequest, body: (stage: ResultStage) => AsyncGenerator<R, void, void>): AsyncGenerator<R, void, void>;
}

/** Actions as the journal sees them: begun, finished with an answer, or finished long ago by another driver. */
export function createRunActions(options: RunActionsOptions): RunActions {
  const { stages, journal } = options;
  const outputs = createOutputClaims(options.checkOutput);
  /** Synchronous up to the planning queue: the order of the calls decides which use of a fingerprint a stage is. */
  const begin = (request: ActionRequest): { readonly slot: ActionSlot; readonly opened: Promise<OpenStage> } => {
    const slot = journal.next({ name: request.name, fingerprint: actionFingerprint(request), callSite: request.callSite });
    const gate = async (): Promise<void> => {
      if (slot.finished !== null) return;
      // Also of an action that is refused: the job may go on after it, and a later driver has to find it in its place.
      await slot.start();
      if ('path' in request.sink) await outputs.claim(slot, request.sink.path);
    };
    return { slot, opened: stages.open(request, gate) };
  };
  return {
    async run(request, body) {
      const { slot, opened } = begin(request);
      return await recorded(slot, async () => {
        const stage = await opened;
        try {
          if (slot.finished === null) return await body(stage);
          stage.replayed();
          return decodeValue(await slot.finished()) as never;
        } finally {
          stage.release();
        }
      }).finally(() => outputs.leave(slot));
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

function actionFingerprint({ name, node, sink, parameters = [] }: ActionRequest): string {
  return hash('sha256', JSON.stringify([name, node.fingerprint, sinkFingerprint(sink), ...parameters]), 'hex').slice(0, 32);
}
