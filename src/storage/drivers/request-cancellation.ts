import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

const signals = new AsyncLocalStorage<AbortSignal>();

// The GCS SDK takes no signal and its HTTP layer has no time-out, so an abandoned call would hold its socket until
// the server gives up. Node.js publishes every request in the context it was made in, which tells whose it is.
subscribe('http.client.request.created', (message) => {
  const signal = signals.getStore();
  if (signal === undefined) return;
  const { request } = message as { readonly request: ClientRequest };
  const cancel = (): void => {
    request.destroy(signal.reason instanceof Error ? signal.reason : new Error('The call was cancelled'));
  };
  if (signal.aborted) {
    cancel();
    return;
  }
  signal.addEventListener('abort', cancel, { once: true });
  request.once('close', () => signal.removeEventListener('abort', cancel));
});

/**
 * Does `work` so that an abort of the signal destroys the HTTP requests it has made and yet makes.
 *
 * @throws the signal's reason when it aborted, whatever the SDK made of it
 */
export async function cancellable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await signals.run(signal, work);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
